"""★ Something that could not be decided is kept: raw, read for danger, set aside, and a person is asked to look.

It is tried again after one minute, five, half an hour and two hours. Worked example: set aside at 09:30, it is tried again
at 09:31, 09:36, 10:06 and 12:06; then a text or a status waits for somebody, a schedule or a session is tried twice a day.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID

from bot.channels.base import Incoming, Unreadable
from bot.channels.unreadable import words_in
from bot.conversation.danger import call_for_help
from bot.conversation.matter import Batch
from bot.safety.risk import Danger, read_danger
from bot.safety.words import global_word
from storage.aside import QuarantineKind, SetAside
from storage.records import Address, Heard, Person

BACK_OFF: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
SOON: Final = timedelta(minutes=5)
"""An escalation that failed is never left for longer: somebody is waiting."""
REST: Final = timedelta(hours=12)
"""How long a schedule or session that keeps failing is left alone."""


def next_try(kind: QuarantineKind, times: int, now: datetime) -> datetime | None:
    """When to try again what has failed so often in a row; None: no more, until somebody says so."""
    wait = BACK_OFF[times - 1] if times <= len(BACK_OFF) else None
    match kind:
        case "escalation":
            return now + min(wait or SOON, SOON)
        case "occurrence" | "session":
            return now + (wait or REST)
        case "inbound" | "status":
            return None if wait is None else now + wait
        case _:
            assert_never(kind)


def write_down(batch: Batch, item: Incoming | Unreadable, at: Address | None, reason: str) -> None:
    """Something that came in and could not be decided: kept raw, read for danger, and a concern opened about it."""
    person = batch.known.people.get(at.person_id) if at and at.person_id else None
    danger = _danger_in(item)
    if person is not None:
        person.inbound_seq += 1
        batch.changed_person(person)
    if person is not None and at is not None and isinstance(item, Incoming) and _says_stop(item, at):
        _honour_stop(batch, person, at)
    row = Heard(
        id=batch.new_id(),
        account=item.account,
        provider_id=item.provider_id,
        address_id=at.id if at else None,
        person_id=person.id if person else None,
        seq=person.inbound_seq if person else None,
        kind=item.kind if isinstance(item, Incoming) else "unreadable",
        raw=item.raw,
        danger=danger.level,
        meant="set aside",
        received_at=batch.now,
    )
    batch.changes.heard.append(row)
    batch.note("inbound.set_aside", person=row.person_id, inbound=row.id, reason=reason)
    quarantine(batch, "inbound", row.id, row.person_id, reason, next_at=next_try("inbound", 1, batch.now))
    if at is not None:
        call_for_help(batch, at, person, danger)


def _danger_in(item: Incoming | Unreadable) -> Danger:
    """What is heard in it. Where the reading itself failed, a person is to look soon: better than to lose the text."""
    try:
        return read_danger(item.text if isinstance(item, Incoming) else words_in(item.raw))
    except Exception:
        return Danger("distress", reasons=("it could not be read for danger",))


def _says_stop(item: Incoming, at: Address) -> bool:
    word = global_word(item.text, over_carrier=at.kind == "sms") if item.kind == "text" else None
    return item.carrier_word == "STOP" or (word is not None and word.name == "STOP")


def _honour_stop(batch: Batch, person: Person, at: Address) -> None:
    """STOP holds even when nothing else about it could be done: no more leaves, and it is not confirmed."""
    if person.stopped_at is None:
        person.stopped_at = batch.now
        batch.changes.stopped.add(person.id)
        batch.note("person.stopped", person=person.id, channel=at.account, by_carrier=False)


def quarantine(
    batch: Batch,
    kind: QuarantineKind,
    subject_id: UUID,
    person_id: UUID | None,
    reason: str,
    *,
    next_at: datetime | None,
    again: Mapping[str, str] | None = None,
) -> None:
    """Set a row aside, to be tried again at `next_at`; None: when somebody says so."""
    row = SetAside(batch.new_id(), kind, subject_id, person_id, reason, batch.now, next_at, again)
    batch.changes.set_aside.append(row)
