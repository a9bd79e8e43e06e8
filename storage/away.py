"""Coming back after nobody was there: since when, what waits to be sent, what came too late, who wrote meanwhile."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, func, not_, select, update

from storage.claims import database_now, lock_rows
from storage.keys import Keys
from storage.outbox import body_json, tell_claim
from storage.processes import FRESH
from storage.records import PRIORITY, Message
from storage.states import queued
from storage.tables import addresses, audit, inbound, outbox, processes

_AT_ONCE = 500
TOGETHER = timedelta(seconds=2)


def away_for(connection: Connection, process_id: UUID, now: datetime) -> timedelta | None:
    """How long nobody was there before this process started, by the database's clock; None: there never was anybody.

    Others that started with it, within the last minute, don't count: they all come back from the same absence.
    """
    moment = database_now(connection)
    started_too = (processes.c.started_at > now - FRESH) & (processes.c.seen_at > moment - FRESH)
    found = select(func.max(processes.c.seen_at)).where(processes.c.id != process_id, not_(started_too))
    seen_at: datetime | None = connection.execute(found).scalar_one_or_none()
    return None if seen_at is None else moment - seen_at


def unattended_for(connection: Connection, process_id: UUID) -> timedelta | None:
    """How long ago a process was last seen, by the database's clock, leaving out those that were seen in this very moment
    because they start together with this one; None: there never was another.
    """
    moment = database_now(connection)
    found = select(func.max(processes.c.seen_at)).where(
        processes.c.id != process_id, processes.c.seen_at < moment - TOGETHER
    )
    seen_at: datetime | None = connection.execute(found).scalar_one_or_none()
    return None if seen_at is None else moment - seen_at


def noted_since(connection: Connection, kind: str, since: datetime) -> bool:
    """Whether something of this kind was audited since then: whether another process has seen to it."""
    found = select(audit.c.id).where(audit.c.kind == kind, audit.c.at > since).limit(1)
    return connection.execute(found).first() is not None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in the outbox and due: how many of each class leave, and how many were dropped as too late."""

    leaving: Mapping[str, int]
    dropped: Mapping[str, int]


def drop_stale(connection: Connection, now: datetime) -> Waiting:
    """Let everything expire whose time has passed, as it would when it came to be sent; count what is left."""
    stale = queued(outbox) & (outbox.c.not_after < now)
    rows = connection.execute(select(outbox.c.id, outbox.c.address_id, outbox.c["class"]).where(stale)).all()
    dropped: dict[str, int] = dict.fromkeys(PRIORITY, 0)
    touched = sorted({row.address_id for row in rows})
    for start in range(0, len(touched), _AT_ONCE):
        lock_rows(connection, addresses, touched[start : start + _AT_ONCE])
    if rows:
        connection.execute(update(outbox).where(stale).values(state="expired", held="not-after", settled_at=now))
    for row in rows:
        dropped[row[2]] += 1
    for start in range(0, len(touched), _AT_ONCE):
        tell_claim(connection, touched[start : start + _AT_ONCE])
    counted = (
        select(outbox.c["class"], func.count())
        .where(queued(outbox), outbox.c.due_at <= now, outbox.c.held_at.is_(None))
        .group_by(outbox.c["class"])
    )
    found = dict(connection.execute(counted).all())
    return Waiting({name: found.get(name, 0) for name in PRIORITY}, dropped)


def rewrite(connection: Connection, keys: Keys, message: Message, due_at: datetime) -> bool:
    """Other words for a message that has not left, and another time. False if it has."""
    lock_rows(connection, addresses, [message.address_id])
    sealed = keys.of(message.person_id, "outbox").seal("outbox", "body_sealed", message.id, body_json(message.body))
    done = connection.execute(
        update(outbox)
        .where(outbox.c.id == message.id, outbox.c.state == "queued", outbox.c.attempts == 0)
        .values(body_sealed=sealed, due_at=due_at)
    )
    tell_claim(connection, [message.address_id])
    return done.rowcount == 1


def who_wrote(
    connection: Connection, account: str, provider_ids: Collection[str], since: datetime
) -> list[tuple[UUID | None, UUID]]:
    """(person, address) of what came in under these ids at `since` or later, in the order in which it came; no person: a
    stranger.
    """
    wanted = sorted(provider_ids)
    found: list[tuple[UUID | None, UUID]] = []
    for start in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(
            select(inbound.c.person_id, inbound.c.address_id)
            .where(
                inbound.c.account == account,
                inbound.c.provider_id.in_(wanted[start : start + _AT_ONCE]),
                inbound.c.address_id.is_not(None),
                inbound.c.received_at >= since,
            )
            .order_by(inbound.c.received_at)
        )
        found += [(row.person_id, row.address_id) for row in rows]
    return found
