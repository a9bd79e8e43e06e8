"""Telling the coordinators something about the bot itself, each in words of their own, in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.matter import Batch, House, Known
from bot.conversation.saving import save
from bot.conversation.speaking import notice
from storage.claims import lock_rows
from storage.ids import new_id
from storage.keys import Keys
from storage.people import coordinators_of_all, load_people
from storage.records import AuditEntry, Message, Person
from storage.tables import people
from storage.viewing import System

VIEWER: Final = System("telling coordinators about the bot")


def tell_coordinators(
    connection: Connection,
    keys: Keys,
    house: House,
    now: datetime,
    words: Callable[[Person], str],
    *,
    kind: str,
    detail: dict[str, object],
    due_at: datetime | None = None,
) -> list[Message]:
    """Put a notice to every coordinator in the outbox, to leave at `due_at` (now, if None), and audit it as `kind`. Returns
    the notices; a coordinator whom nothing reaches gets none.
    """

    def make_id() -> UUID:
        return new_id(now)

    ids = coordinators_of_all(connection)
    lock_rows(connection, people, ids)
    known = Known(people=load_people(connection, keys, VIEWER, ids))
    batch = Batch(known, house, now, make_id)
    told = sum(notice(batch, known.people[one], words(known.people[one])) for one in ids if one in known.people)
    for message in batch.changes.messages:
        message.due_at = due_at or now
    batch.changes.audit.append(AuditEntry(make_id(), now, kind, None, None, {"told": told, **detail}))
    save(connection, keys, known, batch.changes, now, make_id)
    return batch.changes.messages
