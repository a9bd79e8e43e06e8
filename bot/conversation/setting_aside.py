"""What failed alone is set aside: written down raw, read for danger, and a person is asked to look.

It touches neither the person's session nor their schedules, which may be what failed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.events import CameIn, Event, FellDue, NextStep, RanOut
from bot.conversation.keeping import quarantine, write_down
from bot.conversation.loading import load
from bot.conversation.matter import Batch, House
from bot.conversation.saving import save
from bot.conversation.speaking import notice
from bot.escalation import wording
from storage.keys import Keys
from storage.records import Escalation

REST: Final = timedelta(hours=1)
"""How long a schedule or session that failed is left alone."""
SOON: Final = timedelta(minutes=5)
"""An escalation that failed is tried again so soon: somebody is waiting."""


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
        match one:
            case CameIn(item=item):
                write_down(batch, item, loaded.came_from.get(place), reason)
            case FellDue(schedule_id=subject_id):
                for schedule in batch.known.schedules.get(one.person_id, []):
                    if schedule.id == subject_id:
                        schedule.due_at = now + REST
                        batch.changes.schedules[schedule.id] = schedule
                quarantine(batch, "occurrence", subject_id, one.person_id, reason)
            case RanOut(session_id=subject_id):
                session = batch.known.sessions.get(one.person_id)
                if session is not None and session.id == subject_id and session.state == "open":
                    session.due_at = now + REST
                    batch.changed_session(session)
                quarantine(batch, "session", subject_id, one.person_id, reason)
            case NextStep(escalation_id=subject_id):
                escalation = batch.known.escalations.get(subject_id)
                if escalation is not None and escalation.state != "resolved":
                    batch.changing_escalation(escalation)
                    escalation.next_at = now + SOON
                    _alarm(batch, escalation)
                quarantine(batch, "escalation", subject_id, one.person_id, reason)
            case _:
                quarantine(batch, "status", make_id(), one.person_id, reason)
    save(connection, keys, batch.known, batch.changes, now, make_id)


def _alarm(batch: Batch, escalation: Escalation) -> None:
    """A ladder that stands still is told to the coordinators, once: somebody waits behind it."""
    if escalation.unanswered_at is not None:
        return
    escalation.unanswered_at = batch.now
    text = wording.nobody_to_tell(batch.person(escalation.person_id).initials, escalation.line)
    for coordinator_id in batch.known.coordinators:
        if coordinator_id != escalation.person_id:
            notice(batch, batch.person(coordinator_id), text, about=escalation.person_id, escalation=escalation.id)
