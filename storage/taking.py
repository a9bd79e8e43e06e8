"""Taking messages in hand: which are due, which have a turn, and the lease under which they are ours.

A claim locks addresses, not messages, and passes over those that others hold. It goes by account and class, so that an
account whose rate is used up costs nothing and holds up no other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Integer, RowMapping, bindparam, literal_column, select, true, union_all, update

from storage import rates
from storage.claims import claim_ids, database_now
from storage.keys import Keys
from storage.outbox import CLAIMABLE, opened, tell_claim
from storage.rates import IN_HAND, Pace, Rooms
from storage.records import PRIORITY, Claimed, Message
from storage.sending import unknown_due, with_facts
from storage.tables import addresses, channel_accounts, outbox
from storage.viewing import Viewer

PRESSING: Final = PRIORITY["escalation"]  # this priority and those above it
HELD: Final = "rate"  # in `outbox.held`: it waits for its account's or its address's turn
Weigh = Callable[[str, Message], int]
"""How many turns of an account a message takes."""

_priorities = union_all(*(select(literal_column(str(one), Integer).label("n")) for one in PRIORITY.values())).subquery(
    "p"
)
_earliest = (
    select(addresses.c.next_send_at)
    .where(
        addresses.c.account == channel_accounts.c.key,
        addresses.c.next_priority == _priorities.c.n,
        addresses.c.next_send_at.is_not(None),
    )
    .order_by(addresses.c.next_send_at)
    .limit(1)
    .correlate(channel_accounts, _priorities)
    .scalar_subquery()
)
_heads = select(channel_accounts.c.key, _priorities.c.n, _earliest.label("at")).select_from(
    channel_accounts.join(_priorities, true())
)


@dataclass(frozen=True, slots=True)
class Head:
    """The first of what waits at one account in one priority."""

    account: str
    priority: int
    at: datetime

    @property
    def pressing(self) -> bool:
        """Whether it goes before turns that are taken."""
        return self.priority <= PRESSING


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a claim would find: `heads` have a turn now; `opens_in`: seconds until others that are due have one."""

    heads: tuple[Head, ...]
    opens_in: float | None
    unknown: bool  # something of unknown outcome is to be sent again

    def __bool__(self) -> bool:
        """Whether a claim would find something."""
        return bool(self.heads) or self.unknown


def outlook(connection: Connection, now: datetime, lowest: int, paces: Mapping[str, Pace]) -> Outlook:
    """What there is to be claimed: a look that locks and writes nothing, and costs the same however much waits."""
    unknown = bool(unknown_due(connection, now, 1))
    due = _due(connection, now, lowest)
    if not due or not any(pace.limited for pace in paces.values()):
        return Outlook(tuple(due), None, unknown)
    rooms = rates.look(connection, paces, database_now(connection), lock=False)
    opens = {
        head: 0.0 if (room := rooms.room(head.account)) is None else room.worth_it(pressing=head.pressing)
        for head in due
    }
    later = [seconds for seconds in opens.values() if seconds > 0]
    return Outlook(tuple(head for head in due if opens[head] <= 0), min(later, default=None), unknown)


def waiting_for_their_turn(connection: Connection, now: datetime, paces: Mapping[str, Pace]) -> dict[str, datetime]:
    """Accounts at which something is due and held by the rate alone: until when (the database's clock)."""
    rooms = rates.look(connection, paces, database_now(connection), lock=False)
    held: dict[str, datetime] = {}
    for head in _due(connection, now, max(PRIORITY.values())):
        room = rooms.room(head.account)
        if room is not None and (opens := room.worth_it(pressing=head.pressing)) > 0:
            held[head.account] = rooms.moment(opens)
    return held


def _due(connection: Connection, now: datetime, lowest: int) -> list[Head]:
    heads = [Head(*row) for row in connection.execute(_heads) if row.at is not None]
    due = [head for head in heads if head.at <= now and head.priority <= lowest]
    return sorted(due, key=lambda head: (head.priority, head.at))


def claim(
    connection: Connection,
    keys: Keys,
    viewer: Viewer,
    now: datetime,
    *,
    lease: timedelta,
    leases: Iterable[UUID],
    limit: int,
    lowest: int,
    paces: Mapping[str, Pace] | None = None,
    weigh: Weigh = lambda _account, _message: 1,
    heads: Sequence[Head] | None = None,
) -> list[Claimed]:
    """Take up to `limit` messages that are due and have a turn, one an address, the most pressing class first.

    `leases` gives an id for each; `lease` is how long they are ours by the database's clock; `lowest` is the least
    pressing priority that is taken (4: all of them). `paces` by account: others have no limit. `heads` from an `outlook`
    spare looking again where to look.
    """
    moment = database_now(connection)
    rooms = rates.look(connection, paces or {}, moment, lock=True)
    mine = _addresses(connection, now, limit, rooms, _due(connection, now, lowest) if heads is None else heads)
    if not mine:
        return []
    first = _first_of_each(connection, mine, now, lowest)
    turns = _turns(keys, [first[one] for one in mine if one in first], rooms, weigh)
    ready = [row for one in mine if (row := first.get(one)) is not None and 0 <= turns[row["id"]][0] <= IN_HAND]
    taken = {row["id"]: (row, lease_id) for row, lease_id in zip(ready, leases, strict=False)}
    if taken:
        connection.execute(
            update(outbox).where(outbox.c.id == bindparam("b_id")),
            [
                {
                    "b_id": message_id,
                    "state": "sending",
                    "lease_id": lease_id,
                    "lease_until": moment + lease,
                    "attempts": row["attempts"] + 1,
                    "held": None,
                }
                for message_id, (row, lease_id) in taken.items()
            ],
        )
    tell_claim(connection, mine)
    if rooms.of:
        _keep_turns(connection, rooms, [row for row in first.values() if row["id"] not in taken], taken, turns, now)
    return with_facts(connection, keys, viewer, taken, counted=False, waits={one: turns[one][0] for one in taken})


def _addresses(connection: Connection, now: datetime, limit: int, rooms: Rooms, heads: Sequence[Head]) -> list[UUID]:
    """Addresses that have something due, locked, in the order in which they are served."""
    mine: list[UUID] = []
    for head in heads:
        room, wanted = rooms.room(head.account), limit - len(mine)
        if room is not None:
            wanted = room.count(wanted, pressing=head.pressing)
        if wanted > 0:
            due = (
                select(addresses.c.id)
                .where(
                    addresses.c.account == head.account,
                    addresses.c.next_priority == head.priority,
                    addresses.c.next_send_at.is_not(None),
                    addresses.c.next_send_at <= now,
                )
                .order_by(addresses.c.next_send_at)
            )
            mine += claim_ids(connection, due, wanted)
    return mine


def _first_of_each(connection: Connection, mine: Sequence[UUID], now: datetime, lowest: int) -> dict[UUID, RowMapping]:
    rows = connection.execute(
        select(outbox, addresses.c.account.label("address_account"), addresses.c.free_at.label("address_free_at"))
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(outbox.c.address_id.in_(mine), outbox.c.due_at <= now, outbox.c.priority <= lowest, CLAIMABLE)
        .order_by(outbox.c.address_id, outbox.c.priority, outbox.c.position)
    ).mappings()
    first: dict[UUID, RowMapping] = {}
    for row in rows:
        first.setdefault(row["address_id"], row)
    return first


NOT_NOW: Final = (-1.0, 0.0)


def _turns(keys: Keys, rows: Sequence[RowMapping], rooms: Rooms, weigh: Weigh) -> dict[UUID, tuple[float, float]]:
    """When each message may leave, and from when its address is free again; `NOT_NOW` where the account is full."""
    limited = [row for row in rows if rooms.room(row["address_account"]) is not None]
    keys.fetch(row["person_id"] for row in limited)
    turns: dict[UUID, tuple[float, float]] = {row["id"]: (0.0, 0.0) for row in rows}
    for row in limited:
        room = rooms.of[row["address_account"]]
        turn = room.take(
            rooms.since(row["address_free_at"]),
            pressing=row["priority"] <= PRESSING,
            weight=weigh(row["address_account"], opened(row, keys)),
        )
        turns[row["id"]] = NOT_NOW if turn is None else (turn.after, turn.free)
    return turns


def _keep_turns(
    connection: Connection,
    rooms: Rooms,
    left: Sequence[RowMapping],
    taken: Mapping[UUID, tuple[RowMapping, UUID]],
    turns: Mapping[UUID, tuple[float, float]],
    now: datetime,
) -> None:
    """Write the turns that were taken down, and at what was left lying, why."""
    rates.keep(connection, rooms)
    free = [
        {"b_id": row["address_id"], "free_at": rooms.moment(turns[row["id"]][1])}
        for row, _ in taken.values()
        if rooms.room(row["address_account"]) is not None
    ]
    if free:
        connection.execute(update(addresses).where(addresses.c.id == bindparam("b_id")), free)
    if unsaid := [{"b_id": row["id"]} for row in left if row["held"] != HELD]:
        connection.execute(update(outbox).where(outbox.c.id == bindparam("b_id")).values(held=HELD), unsaid)
    far = [row for row in left if turns.get(row["id"], NOT_NOW)[0] > IN_HAND]
    if far:
        connection.execute(
            update(addresses).where(addresses.c.id == bindparam("b_id")),
            [{"b_id": row["address_id"], "next_send_at": now + timedelta(seconds=turns[row["id"]][0])} for row in far],
        )
