"""What failed alone is set aside: written down raw, read for danger, and a person is asked to look.

It touches neither the person's session nor their schedules, which may be what failed: rows are only put off, and what
does not open reads as nothing (`Keys`, forgiving). When even that cannot be done, `set_aside_bare` keeps the event without
looking at anybody's rows, so that one damaged row never stops the loops for everybody else.
"""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.events import CameIn, Event, FellDue, NextStep, NotDelivered, Ordered, RanOut
from bot.conversation.keeping import next_try, quarantine, write_down
from bot.conversation.loading import VIEWER, load
from bot.conversation.matter import Batch, House, Known
from bot.conversation.saving import save
from bot.conversation.speaking import notice
from bot.escalation import wording
from storage import people
from storage.aside import QuarantineKind
from storage.escalations import unanswered_since
from storage.keys import Keys
from storage.quarantine import leave_alone, times_of
from storage.records import Escalation

NotCameIn = FellDue | RanOut | NextStep | NotDelivered | Ordered


def set_aside(
    connection: Connection,
    keys: Keys,
    house: House,
    event: Event,
    now: datetime,
    reason: str,
    make_id: Callable[[], UUID],
) -> None:
    """Write the event down as failed, and see that somebody looks."""
    loaded = load(connection, keys, house, [event], now, make_id)
    batch = Batch(loaded.known, house, now, make_id)
    for place, one in enumerate(loaded.events):
        if isinstance(one, CameIn):
            at = loaded.came_from.get(place)
            write_down(batch, one.item, at, reason)
            if at is not None and at.person_id is not None and at.person_id not in batch.known.people:
                _tell_coordinators(batch)  # their own record does not open, so no escalation can be about them
        else:
            kind, subject_id, next_at = _when(connection, one, now)
            again = _put_off(connection, batch, one, next_at)
            quarantine(batch, kind, subject_id, one.person_id, reason, next_at=next_at, again=again)
    save(connection, keys, batch.known, batch.changes, now, make_id)


def set_aside_bare(
    connection: Connection,
    keys: Keys,
    house: House,
    event: Event,
    now: datetime,
    reason: str,
    make_id: Callable[[], UUID],
) -> None:
    """Keep the event and leave what it is about alone for a while, without opening anything of it: the last resort."""
    batch = Batch(Known(), house, now, make_id)
    if isinstance(event, CameIn):
        write_down(batch, event.item, None, reason)
        batch.known.coordinators = people.coordinators_of_all(connection)
        batch.known.people = people.load_people(connection, keys, VIEWER, batch.known.coordinators)
        _tell_coordinators(batch)
    else:
        kind, subject_id, next_at = _when(connection, event, now)
        if kind != "status":
            leave_alone(connection, kind, subject_id, next_at)
        quarantine(batch, kind, subject_id, None, reason, next_at=next_at)
    save(connection, keys, batch.known, batch.changes, now, make_id)


def _tell_coordinators(batch: Batch) -> None:
    for coordinator_id in batch.known.coordinators:
        if (coordinator := batch.known.people.get(coordinator_id)) is not None:
            notice(batch, coordinator, wording.could_not_read())


def _when(connection: Connection, event: NotCameIn, now: datetime) -> tuple[QuarantineKind, UUID, datetime | None]:
    """What failed, and when it is tried again; None: when somebody says so."""
    kind, subject_id = _subject(event)
    times = 1 + times_of(connection, kind, subject_id)
    return kind, subject_id, None if isinstance(event, Ordered) else next_try(kind, times, now)


def _subject(event: NotCameIn) -> tuple[QuarantineKind, UUID]:
    match event:
        case FellDue():
            return "occurrence", event.schedule_id
        case RanOut():
            return "session", event.session_id
        case NextStep():
            return "escalation", event.escalation_id
        case NotDelivered():
            return "status", event.message_id
        case Ordered():
            return "status", event.escalation_id
        case _:
            assert_never(event)


def _put_off(connection: Connection, batch: Batch, event: NotCameIn, next_at: datetime | None) -> dict[str, str] | None:
    """Leave the thing alone until then. Returns what it takes to do it again, where no row has that."""
    match event:
        case FellDue() | RanOut():
            leave_alone(connection, *_subject(event), next_at)
        case NextStep(escalation_id=escalation_id):
            leave_alone(connection, *_subject(event), next_at)
            escalation = batch.known.escalations.get(escalation_id)
            if escalation is not None and escalation.state != "resolved":
                _alarm(connection, batch, escalation)
        case NotDelivered(fact=fact, code=code):
            return {"fact": fact, "code": code}
        case Ordered():
            return {"ordered": "yes"}  # whoever gave the order sees that it was not done, and gives it again
        case _:
            assert_never(event)
    return None


def _alarm(connection: Connection, batch: Batch, escalation: Escalation) -> None:
    """A ladder that stands still is told to the coordinators, once: somebody waits behind it."""
    if escalation.unanswered_at is not None:
        return
    unanswered_since(connection, escalation.id, batch.now)
    person = batch.known.people.get(escalation.person_id)
    text = wording.nobody_to_tell("" if person is None else person.initials, escalation.line)
    for coordinator_id in batch.known.coordinators:
        if coordinator_id != escalation.person_id and coordinator_id in batch.known.people:
            notice(batch, batch.person(coordinator_id), text, about=escalation.person_id, escalation=escalation.id)
