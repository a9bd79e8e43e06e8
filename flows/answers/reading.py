"""What reading a reply can come to: taken, unsure, or not understood."""

from __future__ import annotations

from dataclasses import dataclass

from flows.model import Value


@dataclass(frozen=True, slots=True)
class Taken:
    """The reply means `value`. `sure` is false when it was not literal: then `as_words` is said back.

    `words`: what the person wrote after a number of a scale, as they wrote it ("2 rubbish").
    """

    value: Value
    sure: bool
    as_words: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Unsure:
    """The reply means something, but not one thing: `hint` is a kinder, closer question than the usual one."""

    hint: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The reply answers something else, or nothing. The answer type's own hint is given."""


@dataclass(frozen=True, slots=True)
class Picked:
    """One button of several was pressed: `value` holds all pressed so far, and more may follow."""

    value: tuple[str, ...]
    as_words: str


Understanding = Taken | Unsure | NotUnderstood | Picked
NOT_UNDERSTOOD = NotUnderstood()
