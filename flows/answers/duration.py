"""How long: "2 hours", "1h30", "half an oor", "a couple of days", "an hour and a half" → whole seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flows.answers.folding import LONGEST, literal, spoken, tokens, word_set
from flows.answers.manner import asks_back, leaves, plain, unwrapped
from flows.answers.numerals import ENGLISH, TENS, number_at
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding
from flows.answers.slips import slipped
from flows.model import DurationAnswer

_SECOND, _MINUTE, _HOUR, _DAY, _WEEK = 1, 60, 3_600, 86_400, 604_800
UNITS: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), _SECOND),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "meenit", "meenits", "minit", "minits"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "oor", "oors", "'oor", "'oors"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), _WEEK),
    **dict.fromkeys(("fortnight", "fortnights", "fortnicht"), 2 * _WEEK),
}
"""Units of length in seconds."""
_PLAIN_UNITS: Final = {name: long for name, long in UNITS.items() if "oor" not in name and "ni" not in name} | {
    "minute": _MINUTE,
    "minutes": _MINUTE,
    "fortnight": 2 * _WEEK,
    "fortnights": 2 * _WEEK,
}
_TYPED: Final = (
    "minute",
    "minutes",
    "hour",
    "hours",
    "days",
    "weeks",
    "week",
    "fortnight",
    "second",
    "seconds",
    "mins",
)
_HALF: Final = frozenset({"half", "hauf", "haf"})
_AND: Final = frozenset({"and", "an", "n", "&", ",", "an'"})
_JUST_A_MINUTE: Final = re.compile(r"\b(?:just|jist|gie?s?|gimme|give me|hang on|haud on|hold on|one|wait)\b.*"
                                   r"\b(?:a|one|wan|2|two|twa)?\s?(?:minute|min|sec|second|mins|secs|mo)\b")  # fmt: skip
_HALF_SLASH: Final = re.compile(r"\b1\s?/\s?2\b")
_COUPLE: Final = re.compile(r"\b(?:a )?(?:couple|cuppla|cupla)(?: of| o'?| ae)?\b")
_HALF_WORD: Final = re.compile(r"\b(?:hlaf|hafl|halff|hauff)\b")
_GLUED: Final = re.compile(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])")
_BEFORE: Final = word_set("for fur need needs take takes took lasted lasts want will 'll be can do go going on")
_AFTER: Final = word_set("long total altogether overall all in please today")
_EXACT: Final = re.compile(r"(?P<n>[0-9]{1,5}(?:\.[0-9]{1,2})?\s*|[a-z]+(?:-[a-z]+)?\s+)(?P<unit>[a-z]+)")
_EXACT_AND: Final = re.compile(r"(?<=[a-z])(?:,\s*|\s+and\s+)(?=[0-9a-z])")


@dataclass(frozen=True, slots=True)
class Length:
    """A length at tokens `start` to `end` (not included)."""

    start: int
    end: int
    seconds: float


def understand(answer: DurationAnswer, text: str) -> Understanding:
    """The length that `text` means."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = prepared(unwrapped(spoken(text)))
    typed = tokens(said)
    if asks_back(typed) or _JUST_A_MINUTE.search(said):
        return NOT_UNDERSTOOD
    lengths = lengths_in(typed)
    if len({tuple(typed[one.start : one.end]) for one in lengths}) != 1:
        return NOT_UNDERSTOOD
    before, after = typed[: lengths[0].start], typed[lengths[-1].end :]
    between = typed[lengths[0].end : lengths[-1].start] if len(lengths) > 1 else []
    if not plain(before, _BEFORE) or not plain(between) or not leaves(after, _is_value, _AFTER):
        return NOT_UNDERSTOOD
    if "?" in typed and not (plain(before, _BEFORE) and plain(after)):
        return NOT_UNDERSTOOD
    return _taken(lengths[0].seconds, sure=isinstance(exactly(answer, text), Taken))


def exactly(answer: DurationAnswer, text: str) -> Understanding:
    """A number and a unit, or two of them in a row, alone."""
    said = _EXACT_AND.sub(" ", literal(text))
    total, at, last = 0.0, 0, float("inf")
    for found in _EXACT.finditer(said):
        number, long = _plain_number(found["n"].strip()), _PLAIN_UNITS.get(found["unit"])
        if number is None or long is None or long >= last or said[at : found.start()].strip():
            return NOT_UNDERSTOOD
        total, at, last = total + number * long, found.end(), long
    return _taken(total, sure=True) if total and at == len(said) else NOT_UNDERSTOOD


def hint(answer: DurationAnswer) -> str:
    """What is said when a reply was no length."""
    return "Please text how long, such as 2 hours or 30 minutes."


def prepared(said: str) -> str:
    """What was said with halves, couples and glued units apart: "1h30" → "1 h 30"."""
    said = _HALF_WORD.sub("half", _HALF_SLASH.sub("half", said))
    return _GLUED.sub(" ", _COUPLE.sub("2", said))


def lengths_in(typed: Sequence[str]) -> list[Length]:
    """Every length among the tokens, each as long as it goes: hours, then minutes."""
    found: list[Length] = []
    at = 0
    while at < len(typed):
        length = length_at(typed, at)
        if length is not None:
            found.append(length)
        at = length.end if length is not None else at + 1
    return found


def length_at(typed: Sequence[str], at: int) -> Length | None:
    """The length that begins at token `at`: parts of falling units, as in "1 week 2 days" and "1 hour 20"."""
    first = _part(typed, at)
    if first is None:
        return None
    end, unit, total = first
    while end < len(typed):
        nxt = end + 1 if typed[end] in _AND and end + 1 < len(typed) else end
        if (more := _part(typed, nxt)) is not None and more[1] < unit:
            end, unit, total = more[0], more[1], total + more[2]
        elif unit == _HOUR and (minutes := _minutes(typed, nxt)) is not None:
            return Length(at, minutes[0], total + minutes[1])
        else:
            break
    return Length(at, end, total)


def said_back(seconds: int) -> str:
    """A length in words: `5400` → "1 hour 30 minutes"."""
    parts: list[str] = []
    for long, name in ((_WEEK, "week"), (_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"), (_SECOND, "second")):
        count, seconds = divmod(seconds, long)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts)


def _part(typed: Sequence[str], at: int) -> tuple[int, int, float] | None:
    """One number and its unit: where it ends, the unit, the seconds."""
    if at >= len(typed):
        return None
    if (half := _fraction(typed, at)) is not None:
        return half
    if typed[at] in ("a", "an", "wan", "one") and (long := _unit(typed, at + 1)) is not None:
        return _with_half(typed, at + 2, long, 1)
    span = number_at(typed, at)
    if span is not None and (long := _unit(typed, span.end)) is not None:
        return _with_half(typed, span.end + 1, long, span.value)
    if (long := UNITS.get(typed[at])) and typed[at] in ("hour", "oor") and _is_half(typed, at + 1):
        return _with_half(typed, at + 1, long, 1)
    return None


def _fraction(typed: Sequence[str], at: int) -> tuple[int, int, float] | None:
    """ "half an hour", "half hour", "quarter of an hour", "three quarters of an hour", "half day"."""
    share, end = 0.0, at
    if typed[at] in ("a", "an"):
        end += 1
    if end < len(typed) and typed[end] in _HALF:
        share, end = 0.5, end + 1
    elif end < len(typed) and typed[end] in ("quarter", "qtr", "quarterof"):
        share, end = 0.25, end + 1
    elif list(typed[end : end + 2]) in (["three", "quarters"], ["3", "quarters"], ["three", "quarter"]):
        share, end = 0.75, end + 2
    if not share:
        return None
    while end < len(typed) and typed[end] in ("of", "a", "an", "o", "o'", "ae"):
        end += 1
    long = _unit(typed, end)
    return None if long is None or long < _MINUTE else (end + 1, long, share * long)


def _unit(typed: Sequence[str], at: int) -> int | None:
    if at >= len(typed):
        return None
    if (long := UNITS.get(typed[at])) is not None:
        return long
    near = slipped(typed[at], _TYPED)
    lengths = {UNITS[one] for one in near}
    return lengths.pop() if len(lengths) == 1 else None


def _is_half(typed: Sequence[str], at: int) -> bool:
    rest = [one for one in typed[at : at + 3] if one not in ("a", "an")]
    return len(rest) >= 2 and rest[0] in _AND and rest[1] in (*_HALF, "quarter", "qtr")


def _with_half(typed: Sequence[str], end: int, long: int, number: float) -> tuple[int, int, float]:
    """ "and a half" after the unit."""
    place = end
    while place < len(typed) and typed[place] in ("and", "an", "n", "&", "a"):
        place += 1
    if place > end and place < len(typed) and typed[place] in _HALF:
        return place + 1, long, (number + 0.5) * long
    if place > end and place < len(typed) and typed[place] in ("quarter", "qtr"):
        return place + 1, long, (number + 0.25) * long
    return end, long, number * long


def _minutes(typed: Sequence[str], at: int) -> tuple[int, float] | None:
    """Minutes that stand after hours without their unit: "1 hour 20", "1h30"."""
    span = number_at(typed, at) if at < len(typed) else None
    if span is None or span.value >= 60 or span.value != int(span.value) or _unit(typed, span.end) is not None:
        return None
    return span.end, span.value * _MINUTE


def _plain_number(written: str) -> float | None:
    if written[0].isdigit():
        return float(written)
    ten, _, unit = written.partition("-")
    if unit:
        return TENS[ten] + ENGLISH[unit] if ten in TENS and 0 < ENGLISH.get(unit, 0) < 10 else None
    found = ENGLISH.get(written, TENS.get(written))
    return None if found is None else float(found)


def _is_value(token: str) -> bool:
    return token[0].isdigit() or token in UNITS


def _taken(seconds: float, *, sure: bool) -> Understanding:
    if seconds <= 0 or seconds != int(seconds):
        return NOT_UNDERSTOOD
    return Taken(int(seconds), sure, said_back(int(seconds)))
