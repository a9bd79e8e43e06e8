"""Each attempt to send a message, and what the provider said of it later."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from storage.claims import insert_new
from storage.prepared import Prepared
from storage.sets import among
from storage.tables import deliveries, outbox

RANK: Mapping[str, int] = {
    name: rank
    for rank, names in enumerate(
        (("queued",), ("sending",), ("sent",), ("delivered", "undelivered", "failed", "canceled"), ("read",))
    )
    for name in names
}
"""The order of a provider's statuses. They come late, twice and out of order; a status never goes down."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt and its outcome."""

    id: UUID
    outbox_id: UUID
    attempt: int
    account: str
    outcome: str
    code: str
    provider_id: str | None
    parts: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A delivery that a status report speaks of, and the message it delivers."""

    id: UUID
    outbox_id: UUID
    provider_id: str
    status: str | None
    latest: bool  # of the message's last attempt: an older one was followed by another already


def save_attempts(connection: Connection, new: Iterable[Attempt]) -> None:
    """Write attempts; one that a status report told of before we knew stays as it is."""
    rows = [
        {
            "id": one.id,
            "outbox_id": one.outbox_id,
            "attempt": one.attempt,
            "account": one.account,
            "outcome": one.outcome,
            "code": one.code,
            "provider_id": one.provider_id,
            "parts": one.parts,
            "at": one.at,
        }
        for one in new
    ]
    if rows:
        insert_new(connection, deliveries, rows)


def by_provider_id(connection: Connection, account: str, provider_ids: Collection[str]) -> dict[str, Known]:
    """Deliveries by the provider's id."""
    rows = connection.execute(
        select(deliveries, outbox.c.state, outbox.c.attempts)
        .join(outbox, outbox.c.id == deliveries.c.outbox_id)
        .where(deliveries.c.account == account, deliveries.c.provider_id.in_(provider_ids))
    )
    return {
        row.provider_id: Known(row.id, row.outbox_id, row.provider_id, row.status, row.attempt == row.attempts)
        for row in rows
    }


_PROVEN = Prepared(
    select(deliveries.c.outbox_id, deliveries.c.status)
    .join(outbox, outbox.c.id == deliveries.c.outbox_id)
    .where(
        among(deliveries.c.outbox_id, "ids"),
        deliveries.c.attempt == outbox.c.attempts,
        deliveries.c.outcome == "accepted",
    )
)
_BECAME: Mapping[str | None, str] = {
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}


def proven(connection: Connection, message_ids: Collection[UUID]) -> dict[UUID, str]:
    """Of messages that are being sent, those whose present attempt the provider has told of already, before its answer
    was written down: the state that each is in by that.
    """
    rows = _PROVEN.rows(connection, ids=message_ids)
    return {row.outbox_id: _BECAME.get(row.status, "accepted") for row in rows}


def attempts_of(connection: Connection, message_ids: Collection[UUID]) -> dict[UUID, tuple[str, int]]:
    """State and number of attempts of messages that a status report names by our own id."""
    rows = connection.execute(
        select(outbox.c.id, outbox.c.state, outbox.c.attempts).where(outbox.c.id.in_(message_ids))
    )
    return {row.id: (row.state, row.attempts) for row in rows}


def prove_accepted(connection: Connection, attempt: Attempt) -> None:
    """A status report proves that an attempt was accepted, whose own answer we never got or have not got yet."""
    known = connection.execute(
        select(deliveries.c.id).where(
            deliveries.c.outbox_id == attempt.outbox_id, deliveries.c.attempt == attempt.attempt
        )
    ).scalar_one_or_none()
    if known is None:
        save_attempts(connection, [attempt])
    else:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == known)
            .values(outcome="accepted", provider_id=attempt.provider_id)
        )


def save_status(
    connection: Connection, delivery_id: UUID, status: str, code: str, now: datetime, *, before: str | None
) -> bool:
    """Write a provider's status unless we know a later one. True if it was news."""
    if before is not None and RANK[status] <= RANK[before]:
        return False
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(status=status, status_code=code or None, status_at=now)
    )
    return True


def settle_accepted(connection: Connection, message_ids: Collection[UUID], state: str, now: datetime) -> None:
    """Messages whose outcome was unknown, or that were accepted, are now known to be in `state`."""
    if message_ids:
        connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(sorted(message_ids)), outbox.c.state.in_(("unknown", "accepted")))
            .values(state=state, settled_at=now)
        )


def settle_unknown(connection: Connection, message_id: UUID, now: datetime) -> None:
    """A message whose outcome was unknown was accepted, as its provider says."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.state == "unknown")
        .values(state="accepted", settled_at=now)
    )
