"""People's runs through flows, their answers, and the flow versions those runs stay on."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, and_, func, insert, or_, select, tuple_, update

from storage.keys import Keys
from storage.prepared import Prepared, inserting, updating
from storage.records import Answer, Session, Value
from storage.sets import among
from storage.tables import answers, flow_versions, sessions
from storage.viewing import Viewer, require_all


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """A flow as it was loaded: its file's text."""

    flow: str
    version: int
    digest: str
    source: str
    current: bool


_last = (
    select(sessions.c.person_id, func.max(sessions.c.begun_at).label("begun_at"))
    .where(among(sessions.c.person_id, "ids"), sessions.c.asked_at.is_not(None))
    .group_by(sessions.c.person_id)
    .subquery()
)
_SESSIONS = Prepared(
    select(sessions)
    .outerjoin(_last, and_(_last.c.person_id == sessions.c.person_id, _last.c.begun_at == sessions.c.begun_at))
    .where(
        among(sessions.c.person_id, "ids"),
        sessions.c.asked_at.is_not(None),
        or_(sessions.c.state == "open", _last.c.person_id.is_not(None)),
    )
)
_CHANGING = (
    "state",
    "asking",
    "heard",
    "state_sealed",
    "asked_at",
    "due_at",
    "nudge",
    "ends_at",
    "outcome",
    "ended_at",
)
_NEW = inserting(sessions, "id", "person_id", "address_id", "flow", "version", "schedule_id", "begun_at", *_CHANGING)
_CHANGE = updating(sessions, *_CHANGING)
_ANSWER = inserting(answers, *(column.name for column in answers.c))
_ANSWERED = Prepared(select(answers.c.session_id).where(among(answers.c.session_id, "ids")).distinct())
_COUNTS = Prepared(
    select(sessions.c.person_id, sessions.c.flow, func.count().label("times"))
    .where(among(sessions.c.person_id, "ids"))
    .group_by(sessions.c.person_id, sessions.c.flow)
)


def load_sessions(connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, Session]:
    """Each person's open session, or else the last one in which something was asked: a late reply may reopen it."""
    if not ids:
        return {}
    require_all(viewer, "session_state", ids)
    rows = _SESSIONS.rows(connection, ids=ids)
    found: dict[UUID, Session] = {}
    for row in rows:
        session = _session(row, keys)
        known = found.get(session.person_id)
        if known is None or (known.state != "open" and (session.state == "open" or session.id > known.id)):
            found[session.person_id] = session
    return found


def _session(row: Any, keys: Keys) -> Session:
    key = keys.of(row.person_id, "sessions")
    return Session(
        id=row.id,
        person_id=row.person_id,
        address_id=row.address_id,
        flow=row.flow,
        version=row.version,
        schedule_id=row.schedule_id,
        state=row.state,
        asking=row.asking,
        heard=row.heard,
        state_json=key.open("sessions", "state_sealed", row.id, row.state_sealed),
        begun_at=row.begun_at,
        asked_at=row.asked_at,
        due_at=row.due_at,
        nudge=row.nudge,
        ends_at=row.ends_at,
        outcome=row.outcome,
        ended_at=row.ended_at,
    )


def _session_row(session: Session, keys: Keys) -> dict[str, object]:
    key = keys.of(session.person_id, "sessions")
    return {
        "state": session.state,
        "asking": session.asking,
        "heard": session.heard,
        "state_sealed": key.seal("sessions", "state_sealed", session.id, session.state_json),
        "asked_at": session.asked_at,
        "due_at": session.due_at,
        "nudge": session.nudge,
        "ends_at": session.ends_at,
        "outcome": session.outcome,
        "ended_at": session.ended_at,
    }


def save_sessions(connection: Connection, keys: Keys, new: Iterable[Session], changed: Iterable[Session]) -> None:
    """Write sessions; those that ended first, since a person has at most one open."""
    changes = [{"b_id": one.id, **_session_row(one, keys)} for one in sorted(changed, key=lambda one: one.state)]
    _CHANGE.run_many(connection, changes)
    rows = [
        {
            "id": one.id,
            "person_id": one.person_id,
            "address_id": one.address_id,
            "flow": one.flow,
            "version": one.version,
            "schedule_id": one.schedule_id,
            "begun_at": one.begun_at,
            **_session_row(one, keys),
        }
        for one in new
    ]
    _NEW.run_many(connection, rows)


def save_answers(connection: Connection, keys: Keys, new: Iterable[Answer]) -> None:
    """Write answers, sealed."""
    rows = [
        {
            "id": one.id,
            "person_id": one.person_id,
            "session_id": one.session_id,
            "flow": one.flow,
            "version": one.version,
            "step": one.step,
            "name": one.name,
            "value_sealed": keys.of(one.person_id, "answers").seal(
                "answers", "value_sealed", one.id, json.dumps(one.value)
            ),
            "answered_at": one.answered_at,
        }
        for one in new
    ]
    _ANSWER.run_many(connection, rows)


def load_history(
    connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID], names: Collection[tuple[str, str]]
) -> dict[tuple[UUID, str, str], list[tuple[datetime, Value]]]:
    """Answers by (person, flow, name), oldest first, for the (flow, name) pairs that flows asked for."""
    if not ids or not names:
        return {}
    require_all(viewer, "answer", ids)
    rows = connection.execute(
        select(answers)
        .where(answers.c.person_id.in_(ids), tuple_(answers.c.flow, answers.c.name).in_(names))
        .order_by(answers.c.answered_at, answers.c.id)
    ).mappings()
    found: defaultdict[tuple[UUID, str, str], list[tuple[datetime, Value]]] = defaultdict(list)
    for row in rows:
        key = keys.of(row["person_id"], "answers")
        words = key.open("answers", "value_sealed", row["id"], row["value_sealed"])
        if not words:  # forgiving keys, and damaged
            continue
        value = json.loads(words)
        found[row["person_id"], row["flow"], row["name"]].append((row["answered_at"], value))
    return dict(found)


def sessions_due(connection: Connection, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(session, person) whose nudge is due or whose time is up, earliest first."""
    rows = connection.execute(
        select(sessions.c.id, sessions.c.person_id)
        .where(sessions.c.due_at.is_not(None), sessions.c.due_at <= now)
        .order_by(sessions.c.due_at)
        .limit(limit)
    )
    return [(row.id, row.person_id) for row in rows]


def flow_sources(connection: Connection, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], FlowVersion]:
    """Flow versions as they were loaded."""
    if not wanted:
        return {}
    rows = connection.execute(
        select(flow_versions).where(tuple_(flow_versions.c.flow, flow_versions.c.version).in_(wanted))
    ).mappings()
    return {(row["flow"], row["version"]): _flow_version(row) for row in rows}


def current_flows(connection: Connection) -> dict[str, FlowVersion]:
    """The version of each flow that new sessions begin on."""
    rows = connection.execute(select(flow_versions).where(flow_versions.c.current)).mappings()
    return {row["flow"]: _flow_version(row) for row in rows}


def all_flow_versions(connection: Connection) -> list[FlowVersion]:
    """Every version that was ever loaded: sessions stay on theirs."""
    return [_flow_version(row) for row in connection.execute(select(flow_versions)).mappings()]


def _flow_version(row: RowMapping) -> FlowVersion:
    return FlowVersion(row["flow"], row["version"], row["digest"], row["source"], row["current"])


def save_flow_versions(
    connection: Connection, new: Mapping[UUID, FlowVersion], current: Collection[tuple[str, int]], now: datetime
) -> None:
    """Write newly loaded versions and say which of each flow is current; no flow is left with two."""
    connection.execute(update(flow_versions).where(flow_versions.c.current).values(current=False))
    rows = [
        {
            "id": row_id,
            "flow": one.flow,
            "version": one.version,
            "digest": one.digest,
            "source": one.source,
            "current": False,
            "loaded_at": now,
        }
        for row_id, one in new.items()
    ]
    if rows:
        connection.execute(insert(flow_versions), rows)
    if current:
        connection.execute(
            update(flow_versions)
            .where(tuple_(flow_versions.c.flow, flow_versions.c.version).in_(sorted(current)))
            .values(current=True)
        )


def sessions_answered(connection: Connection, session_ids: Collection[UUID]) -> set[UUID]:
    """Those of these sessions in which a value was understood."""
    if not session_ids:
        return set()
    return {row.session_id for row in _ANSWERED.rows(connection, ids=session_ids)}


def count_sessions(connection: Connection, ids: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """How many sessions of each flow these people have had."""
    if not ids:
        return {}
    return {(row.person_id, row.flow): row.times for row in _COUNTS.rows(connection, ids=ids)}


def newest_versions(connection: Connection) -> dict[str, int]:
    """The highest version of each flow that was ever loaded."""
    rows = connection.execute(select(flow_versions.c.flow, func.max(flow_versions.c.version)).group_by("flow"))
    return {row[0]: row[1] for row in rows}
