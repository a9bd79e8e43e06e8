"""What came in and was set aside, decided after all: as the text that it was, from its raw form.

It is not decided any more when something that the same person wrote after it has been decided: an old START after a STOP, or
a number meant for yesterday's question, would do harm. Then it waits for somebody to close it; the concern that was opened
when it was set aside has asked a person to look. What danger asked for was done then, and is not done twice.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from bot.channels.base import Incoming
from bot.conversation.decide import came_in
from bot.conversation.events import CameIn
from bot.conversation.loading import load
from bot.conversation.matter import Batch, House
from bot.conversation.saving import save
from bot.conversation.talking import interrupt
from storage import quarantine
from storage.ids import new_id
from storage.keys import Keys
from storage.quarantine import Kept
from storage.records import Address
from storage.sealing import Keyring

_MARK = "~again"
"""Behind the provider's id, under which it has been seen; it is written nowhere."""


def decide_again(
    connection: Connection, keyring: Keyring, house: House, item: Incoming, kept: Kept, now: datetime
) -> Literal["decided", "overtaken"]:
    """Decide it, in one transaction with everybody concerned locked. `item`: `kept.raw` as the channel reads it now.

    Raises:
        Exception: it fails again; nothing was written.
    """

    def make_id() -> UUID:
        return new_id(now)

    keys = Keys(keyring, connection)
    again = CameIn(replace(item, provider_id=item.provider_id + _MARK))
    loaded = load(connection, keys, house, [again], now, make_id)
    at = loaded.came_from.get(0)
    if _is_anothers(at, kept) or quarantine.decided_since(connection, kept, at):
        return "overtaken"
    batch = Batch(loaded.known, house, now, make_id)
    person_id = at.person_id if at else None
    _leave_alone(batch, kept, person_id)
    came_in(batch, replace(item, provider_id=again.item.provider_id), at, danger_answered=True)
    if kept.danger == "risk" and person_id is not None:
        interrupt(batch, batch.person(person_id), "danger")
    meant = _as_it_is_written(batch, kept)
    save(connection, keys, batch.known, batch.changes, now, make_id)
    quarantine.decided(connection, kept.id, meant)
    return "decided"


def _is_anothers(at: Address | None, kept: Kept) -> bool:
    """The phone has become somebody else's. Where nothing of it could be opened, nobody knows whose it was."""
    return kept.address_id is not None and (at is None or at.person_id != kept.person_id)


def _leave_alone(batch: Batch, kept: Kept, person_id: UUID | None) -> None:
    """A question that was asked after the text came in is not what it answers."""
    session = batch.known.sessions.get(person_id) if person_id else None
    if session is not None and session.asked_at is not None and session.asked_at > kept.received_at:
        del batch.known.sessions[session.person_id]


def _as_it_is_written(batch: Batch, kept: Kept) -> str:
    """The row is there already, with its place in the person's count: what the decision would write anew is taken back.
    Returns what it was taken as.
    """
    heard = batch.changes.heard.pop()
    if heard.person_id is not None and heard.seq is not None:
        batch.person(heard.person_id).inbound_seq -= 1
    batch.changes.audit = [
        replace(entry, kind="inbound.decided_late", detail={**entry.detail, "inbound": str(kept.id)})
        if entry.detail.get("inbound") == str(heard.id)
        else entry
        for entry in batch.changes.audit
    ]
    return heard.meant
