"""The processes that run on this database, each with a row that it renews: who is there, and of which version.

A process that ends says so; one that was killed stops renewing. `seen_at` is by the database's clock, the only one that
all of them share.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from storage.claims import database_now
from storage.tables import processes

BEAT: Final = 10.0  # seconds between two signs of life
FRESH: Final = timedelta(seconds=60)
"""Seen within this time, a process counts as running: it may have missed five beats and still be at work."""
_KEPT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Running:
    """A process that gave a sign of life not long ago: `revision` is the last migration that it knows."""

    id: UUID
    version: str
    revision: str
    seen_at: datetime


def begin(
    connection: Connection,
    process_id: UUID,
    version: str,
    revision: str,
    now: datetime,
    *,
    applied: str | None = None,
) -> None:
    """A process says that it is there; `applied` is the digest of its configuration's schedules. Rows of long ago go, but
    for the one that was seen last: `last_seen` asks for it.
    """
    seen_at = database_now(connection)
    latest = select(processes.c.id).order_by(processes.c.seen_at.desc()).limit(1).scalar_subquery()
    connection.execute(delete(processes).where(processes.c.seen_at < seen_at - _KEPT, processes.c.id != latest))
    connection.execute(
        insert(processes).values(
            id=process_id, version=version, revision=revision, applied=applied, started_at=now, seen_at=seen_at
        )
    )


def beat(connection: Connection, process_id: UUID) -> bool:
    """A process says that it is still there. False if its row is gone: it begins anew."""
    done = connection.execute(
        update(processes).where(processes.c.id == process_id).values(seen_at=database_now(connection), stopped_at=None)
    )
    return done.rowcount == 1


def end(connection: Connection, process_id: UUID) -> None:
    """A process says that it ends."""
    moment = database_now(connection)
    connection.execute(update(processes).where(processes.c.id == process_id).values(seen_at=moment, stopped_at=moment))


def last_seen(connection: Connection, *, other_than: UUID) -> datetime | None:
    """When any other process was seen last, running or ended (the database's clock); None: there has been none."""
    found = select(processes.c.seen_at).where(processes.c.id != other_than).order_by(processes.c.seen_at.desc())
    return connection.execute(found.limit(1)).scalar_one_or_none()


def fresh(connection: Connection, within: timedelta = FRESH) -> list[Running]:
    """Processes that were seen within this time and have not said that they end, the latest first."""
    rows = connection.execute(
        select(processes.c.id, processes.c.version, processes.c.revision, processes.c.seen_at)
        .where(processes.c.stopped_at.is_(None), processes.c.seen_at > database_now(connection) - within)
        .order_by(processes.c.seen_at.desc())
    )
    return [Running(*row) for row in rows]
