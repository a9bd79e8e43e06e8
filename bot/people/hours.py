"""Staffed hours and quiet hours: when somebody is in, and when texts should wait. Pure.

Hours are wall-clock times in a time zone; moments that come in and go out are aware, in UTC. A wall time becomes
a moment as everywhere in blether: `wall.replace(tzinfo=zone, fold=0)`. So 09:00 to 17:00 in London is 09:00-17:00
UTC on 27 March 2026 and 08:00-16:00 UTC on 30 March.

    "mon-fri 09:00-17:00"                     Monday 9am to 5pm, … Friday; not on bank holidays
    "mon-thu 09:00-17:00, fri 09:00-12:30"    parts, by commas; a day may have several
    "mon-thu 18:00-02:00, fri 18:00-24:00"    an end at or before the start is on the next day
    "always"                                  day and night, bank holidays too
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from holidays import country_holidays

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES
_SEARCH_DAYS = 60  # longer than any run of bank holidays; past it the hours are never staffed
_PART = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d:\d\d)-(\d\d:\d\d)")
_QUIET = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


class HoursError(ValueError):
    """The text is not hours as blether reads them; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one day in minutes since its midnight; `end` goes past 1440 when it ends on the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StaffedHours:
    """Spans for each weekday, Monday first, each day's in order."""

    days: tuple[tuple[Span, ...], ...]
    always: bool = False


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which texts wait, from `start` to `end` by the wall clock, over midnight if `end` is not later."""

    start: time
    end: time


@lru_cache(maxsize=256)
def parse_staffed(text: str) -> StaffedHours:
    """Read staffed hours in the forms above, any case and spacing. Raises `HoursError`."""
    plain = " ".join(text.lower().split())
    if plain == "always":
        return StaffedHours(((Span(0, _DAY_MINUTES),),) * 7, always=True)
    days: list[list[Span]] = [[] for _ in DAYS]
    for part in re.split(r" ?, ?", plain):
        match = _PART.fullmatch(re.sub(r" ?- ?", "-", part))
        if match is None:
            raise HoursError('not hours like "mon-fri 09:00-17:00" or "always"')
        first, last, opens, closes = match.groups()
        start, end = _minutes(opens, last_of_day=False), _minutes(closes)
        if start == end:
            raise HoursError("hours that begin and end at the same time; a whole day is 00:00-24:00")
        for day in _day_range(first, last or first):
            days[day].append(Span(start, end if end > start else end + _DAY_MINUTES))
    _refuse_overlaps(days)
    return StaffedHours(tuple(tuple(sorted(spans, key=lambda span: span.start)) for spans in days))


def _minutes(text: str, *, last_of_day: bool = True) -> int:
    hours, minutes = int(text[:2]), int(text[3:])
    most = _DAY_MINUTES if last_of_day else _DAY_MINUTES - 1
    if minutes > 59 or hours * 60 + minutes > most:
        raise HoursError("not a time of day; write it as 09:00, up to 23:59 (an end may be 24:00)")
    return hours * 60 + minutes


def _day_range(first: str, last: str) -> range:
    if first not in DAYS or last not in DAYS:
        raise HoursError(f"not a day; the days are {' '.join(DAYS)}")
    start, end = DAYS.index(first), DAYS.index(last)
    if end < start:
        raise HoursError("days that run backwards; write them as two parts, like fri and mon")
    return range(start, end + 1)


def _refuse_overlaps(days: list[list[Span]]) -> None:
    week = sorted(
        (day * _DAY_MINUTES + span.start, day * _DAY_MINUTES + span.end)
        for day, spans in enumerate(days)
        for span in spans
    )
    following = [*week[1:], (week[0][0] + _WEEK_MINUTES, 0)]
    if any(end > start for (_, end), (start, _) in zip(week, following, strict=True)):
        raise HoursError("parts that overlap; give each hour once")


@lru_cache(maxsize=256)
def bank_holidays(region: str, year: int) -> frozenset[date]:
    """The bank holidays of a region ("GB-SCT": country and subdivision) in a year. Source: the holidays library."""
    country, _, subdivision = region.partition("-")
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, _DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _spans(hours: StaffedHours, day: date, region: str | None) -> tuple[Span, ...]:
    if region is not None and not hours.always and day in bank_holidays(region, day.year):
        return ()
    return hours.days[day.weekday()]


def _stretches(
    hours: StaffedHours, at: datetime, zone: ZoneInfo, region: str | None
) -> Iterator[tuple[datetime, datetime]]:
    """Staffed stretches that end after `at`, in order, those that touch joined."""
    today = at.astimezone(zone).date()
    open_from: datetime | None = None
    open_to: datetime | None = None
    for offset in range(-1, _SEARCH_DAYS):
        day = today + timedelta(days=offset)
        for span in _spans(hours, day, region):
            start, end = _moment(day, span.start, zone), _moment(day, span.end, zone)
            if open_from is not None and open_to is not None:
                if start <= open_to:
                    open_to = max(open_to, end)
                    continue
                if open_to > at:
                    yield open_from, open_to
            open_from, open_to = start, end
    if open_from is not None and open_to is not None and open_to > at:
        yield open_from, open_to


def is_staffed(hours: StaffedHours, at: datetime, zone: ZoneInfo, region: str | None) -> bool:
    """Whether somebody is in at `at` (UTC). `region` None: bank holidays are days like others.

    The start counts, the end does not: "mon-fri 09:00-17:00" is staffed at 09:00 and not at 17:00.
    """
    return hours.always or next_staffed(hours, at, zone, region) == at


def next_staffed(hours: StaffedHours, at: datetime, zone: ZoneInfo, region: str | None) -> datetime:
    """The first moment at or after `at` (UTC) when somebody is in: `at` itself while they are.

    Friday 17:30 → Monday 09:00. Raises `HoursError` when nobody is in for 60 days.
    """
    if hours.always:
        return at
    for start, _ in _stretches(hours, at, zone, region):
        return max(start, at)
    raise HoursError("hours in which nobody is ever in")


def end_of_staffed_half_day(hours: StaffedHours, at: datetime, zone: ZoneInfo, region: str | None) -> datetime:
    """The end (UTC) of the next staffed half-day: the first half that begins at or after `at`.

    A day's staffed span, from its first minute to its last, is split in the middle. With "mon-fri 09:00-17:00":
    Monday 08:00 → Monday 13:00; Monday 10:00 → Monday 17:00 (the half that has begun may be nearly over, so it
    promises nothing); Monday 14:00 → Tuesday 13:00; Friday 18:00 → Monday 13:00. A lunch break in the middle is
    left out: "mon 09:00-12:30, mon 13:30-17:00" has halves that end at 12:30 and 17:00. Raises `HoursError` when
    nobody is in for 60 days.
    """
    today = at.astimezone(zone).date()
    for offset in range(-1, _SEARCH_DAYS):
        day = today + timedelta(days=offset)
        for start, end in _halves(_spans(hours, day, region)):
            if _moment(day, start, zone) >= at:
                return _moment(day, end, zone)
    raise HoursError("hours in which nobody is ever in")


def _halves(spans: tuple[Span, ...]) -> list[tuple[int, int]]:
    if not spans:
        return []
    middle = (spans[0].start + spans[-1].end) // 2
    before = [(span.start, min(span.end, middle)) for span in spans if span.start < middle]
    after = [(max(span.start, middle), span.end) for span in spans if span.end > middle]
    return [(half[0][0], half[-1][1]) for half in (before, after) if half]


@lru_cache(maxsize=256)
def next_seen_sentence(
    hours: StaffedHours,
    now: datetime,
    zone: ZoneInfo,
    region: str | None,
    reader: ZoneInfo | None = None,
) -> str:
    """When the team is in, as a sentence in GSM-7 letters: the context's `team.next_seen`.

    "The team is in now, until 5pm." "The team is next in today at 9am." "The team is next in tomorrow at 9am."
    "The team is next in on Monday at 9am." and, a week off or more, "… on Monday 5 January at 9am."
    `zone` is the team's; times are told in the reader's zone where that is another.
    """
    if hours.always:
        return "The team is in day and night."
    try:
        start, end = next(_stretches(hours, now, zone, region))
    except StopIteration:
        raise HoursError("hours in which nobody is ever in") from None
    told_in = reader or zone
    today = now.astimezone(told_in).date()
    if start <= now:
        until = end.astimezone(told_in)
        day = "" if end - now < timedelta(hours=18) else _day(until, today).removeprefix("on ") + " at "
        return f"The team is in now, until {day}{_clock(until)}."
    opens = start.astimezone(told_in)
    return f"The team is next in {_day(opens, today)} at {_clock(opens)}."


def _day(moment: datetime, today: date) -> str:
    ahead = (moment.date() - today).days
    weekday = _WEEKDAYS[moment.weekday()]
    match ahead:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case _ if ahead < 7:
            return f"on {weekday}"
        case _:
            return f"on {weekday} {moment.day} {_MONTHS[moment.month - 1]}"


def _clock(moment: datetime) -> str:
    if moment.minute == 0 and moment.hour in (0, 12):
        return "12 noon" if moment.hour else "12 midnight"
    hour, half = (moment.hour - 1) % 12 + 1, "am" if moment.hour < 12 else "pm"
    return f"{hour}.{moment.minute:02d}{half}" if moment.minute else f"{hour}{half}"


def parse_quiet(text: str) -> Quiet:
    """Read quiet hours, "21:00-09:00". Raises `HoursError`."""
    match = _QUIET.fullmatch(re.sub(r"\s", "", text))
    if match is None:
        raise HoursError('not quiet hours like "21:00-09:00"')
    start, end = (_minutes(part, last_of_day=False) for part in match.groups())
    if start == end:
        raise HoursError("quiet hours that begin and end at the same time; nothing could ever be sent")
    return Quiet(time(start // 60, start % 60), time(end // 60, end % 60))


def in_quiet(quiet: Quiet, at: datetime, zone: ZoneInfo) -> bool:
    """Whether `at` (UTC) falls in quiet hours by the wall clock of `zone`; the end itself is not quiet."""
    wall = at.astimezone(zone).time()
    if quiet.start < quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


def after_quiet(quiet: Quiet, at: datetime, zone: ZoneInfo) -> datetime:
    """`at` itself, or the end of the quiet hours that it falls in (UTC).

    "21:00-09:00" in London: 22:15 on Saturday 28 March 2026 (GMT) → 09:00 BST on Sunday, 08:00 UTC. An hour that
    the clocks put in twice is waited for until it is over.
    """
    if not in_quiet(quiet, at, zone):
        return at
    today = at.astimezone(zone).date()
    ends = sorted(
        datetime.combine(today + timedelta(days=days), quiet.end, zone).replace(fold=fold).astimezone(UTC)
        for days in (0, 1)
        for fold in (0, 1)
    )
    return next(end for end in ends if end >= at and not in_quiet(quiet, end, zone))
