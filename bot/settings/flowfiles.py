"""Which flows there are to schedule: their ids and whom they are for. What is wrong inside one, `flows check` says."""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_TRANSCRIPTS = ".transcripts.toml"


def known_flows(folder: Path | None) -> dict[str, str | None]:
    """The ids of the shipped flows and of those in `folder`, each with its audience (None where it names none)."""
    known = _flows_in(files("flows").joinpath("library"))
    return known if folder is None else known | _flows_in(folder)


def _flows_in(folder: Traversable) -> dict[str, str | None]:
    if not folder.is_dir():
        return {}
    found: dict[str, str | None] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml") or file.name.endswith(_TRANSCRIPTS) or not file.is_file():
            continue
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            document = {}
        flow, audience = document.get("id"), document.get("audience")
        # A file that cannot be read still counts under its name: its own fault is the one to tell.
        key = flow if isinstance(flow, str) else file.name.removesuffix(".toml")
        found[key] = audience if isinstance(audience, str) else None
    return found
