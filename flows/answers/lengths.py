"""Lengths of time as files and conditions write them: "30m", "6h", "1d 12h"."""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile(r"(?:([0-9]{1,3})d)?\s*(?:([0-9]{1,3})h)?\s*(?:([0-9]{1,4})m)?")


def written_length(text: str) -> int | None:
    """How many seconds `"1d 12h"` is; None for what is no length."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60
