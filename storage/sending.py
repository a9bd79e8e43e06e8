"""Messages on their way: in our hands under a lease (`storage/taking.py` claims them), settled by what came of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, update

from storage.claims import database_now, lock_rows
from storage.keys import Keys
from storage.outbox import NEVER_BEHIND, opened, tell_claim
from storage.people import addresses_by_id
from storage.records import PRIORITY, Claimed
from storage.states import in_state
from storage.tables import addresses, escalations, outbox, people, sessions
from storage.viewing import Viewer, require_all

NO_WAITS: Mapping[UUID, float] = {}


def with_facts(
    connection: Connection,
    keys: Keys,
    viewer: Viewer,
    taken: Mapping[UUID, tuple[RowMapping, UUID]],
    *,
    counted: bool,
    waits: Mapping[UUID, float] = NO_WAITS,
) -> list[Claimed]:
    """Messages in our hands by (row, lease), with what is looked at again before they leave, the most pressing first.

    `counted`: the row counts this attempt already. `waits`: seconds until each may leave.
    """
    if not taken:
        return []
    require_all(viewer, "message_body", [row["person_id"] or row["address_id"] for row, _ in taken.values()])
    keys.fetch(row["person_id"] for row, _ in taken.values())
    where = addresses_by_id(connection, keys, viewer, {row["address_id"] for row, _ in taken.values()})
    facts = {
        row.id: row
        for row in connection.execute(
            select(
                outbox.c.id,
                people.c.stopped_at,
                sessions.c.state.label("session_state"),
                sessions.c.asking,
                escalations.c.state.label("escalation_state"),
                escalations.c.opened_at,
            )
            .outerjoin(people, people.c.id == outbox.c.person_id)
            .outerjoin(sessions, sessions.c.id == outbox.c.session_id)
            .outerjoin(escalations, escalations.c.id == outbox.c.escalation_id)
            .where(outbox.c.id.in_(taken))
        )
    }
    claimed: list[Claimed] = []
    for message_id, (row, lease_id) in taken.items():
        message = opened(row, keys)
        message.state = "sending"
        message.attempts += 0 if counted else 1
        fact = facts[message_id]
        claimed.append(
            Claimed(
                message=message,
                address=where[row["address_id"]],
                lease_id=lease_id,
                person_stopped=fact.stopped_at is not None,
                session_state=fact.session_state,
                session_asking=bool(fact.asking),
                escalation_state=fact.escalation_state,
                escalation_opened_at=fact.opened_at,
                leaves_in=waits.get(message_id, 0.0),
            )
        )
    return sorted(claimed, key=lambda one: PRIORITY[one.message.send_class])


def held_by_lease(connection: Connection, keys: Keys, viewer: Viewer, leases: Mapping[UUID, UUID]) -> list[Claimed]:
    """Messages that are being sent under these leases, by message."""
    rows = connection.execute(select(outbox).where(outbox.c.id.in_(leases), outbox.c.state == "sending")).mappings()
    held = {row["id"]: (row, leases[row["id"]]) for row in rows if row["lease_id"] == leases[row["id"]]}
    return with_facts(connection, keys, viewer, held, counted=True)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt: the state the message goes to, and when it may be tried again."""

    message_id: UUID
    state: str
    due_at: datetime | None = None
    again: bool = False
    held: str | None = None


def settle(
    connection: Connection, results: Mapping[UUID, Settled], leases: Mapping[UUID, UUID], now: datetime
) -> set[UUID]:
    """Write what became of attempts, where the lease is still ours. Returns the messages for which it was."""
    ours = still_ours(connection, leases)
    lock_rows(connection, addresses, set(ours.values()))
    kept: set[UUID] = set()
    for message_id in sorted(ours):
        result = results[message_id]
        values: dict[str, Any] = {"state": result.state, "lease_id": None, "lease_until": None, "held": result.held}
        if result.due_at is not None:
            values["due_at"] = result.due_at
        if result.again:
            values["again"] = True
        if result.state == "unknown":
            values["looked"] = 0
        if result.state not in ("queued", "unknown"):
            values["settled_at"] = now
        done = connection.execute(
            update(outbox).where(outbox.c.id == message_id, outbox.c.lease_id == leases[message_id]).values(**values)
        )
        if done.rowcount == 1:
            kept.add(message_id)
    tell_claim(connection, set(ours.values()))
    return kept


def still_ours(connection: Connection, leases: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Of messages claimed under these leases (by message), those that nobody else has taken up since: their addresses."""
    rows = connection.execute(
        select(outbox.c.id, outbox.c.address_id, outbox.c.lease_id).where(
            outbox.c.id.in_(leases), outbox.c.state == "sending"
        )
    )
    return {row.id: row.address_id for row in rows if row.lease_id == leases[row.id]}


def lapsed_leases(connection: Connection, limit: int | None) -> list[tuple[UUID, UUID]]:
    """(message, lease) whose holder has gone: whether they were sent is unknown. By the database's clock.

    `limit` None: every message that is being sent, for a process that knows that it is the only one.
    """
    wanted = select(outbox.c.id, outbox.c.lease_id).where(in_state(outbox, "sending"))
    if limit is not None:
        wanted = wanted.where(outbox.c.lease_until < database_now(connection)).limit(limit)
    rows = connection.execute(wanted)
    return [(row.id, row.lease_id) for row in rows]


def unknown_due(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Alerts and crisis texts of unknown outcome that nothing has settled in time: they are sent again, marked so."""
    return list(
        connection.execute(
            select(outbox.c.id)
            .where(in_state(outbox, "unknown"), outbox.c["class"].in_(NEVER_BEHIND), outbox.c.due_at <= now)
            .order_by(outbox.c.due_at)
            .limit(limit)
        ).scalars()
    )


def send_again(connection: Connection, ids: Collection[UUID], now: datetime) -> int:
    """Put messages of unknown outcome back in the queue, marked "(again)"."""
    rows = connection.execute(select(outbox.c.address_id).where(outbox.c.id.in_(ids), outbox.c.state == "unknown"))
    touched = set(rows.scalars())
    if not touched:
        return 0
    lock_rows(connection, addresses, touched)
    done = connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.state == "unknown")
        .values(state="queued", again=True, due_at=now)
    )
    tell_claim(connection, touched)
    return done.rowcount
