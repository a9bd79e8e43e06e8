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

from sqlalchemy import Connection, RowMapping, and_, case, exists, func, or_, select, update

from storage.claims import lock_rows
from storage.keys import Keys
from storage.prepared import Prepared, inserting, updating
from storage.records import PRIORITY, Body, Choice, Message
from storage.sets import among
from storage.states import in_state, queued
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
    """The body that `body_json` wrote; an empty one for what could not be opened (`Keys`, forgiving)."""
    if not words:
        return Body("")
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


_LOCK = Prepared(
    select(addresses.c.id, addresses.c.last_position, addresses.c.next_send_at, addresses.c.next_priority)
    .where(among(addresses.c.id, "ids"))
    .order_by(addresses.c.id)
    .with_for_update(key_share=True)
)
_COLUMNS = (
    "id",
    "address_id",
    "person_id",
    "about_id",
    "class",
    "priority",
    "purpose",
    "position",
    "body_sealed",
    "session_id",
    "escalation_id",
    "alert_id",
    "state",
    "due_at",
    "not_after",
    "attempts",
    "again",
    "despite_stop",
    "created_at",
)
_NEW = inserting(outbox, *_COLUMNS)
_TELL_NEW = updating(addresses, "last_position", "next_send_at", "next_priority")
_TELL = updating(addresses, "next_send_at", "next_priority")


def put(connection: Connection, keys: Keys, new: Collection[Message]) -> None:
    """Write messages, all of them queued. Their addresses are locked, positions given in the order of `new`, and the
    claim told of them.
    """
    if not new:
        return
    waiting = {row.id: row for row in _LOCK.rows(connection, ids={message.address_id for message in new})}
    position = {address_id: row.last_position for address_id, row in waiting.items()}
    first = {address_id: (row.next_send_at, row.next_priority) for address_id, row in waiting.items()}
    rows: list[dict[str, Any]] = []
    for message in new:
        position[message.address_id] += 1
        message.position = position[message.address_id]
        rows.append(_row(message, keys))
        due_at, priority = first[message.address_id]
        # At the earliest then: a claim that comes too early finds nothing and puts it right; one too late would wait.
        first[message.address_id] = (
            message.due_at if due_at is None else min(due_at, message.due_at),
            PRIORITY[message.send_class] if priority is None else min(priority, PRIORITY[message.send_class]),
        )
    _NEW.run_many(connection, rows)
    _TELL_NEW.run_many(
        connection,
        [
            {"b_id": one, "last_position": position[one], "next_send_at": first[one][0], "next_priority": first[one][1]}
            for one in sorted(position)
        ],
    )


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
    queued(outbox),
    outbox.c.held_at.is_(None),
    ~exists().where(
        _sending.c.address_id == outbox.c.address_id,
        _sending.c["class"] == outbox.c["class"],
        in_state(_sending, "sending"),
    ),
    or_(
        *(outbox.c["class"] == name for name in NEVER_BEHIND),
        ~exists().where(
            _earlier.c.address_id == outbox.c.address_id,
            _earlier.c["class"] == outbox.c["class"],
            _earlier.c.priority == outbox.c.priority,  # says the same again, in the index
            queued(_earlier),
            _earlier.c.held_at.is_(None),  # what somebody holds back holds back nothing else
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
_NEXT = Prepared(_next.where(among(outbox.c.address_id, "ids")))
NOTHING = (None, None)


def tell_claim(connection: Connection, touched: Collection[UUID]) -> None:
    """Write down when each of these addresses, which the caller has locked, has something to send next."""
    if not touched:
        return
    coming = {row.address_id: (row.due_at, row.priority) for row in _NEXT.rows(connection, ids=touched)}
    _TELL.run_many(
        connection,
        [
            {"b_id": one, "next_send_at": coming.get(one, NOTHING)[0], "next_priority": coming.get(one, NOTHING)[1]}
            for one in sorted(touched)
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


_NOT_LEFT = or_(outbox.c.state == "queued", outbox.c.state == "unknown")
_not_left = select(outbox.c.id, outbox.c.address_id).where(_NOT_LEFT)
_QUESTIONS = Prepared(_not_left.where(among(outbox.c.session_id, "ids"), outbox.c.purpose == "question"))
_ALERTS = Prepared(_not_left.where(among(outbox.c.escalation_id, "ids"), outbox.c.purpose == "alert"))
_STOPPED = Prepared(
    # By their addresses, for which there is an index of what waits.
    _not_left.join(addresses, addresses.c.id == outbox.c.address_id).where(
        among(addresses.c.person_id, "ids"), outbox.c.person_id == addresses.c.person_id, ~outbox.c.despite_stop
    )
)


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
    found: dict[UUID, set[UUID]] = {}
    for wanted, ids in ((_QUESTIONS, sessions_over), (_ALERTS, escalations_over), (_STOPPED, stopped)):
        for row in wanted.rows(connection, ids=ids) if ids else ():
            found.setdefault(row.address_id, set()).add(row.id)
    if not found:
        return
    lock_rows(connection, addresses, found)
    taken_back = set[UUID]().union(*found.values())
    connection.execute(
        update(outbox).where(outbox.c.id.in_(taken_back), _NOT_LEFT).values(state="cancelled", settled_at=now)
    )
    tell_claim(connection, found)


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
        in_state(outbox, "unknown")
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
