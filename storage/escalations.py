"""Escalations, the alerts that went out for them, and the codes that responders answer with."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from storage.columns import Moment
from storage.errors import ConflictError
from storage.keys import Keys
from storage.prepared import Prepared
from storage.records import Alert, Escalation, GivenCode, Reason, Standing
from storage.sets import among
from storage.tables import alert_codes, alerts, escalations
from storage.viewing import Viewer, require_all

CODE_REST = timedelta(days=7)  # a code is not given to the same phone again within this time


_UNRESOLVED = Prepared(
    select(escalations).where(among(escalations.c.person_id, "ids"), escalations.c.state != "resolved")
)
_BY_ID = Prepared(select(escalations).where(among(escalations.c.id, "ids")))
_standing = (
    select(
        alerts.c.id,
        alerts.c.told_at,
        alerts.c.escalation_id,
        escalations.c.person_id,
        alerts.c.responder_id,
        alerts.c.address_id,
        alerts.c.code,
        escalations.c.state,
        escalations.c.taken_by,
        alerts.c.declined_at,
        alerts.c.failed_at,
        alerts.c.telling,
    )
    .join(escalations, escalations.c.id == alerts.c.escalation_id)
    .where(escalations.c.state != "resolved")
)
# Apart, since each half has its index; together neither would be used.
_SENT_TO = Prepared(_standing.where(among(alerts.c.responder_id, "ids")))
_ABOUT = Prepared(_standing.where(among(escalations.c.person_id, "ids")))
_CODES = Prepared(
    select(alert_codes.c.responder_id, alert_codes.c.code, alert_codes.c.escalation_id, alert_codes.c.freed_at)
    .where(
        among(alert_codes.c.responder_id, "responders"),
        or_(alert_codes.c.freed_at.is_(None), alert_codes.c.freed_at > bindparam("after", type_=Moment())),
    )
    .order_by(alert_codes.c.given_at)
)


def load_escalations(
    connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]
) -> dict[UUID, Escalation]:
    """Escalations about these people that are not resolved, by their own id."""
    if not ids:
        return {}
    return _opened(keys, viewer, _UNRESOLVED.rows(connection, ids=ids))


def escalations_by_id(
    connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]
) -> dict[UUID, Escalation]:
    """Escalations by id, resolved ones too."""
    if not ids:
        return {}
    return _opened(keys, viewer, _BY_ID.rows(connection, ids=ids))


def list_escalations(connection: Connection, keys: Keys, viewer: Viewer, *, resolved: bool) -> list[Escalation]:
    """Escalations in the order in which they were opened; resolved ones only if asked for."""
    wanted = select(escalations).order_by(escalations.c.opened_at, escalations.c.id)
    if not resolved:
        wanted = wanted.where(escalations.c.state != "resolved")
    return list(_opened(keys, viewer, connection.execute(wanted).all()).values())


def _opened(keys: Keys, viewer: Viewer, rows: Sequence[Any]) -> dict[UUID, Escalation]:
    for row in rows:
        require_all(viewer, "escalation_reason", [row.person_id], line=row.line)
    keys.fetch(row.person_id for row in rows)
    return {row.id: _escalation(row, keys) for row in rows}


def _escalation(row: Any, keys: Keys) -> Escalation:
    key = keys.of(row.person_id, "escalations")
    reasons = json.loads(key.open("escalations", "reasons_sealed", row.id, row.reasons_sealed) or "[]")
    words = row.outcome_sealed
    return Escalation(
        id=row.id,
        person_id=row.person_id,
        team_id=row.team_id,
        line=row.line,
        severity=row.severity,
        policy=row.policy,
        policy_copy=row.policy_copy,
        reasons=[Reason(datetime.fromisoformat(one["at"]), one["reason"], one["shared"]) for one in reasons],
        state=row.state,
        level=row.level,
        tellings=row.tellings,
        round=row.round,
        next_at=row.next_at,
        opened_at=row.opened_at,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        reminded_at=row.reminded_at,
        unanswered_at=row.unanswered_at,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
        outcome=None if words is None else key.open("escalations", "outcome_sealed", row.id, words),
    )


def _row(one: Escalation, keys: Keys) -> dict[str, Any]:
    key = keys.of(one.person_id, "escalations")
    reasons = [
        {"at": reason.at.isoformat(), "reason": reason.reason, "shared": dict(reason.shared)} for reason in one.reasons
    ]
    return {
        "severity": one.severity,
        "policy": one.policy,
        "policy_copy": dict(one.policy_copy),
        "reasons_sealed": key.seal("escalations", "reasons_sealed", one.id, json.dumps(reasons)),
        "state": one.state,
        "level": one.level,
        "tellings": one.tellings,
        "round": one.round,
        "next_at": one.next_at,
        "taken_by": one.taken_by,
        "taken_at": one.taken_at,
        "reminded_at": one.reminded_at,
        "unanswered_at": one.unanswered_at,
        "resolved_by": one.resolved_by,
        "resolved_at": one.resolved_at,
        "outcome_sealed": None
        if one.outcome is None
        else key.seal("escalations", "outcome_sealed", one.id, one.outcome),
    }


def save_escalations(
    connection: Connection, keys: Keys, new: Iterable[Escalation], changed: Mapping[UUID, tuple[str, Escalation]]
) -> None:
    """Write escalations; `changed` holds the state that each was decided from.

    Raises:
        ConflictError: one was no longer in that state; the batch is decided again.
    """
    for escalation_id in sorted(changed):
        before, one = changed[escalation_id]
        done = connection.execute(
            update(escalations)
            .where(escalations.c.id == one.id, escalations.c.state == before)
            .values(**_row(one, keys))
        )
        if done.rowcount != 1:
            raise ConflictError("an escalation changed meanwhile")
    rows = [
        {
            "id": one.id,
            "person_id": one.person_id,
            "team_id": one.team_id,
            "line": one.line,
            "opened_at": one.opened_at,
            **_row(one, keys),
        }
        for one in new
    ]
    if rows:
        connection.execute(insert(escalations), rows)


def unanswered_since(connection: Connection, escalation_id: UUID, now: datetime) -> None:
    """Nobody answers this one: written down once, touching nothing else of it."""
    connection.execute(
        update(escalations)
        .where(escalations.c.id == escalation_id, escalations.c.unanswered_at.is_(None))
        .values(unanswered_at=now)
    )


def escalations_due(connection: Connection, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(escalation, person) whose next step is due, the gravest not first: earliest first."""
    rows = connection.execute(
        select(escalations.c.id, escalations.c.person_id)
        .where(escalations.c.next_at.is_not(None), escalations.c.next_at <= now)
        .order_by(escalations.c.next_at)
        .limit(limit)
    )
    return [(row.id, row.person_id) for row in rows]


def load_standing(
    connection: Connection, *, responders: Collection[UUID] = (), about: Collection[UUID] = ()
) -> list[Standing]:
    """Alerts of escalations not resolved: those sent to `responders`, and those about these people."""
    if not responders and not about:
        return []
    found = {row.id: row for row in _SENT_TO.rows(connection, ids=responders)}
    found |= {row.id: row for row in _ABOUT.rows(connection, ids=about)}
    rows = sorted(found.values(), key=lambda row: (row.told_at, row.telling))
    return [
        Standing(
            row.escalation_id,
            row.person_id,
            row.responder_id,
            row.address_id,
            row.code,
            row.state,
            row.taken_by,
            row.declined_at is not None,
            row.failed_at is not None,
            row.telling,
        )
        for row in rows
    ]


def alerts_of(connection: Connection, escalation_ids: Collection[UUID]) -> dict[UUID, list[Alert]]:
    """Every alert of these escalations, in the order in which they went out."""
    found: defaultdict[UUID, list[Alert]] = defaultdict(list)
    if escalation_ids:
        rows = connection.execute(
            select(alerts)
            .where(alerts.c.escalation_id.in_(escalation_ids))
            .order_by(alerts.c.told_at, alerts.c.telling, alerts.c.id)
        )
        for row in rows.mappings():
            found[row["escalation_id"]].append(Alert(**{name: row[name] for name in Alert.__slots__}))
    return dict(found)


def save_alerts(connection: Connection, new: Iterable[Alert], changed: Iterable[Alert]) -> None:
    """Write alerts."""
    changes = [
        {"b_id": one.id, "declined_at": one.declined_at, "failed_at": one.failed_at}
        for one in sorted(changed, key=lambda one: one.id)
    ]
    if changes:
        connection.execute(update(alerts).where(alerts.c.id == bindparam("b_id")), changes)
    rows = [{name: getattr(one, name) for name in Alert.__slots__} for one in new]
    if rows:
        connection.execute(insert(alerts), rows)


def codes_in_use(connection: Connection, responders: Collection[UUID], now: datetime) -> list[GivenCode]:
    """Each responder's codes that stand for an escalation now, or rest after one, the oldest first."""
    rows = _CODES.rows(connection, responders=responders, after=now - CODE_REST)
    return [GivenCode(row.responder_id, row.code, row.escalation_id, row.freed_at) for row in rows]


def declined_by(connection: Connection, escalation_and_responder: Collection[tuple[UUID, UUID]], now: datetime) -> None:
    """These responders said that they can't: their alerts of these escalations wait for them no more."""
    for escalation_id, responder_id in sorted(escalation_and_responder):
        connection.execute(
            update(alerts)
            .where(
                alerts.c.escalation_id == escalation_id,
                alerts.c.responder_id == responder_id,
                alerts.c.declined_at.is_(None),
            )
            .values(declined_at=now)
        )


def alerts_by_id(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Alert]:
    """Alerts by id."""
    if not ids:
        return {}
    rows = connection.execute(select(alerts).where(alerts.c.id.in_(ids))).mappings()
    return {row["id"]: Alert(**{name: row[name] for name in Alert.__slots__}) for row in rows}


def save_codes(connection: Connection, new: Iterable[tuple[UUID, UUID, str, UUID]], now: datetime) -> None:
    """Write codes as (id, responder, code, escalation)."""
    rows = [
        {"id": row_id, "responder_id": responder, "code": code, "escalation_id": escalation, "given_at": now}
        for row_id, responder, code, escalation in new
    ]
    if rows:
        connection.execute(insert(alert_codes), rows)


def free_codes(connection: Connection, escalation_ids: Collection[UUID], now: datetime) -> None:
    """The escalations are resolved: their codes rest, and may be given again after `CODE_REST`."""
    if escalation_ids:
        connection.execute(
            update(alert_codes)
            .where(and_(alert_codes.c.escalation_id.in_(sorted(escalation_ids)), alert_codes.c.freed_at.is_(None)))
            .values(freed_at=now)
        )


def ids_of_all(connection: Connection) -> list[UUID]:
    """The id of every escalation, resolved ones too: for finding one by a part of it."""
    return list(connection.execute(select(escalations.c.id)).scalars())
