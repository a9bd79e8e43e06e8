"""Numbers as people write them: digits, English words, Scots words, small typos of these, and numbers made of several.

"twenty-five" → 25    "a hundred and twenty" → 120    "two and a half" → 2.5    "fower" → 4    "sevn" → 7
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flows.answers.slips import slipped

_WORDS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
ENGLISH: Final = {word: number for number, word in enumerate(_WORDS)}
"""The English words from nought to twenty."""
_SCOTS: Final = {
    "nought": 0,
    "naught": 0,
    "nil": 0,
    "zilch": 0,
    "wan": 1,
    "ane": 1,
    "yin": 1,
    "twa": 2,
    "twae": 2,
    "twaw": 2,
    "thrie": 3,
    "fower": 4,
    "fowr": 4,
    "five": 5,
    "sax": 6,
    "saxe": 6,
    "seiven": 7,
    "seeven": 7,
    "sevin": 7,
    "eicht": 8,
    "aicht": 8,
    "echt": 8,
    "nyne": 9,
    "eleeven": 11,
    "leeven": 11,
    "twal": 12,
    "twalve": 12,
    "twinty": 20,
    "twintie": 20,
}
NUMBERS: Final = {**ENGLISH, **_SCOTS}
"""Words for whole numbers from 0 to 20, English and Scots."""
TENS: Final = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
ONES: Final = frozenset({"one", "wan", "ane", "yin"})
_SCALES: Final = {"hundred": 100, "hunner": 100, "thousand": 1_000, "thoosand": 1_000}
_EVERY: Final = {**NUMBERS, **TENS}
_DIGITS: Final = re.compile(r"[0-9]{1,12}")
_DECIMAL: Final = re.compile(r"[0-9]{1,9}\.[0-9]{1,6}")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,6})?")
_AND: Final = frozenset({"and", "an", "n", "&", "an'"})
_HALF: Final = frozenset({"half", "hauf", "haf", "hawf"})


@dataclass(frozen=True, slots=True)
class Span:
    """A number that stands at tokens `start` to `end` (not included). `plain`: digits or a word spelt right, in Scots too."""

    start: int
    end: int
    value: float
    plain: bool


def number_word(word: str) -> int | None:
    """The whole number from 0 to 20, or the ten, that a word means; with a small typo too."""
    found = _EVERY.get(word)
    if found is None and len(word) > 3 and word.isalpha():
        values = {_EVERY[one] for one in slipped(word, _EVERY)}
        found = values.pop() if len(values) == 1 else None
    return found


def digits(token: str) -> float | None:
    """The number that digits write; None for anything else, and for "3,5" and "20.3.26"."""
    if _DIGITS.fullmatch(token) or _DECIMAL.fullmatch(token):
        return float(token)
    return float(token.replace(",", "")) if _GROUPED.fullmatch(token) else None


def is_number(token: str) -> bool:
    """Whether a token is a number or a word for one."""
    return token[:1].isdigit() or token in _SCALES or number_word(token) is not None


def number_at(typed: Sequence[str], at: int) -> Span | None:
    """The longest number that begins at token `at`."""
    found = _small(typed, at)
    if found is None and typed[at] in _SCALES:
        found = Span(at, at, 1, True)
    if found is None and typed[at] == "a" and at + 1 < len(typed) and typed[at + 1] in _SCALES:
        found = Span(at, at + 1, 1, True)
    if found is None:
        return None
    return _with_half(typed, _with_scales(typed, found))


def numbers_in(typed: Sequence[str]) -> list[Span]:
    """Every number of the tokens, in order."""
    found: list[Span] = []
    at = 0
    while at < len(typed):
        span = number_at(typed, at)
        if span is not None:
            found.append(span)
        at = span.end if span is not None else at + 1
    return found


def whole(value: float) -> int | float:
    """A number as it is saved: an int where it is whole."""
    return int(value) if value == int(value) else value


def _small(typed: Sequence[str], at: int) -> Span | None:
    token = typed[at]
    if (value := digits(token)) is not None:
        return Span(at, at + 1, value, True)
    number = number_word(token)
    if number is None:
        return None
    end = at + 1
    if token in TENS:
        unit = end + 1 if end + 1 < len(typed) and typed[end] == "-" else end
        more = NUMBERS.get(typed[unit]) if unit < len(typed) else None
        if more is not None and 1 <= more <= 9:
            return Span(at, unit + 1, number + more, True)
    return Span(at, end, number, token in _EVERY)


def _with_scales(typed: Sequence[str], span: Span) -> Span:
    """Hundreds and thousands after it, and what is added to them."""
    while span.end < len(typed) and (scale := _SCALES.get(typed[span.end])):
        span = Span(span.start, span.end + 1, span.value * scale, span.plain)
        after = span.end + 1 if span.end < len(typed) and typed[span.end] in _AND else span.end
        more = _small(typed, after) if after < len(typed) else None
        if more is not None and more.value < scale:
            span = Span(span.start, more.end, span.value + more.value, span.plain and more.plain)
    return span


def _with_half(typed: Sequence[str], span: Span) -> Span:
    """ "and a half" after it."""
    rest = list(typed[span.end : span.end + 3])
    if len(rest) >= 2 and rest[0] in _AND:
        part = rest[2:3] if rest[1] in ("a", "an") else rest[1:2]
        if part and part[0] in _HALF:
            return Span(span.start, span.end + (3 if rest[1] in ("a", "an") else 2), span.value + 0.5, span.plain)
    return span
