"""When a schedule falls due: the rules that a schedule may have, and the next moment each one names.

A rule speaks of the clock on the person's wall. Next times are computed on that wall clock (APScheduler's cron trigger,
with UTC as a mere label) and only then turned into a moment: `wall.replace(tzinfo=zone, fold=0)`. Zoned triggers skip
or double a day at some changes of the clock; this way does not. What it means for `daily at 01:30` in Europe/London:

- 31 March 2024, clocks go from 01:00 to 02:00, there is no 01:30: it runs once that day, as if the clock had not
  changed yet: at 01:30 UTC, when the wall says 02:30.
- 27 October 2024, clocks go back from 02:00 to 01:00, 01:30 comes twice: it runs once, the first time, at 00:30 UTC.
- A whole day that a zone left out (30 December 2011 in Pacific/Apia) has no occurrence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from bot.errors import BotError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# The widest jump a zone's clock has made is a day (Apia, Kwajalein), so no occurrence lies further from its wall time.
_WIDEST_JUMP = timedelta(days=2)

_FORMS = "'daily at 09:30' or 'weekly on mon,thu at 09:30'"
_DAILY = re.compile(r"daily at (\S+)")
_WEEKLY = re.compile(r"weekly on (.+) at (\S+)")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class RuleError(BotError):
    """A rule, or a part of it, is none that blether knows; the text says what is right."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at a time on the wall."""

    at: time

    def __str__(self) -> str:
        return f"daily at {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Weekly:
    """On some days of every week (places in `DAYS`, rising), at a time on the wall."""

    days: tuple[int, ...]
    at: time

    def __str__(self) -> str:
        return f"weekly on {','.join(DAYS[day] for day in self.days)} at {self.at:%H:%M}"


Rule = Daily | Weekly


@dataclass(frozen=True, slots=True)
class Nominal:
    """One occurrence as the rule names it. `local_date` and `slot` are its key and never change; `due_at` (aware, UTC)
    is when that is in the zone asked for, before spread and quiet hours."""

    local_date: date
    slot: str
    due_at: datetime

    @property
    def key(self) -> tuple[date, str]:
        """What makes it one occurrence of its schedule."""
        return (self.local_date, self.slot)


def parse_rule(text: str) -> Rule:
    """Read `daily at 09:30` or `weekly on mon[,thu] at 09:30`; case and spaces do not matter.

    Raises:
        RuleError: it is neither, or its day or time is none.
    """
    words = " ".join(text.casefold().split())
    if match := _DAILY.fullmatch(words):
        return Daily(_read_time(match[1]))
    if match := _WEEKLY.fullmatch(words):
        return Weekly(_read_days(match[1]), _read_time(match[2]))
    raise RuleError(f"a rule is {_FORMS}")


def _read_time(text: str) -> time:
    match = _TIME.fullmatch(text)
    if match is None:
        raise RuleError("a time is two digits, a colon and two digits, from 00:00 to 23:59, as in 09:30")
    return time(int(match[1]), int(match[2]))


def _read_days(text: str) -> tuple[int, ...]:
    names = [name.strip() for name in text.split(",")]
    if any(name not in DAYS for name in names):
        raise RuleError(f"a day is one of {' '.join(DAYS)}, with commas between several, as in mon,thu")
    if len(set(names)) < len(names):
        raise RuleError("a day is named once, as in mon,thu")
    return tuple(sorted(DAYS.index(name) for name in names))


def next_nominal(
    rule: Rule,
    zone: ZoneInfo,
    after: datetime,
    *,
    inclusive: bool = False,
    past: tuple[date, str] | None = None,
) -> Nominal | None:
    """The first occurrence due after `after` (aware UTC), or at it when `inclusive`; None when there is none left.

    `past`, the key of the last occurrence, keeps a day from coming twice when a person moves to another zone: with
    `daily at 09:30`, done on 3 June at 08:30 UTC in Europe/London, then moved to America/New_York: 3 June 09:30 would
    come again at 13:30 UTC; with `past` the next is 4 June 13:30 UTC.

    Example: `daily at 09:30`, Europe/London, after 2024-03-30 09:30 UTC (09:30 on the wall) → 31 March, 09:30 on the
    wall, by then summer time: 08:30 UTC.
    """
    wall = after.astimezone(zone).replace(tzinfo=UTC, fold=0) - _WIDEST_JUMP
    trigger = _trigger(rule)
    while (reached := _next_wall(trigger, wall)) is not None:
        wall = reached + timedelta(seconds=1)
        nominal = _nominal(reached, zone)
        if nominal is None or nominal.due_at < after or (nominal.due_at == after and not inclusive):
            continue
        if past is None or nominal.key > past:
            return nominal
    return None


def occurrences(rule: Rule, zone: ZoneInfo, start: datetime, count: int) -> Iterator[Nominal]:
    """At most `count` occurrences, the first at or after `start` (aware), in order.

    Example: `weekly on mon,thu at 09:30`, Europe/London, from Saturday 2024-03-30 00:00 UTC, 2: Monday 1 April
    08:30 UTC and Thursday 4 April 08:30 UTC.
    """
    after, inclusive = start.astimezone(UTC), True
    for _ in range(count):
        nominal = next_nominal(rule, zone, after, inclusive=inclusive)
        if nominal is None:
            return
        yield nominal
        after, inclusive = nominal.due_at, False


@lru_cache(maxsize=1024)
def _trigger(rule: Rule) -> CronTrigger:
    match rule:
        case Daily(at):
            return CronTrigger(hour=at.hour, minute=at.minute, second=0, timezone=UTC)
        case Weekly(days, at):
            named = ",".join(DAYS[day] for day in days)
            return CronTrigger(day_of_week=named, hour=at.hour, minute=at.minute, second=0, timezone=UTC)


def _next_wall(trigger: CronTrigger, wall: datetime) -> datetime | None:
    try:
        return trigger.get_next_fire_time(None, wall)
    except OverflowError:  # past the year 9999
        return None


def _nominal(wall: datetime, zone: ZoneInfo) -> Nominal | None:
    """The moment of a time on the wall; None on a day that the zone left out."""
    day = wall.date()
    noon = datetime.combine(day, time(12), zone)
    if noon.astimezone(UTC).astimezone(zone).date() != day:
        return None
    due_at = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return Nominal(day, f"{wall:%H:%M}", due_at)
