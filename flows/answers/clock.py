"""A time of day on the person's own clock: "7pm", "19:00", "half seven", "quarter tae nine", "in an hour", "teatime".

An hour from 1 to 11 with nothing else is the next such time after now. At 10:20, "half seven" is 19:30, "11" is 11:00.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from flows.answers import duration
from flows.answers.folding import LONGEST, literal, spoken, tokens, word_set
from flows.answers.manner import asks_back, leaves, plain, unwrapped
from flows.answers.numerals import number_at, number_word
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding
from flows.answers.slips import slip
from flows.model import TimeAnswer

Part = Literal["am", "pm", "morning", "afternoon", "evening", "night"]

_FIXED: Final = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0), "midnicht": (0, 0), "teatime": (17, 0)}
_PARTS: Final[dict[str, Part]] = {
    "am": "am",
    "pm": "pm",
    "morning": "morning",
    "mornin": "morning",
    "mornin'": "morning",
    "afternoon": "afternoon",
    "efternoon": "afternoon",
    "evening": "evening",
    "evenin": "evening",
    "evenin'": "evening",
    "night": "night",
    "nicht": "night",
    "tonight": "evening",
    "tonite": "evening",
    "2nite": "evening",
    "thenight": "evening",
    "aft": "afternoon",
    "eve": "evening",
    "morn's": "morning",
}
_LONG_PARTS: Final = ("morning", "afternoon", "evening", "tonight")
_PAST: Final = frozenset({"past"})
_TO: Final = frozenset({"to", "tae", "til", "till"})
_QUARTER: Final = frozenset({"quarter", "qtr", "quater", "querter"})
_HALF: Final = frozenset({"half", "hauf", "haf", "hlaf"})
_CLOCK: Final = frozenset({"oclock", "o'clock", "clock"})
_DAYS: Final = word_set(
    "today tomorrow tomorra tomoz tmrw tmoro tomoro tomorow tommorow 2moro 2morrow monday tuesday wednesday thursday "
    "friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun themorn themorra theday"
)
_BEFORE: Final = word_set("at on for during make maybe say this then call text ring phone me pal aroon roond")
_AFTER: Final = word_set("on in the at this then sharp prompt dot time day would suit me of during exactly")
_HHMM: Final = re.compile(r"([0-9]{1,2})[.:h]([0-9]{2})")
_BLOCK: Final = re.compile(r"([0-9]{1,2})([0-9]{2})")
_REWRITES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?<=[a-z])-(?=[a-z0-9])"), " "),
    (re.compile(r"\b([0-9]{1,2})h([0-5][0-9])\b"), r"\1.\2"),
    (re.compile(r"(?<![a-z])([ap])\.\s?m\b\.?"), r"\1m"),
    (re.compile(r"\btea[ -]time\b"), "teatime"),
    (re.compile(r"\bmid[ -](day|night)\b"), r"mid\1"),
    (re.compile(r"\bo['\s]*clock\b"), "oclock"),
    (re.compile(r"\bthe morn'?s?(?: (?=morn|night|nicht|teatime|efternoon|afternoon|evenin))?(?!\w)"), "themorn "),
    (re.compile(r"\bthe morr?a\b"), "themorra"),
    (re.compile(r"\bthe ni(?:gh|ch)t\b"), "thenight"),
    (re.compile(r"\bthe day\b"), "theday"),
    (re.compile(r"\b(1?[0-9]|2[0-3]|0[0-9])\s?:\s?([0-5][0-9])(?:\s?:\s?00)?(?![0-9])"), r"\1.\2"),
    (re.compile(r"\b((?:[01][0-9]|2[0-3])[0-5][0-9])\s?(?:hrs?|hours|h)\b"), r"\1 oclock"),
    (re.compile(r"\b12\s?(?:o?clock\s)?(noon|midday|midnight)\b"), r"\1"),
    (re.compile(r"\btwelve (noon|midday|midnight)\b"), r"\1"),
    (re.compile(r"(?<=[0-9])(?=[ap]m\b)"), " "),
    (re.compile(r"(?<=[0-9])\s?([ap])(?=\W*$)"), r" \1m"),
    (re.compile(r"\bon the dot\b"), "sharp"),
    (re.compile(r"\b(?:at|aboot|about|round) the back o'?f?\b"), "back of"),
)
_IN_ABOUT: Final = word_set("about aboot around roughly maybe mibbe just another like x i'll i'd")
_EXACT: Final = re.compile(r"(0?[1-9]|1[0-2])(?:[:.]([0-5][0-9]))?\s?([ap])\.?m")
_EXACT_24: Final = re.compile(r"(0[0-9]|1[3-9]|2[0-3])[:.]?([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class _Found:
    """A time at tokens `start` to `end` (not included). `sure`: morning or evening is said, or it is the 24-hour clock."""

    start: int
    end: int
    hour: int
    minute: int
    sure: bool


def understand(answer: TimeAnswer, text: str, moment: datetime) -> Understanding:
    """The time that `text` means. `moment`: now, aware, in the person's own zone."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = _rewritten(unwrapped(spoken(text)))
    if (later := _counted(said, moment)) is not None:
        return _taken(later.hour, later.minute, sure=False)
    typed = tokens(said)
    if asks_back(typed):
        return NOT_UNDERSTOOD
    parts, rest = _without_parts(typed)
    days = frozenset(one for one in rest if one in _DAYS or _is_day(one))
    times = _times(rest)
    if not times or len({(one.hour, one.minute, one.sure) for one in times}) > 1 or len(set(parts)) > 1:
        return NOT_UNDERSTOOD
    before, after = rest[: times[0].start], rest[times[-1].end :]
    between = rest[times[0].end : times[-1].start] if len(times) > 1 else []
    if not plain(before, _BEFORE | days) or not plain(between) or not leaves(after, _is_value, _AFTER | days):
        return NOT_UNDERSTOOD
    if "?" in typed and not (plain(before, _BEFORE | days) and plain(after, _AFTER | days)):
        return NOT_UNDERSTOOD
    clock = _on_the_clock(times[0], parts[0] if parts else None, moment)
    return NOT_UNDERSTOOD if clock is None else _taken(*clock, sure=isinstance(exactly(answer, text), Taken))


def exactly(answer: TimeAnswer, text: str) -> Understanding:
    """With am or pm, or by the 24-hour clock (from 13, or with a leading nought), or noon, midday, midnight."""
    said = literal(text)
    if said in ("noon", "midday", "midnight"):
        return _taken(*_FIXED[said], sure=True)
    if found := _EXACT.fullmatch(said):
        return _taken(int(found[1]) % 12 + (12 if found[3] == "p" else 0), int(found[2] or 0), sure=True)
    if found := _EXACT_24.fullmatch(said):
        return _taken(int(found[1]), int(found[2]), sure=True)
    return NOT_UNDERSTOOD


def hint(answer: TimeAnswer) -> str:
    """What is said when a reply was no time."""
    return "Please text a time, such as 7pm or 19:00."


def said_back(hour: int, minute: int) -> str:
    """A time in words: `19, 30` → "7:30pm"."""
    if minute == 0 and hour in (0, 12):
        return "midnight" if hour == 0 else "noon"
    minutes = f":{minute:02d}" if minute else ""
    return f"{hour % 12 or 12}{minutes}{'am' if hour < 12 else 'pm'}"


def is_time(word: str) -> bool:
    """Whether a word may belong to a time of day (for a date, beside which a time is left aside)."""
    return word in _PARTS or word in _FIXED or word in _CLOCK or _HHMM.fullmatch(word) is not None


def _rewritten(said: str) -> str:
    for pattern, plainly in _REWRITES:
        said = pattern.sub(plainly, said)
    return said


def _counted(said: str, moment: datetime) -> datetime | None:
    """ "in an hour", "an hour from now", "in half an hour's time": counted in real time, over changes of the clocks."""
    typed = tokens(duration.prepared(said.replace("'s time", " time").replace("' time", " time")))
    typed = [one for one in typed if one not in ".!,"]
    for at, word in enumerate(typed):
        if (length := duration.length_at(typed, at)) is None:
            continue
        before, after = list(typed[:at]), list(typed[length.end :])
        counted = "in" in before[-3:] or after[:2] == ["from", "now"]
        rest = [one for one in (*before, *after) if one not in ("in", "from", "now", "time", "or", "so")]
        if not counted or not plain(rest, _IN_ABOUT) or before.count("in") > 1 or word == "?":
            return None
        if "?" in rest and len(rest) > 1 and not plain(rest):
            return None
        return (moment.astimezone(UTC) + timedelta(seconds=length.seconds)).astimezone(moment.tzinfo)
    return None


def _without_parts(typed: Sequence[str]) -> tuple[list[Part], list[str]]:
    """The parts of the day that are said, and the tokens without them ("in the morning" goes as a whole)."""
    parts: list[Part] = []
    rest: list[str] = []
    for word in typed:
        part = _part(word)
        stray = word in ("am", "pm") and not (
            rest and (rest[-1][0].isdigit() or rest[-1] in _CLOCK or number_word(rest[-1]))
        )
        if part is None or stray:  # "I am 7"
            rest.append(word)
            continue
        parts.append(part)
        while rest and rest[-1] in ("the", "in", "at", "this", "o", "of", "i"):
            if rest[-1] == "at" and word not in ("night", "nicht"):
                break
            rest.pop()
        rest.append("~")
    return _merged(parts), [one for one in rest if one != "~"]


def _part(word: str) -> Part | None:
    """The part of the day that a word names, with a small typo too."""
    return _PARTS.get(word) or next((_PARTS[long] for long in _LONG_PARTS if slip(word, long)), None)


def _merged(parts: list[Part]) -> list[Part]:
    """ "7pm tonight" says one part twice."""
    later = {"pm", "afternoon", "evening", "night"}
    if len(parts) > 1 and set(parts) <= {"am", "morning"}:
        return ["am"]
    if len(parts) > 1 and "pm" in parts and set(parts) <= later:
        return ["pm"]
    if len(parts) > 1 and set(parts) <= {"evening", "night"}:
        return ["evening"]
    return parts


def _is_day(word: str) -> bool:
    return len(word) > 5 and any(slip(word, day) for day in _DAYS if len(day) > 5)


def _times(typed: Sequence[str]) -> list[_Found]:
    found: list[_Found] = []
    at = 0
    while at < len(typed):
        time = _time_at(typed, at)
        if time is not None:
            found.append(time)
        elif typed[at][0].isdigit():
            return []
        at = time.end if time is not None else at + 1
    return found


def _time_at(typed: Sequence[str], at: int) -> _Found | None:
    word = typed[at]
    if word in _FIXED:
        return _Found(at, at + 1, *_FIXED[word], True)
    if (minutes := _offset(typed, at)) is not None:
        return minutes
    if (found := _HHMM.fullmatch(word)) or (len(word) in (3, 4) and (found := _BLOCK.fullmatch(word))):
        end = at + 2 if typed[at + 1 : at + 2] and typed[at + 1] in _CLOCK else at + 1
        return _written(at, end, found[1], found[2])
    hour = _hour(word)
    if hour is None:
        return None
    end, minute = at + 1, 0
    if typed[end : end + 1] and typed[end] in _CLOCK:
        end += 1
    elif (span := number_at(typed, end) if end < len(typed) else None) and _said_minutes(typed[end], span.value):
        end, minute = span.end, int(span.value)
    if typed[end : end + 1] and typed[end] in duration.UNITS and typed[end] != "h":
        return None
    return _written(at, end, word if word.isdigit() else str(hour), f"{minute:02d}")


def _said_minutes(word: str, value: float) -> bool:
    """ "seven thirty", "7 15": minutes after the hour, five to fifty-nine, no second hour."""
    return value in (15, 20, 25, 30, 35, 40, 45, 50, 55) and ":" not in word


def _offset(typed: Sequence[str], at: int) -> _Found | None:
    """ "half seven", "half past seven", "quarter tae nine", "ten past six", "20 to 8"."""
    word = typed[at]
    if word in _HALF:
        start = at + 2 if typed[at + 1 : at + 2] and typed[at + 1] in _PAST else at + 1
        return _from_hour(typed, at, start, 30)
    end = at + 1
    if word in _QUARTER:
        minutes = 15
    else:
        span = number_at(typed, at)
        if span is None or not 1 <= span.value <= 29 or span.value != int(span.value):
            return None
        minutes, end = int(span.value), span.end
        if typed[end : end + 1] and typed[end] in ("minutes", "mins", "min", "minute"):
            end += 1
    if typed[end : end + 1] and typed[end] in _PAST:
        return _from_hour(typed, at, end + 1, minutes)
    if typed[end : end + 1] and typed[end] in _TO:
        return _to_hour(typed, at, end, minutes)
    return None


def _to_hour(typed: Sequence[str], at: int, end: int, minutes: int) -> _Found | None:
    if minutes not in (5, 10, 15, 20, 25) or (typed[at].isdigit() and minutes < 15 and typed[end] not in ("to", "tae")):
        return None
    if typed[at] not in _QUARTER and minutes not in (5, 10, 20, 25):
        return None
    return _from_hour(typed, at, end + 1, -minutes)


def _from_hour(typed: Sequence[str], at: int, place: int, minutes: int) -> _Found | None:
    """`minutes` past the hour that stands at `place` (before it, when negative)."""
    if place >= len(typed):
        return None
    if typed[place] in ("noon", "midday", "midnight"):
        of_day = (_FIXED[typed[place]][0] * 60 + minutes) % 1_440
        return _Found(at, place + 1, of_day // 60, of_day % 60, True)
    hour = _hour(typed[place])
    if hour is None or not 1 <= hour <= 12:
        return None
    end = place + 2 if typed[place + 1 : place + 2] and typed[place + 1] in _CLOCK else place + 1
    of_day = (hour % 12 * 60 + minutes) % 720
    return _Found(at, end, of_day // 60 or 12, of_day % 60, False)


def _hour(word: str) -> int | None:
    number = int(word) if word.isdigit() and len(word) < 3 else number_word(word)
    return number if number is not None and 1 <= number <= 23 else None


def _written(at: int, end: int, hour: str, minute: str) -> _Found | None:
    hours, minutes = int(hour), int(minute)
    if hours > 23 or minutes > 59:
        return None
    sure = hours > 12 or hours == 0 or (len(hour) == 2 and hour[0] == "0")
    return _Found(at, end, hours, minutes, sure)


def _on_the_clock(found: _Found, part: Part | None, moment: datetime) -> tuple[int, int] | None:
    """The hour and minute of the day. None where the part of the day does not go with the hour."""
    hour, minute = found.hour, found.minute
    if found.sure:
        return (hour, minute) if part is None or _agrees(hour, part) else None
    half = hour % 12
    match part:
        case None:
            return _next(half, minute, moment)
        case "am":
            return half, minute
        case "pm":
            return half + 12, minute
        case "morning":
            return (half, minute) if half else None
        case "afternoon":
            return (half + 12, minute) if half <= 7 else None
        case "evening" | "night":
            return _at_night(half, minute)


def _at_night(half: int, minute: int) -> tuple[int, int] | None:
    if half == 0:
        return 0, minute
    return (half + 12, minute) if half >= 4 else None


def _agrees(hour: int, part: Part) -> bool:
    if part in ("am", "morning"):
        return hour < 12
    return hour >= 12 or (part in ("evening", "night") and hour == 0)


def _next(half: int, minute: int, moment: datetime) -> tuple[int, int]:
    """The next time that the clock shows it after now; bare twelve is noon."""
    if half == 0:
        return 12, minute
    now = (moment.hour, moment.minute)
    return (half, minute) if now < (half, minute) or now >= (half + 12, minute) else (half + 12, minute)


def _is_value(token: str) -> bool:
    return token[0].isdigit() or token in _FIXED or number_word(token) is not None


def _taken(hour: int, minute: int, *, sure: bool) -> Understanding:
    return Taken(f"{hour:02d}:{minute:02d}", sure, said_back(hour, minute))
