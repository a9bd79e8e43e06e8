"""What the demo shows beside the phones: what falls due next, what waits to be sent, who is being told.

Read from the bot's own rows, never from what the demo knows it did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from bot.escalation.policy import Level, Policy
from storage.escalations import alerts_of
from storage.tables import addresses, escalations, outbox, schedules, sessions

NUDGE: Final = "nudge"
CLOSES: Final = "end of waiting"
UNSENT: Final = ("queued", "sending", "unknown")


@dataclass(frozen=True, slots=True)
class Coming:
    """A check-in that falls due (`what`: its flow), a nudge, or the end of waiting for an answer."""

    what: str
    flow: str
    who: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that waits to leave."""

    phone: str
    send_class: str
    state: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody was told, at this level (from 0)."""

    phone: str
    at: datetime
    level: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """An escalation that is not resolved. `level` counts from 0; `tellings` is how often that level was told."""

    id: UUID
    about: str
    policy: str
    severity: str
    state: str
    level: int
    tellings: int
    next_at: datetime | None
    told: tuple[Told, ...]
    taken_by: str
    reminded: bool
    rungs: tuple[Level, ...]

    @property
    def phones(self) -> tuple[str, ...]:
        """Everybody who was told, each once, in the order in which they were."""
        return tuple(dict.fromkeys(one.phone for one in self.told))


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything of the above, the earliest first."""

    schedule: tuple[Coming, ...] = ()
    outbox: tuple[Unsent, ...] = ()
    ladders: tuple[Ladder, ...] = ()


def look_out(connection: Connection, names: Mapping[UUID, str]) -> Outlook:
    """Read it all. `names` gives the phone of each person; who has none in the demo is left out."""
    coming = [*_check_ins(connection, names), *_waits(connection, names)]
    return Outlook(
        tuple(sorted(coming, key=lambda one: (one.due_at, one.what, one.who))),
        tuple(_unsent(connection, names)),
        tuple(_ladders(connection, names)),
    )


def _check_ins(connection: Connection, names: Mapping[UUID, str]) -> Sequence[Coming]:
    rows = connection.execute(
        select(schedules.c.flow, schedules.c.person_id, schedules.c.due_at).where(schedules.c.due_at.is_not(None))
    )
    return [Coming(row.flow, row.flow, names[row.person_id], row.due_at) for row in rows if row.person_id in names]


def _waits(connection: Connection, names: Mapping[UUID, str]) -> Sequence[Coming]:
    rows = connection.execute(
        select(sessions.c.flow, sessions.c.person_id, sessions.c.due_at, sessions.c.ends_at).where(
            sessions.c.state == "open", sessions.c.due_at.is_not(None)
        )
    )
    return [
        Coming(CLOSES if row.due_at == row.ends_at else NUDGE, row.flow, names[row.person_id], row.due_at)
        for row in rows
        if row.person_id in names
    ]


def _unsent(connection: Connection, names: Mapping[UUID, str]) -> Sequence[Unsent]:
    rows = connection.execute(
        select(addresses.c.person_id, outbox.c["class"].label("send_class"), outbox.c.state, outbox.c.due_at)
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(outbox.c.state.in_(UNSENT))
        .order_by(outbox.c.due_at, outbox.c.priority, outbox.c.position)
    )
    return [
        Unsent(names[row.person_id], row.send_class, row.state, row.due_at) for row in rows if row.person_id in names
    ]


def _ladders(connection: Connection, names: Mapping[UUID, str]) -> Sequence[Ladder]:
    rows = (
        connection.execute(
            select(escalations)
            .where(escalations.c.state != "resolved")
            .order_by(escalations.c.opened_at, escalations.c.id)
        )
        .mappings()
        .all()
    )
    alerts = alerts_of(connection, [row["id"] for row in rows])
    return [
        Ladder(
            id=row["id"],
            about=names.get(row["person_id"], ""),
            policy=row["policy"],
            severity=row["severity"],
            state=row["state"],
            level=row["level"],
            tellings=row["tellings"],
            next_at=row["next_at"],
            told=tuple(
                Told(names[one.responder_id], one.told_at, one.level)
                for one in alerts.get(row["id"], ())
                if one.responder_id in names
            ),
            taken_by=names.get(row["taken_by"], ""),
            reminded=row["reminded_at"] is not None,
            rungs=Policy.from_json(row["policy_copy"]).levels,
        )
        for row in rows
    ]
