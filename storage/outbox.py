"""Words to be sent: put in by the transaction that caused them, taken back while they have not left.

They are claimed and settled in `storage/sending.py`. A claim locks addresses, not messages: order holds within an
address and a class, and at most one message of a class is on its way to an address. Crisis and escalation wait for
nothing lower and for no back-off of their own.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, and_, bindparam, case, exists, func, insert, or_, select, update

from storage.claims import lock_rows
from storage.keys import Keys
from storage.records import PRIORITY, Body, Choice, Message
from storage.tables import addresses, outbox
from storage.viewing import Viewer, require_all

NEVER_BEHIND = ("crisis", "escalation")  # classes whose messages wait for no back-off of an earlier one


def body_json(body: Body) -> str:
    """A body as it is sealed."""
    return json.dumps(
        {
            "text": body.text,
            "options": [[one.id, one.text] for one in body.options],
            "shape": body.shape,
            "step": body.step,
            "tried": body.tried,
        }
    )


def read_body(words: str) -> Body:
    """The body that `body_json` wrote."""
    read = json.loads(words)
    options = tuple(Choice(one[0], one[1]) for one in read["options"])
    return Body(read["text"], options, read["shape"], read["step"], tuple(read["tried"]))


def opened(row: RowMapping, keys: Keys) -> Message:
    """A row as a message, its body opened."""
    key = keys.of(row["person_id"], "outbox")
    return Message(
        id=row["id"],
        address_id=row["address_id"],
        person_id=row["person_id"],
        send_class=row["class"],
        purpose=row["purpose"],
        body=read_body(key.open("outbox", "body_sealed", row["id"], row["body_sealed"])),
        due_at=row["due_at"],
        created_at=row["created_at"],
        not_after=row["not_after"],
        about_id=row["about_id"],
        session_id=row["session_id"],
        escalation_id=row["escalation_id"],
        alert_id=row["alert_id"],
        state=row["state"],
        position=row["position"],
        attempts=row["attempts"],
        again=row["again"],
        despite_stop=row["despite_stop"],
    )


def put(connection: Connection, keys: Keys, new: Collection[Message]) -> None:
    """Write messages. Their addresses are locked, positions given in the order of `new`, and the claim told of them."""
    if not new:
        return
    touched = {message.address_id for message in new}
    lock_rows(connection, addresses, touched)
    last = dict(
        connection.execute(select(addresses.c.id, addresses.c.last_position).where(addresses.c.id.in_(touched))).all()
    )
    rows: list[dict[str, Any]] = []
    for message in new:
        last[message.address_id] += 1
        message.position = last[message.address_id]
        rows.append(_row(message, keys))
    connection.execute(insert(outbox), rows)
    connection.execute(
        update(addresses).where(addresses.c.id == bindparam("b_id")),
        [{"b_id": address_id, "last_position": position} for address_id, position in sorted(last.items())],
    )
    tell_claim(connection, touched)


def _row(message: Message, keys: Keys) -> dict[str, Any]:
    key = keys.of(message.person_id, "outbox")
    return {
        "id": message.id,
        "address_id": message.address_id,
        "person_id": message.person_id,
        "about_id": message.about_id,
        "class": message.send_class,
        "priority": PRIORITY[message.send_class],
        "purpose": message.purpose,
        "position": message.position,
        "body_sealed": key.seal("outbox", "body_sealed", message.id, body_json(message.body)),
        "session_id": message.session_id,
        "escalation_id": message.escalation_id,
        "alert_id": message.alert_id,
        "state": message.state,
        "due_at": message.due_at,
        "not_after": message.not_after,
        "attempts": message.attempts,
        "again": message.again,
        "despite_stop": message.despite_stop,
        "created_at": message.created_at,
    }


_earlier = outbox.alias("earlier")
_sending = outbox.alias("sending")
CLAIMABLE = and_(
    outbox.c.state == "queued",
    ~exists().where(
        _sending.c.address_id == outbox.c.address_id,
        _sending.c["class"] == outbox.c["class"],
        _sending.c.state == "sending",
    ),
    or_(
        outbox.c["class"].in_(NEVER_BEHIND),
        ~exists().where(
            _earlier.c.address_id == outbox.c.address_id,
            _earlier.c["class"] == outbox.c["class"],
            _earlier.c.state == "queued",
            _earlier.c.position < outbox.c.position,
        ),
    ),
)
"""What may go next: the first of its class at its address, none of that class on its way."""

_next = (
    select(
        outbox.c.address_id, func.min(outbox.c.due_at).label("due_at"), func.min(outbox.c.priority).label("priority")
    )
    .where(CLAIMABLE)
    .group_by(outbox.c.address_id)
)


def tell_claim(connection: Connection, touched: Collection[UUID]) -> None:
    """Write down when each of these addresses, which the caller has locked, has something to send next."""
    if not touched:
        return
    rows = connection.execute(_next.where(outbox.c.address_id.in_(touched))).all()
    coming = {row.address_id: (row.due_at, row.priority) for row in rows}
    connection.execute(
        update(addresses).where(addresses.c.id == bindparam("b_id")),
        [
            {
                "b_id": address_id,
                "next_send_at": coming.get(address_id, (None, None))[0],
                "next_priority": coming.get(address_id, (None, None))[1],
            }
            for address_id in sorted(touched)
        ],
    )


def messages_by_id(connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, Message]:
    """Messages by id, opened."""
    if not ids:
        return {}
    rows = connection.execute(select(outbox).where(outbox.c.id.in_(ids))).mappings().all()
    require_all(viewer, "message_body", [row["person_id"] or row["address_id"] for row in rows])
    keys.fetch(row["person_id"] for row in rows)
    return {row["id"]: opened(row, keys) for row in rows}


def cancel(
    connection: Connection,
    now: datetime,
    *,
    sessions_over: Collection[UUID] = (),
    escalations_over: Collection[UUID] = (),
    stopped: Collection[UUID] = (),
) -> None:
    """Take back what has not left: questions of sessions that are over, alerts of escalations that are taken or
    resolved, and everything for people who said STOP.
    """
    conditions = [
        and_(outbox.c.session_id.in_(sessions_over), outbox.c.purpose == "question") if sessions_over else None,
        and_(outbox.c.escalation_id.in_(escalations_over), outbox.c.purpose == "alert") if escalations_over else None,
        and_(outbox.c.person_id.in_(stopped), ~outbox.c.despite_stop) if stopped else None,
    ]
    wanted = [one for one in conditions if one is not None]
    if not wanted:
        return
    match = and_(outbox.c.state.in_(("queued", "unknown")), or_(*wanted))
    touched = set(connection.execute(select(outbox.c.address_id).where(match)).scalars())
    if not touched:
        return
    lock_rows(connection, addresses, touched)
    connection.execute(update(outbox).where(match).values(state="cancelled", settled_at=now))
    tell_claim(connection, touched)


def question_states(connection: Connection, session_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """The states of each session's questions: whether the person can have got one."""
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    if session_ids:
        rows = connection.execute(
            select(outbox.c.session_id, outbox.c.state)
            .where(outbox.c.session_id.in_(session_ids), outbox.c.purpose == "question")
            .distinct()
        )
        for session_id, state in rows:
            found[session_id].add(state)
    return dict(found)


def next_due(connection: Connection) -> datetime | None:
    """When the outbox has something to do next."""
    unknown = select(func.min(case((outbox.c["class"].in_(NEVER_BEHIND), outbox.c.due_at), else_=None))).where(
        outbox.c.state == "unknown"
    )
    waiting = select(func.min(addresses.c.next_send_at)).where(addresses.c.next_send_at.is_not(None))
    moments = [connection.execute(one).scalar_one_or_none() for one in (waiting, unknown)]
    return min((one for one in moments if one is not None), default=None)


def try_again(connection: Connection, message: Message, due_at: datetime, why: str) -> None:
    """A message that was accepted and did not arrive goes back to the queue, to be sent at `due_at`."""
    lock_rows(connection, addresses, [message.address_id])
    connection.execute(
        update(outbox)
        .where(outbox.c.id == message.id, outbox.c.state.in_(("accepted", "unknown")))
        .values(state="queued", due_at=due_at, held=why[:40], settled_at=None)
    )
    tell_claim(connection, [message.address_id])
