"""This run beside an earlier one, where the machine is the same: else every ratio would speak of the machines."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.figure import Figure

SAME: Final = ("processor", "cores", "python", "sqlite")
"""What must be equal. How fast it hashes and commits is shown with each result and differs from day to day."""


class NotComparableError(Exception):
    """The earlier results are of another machine, or no results; the text says which."""


def earlier(file: Path, machine: Mapping[str, Any]) -> dict[str, float]:
    """The values of an earlier run on this machine, by name.

    Raises:
        NotComparableError: they are another machine's, or the file is none of ours.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        theirs: dict[str, Any] = found["machine"]
        values = {str(one["name"]): float(one["value"]) for one in found["results"]}
    except OSError as fault:
        raise NotComparableError(f"{file}: {fault.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise NotComparableError(f"{file} is no file of results: `make bench` writes one") from None
    differences = [
        f"{name} {theirs.get(name)} there, {machine[name]} here" for name in SAME if theirs.get(name) != machine[name]
    ]
    if differences:
        raise NotComparableError(f"{file} is of another machine and is not compared: {'; '.join(differences)}")
    return values


def beside(figures: Sequence[Figure], before: Mapping[str, float]) -> list[tuple[str, float | None]]:
    """Each figure with how many times the earlier value it is; None where there was none, or it was nothing."""
    return [(one.name, one.value / was if (was := before.get(one.name)) else None) for one in figures]
