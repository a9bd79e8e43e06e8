"""Schedules and their occurrences."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from storage.claims import insert_new
from storage.prepared import Prepared, inserting, updating
from storage.records import Occurrence, Schedule
from storage.sets import among
from storage.tables import occurrences, schedules

_SETTINGS = ("flow", "rule", "spread", "grace", "missed")
_CHANGING = ("missed_in_a_row", "next_date", "next_slot", "next_nominal_at", "due_at", "ended_at")
_CURRENT = Prepared(
    select(schedules)
    .where(among(schedules.c.person_id, "ids"), schedules.c.ended_at.is_(None))
    .order_by(schedules.c.key)
)
_NEW = inserting(schedules, "id", "person_id", "team_id", "key", "source", "began_at", *_SETTINGS, *_CHANGING)
_CHANGE = updating(schedules, *_SETTINGS, *_CHANGING)
_OCCURRENCES = Prepared(select(occurrences).where(among(occurrences.c.session_id, "ids")))
_DECIDE = updating(occurrences, "state", "reason")


def _schedule(row: Any) -> Schedule:
    return Schedule(
        id=row.id,
        person_id=row.person_id,
        team_id=row.team_id,
        key=row.key,
        flow=row.flow,
        rule=row.rule,
        spread=row.spread,
        grace=row.grace,
        missed=tuple((one["in_a_row"], one["policy"]) for one in row.missed),
        missed_in_a_row=row.missed_in_a_row,
        next_date=row.next_date,
        next_slot=row.next_slot,
        next_nominal_at=row.next_nominal_at,
        due_at=row.due_at,
        source=row.source,
        ended_at=row.ended_at,
    )


def load_schedules(connection: Connection, ids: Collection[UUID]) -> dict[UUID, list[Schedule]]:
    """Current schedules of each of these people."""
    found: dict[UUID, list[Schedule]] = {person_id: [] for person_id in ids}
    if ids:
        for row in _CURRENT.rows(connection, ids=ids):
            found[row.person_id].append(_schedule(row))
    return found


def schedules_due(connection: Connection, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(schedule, person) to look at now, earliest first."""
    rows = connection.execute(
        select(schedules.c.id, schedules.c.person_id)
        .where(schedules.c.due_at.is_not(None), schedules.c.due_at <= now)
        .order_by(schedules.c.due_at)
        .limit(limit)
    )
    return [(row.id, row.person_id) for row in rows]


def _changing(schedule: Schedule) -> dict[str, Any]:
    return {
        "missed_in_a_row": schedule.missed_in_a_row,
        "next_date": schedule.next_date,
        "next_slot": schedule.next_slot,
        "next_nominal_at": schedule.next_nominal_at,
        "due_at": schedule.due_at,
        "ended_at": schedule.ended_at,
    }


def _settings(schedule: Schedule) -> dict[str, Any]:
    return {
        "flow": schedule.flow,
        "rule": schedule.rule,
        "spread": schedule.spread,
        "grace": schedule.grace,
        "missed": [{"in_a_row": count, "policy": policy} for count, policy in schedule.missed],
    }


def save_schedules(connection: Connection, new: Iterable[Schedule], changed: Iterable[Schedule], now: datetime) -> None:
    """Write schedules."""
    changes = [{"b_id": one.id, **_settings(one), **_changing(one)} for one in sorted(changed, key=lambda one: one.id)]
    _CHANGE.run_many(connection, changes)
    rows = [
        {
            "id": one.id,
            "person_id": one.person_id,
            "team_id": one.team_id,
            "key": one.key,
            "source": one.source,
            "began_at": now,
            **_settings(one),
            **_changing(one),
        }
        for one in new
    ]
    _NEW.run_many(connection, rows)


def _occurrence(row: Any) -> Occurrence:
    return Occurrence(
        id=row.id,
        schedule_id=row.schedule_id,
        person_id=row.person_id,
        local_date=row.local_date,
        slot=row.slot,
        nominal_at=row.nominal_at,
        decided_at=row.decided_at,
        state=row.state,
        reason=row.reason,
        session_id=row.session_id,
    )


def occurrences_of_sessions(connection: Connection, session_ids: Collection[UUID]) -> dict[UUID, Occurrence]:
    """The occurrence that each of these sessions began from, by session."""
    if not session_ids:
        return {}
    return {row.session_id: _occurrence(row) for row in _OCCURRENCES.rows(connection, ids=session_ids)}


def save_occurrences(connection: Connection, new: Iterable[Occurrence], changed: Iterable[Occurrence]) -> bool:
    """Write occurrences. False if one of the new ones existed: somebody else decided it first, and nothing holds."""
    changes = [
        {"b_id": one.id, "state": one.state, "reason": one.reason} for one in sorted(changed, key=lambda one: one.id)
    ]
    _DECIDE.run_many(connection, changes)
    rows = [
        {
            "id": one.id,
            "schedule_id": one.schedule_id,
            "person_id": one.person_id,
            "local_date": one.local_date,
            "slot": one.slot,
            "nominal_at": one.nominal_at,
            "decided_at": one.decided_at,
            "state": one.state,
            "reason": one.reason,
            "session_id": one.session_id,
        }
        for one in new
    ]
    if not rows:
        return True
    return len(insert_new(connection, occurrences, rows, ["schedule_id", "local_date", "slot"])) == len(rows)
