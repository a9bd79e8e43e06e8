"""The person's own words, as they wrote them."""

from __future__ import annotations

import unicodedata

from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding
from flows.model import TextAnswer

_READABLE = frozenset("LNS")  # letters, numbers, pictures and other signs
_SIGNS = frozenset("^~`+=<>|$\u00a3\u20ac\u00a5")


def understand(answer: TextAnswer, text: str) -> Understanding:
    """The words, without control characters and blank edges; nothing but marks is not an answer."""
    kept = "".join(character for character in text if character.isprintable() or character in "\n\t\u200d").strip()
    return Taken(kept, True, kept) if any(map(_is_read, kept)) else NOT_UNDERSTOOD


def hint(answer: TextAnswer) -> str:
    """What is said when there were no words."""
    return "Please type it in a few words."


def _is_read(character: str) -> bool:
    return unicodedata.category(character)[0] in _READABLE and character not in _SIGNS
