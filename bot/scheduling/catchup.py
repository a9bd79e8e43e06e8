"""What becomes of occurrences whose time has come, also after an outage."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.scheduling.rules import Nominal, Rule, next_nominal

SkipReason = Literal["late", "overtaken"]

# After a long outage so many rows are written at most, the newest; the older ones leave only the number `unwritten`.
WRITTEN_AT_MOST = 31


@dataclass(frozen=True, slots=True)
class Begin:
    """This occurrence begins a session now."""

    nominal: Nominal
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """This occurrence begins nothing: `late`, past its grace, or `overtaken` by a newer one that is due as well."""

    nominal: Nominal
    due_at: datetime
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """One schedule brought up to now: a row to write for each of `rows`, in order, and where it waits next."""

    rows: tuple[Begin | Skip, ...]
    unwritten: int
    next: Nominal | None
    next_due_at: datetime | None


def decide_due(nominal: Nominal, due_at: datetime, now: datetime, grace: timedelta) -> Begin | Skip:
    """Whether an occurrence that is due may still begin.

    Example: due 09:30, grace 2 h. At 11:30 it begins; a second later it is skipped as late.
    """
    if now - due_at > grace:
        return Skip(nominal, due_at, "late")
    return Begin(nominal, due_at)


def catch_up(
    rule: Rule,
    zone: ZoneInfo,
    first: Nominal,
    now: datetime,
    grace: timedelta,
    due: Callable[[Nominal], datetime] = lambda nominal: nominal.due_at,
) -> CaughtUp:
    """Everything of one schedule that fell due up to `now` (aware UTC), from `first`, the occurrence it waited for.

    Only the newest that is due may begin, and only within `grace`: after three days off nobody gets three check-ins.
    `due` says when an occurrence is really due (spread, quiet hours); those of one schedule must not overtake each other.

    Example: `daily at 09:30`, grace 2 h, the machine was off from Monday 20:00 to Thursday 10:15. Tuesday's and
    Wednesday's are skipped as late, Thursday's begins at 10:15, Friday 09:30 is next. Had it come back at 12:00,
    Thursday's would be skipped as late too.
    """
    rows: deque[Begin | Skip] = deque(maxlen=WRITTEN_AT_MOST)
    passed, ahead = 0, first
    waiting: Nominal | None = first
    while waiting is not None and (due_at := due(waiting)) <= now:
        rows.append(decide_due(waiting, due_at, now, grace))
        passed, ahead = passed + 1, waiting
        waiting = next_nominal(rule, zone, ahead.due_at, past=ahead.key)
    newest = len(rows) - 1
    written = tuple(_only_newest(row, place == newest) for place, row in enumerate(rows))
    next_due_at = None if waiting is None else due(waiting)
    return CaughtUp(written, passed - len(written), waiting, next_due_at)


def _only_newest(row: Begin | Skip, newest: bool) -> Begin | Skip:
    if isinstance(row, Begin) and not newest:
        return Skip(row.nominal, row.due_at, "overtaken")
    return row
