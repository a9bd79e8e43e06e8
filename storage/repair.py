"""What lives by a due time and has none that makes sense: found by SQL over sets, a page of each table at a time.

Constraints forbid most of it; this looks all the same, since what nobody looks at again is somebody who waits for ever. A
page is `PAGE` rows in the order of an index that exists, beginning after the last one looked at, and the next pass goes
on from there: a pass costs a few milliseconds whatever there is (four range scans and at most as many look-ups by key as
rows), and 100,000 open sessions are gone through in 50 passes. Escalations that are not resolved, and messages that wait
and have been due for a while, are few: they are all looked at in every pass, up to the page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, exists, func, literal_column, or_, select, update

from storage.claims import database_now, lock_rows
from storage.outbox import CLAIMABLE, tell_claim
from storage.tables import addresses, escalations, occurrences, outbox, schedules, sessions

PAGE: Final = 2_000
SLACK: Final = timedelta(minutes=1)
"""What may lie between two looks at a clock."""
LATE: Final = timedelta(minutes=10)
"""A claim is told of what waits when it is written; a rate or a back-off puts it off by less than this."""
LOST_LEASE: Final = timedelta(minutes=5)
"""A lease that ran out so long ago was left by every round that gives up leases."""
LONGEST_REST: Final = timedelta(hours=12)
"""What failed and was set aside is put off by no more."""
LONGEST_PUT_OFF: Final = timedelta(days=9)
"""A schedule waits for its nominal moment, and then for spread, quiet hours and a grace of seven days at most."""
_FIRST: Final = UUID(int=0)
# Written out and not bound: SQLite uses a partial index only where it reads its condition in the statement.
_WAITING: Final = outbox.c.state.in_([literal_column("'queued'"), literal_column("'sending'")])
_SENDING: Final = outbox.c.state == literal_column("'sending'")
_OPEN: Final = sessions.c.state == literal_column("'open'")
_NOT_RESOLVED: Final = escalations.c.state != literal_column("'resolved'")


@dataclass(frozen=True, slots=True)
class Idle:
    """A row that nothing would ever come back to. `what` names the kind of fault."""

    what: str
    id: UUID
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Page:
    """What one page held, and where the next begins; None when the table has been gone through."""

    idle: list[Idle]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """An escalation that is not resolved, as far as its next step goes."""

    id: UUID
    person_id: UUID
    state: str
    level: int
    next_at: datetime | None
    policy_copy: dict[str, object]


def _paged(rows: Sequence[Any], page: int) -> UUID | None:
    return rows[-1].id if len(rows) == page else None


def ladders(connection: Connection, now: datetime, *, page: int = PAGE) -> list[Ladder]:
    """Escalations that are not resolved and whose next step is not due: what to make of them depends on their policy."""
    rows = connection.execute(
        select(
            escalations.c.id,
            escalations.c.person_id,
            escalations.c.state,
            escalations.c.level,
            escalations.c.next_at,
            escalations.c.policy_copy,
        )
        .where(_NOT_RESOLVED, or_(escalations.c.next_at.is_(None), escalations.c.next_at > now))
        .limit(page)
    )
    return [Ladder(*row) for row in rows]


def step_at(connection: Connection, escalation_id: UUID, seen: datetime | None, next_at: datetime) -> bool:
    """Give an escalation its next step, unless somebody moved it since it was looked at."""
    stands = escalations.c.next_at.is_(None) if seen is None else escalations.c.next_at == seen
    done = connection.execute(
        update(escalations)
        .where(escalations.c.id == escalation_id, escalations.c.state != "resolved", stands)
        .values(next_at=next_at)
    )
    return done.rowcount == 1


def open_sessions(connection: Connection, now: datetime, after: UUID | None, *, page: int = PAGE) -> Page:
    """Open sessions without a due time, with one beyond their end, or whose question never got into the outbox."""
    asked = exists().where(outbox.c.session_id == sessions.c.id, outbox.c.purpose == "question")
    rows = connection.execute(
        select(
            sessions.c.person_id.label("id"), sessions.c.id.label("session_id"), *_session_times, asked.label("asked")
        )
        .where(_OPEN, sessions.c.person_id > (after or _FIRST))
        .order_by(sessions.c.person_id)
        .limit(page)
    ).all()
    idle = [Idle(what, row.session_id, row.id) for row in rows if (what := _wrong_with_session(row, now))]
    return Page(idle, _paged(rows, page))


_session_times = (sessions.c.due_at, sessions.c.ends_at)


def _wrong_with_session(row: Any, now: datetime) -> str | None:
    if not row.asked:
        return "question_lost"
    latest = max(row.ends_at or now, now + LONGEST_REST) + SLACK
    return "session_idle" if row.due_at is None or row.due_at > latest else None


def session_due(connection: Connection, session_id: UUID, now: datetime) -> bool:
    """Have an open session looked at now."""
    mine = update(sessions).where(sessions.c.id == session_id, sessions.c.state == "open")
    return connection.execute(mine.values(due_at=now)).rowcount == 1


def current_schedules(connection: Connection, after: UUID | None, *, page: int = PAGE) -> Page:
    """Schedules that have not ended and wait for nothing, or for a moment far beyond their next occurrence."""
    rows = connection.execute(
        select(schedules.c.id, schedules.c.person_id, schedules.c.due_at, schedules.c.next_nominal_at)
        .where(schedules.c.id > (after or _FIRST), schedules.c.ended_at.is_(None))
        .order_by(schedules.c.id)
        .limit(page)
    ).all()
    idle = [Idle("schedule_idle", row.id, row.person_id) for row in rows if _waits_in_vain(row)]
    return Page(idle, _paged(rows, page))


def _waits_in_vain(row: Any) -> bool:
    nominal = row.next_nominal_at
    return row.due_at is None or nominal is None or row.due_at > nominal + LONGEST_PUT_OFF


def schedule_due(connection: Connection, schedule_id: UUID, now: datetime) -> bool:
    """Have a schedule that knows its next occurrence looked at now; false where it knows none."""
    mine = update(schedules).where(
        schedules.c.id == schedule_id, schedules.c.ended_at.is_(None), schedules.c.next_nominal_at.is_not(None)
    )
    return connection.execute(mine.values(due_at=now)).rowcount == 1


def begun_occurrences(connection: Connection, since: UUID, after: UUID | None, *, page: int = PAGE) -> Page:
    """Occurrences that began and whose session has ended without a word of what became of them. `since`: an id of the
    moment from which on they are looked at.
    """
    rows = connection.execute(
        select(occurrences.c.id, occurrences.c.person_id, occurrences.c.state, sessions.c.state.label("session_state"))
        .outerjoin(sessions, sessions.c.id == occurrences.c.session_id)
        .where(occurrences.c.id > max(since, after or _FIRST))
        .order_by(occurrences.c.id)
        .limit(page)
    ).all()
    idle = [
        Idle("occurrence_idle", row.id, row.person_id)
        for row in rows
        if row.state == "begun" and row.session_state in (None, "ended")
    ]
    return Page(idle, _paged(rows, page))


def occurrence_over(connection: Connection, occurrence_id: UUID) -> bool:
    """It is over, and nobody knows how: neither replied nor missed."""
    mine = update(occurrences).where(occurrences.c.id == occurrence_id, occurrences.c.state == "begun")
    return connection.execute(mine.values(state="neither", reason="repaired")).rowcount == 1


def waiting_addresses(connection: Connection, now: datetime, after: UUID | None, *, page: int = PAGE) -> Page:
    """Addresses where something may leave and the claim does not know of it, or would look for it too late."""
    waiting = (
        select(outbox.c.address_id.label("id"))
        .where(_WAITING, outbox.c.address_id > (after or _FIRST))
        .distinct()
        .order_by(outbox.c.address_id)
        .limit(page)
    )
    ids = connection.execute(waiting).all()
    told_of = select(waiting.subquery().c.id)
    rows = connection.execute(
        select(
            addresses.c.id, addresses.c.person_id, addresses.c.next_send_at, func.min(outbox.c.due_at).label("due_at")
        )
        .join(outbox, outbox.c.address_id == addresses.c.id)
        .where(addresses.c.id.in_(told_of), _WAITING, CLAIMABLE)
        .group_by(addresses.c.id, addresses.c.person_id, addresses.c.next_send_at)
    )
    idle = [
        Idle("claim_untold", row.id, row.person_id)
        for row in rows
        if row.next_send_at is None or row.next_send_at > max(row.due_at, now) + LATE
    ]
    return Page(idle, _paged(ids, page))


def tell_again(connection: Connection, address_ids: Collection[UUID]) -> None:
    """Write down anew what these addresses have to send next."""
    lock_rows(connection, addresses, address_ids)
    tell_claim(connection, address_ids)


def lost_leases(connection: Connection, *, page: int = PAGE) -> list[Idle]:
    """Messages that are being sent by nobody: without a lease, or with one that ran out long ago."""
    out = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < database_now(connection) - LOST_LEASE)
    rows = connection.execute(select(outbox.c.id, outbox.c.person_id).where(_SENDING, out).limit(page))
    return [Idle("lease_lost", row.id, row.person_id) for row in rows]


def nobody_knows(connection: Connection, message_id: UUID, now: datetime) -> bool:
    """A message that somebody may have sent: its outcome is unknown, and goes the way of that."""
    address = select(outbox.c.address_id).where(outbox.c.id == message_id, outbox.c.state == "sending")
    found = list(connection.execute(address).scalars())
    lock_rows(connection, addresses, found)
    done = connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.state == "sending")
        .values(state="unknown", lease_id=None, lease_until=None, looked=0, due_at=now, held="lease-lost")
    )
    tell_claim(connection, found)
    return done.rowcount == 1
