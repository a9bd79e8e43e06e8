"""Lengths of time as a service writes them: "90s", "15m", "4h", "2d", "1h30m". Pure."""

import re
from datetime import timedelta

_FORM = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


class DurationError(ValueError):
    """The text is not a length of time."""


def parse_duration(text: str) -> timedelta:
    """Read a length of time: whole numbers of d, h, m, s, largest first, no spaces. A day is 24 hours exactly.

    "15m" → 15 minutes; "1h30m" → 90 minutes; "0m" → nothing. Raises `DurationError`.
    """
    match = _FORM.fullmatch(text)
    if match is None or not any(match.groups()):
        raise DurationError("not a length of time")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def write_duration(length: timedelta) -> str:
    """The shortest text that `parse_duration` reads back as `length` (whole seconds); nothing is "0m"."""
    left = int(length.total_seconds())
    parts: list[str] = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0m"
