"""Secrets that stand in files of their own: `token_file = "secrets/telegram"` in place of `token`."""

from pathlib import Path
from typing import Any

from bot.settings.model import SECRETS
from bot.settings.problems import Problems

_LARGEST = 8_192  # bytes; a secret is short, and a wrong name may lead to anything


def open_secrets(document: dict[str, Any], folder: Path, problems: Problems) -> set[tuple[str, str]]:
    """Put the content of each named secret file in the place of its name.

    Names are relative to `folder`, the configuration's. A secret given both ways, a file that cannot be read and an
    empty one are problems; those are taken out of `document` and returned, so that they are not also missing. The
    webhook's secret is read only where a webhook is used: the example names its file for whoever changes the mode.
    """
    failed: set[tuple[str, str]] = set()
    for section, names in SECRETS.items():
        table = document.get(section)
        if not isinstance(table, dict):
            continue
        for name in names:
            by_file = f"{name}_file"
            if by_file not in table:
                continue
            if name == "webhook_secret" and table.get("mode") != "webhook":
                del table[by_file]
                continue
            place = (section, by_file)
            problems.read_from[section, name] = place
            given = table.pop(by_file)
            if name in table:
                problems.add(place, f"{name} is given too", f"keep one of {name} and {by_file}")
                failed.add((section, name))
                del table[name]
                continue
            secret = _read(given, folder, place, problems)
            if secret is None:
                failed.add((section, name))
            else:
                table[name] = secret
    return failed


def _read(given: Any, folder: Path, place: tuple[str, str], problems: Problems) -> str | None:
    if not isinstance(given, str) or not given.strip():
        problems.add(place, "not the name of a file", "a path in double quotes, relative to the configuration's folder")
        return None
    right = "a file, readable by blether, that holds the secret as text on one line"
    try:
        with (folder / given).open("rb") as file:
            content = file.read(_LARGEST + 1)
        secret = content.decode().strip()
    except OSError as fault:
        problems.add(place, f"the secret's file cannot be read ({fault.strerror or 'no such file'})", right)
        return None
    except ValueError:
        problems.add(place, "the secret's file is not text", right)
        return None
    if not secret or len(content) > _LARGEST:
        problems.add(place, "the secret's file is empty" if not secret else "far too long for a secret", right)
        return None
    return secret
