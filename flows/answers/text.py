"""The person's own words, as they wrote them."""

from __future__ import annotations

from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding
from flows.model import TextAnswer


def understand(answer: TextAnswer, text: str) -> Understanding:
    """The words, without control characters and blank edges; nothing readable is not an answer."""
    kept = "".join(character for character in text if character.isprintable() or character in "\n\t\u200d").strip()
    return Taken(kept, True, kept) if kept.strip("\u200d") else NOT_UNDERSTOOD


def hint(answer: TextAnswer) -> str:
    """What is said when there were no words."""
    return "Please type it in a few words."
