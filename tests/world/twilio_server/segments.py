"""How many parts a text takes: GSM 03.38 seven-bit alphabet or UCS-2, as carriers count."""

from __future__ import annotations

import math

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "^{}\\[~]|€\f"
"""Each takes two septets (escape and character)."""


def is_gsm7(text: str) -> bool:
    """Whether every character is of the GSM 7-bit alphabet or its extension."""
    return all(character in _BASIC or character in _EXTENDED for character in text)


def segments(text: str) -> int:
    """The number of SMS parts: 160 septets in one or 153 a part; else 70 UTF-16 units in one or 67 a part.

    A pair (escape and character, or a surrogate pair) is not split over two parts.
    """
    if is_gsm7(text):
        return _parts([2 if character in _EXTENDED else 1 for character in text], 160, 153)
    return _parts([2 if ord(character) > 0xFFFF else 1 for character in text], 70, 67)


def _parts(widths: list[int], single: int, each: int) -> int:
    total = sum(widths)
    if total <= single:
        return 1
    if max(widths) == 1:
        return math.ceil(total / each)
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return parts
