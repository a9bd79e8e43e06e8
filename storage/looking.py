"""Messages whose outcome is unknown, and that their provider can be asked about: when, how often, what came of it.

They stand in the outbox as `unknown`. `looked` counts how often they were looked up. `due_at` is when a pressing one is sent
again, whatever became of its look; for the others, which are never sent again, it is when they are looked up next.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, update

from storage.claims import claim_ids
from storage.keys import Keys
from storage.outbox import NEVER_BEHIND, opened
from storage.people import addresses_by_id
from storage.records import Address, Message
from storage.states import in_state
from storage.tables import addresses, outbox
from storage.viewing import Viewer, require_all


@dataclass(frozen=True, slots=True)
class Sought:
    """A message to be looked up. `looked`: how often it was, this time included; `due_at` as it stood before."""

    message: Message
    address: Address
    looked: int


def _waiting(accounts: Collection[str], most: int, *, pressing: bool) -> ColumnElement[bool]:
    of_class = outbox.c["class"].in_(NEVER_BEHIND)
    return and_(
        in_state(outbox, "unknown"),
        of_class if pressing else ~of_class,
        outbox.c.looked < most,
        addresses.c.account.in_(accounts),
    )


def next_look(
    connection: Connection, accounts: Collection[str], most: int, ahead: timedelta, *, pressing: bool
) -> datetime | None:
    """When a message is to be looked up next: `ahead` of its `due_at`."""
    if not accounts:
        return None
    found = (
        select(func.min(outbox.c.due_at))
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(_waiting(accounts, most, pressing=pressing))
    )
    due: datetime | None = connection.execute(found).scalar_one_or_none()
    return None if due is None else due - ahead


def take(
    connection: Connection,
    keys: Keys,
    viewer: Viewer,
    now: datetime,
    *,
    accounts: Collection[str],
    most: int,
    ahead: timedelta,
    pressing: bool,
    limit: int,
    then: Callable[[int, datetime], datetime],
) -> list[Sought]:
    """Take up to `limit` messages to look up, `most` times at most each, `ahead` of their `due_at`; counted at once, so
    that no other process asks as well. `then(looked, due_at)` gives the new `due_at`.
    """
    due = (
        select(outbox.c.id)
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(_waiting(accounts, most, pressing=pressing), outbox.c.due_at <= now + ahead)
        .order_by(outbox.c.due_at)
    )
    mine = claim_ids(connection, due, limit)
    if not mine:
        return []
    rows = connection.execute(select(outbox).where(outbox.c.id.in_(mine)).order_by(outbox.c.due_at)).mappings().all()
    connection.execute(
        update(outbox).where(outbox.c.id == bindparam("b_id")),
        [
            {"b_id": row["id"], "looked": row["looked"] + 1, "due_at": then(row["looked"] + 1, row["due_at"])}
            for row in rows
        ],
    )
    require_all(viewer, "message_body", [row["person_id"] or row["address_id"] for row in rows])
    keys.fetch(row["person_id"] for row in rows)
    where = addresses_by_id(connection, keys, viewer, {row["address_id"] for row in rows})
    return [Sought(opened(row, keys), where[row["address_id"]], row["looked"] + 1) for row in rows]


def unanswered(connection: Connection, message_id: UUID, looked: int, due_at: datetime) -> None:
    """The provider could not be asked: it does not count, and is tried again at `due_at`."""
    _still_unknown(connection, message_id, looked, {"looked": looked - 1, "due_at": due_at})


def not_found(connection: Connection, message_id: UUID, looked: int, due_at: datetime) -> None:
    """The provider knows nothing of it; `due_at`: when it is sent again, if it is pressing."""
    _still_unknown(connection, message_id, looked, {"due_at": due_at})


def given_up(connection: Connection, message_id: UUID, looked: int, why: str) -> None:
    """It stays unknown, and is not looked up any more."""
    _still_unknown(connection, message_id, looked, {"held": why})


def _still_unknown(connection: Connection, message_id: UUID, looked: int, values: dict[str, object]) -> None:
    connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.state == "unknown", outbox.c.looked == looked)
        .values(**values)
    )
