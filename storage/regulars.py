"""Schedules of the configuration beside the rows that people have of them: what is missing, stale or astray."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Text, cast, exists, func, select

from storage.tables import audit, consents, memberships, occurrences, people, processes, schedules

APPLIED = "schedules.applied"
"""The audit's kind for "everybody's rows are as the file says", with the digest of what it says."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What current rows from the file look like, however many people have one like it."""

    key: str
    team_id: UUID
    flow: str
    rule: str
    spread: int
    grace: int
    missed: tuple[tuple[int, str], ...]


_of_file = (schedules.c.ended_at.is_(None), schedules.c.source == "file")


def kinds(connection: Connection) -> set[Kind]:
    """Every kind of row there is: few, however many rows."""
    missed = cast(schedules.c.missed, Text)
    columns: tuple[ColumnElement[Any], ...] = (
        schedules.c.key,
        schedules.c.team_id,
        schedules.c.flow,
        schedules.c.rule,
        schedules.c.spread,
        schedules.c.grace,
        missed,
    )
    rows = connection.execute(select(*columns).where(*_of_file).group_by(*columns))
    found: set[Kind] = set()
    for key, team_id, flow, rule, spread, grace, text in rows:
        pairs = tuple((one["in_a_row"], one["policy"]) for one in json.loads(text))
        found.add(Kind(key, team_id, flow, rule, spread, grace, pairs))
    return found


def still_applied(connection: Connection, digest: str) -> bool:
    """Whether everybody's rows were last brought to schedules of this digest, and no process of another configuration has
    been there since: it may have begun rows as its own file says.
    """
    last = connection.execute(
        select(audit.c.detail, audit.c.written_at)
        .where(audit.c.kind == APPLIED)
        .order_by(audit.c.written_at.desc(), audit.c.within.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.detail["digest"] != digest:
        return False
    others = select(processes.c.id).where(
        processes.c.seen_at >= last.written_at, func.coalesce(processes.c.applied, "") != digest
    )
    return connection.execute(others.limit(1)).first() is None


def people_with(connection: Connection, keys: Collection[str]) -> set[UUID]:
    """Everybody who has a current row from the file with one of these keys."""
    if not keys:
        return set()
    return set(connection.execute(select(schedules.c.person_id).where(*_of_file, schedules.c.key.in_(keys))).scalars())


def _member(person_id: ColumnElement[UUID], team_id: UUID, role: str) -> ColumnElement[bool]:
    return exists().where(
        memberships.c.person_id == person_id,
        memberships.c.team_id == team_id,
        memberships.c.role == role,
        memberships.c.ended_at.is_(None),
    )


def people_astray(connection: Connection, key: str, team_id: UUID, role: str) -> set[UUID]:
    """Those who have a row of this schedule and are no longer in the team in that role."""
    member = _member(schedules.c.person_id, team_id, role)
    rows = connection.execute(select(schedules.c.person_id).where(*_of_file, schedules.c.key == key, ~member))
    return set(rows.scalars())


def people_without(connection: Connection, key: str, team_id: UUID, role: str) -> set[UUID]:
    """Members of the team in that role who last said yes, have not stopped or left, and have no row of this schedule."""
    has_one = exists().where(
        schedules.c.person_id == people.c.id, schedules.c.key == key, schedules.c.ended_at.is_(None)
    )
    later = consents.alias("later")
    last_yes = exists().where(
        consents.c.person_id == people.c.id,
        consents.c.given,
        ~exists().where(later.c.person_id == consents.c.person_id, later.c.seq > consents.c.seq),
    )
    rows = connection.execute(
        select(people.c.id)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(
            memberships.c.team_id == team_id,
            memberships.c.role == role,
            memberships.c.ended_at.is_(None),
            people.c.ended_at.is_(None),
            people.c.stopped_at.is_(None),
            people.c.data_key.is_not(None),
            ~has_one,
            last_yes,
        )
    )
    return set(rows.scalars())


def last_begun(connection: Connection, schedule_ids: Collection[UUID]) -> dict[UUID, date]:
    """The last local date on which each of these schedules began something."""
    if not schedule_ids:
        return {}
    rows = connection.execute(
        select(occurrences.c.schedule_id, func.max(occurrences.c.local_date))
        .where(occurrences.c.schedule_id.in_(schedule_ids), occurrences.c.state != "skipped")
        .group_by(occurrences.c.schedule_id)
    )
    return {row[0]: row[1] for row in rows}
