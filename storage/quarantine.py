"""What failed alone and was set aside: kept, counted, tried again later, closed when it went through.

    kind         subject_id          how it is done again
    inbound      the inbound row     decided anew from its raw form
    status       the message         the provider's word is taken again (`again` has its code)
    occurrence   the schedule        its own due time, put off; so nothing is lost if nobody ever looks here
    session      the session         its own due time, put off
    escalation   the escalation      its next step, put off a little

The last three went through when the subject's due time is no longer the one that was written here with it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Row,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from storage.aside import SetAside
from storage.claims import claim_ids, insert_new
from storage.columns import Moment
from storage.keys import Keys
from storage.records import Address
from storage.tables import escalations, inbound, quarantine, schedules, sessions
from storage.viewing import Viewer, require_all

KINDS: Final = ("inbound", "status", "occurrence", "session", "escalation")
SET_ASIDE: Final = "set aside"
"""What an inbound row was taken as that has not been decided."""
TRIED_HERE: Final = ("inbound", "status")
"""Kinds that are tried again from their row; the others come up by their own due time."""
TOLD_OF: Final = ("occurrence", "session")
"""Kinds of which nobody has been told when they are set aside."""
OVERTAKEN: Final = {"overtaken": "yes"}
"""In `again`: later texts of the same person have been decided, so this one is not decided any more."""

_DUE: Final[dict[str, tuple[Table, str]]] = {
    "occurrence": (schedules, "due_at"),
    "session": (sessions, "due_at"),
    "escalation": (escalations, "next_at"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that is not closed."""

    id: UUID
    kind: str
    subject_id: UUID
    person_id: UUID | None
    reason: str
    times: int
    at: datetime
    next_at: datetime | None
    again: dict[str, str] | None

    @property
    def overtaken(self) -> bool:
        """Whether it will not be decided any more: somebody can only close it."""
        return self.again == OVERTAKEN


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of `inbound` that could not be decided, its raw form opened."""

    id: UUID
    account: str
    address_id: UUID | None
    person_id: UUID | None
    seq: int | None
    raw: str
    danger: str
    received_at: datetime


_OPEN = quarantine.c.released_at.is_(None)


def leave_alone(connection: Connection, kind: str, subject_id: UUID, next_at: datetime | None) -> None:
    """Leave a schedule, session or escalation alone until `next_at`, touching nothing else of it: it may be damaged."""
    table, column = _DUE[kind]
    waits = [table.c.id == subject_id, table.c[column].is_not(None)]
    connection.execute(update(table).where(*waits).values({column: next_at}))


def put(connection: Connection, new: Iterable[SetAside]) -> None:
    """Write what failed. What is there already is counted up; one that had gone through begins anew."""
    listed = list(new)
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "subject_id": one.subject_id,
            "person_id": one.person_id,
            "reason": one.reason,
            "times": 1,
            "at": one.at,
            "next_at": one.next_at,
            "again": None if one.again is None else dict(one.again),
        }
        for one in listed
    ]
    if not rows:
        return
    fresh = set(insert_new(connection, quarantine, rows, ["kind", "subject_id"]))
    for one in listed:
        if one.id not in fresh:
            _count_up(connection, one)


def _count_up(connection: Connection, one: SetAside) -> None:
    anew = quarantine.c.released_at.is_not(None)
    connection.execute(
        update(quarantine)
        .where(quarantine.c.kind == one.kind, quarantine.c.subject_id == one.subject_id)
        .values(
            reason=one.reason,
            times=case((anew, 1), else_=quarantine.c.times + 1),
            at=case((anew, literal(one.at, Moment)), else_=quarantine.c.at),
            told_at=case((anew, literal(None, DateTime(timezone=True))), else_=quarantine.c.told_at),
            next_at=one.next_at,
            again=None if one.again is None else dict(one.again),
            released_at=None,
        )
    )


def times_of(connection: Connection, kind: str, subject_id: UUID) -> int:
    """How often this failed in a row; 0 where it did not, or went through since."""
    mine = and_(quarantine.c.kind == kind, quarantine.c.subject_id == subject_id, _OPEN)
    return connection.execute(select(quarantine.c.times).where(mine)).scalar_one_or_none() or 0


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        row.id, row.kind, row.subject_id, row.person_id, row.reason, row.times, row.at, row.next_at, row.again
    )


def listing(connection: Connection) -> list[Waiting]:
    """Everything that is not closed, the oldest first."""
    rows = connection.execute(select(quarantine).where(_OPEN).order_by(quarantine.c.at, quarantine.c.id))
    return [_waiting(row) for row in rows]


def due(connection: Connection, now: datetime, limit: int) -> list[Waiting]:
    """What is to be tried again from its row, the oldest first: texts of one person in the order they came in."""
    wanted = (
        select(quarantine)
        .outerjoin(inbound, inbound.c.id == quarantine.c.subject_id)
        .where(_OPEN, quarantine.c.kind.in_(TRIED_HERE), quarantine.c.next_at <= now)
        .order_by(quarantine.c.at, inbound.c.seq, quarantine.c.id)
    )
    return [_waiting(row) for row in connection.execute(wanted.limit(limit))]


def take(connection: Connection, row_id: UUID, now: datetime) -> bool:
    """Lock a row that is due for this transaction; false where another process has it or it is due no more."""
    mine = select(quarantine.c.id).where(quarantine.c.id == row_id, _OPEN, quarantine.c.next_at <= now)
    return bool(claim_ids(connection, mine, 1))


def put_off(
    connection: Connection, row_id: UUID, reason: str | None, next_at: datetime | None, *, overtaken: bool = False
) -> None:
    """It did not go through this time: counted, and tried again at `next_at`, or never by itself."""
    values: dict[str, Any] = {"times": quarantine.c.times + 1, "next_at": next_at}
    if reason is not None:
        values["reason"] = reason
    if overtaken:
        values["again"] = dict(OVERTAKEN)
    connection.execute(update(quarantine).where(quarantine.c.id == row_id, _OPEN).values(**values))


def close(connection: Connection, row_id: UUID, now: datetime) -> bool:
    """It went through, or somebody closed it."""
    done = connection.execute(
        update(quarantine).where(quarantine.c.id == row_id, _OPEN).values(released_at=now, next_at=None)
    )
    return done.rowcount == 1


def close_those_through(connection: Connection, now: datetime) -> int:
    """Close what came up by its own due time and went through since. Returns how many."""
    stands = [
        and_(
            quarantine.c.kind == kind,
            exists().where(table.c.id == quarantine.c.subject_id, table.c[name] == quarantine.c.next_at),
        )
        for kind, (table, name) in _DUE.items()
    ]
    through = update(quarantine).where(_OPEN, quarantine.c.kind.in_(tuple(_DUE)), ~or_(*stands))
    return connection.execute(through.values(released_at=now, next_at=None)).rowcount


def any_through(connection: Connection) -> bool:
    """Whether anything is open that comes up by its own due time: a look that writes nothing."""
    wanted = select(quarantine.c.id).where(_OPEN, quarantine.c.kind.in_(tuple(_DUE))).limit(1)
    return connection.execute(wanted).first() is not None


def try_now(connection: Connection, one: Waiting, now: datetime) -> None:
    """Have it tried again at once: here, or by its subject's own due time, which is moved with it."""
    connection.execute(update(quarantine).where(quarantine.c.id == one.id, _OPEN).values(next_at=now))
    if one.kind not in _DUE:
        return
    table, name = _DUE[one.kind]
    subject = update(table).where(table.c.id == one.subject_id, table.c[name] == one.next_at)
    connection.execute(subject.values(**{name: now}))


def kept_inbound(connection: Connection, keys: Keys, viewer: Viewer, row_id: UUID) -> Kept | None:
    """Something that came in and was set aside, opened."""
    row = connection.execute(select(inbound).where(inbound.c.id == row_id, inbound.c.meant == SET_ASIDE)).one_or_none()
    if row is None:
        return None
    require_all(viewer, "words", [row.person_id or row.id])
    raw = keys.of(row.person_id, "inbound").open("inbound", "raw_sealed", row.id, row.raw_sealed)
    return Kept(row.id, row.account, row.address_id, row.person_id, row.seq, raw, row.danger, row.received_at)


def decided_since(connection: Connection, kept: Kept, at: Address | None) -> bool:
    """Whether anything that came in after it from the same person (or the same stranger), who is at `at`, has been
    decided.
    """
    if kept.seq is not None:
        later: ColumnElement[bool] = and_(inbound.c.person_id == kept.person_id, inbound.c.seq > kept.seq)
    elif at is not None:
        theirs = inbound.c.address_id == at.id if at.person_id is None else inbound.c.person_id == at.person_id
        later = and_(theirs, inbound.c.received_at > kept.received_at)
    else:
        return False
    wanted = select(inbound.c.id).where(later, inbound.c.meant != SET_ASIDE).limit(1)
    return connection.execute(wanted).first() is not None


def decided(connection: Connection, row_id: UUID, meant: str) -> None:
    """A row of `inbound` was decided after all."""
    connection.execute(update(inbound).where(inbound.c.id == row_id).values(meant=meant))


def untold(connection: Connection, limit: int) -> list[Waiting]:
    """Failures of which people are to be told and have not been, locked for this transaction."""
    mine: Select[UUID] = (
        select(quarantine.c.id)
        .where(_OPEN, quarantine.c.kind.in_(TOLD_OF), quarantine.c.told_at.is_(None))
        .order_by(quarantine.c.at)
    )
    ids = claim_ids(connection, mine, limit)
    rows = connection.execute(select(quarantine).where(quarantine.c.id.in_(ids)).order_by(quarantine.c.at))
    return [_waiting(row) for row in rows]


def last_told(connection: Connection) -> datetime | None:
    """When people were last told of a failure, closed ones too."""
    wanted = select(func.max(quarantine.c.told_at)).where(quarantine.c.kind.in_(TOLD_OF))
    return connection.execute(wanted).scalar_one_or_none()


def told(connection: Connection, ids: Collection[UUID], now: datetime) -> None:
    """People have been told of these."""
    connection.execute(update(quarantine).where(quarantine.c.id.in_(ids)).values(told_at=now))


def counts(connection: Connection) -> dict[str, int]:
    """How many of each kind are not closed."""
    rows = connection.execute(select(quarantine.c.kind, func.count()).where(_OPEN).group_by(quarantine.c.kind))
    return {row[0]: row[1] for row in rows}
