"""How things stand just now, in counts and ages: what `/metrics` and the heartbeat read. One cheap query each, nobody's name.

Costs grow with what waits, not with how many people there are: messages that wait are counted over the partial index of
waiting ones, escalations over that of those not resolved, ages come from the first entry of an index of due times.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, Table, case, func, literal_column, select

from storage import quarantine
from storage.sealed_log import unsealed
from storage.tables import escalations, outbox, schedules, sessions
from storage.tables.messages import CLASSES

_DUE: Final[dict[str, tuple[Table, str]]] = {
    "escalation": (escalations, "next_at"),
    "session": (sessions, "due_at"),
    "schedule": (schedules, "due_at"),
}

# Written out and not bound: SQLite uses a partial index only where it reads its condition in the statement.
_WAITING: Final = outbox.c.state.in_([literal_column("'queued'"), literal_column("'sending'")])
_UNKNOWN: Final = outbox.c.state == literal_column("'unknown'")
_NOT_RESOLVED: Final = escalations.c.state != literal_column("'resolved'")


@dataclass(frozen=True, slots=True)
class Stand:
    """How things stood at one moment. Ages in seconds, 0 where there is nothing; the sealer's by the database's clock."""

    waiting: dict[str, int]  # messages by class, all those that have not left
    late: dict[str, float]  # by class: how long the oldest has been due
    unknown: int  # messages that may have been sent
    escalations: dict[str, int]  # by state, those not resolved
    unanswered: int
    oldest_escalation: float  # of those that nobody has
    quarantine: dict[str, int]  # by kind
    unsealed: int
    sealer_lag: float
    overdue: dict[str, float]  # escalation, session, schedule: how long the first has been due


def read_stand(connection: Connection, now: datetime) -> Stand:
    """Look."""
    waiting, late = _outbox(connection, now)
    states, unanswered, oldest = _escalations(connection, now)
    entries, lag = unsealed(connection)
    return Stand(
        waiting=waiting,
        late=late,
        unknown=connection.execute(select(func.count()).select_from(outbox).where(_UNKNOWN)).scalar_one(),
        escalations=states,
        unanswered=unanswered,
        oldest_escalation=oldest,
        quarantine=dict.fromkeys(quarantine.KINDS, 0) | quarantine.counts(connection),
        unsealed=entries,
        sealer_lag=lag,
        overdue={name: _age(_first(connection, table.c[column]), now) for name, (table, column) in _DUE.items()},
    )


def _outbox(connection: Connection, now: datetime) -> tuple[dict[str, int], dict[str, float]]:
    rows = connection.execute(
        select(
            outbox.c["class"],
            func.count().label("waiting"),
            func.min(case((outbox.c.held_at.is_(None), outbox.c.due_at), else_=None)).label("due_at"),
        )
        .where(_WAITING)
        .group_by(outbox.c["class"])
    ).all()
    waiting: dict[str, int] = {**dict.fromkeys(CLASSES, 0)}
    late: dict[str, float] = {**dict.fromkeys(CLASSES, 0.0)}
    for row in rows:
        waiting[row[0]], late[row[0]] = row.waiting, _age(row.due_at, now)
    return waiting, late


def _escalations(connection: Connection, now: datetime) -> tuple[dict[str, int], int, float]:
    rows = connection.execute(
        select(
            escalations.c.state,
            func.count().label("count"),
            func.count(case((escalations.c.state != "taken", escalations.c.unanswered_at))).label("unanswered"),
            func.min(escalations.c.opened_at).label("opened_at"),
        )
        .where(_NOT_RESOLVED)
        .group_by(escalations.c.state)
    ).all()
    states: dict[str, int] = {"open": 0, "taken": 0, "lapsed": 0, **{row.state: row[1] for row in rows}}
    nobodys = [_age(row.opened_at, now) for row in rows if row.state != "taken"]
    return states, sum(row.unanswered for row in rows), max(nobodys, default=0.0)


def _first(connection: Connection, due: Column[datetime]) -> datetime | None:
    return connection.execute(select(func.min(due)).where(due.is_not(None))).scalar_one_or_none()


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
