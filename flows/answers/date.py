"""A day in the person's own zone: "thursdy", "the morn", "20/3", "the 5th", "in 3 days", "a week on monday".

On Wednesday 18 March 2026: "friday" is the 20th, "next mon" the 23rd, "next fri" is asked again (the 20th or the 27th),
"wednesday" too (today, or in a week). Day first always; no year is the next such date, today included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flows.answers import calendar_words as say
from flows.answers.clock import is_time
from flows.answers.folding import LONGEST, literal, spoken, word_set
from flows.answers.manner import asks_back, leaves, plain, unwrapped
from flows.answers.numerals import number_at
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding
from flows.model import DateAnswer

_BEFORE: Final = word_set("on for at maybe see make try call do go going oan fur")
_AFTER: Final = word_set("then please on at in the this of good best morning night first thing if that date time")
_CLOCK: Final = re.compile(
    r"(?<![\w.:/-])(?:at |aboot |about |around |roond )?"
    r"(?:[0-9]{1,2}[.:][0-5][0-9]\s?(?:[ap]m)?(?![.\-/0-9])|[0-9]{1,2}\s?[ap]\.?m\.?"
    r"|noon|midday|midnight|tea\s?time|lunch\s?time)(?!\w)|\bat (?:half )?[0-9a-z]+(?=\W*$)"
    r"|\b(?:after|efter|before|from|by|till?) (?:half )?[0-9]{1,2}(?:[.:][0-9]{2})?\s?(?:[ap]m)?(?=\W*$)"
    r"|(?<![\w])[ap]m\b|\bfirst thing\b|\bearly(?: doors)?\b|\blate(?: on)?\b"
    r"|\b(?:in the |at |the )?(?:mornin[g']?|afternoon|efternoon|evenin[g']?)\b|(?<!the )(?<!last )\b(?:at )?ni(?:gh|ch)t\b"
)
_YEAR: Final = re.compile(r"(?:19|20|21)[0-9]{2}|'[0-9]{2}|2[4-9]|3[0-9]")
_EXACT: Final = re.compile(
    r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})"
    r"|(?P<d2>[0-9]{1,2})\s?[/.-]\s?(?P<m2>[0-9]{1,2})\s?[/.-]\s?(?P<y2>[0-9]{4}|[0-9]{2})"
    r"|(?P<d3>[0-9]{1,2})(?:st|nd|rd|th)?(?: of)? (?P<m3>[a-z]+),? (?P<y3>[0-9]{4})"
    r"|(?P<m4>[a-z]+) (?P<d4>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<y4>[0-9]{4})"
)


@dataclass(frozen=True, slots=True)
class _Day:
    """A day at tokens `start` to `end` (not included); `day` None: it is said, but which one is not clear."""

    start: int
    end: int
    day: date | None


_Reader = Callable[[Sequence[str], int, date], "tuple[int, date | None] | None"]


def understand(answer: DateAnswer, text: str, today: date) -> Understanding:
    """The day that `text` means. `today`: the person's own."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = say.rewritten(unwrapped(spoken(text)))
    typed = say.tokens(_CLOCK.sub(" ", said))
    if asks_back(typed):
        return NOT_UNDERSTOOD
    days = list(_days(typed, today))
    if not days or any(one.day is None for one in days) or len({one.day for one in days}) > 1:
        return NOT_UNDERSTOOD
    before, after = typed[: days[0].start], typed[days[-1].end :]
    between = typed[days[0].end : days[-1].start] if len(days) > 1 else []
    if typed[days[0].start : days[0].end] in (["mon"], ["sun"], ["sat"]) and "then" in after:  # "mon then": come on
        return NOT_UNDERSTOOD
    if not plain(before, _BEFORE) or not plain(between, _BEFORE) or not leaves(after, _is_value, _AFTER):
        return NOT_UNDERSTOOD
    if "?" in typed and not (plain(before, _BEFORE) and plain(after, _AFTER)):
        return NOT_UNDERSTOOD
    return _taken(days[0].day, today, sure=isinstance(exactly(answer, text, today), Taken))


def exactly(answer: DateAnswer, text: str, today: date) -> Understanding:
    """Today, tomorrow, yesterday, or day and month and year, alone."""
    said = literal(text)
    if said in say.NEAR_PLAIN:
        return _taken(today + timedelta(days=say.NEAR_PLAIN[said]), today, sure=True)
    found = _EXACT.fullmatch(said)
    if found is None:
        return NOT_UNDERSTOOD
    day, month, year = (
        next(part for name, part in found.groupdict().items() if name[0] == key and part) for key in "dmy"
    )
    number = int(month) if month.isdigit() else say.MONTHS_PLAIN.get(month, 0)
    return _taken(_date(say.full_year(year), number, int(day)), today, sure=True)


def hint(answer: DateAnswer) -> str:
    """What is said when a reply was no one day."""
    return "Please text a day, such as tomorrow, Friday or 20 March."


def said_back(day: date) -> str:
    """A day in words: "Friday 20 March"."""
    return f"{say.WEEKDAYS[day.weekday()].capitalize()} {day.day} {say.MONTHS[day.month - 1].capitalize()}"


def _taken(day: date | None, today: date, *, sure: bool) -> Understanding:
    if day is None or not 1900 <= day.year <= 2200:
        return NOT_UNDERSTOOD
    year = "" if abs((day - today).days) < 300 else f" {day.year}"
    return Taken(day.isoformat(), sure, f"{said_back(day)}{year}")


def _days(typed: Sequence[str], today: date) -> Iterator[_Day]:
    at = 0
    while at < len(typed):
        found = next((one for read in _READERS if (one := read(typed, at, today)) is not None), None)
        if found is None:
            at += 1
        else:
            yield _Day(at, found[0], found[1])
            at = found[0]


def _near(typed: Sequence[str], at: int, today: date) -> tuple[int, date | None] | None:
    """today, tomorrow, yesterday, the day after tomorrow; a week today, today week."""
    days = say.near(typed[at])
    if days is None:
        return None
    end = at + 1
    if typed[end : end + 1] == ["week"]:
        days, end = days + 7, end + 1
    return end, today + timedelta(days=days)


def _ahead(typed: Sequence[str], at: int, today: date) -> tuple[int, date | None] | None:
    """ "in 3 days", "3 days ago", "2 weeks today", "a week on monday", "a fortnight tomorrow", "in a week's time"."""
    start = at + 1 if typed[at] == "in" else at
    counted = _count(typed, start)
    if counted is None:
        return None
    end, days = counted
    rest = list(typed[end : end + 2])
    if typed[at] == "in":
        return (end + 1 if rest[:1] == ["time"] else end), today + timedelta(days=days)
    if rest[:1] == ["time"]:
        return end + 1, today + timedelta(days=days)
    if rest[:1] == ["ago"]:
        return end + 1, today - timedelta(days=days)
    if rest == ["from", "now"]:
        return end + 2, today + timedelta(days=days)
    if days % 7:
        return end, None
    place = end + 1 if rest[:1] in (["on"], ["from"], ["come"]) else end
    if place < len(typed) and (near := say.near(typed[place])) is not None:
        return place + 1, today + timedelta(days=days + near)
    if place > end and place < len(typed) and (weekday := say.weekday(typed[place])) is not None:
        coming = _coming(weekday, today)
        return place + 1, None if coming is None else coming + timedelta(days=days)
    return end, None


def _count(typed: Sequence[str], at: int) -> tuple[int, int] | None:
    """A number of days, weeks or fortnights: where it ends, how many days."""
    if at >= len(typed):
        return None
    if typed[at] in ("a", "an", "one", "wan") and typed[at + 1 : at + 2] != ["couple"]:
        long = say.DAYS_OF.get(typed[at + 1]) if at + 1 < len(typed) else None
        return None if long is None else (at + 2, long)
    if typed[at : at + 2] == ["a", "couple"]:
        return _count(typed, at + 1)
    if typed[at] == "couple":
        place = at + 2 if typed[at + 1 : at + 2] in (["of"], ["o"], ["o'"]) else at + 1
        long = say.DAYS_OF.get(typed[place]) if place < len(typed) else None
        return None if long is None else (place + 1, 2 * long)
    span = number_at(typed, at)
    if span is None or span.value != int(span.value) or span.end >= len(typed) or span.value > 1_000:
        return (at + 1, 7) if typed[at] == "week" and _on_or_near(typed, at + 1) else None
    long = say.days_of(typed[span.end])
    return None if long is None else (span.end + 1, int(span.value) * long)


def _on_or_near(typed: Sequence[str], at: int) -> bool:
    """ "week on monday", "week today" """
    return at < len(typed) and (typed[at] == "on" or say.near(typed[at]) is not None)


def _weekday(typed: Sequence[str], at: int, today: date) -> tuple[int, date | None] | None:
    """A weekday, with what stands before and after it; a date after it must agree with it."""
    which = typed[at] if typed[at] in ("this", "next", "last", "coming") else ""
    place = at + 1 if which else at
    if typed[place : place + 2] == ["week", "on"] and place + 2 < len(typed):  # "next week on friday"
        place += 2 if which == "next" else 0
    elif typed[place : place + 1] == ["week"] and which == "next":
        place += 1
    of_next_week = place > at + 1
    weekday = say.weekday(typed[place]) if place < len(typed) else None
    if weekday is None:
        return (place, None) if which and typed[place : place + 1] in (["week"], ["weekend"], ["month"]) else None
    end = place + 1
    if typed[end : end + 2] == ["next", "week"]:
        of_next_week, end = True, end + 2
    elif typed[end : end + 1] == ["week"]:
        coming = _coming(weekday, today)
        return end + 1, None if coming is None else coming + timedelta(days=7)
    elif typed[end : end + 1] == ["coming"] or typed[end : end + 2] == ["this", "week"]:
        end += 1 if typed[end] == "coming" else 2
        return end, _coming(weekday, today)
    elif typed[end : end + 1] in (["past"], ["gone"], ["there"]) or typed[end : end + 2] == ["last", "week"]:
        return end + 1, None
    if of_next_week:
        return end, today - timedelta(days=today.weekday()) + timedelta(days=7 + weekday)
    if not which and (dated := _dated_after(typed, end, today)) is not None:
        return dated[0], _agreeing(dated[1], weekday)
    return end, _which_weekday(weekday, which, today)


def _dated_after(typed: Sequence[str], end: int, today: date) -> tuple[int, date | None] | None:
    while end < len(typed) and typed[end] in ("the", ","):
        end += 1
    return _dated(typed, end, today) if end < len(typed) else None


def _agreeing(day: date | None, weekday: int) -> date | None:
    return day if day is not None and day.weekday() == weekday else None


def _which_weekday(weekday: int, which: str, today: date) -> date | None:
    match which:
        case "last":
            back = (today.weekday() - weekday) % 7 or 7
            return today - timedelta(days=back)
        case "next":
            return None if weekday > today.weekday() else today + timedelta(days=(weekday - today.weekday()) % 7 or 7)
        case _:
            return _coming(weekday, today)


def _coming(weekday: int, today: date) -> date | None:
    """The next such day after today; today's own weekday could be today or in a week."""
    ahead = (weekday - today.weekday()) % 7
    return today + timedelta(days=ahead) if ahead else None


def _dated(typed: Sequence[str], at: int, today: date) -> tuple[int, date | None] | None:
    """ "20/3", "20.3.26", "2026-03-20", "20th", "20 march 2026", "march 20th"; a weekday after it must agree."""
    found = _numeric(typed, at, today) or _day_and_month(typed, at, today) or _month_and_day(typed, at, today)
    if found is None and (number := say.ordinal(typed[at])) is not None:
        found = at + 1, _next_month_with(number, today)
    if found is None:
        return None
    end = found[0] + 1 if typed[found[0] : found[0] + 1] == [","] else found[0]
    weekday = say.weekday(typed[end]) if end < len(typed) else None
    return found if weekday is None else (end + 1, None if found[1] is None else _agreeing(found[1], weekday))


def _numeric(typed: Sequence[str], at: int, today: date) -> tuple[int, date | None] | None:
    written = typed[at]
    if not say.NUMERIC.fullmatch(written):
        return None
    parts = [part for part in re.split(r"[/.-]", written) if part]
    if len(parts[0]) == 4:
        return at + 1, _date(int(parts[0]), int(parts[1]), int(parts[2])) if len(parts) == 3 else None
    if len(parts) == 2:
        return at + 1, None if "-" in written else _next_date(int(parts[0]), int(parts[1]), today)
    return at + 1, _date(say.full_year(parts[2]), int(parts[1]), int(parts[0]))


def _day_and_month(typed: Sequence[str], at: int, today: date) -> tuple[int, date | None] | None:
    number = say.day_number(typed[at])
    if number is None:
        return None
    place = at + 1
    while place < len(typed) and typed[place] in ("of", "o", "o'", "ae"):
        place += 1
    month = say.month(typed[place]) if place < len(typed) else None
    return None if month is None else _with_year(typed, place + 1, number, month, today)


def _month_and_day(typed: Sequence[str], at: int, today: date) -> tuple[int, date | None] | None:
    month = say.month(typed[at])
    if month is None:
        return None
    place = at + 2 if typed[at + 1 : at + 2] == ["the"] else at + 1
    number = say.day_number(typed[place]) if place < len(typed) else None
    return (at + 1, None) if number is None else _with_year(typed, place + 1, number, month, today)


def _with_year(typed: Sequence[str], end: int, day: int, month: int, today: date) -> tuple[int, date | None]:
    place = end + 1 if typed[end : end + 1] == [","] else end
    if place < len(typed) and _YEAR.fullmatch(typed[place]):
        return place + 1, _date(say.full_year(typed[place].lstrip("'")), month, day)
    return end, _next_date(day, month, today)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next_date(day: int, month: int, today: date) -> date | None:
    """The next day of this date, today included; 29 February waits for its year."""
    for year in range(today.year, today.year + 9):
        found = _date(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def _next_month_with(day: int, today: date) -> date | None:
    for months in range(13):
        years, month = divmod(today.month - 1 + months, 12)
        found = _date(today.year + years, month + 1, day)
        if found is not None and found >= today:
            return found
    return None


def _is_value(word: str) -> bool:
    months = None if word == "may" else say.month(word)
    known = (say.near(word), say.weekday(word), say.ordinal(word), months)
    return any(one is not None for one in known) or (word[0].isdigit() and not is_time(word))


_READERS: Final[tuple[_Reader, ...]] = (_ahead, _weekday, _dated, _near)
