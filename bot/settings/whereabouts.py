"""Where secrets stand: which file each one was read from, for whoever looks at permissions. Opens no secret."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.settings.environment import overlay
from bot.settings.model import SECRETS
from bot.settings.problems import Problems


def secret_files(path: Path, environ: Mapping[str, str] | None = None) -> dict[str, Path]:
    """The file of each secret that has one, by `section.key`, of a configuration that `load` read without a fault."""
    document = _document(path)
    overlay(document, environ, Problems(path))
    folder = path.absolute().parent
    return {
        f"{section}.{name}": folder / named
        for section, names in SECRETS.items()
        for name in names
        if (named := document.get(section, {}).get(f"{name}_file"))
        if name != "webhook_secret" or document[section].get("mode") == "webhook"
    }


def holds_secrets(path: Path) -> bool:
    """Whether a secret stands in the file itself, in place of the name of its own file."""
    document = _document(path)
    return any(name in document.get(section, {}) for section, names in SECRETS.items() for name in names)


def _document(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
