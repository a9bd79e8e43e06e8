"""What the environment says: `BLETHER__SECTION__KEY` in place of a value of the file, and the switches of fault tests.

This package is the only reader of `os.environ`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from bot.errors import ConfigurationError
from bot.settings.model import LISTS, SECRETS, SECTIONS
from bot.settings.problems import Problems, meant

PREFIX: Final = "BLETHER__"

StopAt = Literal[
    "inbound-before-commit",
    "inbound-after-commit",
    "outbox-claimed",
    "provider-accepted",
    "due-before-commit",
    "due-after-commit",
]
STOPPING_POINTS: Final[tuple[StopAt, ...]] = get_args(StopAt)


@dataclass(frozen=True, slots=True)
class Faults:
    """What a fault test asks of the process; in service both are None."""

    stop_at: StopAt | None = None
    """Where the process kills itself, once."""
    clock_file: Path | None = None
    """The file that holds the time to believe."""


def faults(environ: Mapping[str, str] | None = None) -> Faults:
    """Read BLETHER_STOP_AT and BLETHER_CLOCK_FILE.

    Raises `ConfigurationError` when either is set without BLETHER_FAULTS=1 (never in service), or the point is none.
    """
    given = os.environ if environ is None else environ
    stop_at, clock_file = given.get("BLETHER_STOP_AT", ""), given.get("BLETHER_CLOCK_FILE", "")
    allowed = given.get("BLETHER_FAULTS") == "1"
    found = [
        f"{name}: only for fault tests; unset it, or set BLETHER_FAULTS=1 where nobody relies on blether"
        for name, value in (("BLETHER_STOP_AT", stop_at), ("BLETHER_CLOCK_FILE", clock_file))
        if value and not allowed
    ]
    point: StopAt | None = next((known for known in STOPPING_POINTS if known == stop_at), None)
    if stop_at and point is None:
        found.append(f"BLETHER_STOP_AT: unknown stopping point; {meant(stop_at, STOPPING_POINTS)}")
    if found:
        raise ConfigurationError(found)
    return Faults(point, Path(clock_file) if clock_file else None)


def overlay(document: dict[str, Any], environ: Mapping[str, str] | None, problems: Problems) -> None:
    """Put the environment's values in place of the file's, and note which variable gave which.

    A secret given in either form replaces the file's in both. A section that only the environment names is there.
    Lists are written with commas.
    """
    for variable, text in sorted((os.environ if environ is None else environ).items()):
        if not variable.startswith(PREFIX):
            continue
        section, _, key = variable.removeprefix(PREFIX).lower().partition("__")
        model = SECTIONS.get(section)
        if model is None:
            right = "lists of tables are set in the file" if section in LISTS else meant(section, SECTIONS)
            problems.add_variable(variable, f"{section}: no section that the environment can set; {right}")
            continue
        secrets = SECRETS.get(section, ())
        known = [*model.model_fields, *(f"{name}_file" for name in secrets)]
        if key not in known:
            problems.add_variable(variable, f"{section}.{key}: unknown key; {meant(key, known)}")
            continue
        table = document.setdefault(section, {})
        if not isinstance(table, dict):
            continue
        name = key.removesuffix("_file")
        if name in secrets:
            for form in (name, f"{name}_file"):
                if (section, form) not in problems.variables:
                    table.pop(form, None)
        table[key] = text
        problems.variables[section, key] = variable
