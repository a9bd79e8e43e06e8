"""★ A schedule has fallen due: what it missed is skipped with a reason, the newest begins or waits a little.

An occurrence does not begin while an alert waits at the address where it would ask, nor while another session is open:
it is looked at again a few minutes later, and skipped once its grace is over. Worked example, `daily at 09:30`, grace 2 h:
at 09:30 an alert waits at the peer worker's phone; it is taken at 09:52; the question comes at 09:55.
"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.matter import Batch
from bot.conversation.speaking import home
from bot.conversation.talking import asks, begin, run_out
from bot.people.joining import end_schedule
from bot.scheduling.catchup import Begin, Skip, catch_up
from bot.scheduling.due import due_of, wait_for, waited_for
from bot.scheduling.rules import Nominal, parse_rule
from flows.model import Flow
from storage.records import Address, Occurrence, Person, Schedule

LOOK_AGAIN: Final = timedelta(minutes=5)


def fall_due(batch: Batch, schedule: Schedule) -> None:
    """Decide everything of this schedule that has fallen due, and what it waits for next."""
    person = batch.person(schedule.person_id)
    team = batch.known.teams.get(schedule.team_id)
    first = waited_for(schedule)
    if first is None or team is None or not any(role.team_id == team.id for role in person.roles):
        end_schedule(batch, schedule)
        return
    grace = timedelta(seconds=schedule.grace)
    caught_up = catch_up(
        parse_rule(schedule.rule),
        ZoneInfo(person.zone),
        first,
        batch.now,
        grace,
        lambda nominal: due_of(schedule, nominal, person, team),
    )
    for row in caught_up.rows:
        match row:
            case Skip(nominal=nominal, reason=reason):
                _skip(batch, schedule, nominal, reason)
            case Begin(nominal=nominal, due_at=due_at):
                if _must_wait(batch, person, schedule) and batch.now + LOOK_AGAIN <= due_at + grace:
                    wait_for(schedule, nominal, batch.now + LOOK_AGAIN)
                    batch.changes.schedules[schedule.id] = schedule
                    return
                _begin(batch, person, schedule, nominal)
    batch.changes.schedules[schedule.id] = schedule
    if caught_up.next is None or caught_up.next_due_at is None:
        end_schedule(batch, schedule)
        return
    wait_for(schedule, caught_up.next, caught_up.next_due_at)


def _must_wait(batch: Batch, person: Person, schedule: Schedule) -> bool:
    session = batch.known.sessions.get(person.id)
    flow = batch.house.shelf.current(schedule.flow)
    if flow is not None and not asks(flow):
        return False  # it only says something: nothing is asked where something else is open
    busy = session is not None and session.state == "open" and session.schedule_id != schedule.id
    return busy or _alert_waits(batch, person, home(person))


def _alert_waits(batch: Batch, person: Person, at: Address | None) -> bool:
    return at is not None and any(
        one.responder_id == person.id
        and one.address_id == at.id
        and one.state in ("open", "lapsed")
        and not one.declined
        for one in batch.known.standing
    )


def _begin(batch: Batch, person: Person, schedule: Schedule, nominal: Nominal) -> None:
    at = home(person)
    flow = batch.house.shelf.current(schedule.flow)
    reason = _why_not(batch, person, schedule, at, flow)
    if reason is not None or at is None or flow is None:
        _skip(batch, schedule, nominal, reason or "no address")
        return
    session = batch.known.sessions.get(person.id)
    # Yesterday's question, still open when today's is due, has had its time.
    if session is not None and session.state == "open" and asks(flow):
        session.ends_at = batch.now
        run_out(batch, person, session, at)
    occurrence = _occurrence(batch, schedule, nominal, "begun", batch.now)
    batch.changes.new_occurrences.append(occurrence)
    begin(batch, person, at, flow, send_class="check-in", schedule=schedule, occurrence=occurrence)


def _why_not(batch: Batch, person: Person, schedule: Schedule, at: Address | None, flow: Flow | None) -> str | None:
    in_crisis = any(
        one.person_id == person.id and one.severity == "crisis" and one.state != "resolved"
        for one in batch.known.escalations.values()
    )
    reasons = {
        "stopped": person.stopped_at is not None,
        "no consent": person.consented is not True,
        "no flow": flow is None,
        "no address": at is None,
        "in crisis": in_crisis,
        "alert waiting": flow is not None and asks(flow) and _alert_waits(batch, person, at),
        "busy": _must_wait(batch, person, schedule),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _skip(batch: Batch, schedule: Schedule, nominal: Nominal, reason: str) -> None:
    occurrence = _occurrence(batch, schedule, nominal, "skipped", batch.now)
    occurrence.reason = reason
    batch.changes.new_occurrences.append(occurrence)
    batch.note(
        "checkin.skipped",
        person=schedule.person_id,
        schedule=schedule.id,
        local_date=nominal.local_date.isoformat(),
        slot=nominal.slot,
        reason=reason,
    )


def _occurrence(batch: Batch, schedule: Schedule, nominal: Nominal, state: str, now: datetime) -> Occurrence:
    return Occurrence(
        id=batch.new_id(),
        schedule_id=schedule.id,
        person_id=schedule.person_id,
        local_date=nominal.local_date,
        slot=nominal.slot,
        nominal_at=nominal.due_at,
        decided_at=now,
        state=state,
    )
