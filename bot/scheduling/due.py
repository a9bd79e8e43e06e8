"""★ When an occurrence is really looked at: its nominal moment moved by the spread and by quiet hours, never its key.

`daily at 09:30` with spread 20 m and quiet hours 21:00-09:00: Isla's is due at 09:41 today, and tomorrow at 09:33. With
`daily at 08:00` it waits for 09:00.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.people.hours import after_quiet, parse_quiet
from bot.scheduling.rules import Nominal
from bot.scheduling.spread import spread_of
from storage.records import Person, Schedule, Team


def due_of(schedule: Schedule, nominal: Nominal, person: Person, team: Team) -> datetime:
    """The moment (UTC) at which this occurrence is due for this person."""
    spread = spread_of(schedule.id, nominal.local_date, timedelta(seconds=schedule.spread))
    moment = nominal.due_at + spread
    return after_quiet(parse_quiet(team.quiet), moment, ZoneInfo(person.zone)) if team.quiet else moment


def wait_for(schedule: Schedule, nominal: Nominal, due_at: datetime) -> None:
    """The schedule waits for this occurrence, to be looked at then."""
    schedule.next_date, schedule.next_slot = nominal.local_date, nominal.slot
    schedule.next_nominal_at, schedule.due_at = nominal.due_at, due_at


def waited_for(schedule: Schedule) -> Nominal | None:
    """The occurrence that the schedule waits for."""
    if schedule.next_date is None or schedule.next_slot is None or schedule.next_nominal_at is None:
        return None
    return Nominal(schedule.next_date, schedule.next_slot, schedule.next_nominal_at)
