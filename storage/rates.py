"""How fast an account may be written to, for all processes together: each message gets the moment at which it may leave.

An account and each of its addresses have a `free_at`, by the database's clock: when the next message may go. Claiming a
message takes its turn and moves them on (the generic cell rate algorithm). A claim reaches a short time ahead, so that
the rate is used up without messages lying about in processes; what is further off stays in the outbox.

What is pressing does not queue behind what is not: it takes turns that were to come. With 10 a second and check-ins
claimed until 0.7 s from now, an alert leaves at once, and the check-in that would have come eighth now comes ninth.
Only where very many are pressing do they wait for each other.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from storage.claims import database_now
from storage.tables import addresses, channel_accounts

AHEAD: Final = 0.7  # seconds that a claim reaches ahead
BORROWED: Final = 0.95
"""Seconds of turns to come that pressing messages may have taken before they too are spaced out. A provider that allows
N a second takes about N at once (a token bucket of a second), so this is just below one."""
IN_HAND: Final = 5.0  # seconds that a claimed message may wait for its own address; a lease is twelve times that
_NEVER: Final = -math.inf


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages (on SMS: parts) a second over all, and messages a second to one address: `burst` of them at once, of what
    is pressing `pressing` of them, which no text of the second before shall hold up.
    """

    overall: float
    each: float
    burst: int = 1
    pressing: int = 3

    @property
    def limited(self) -> bool:
        """Whether it slows anything down."""
        return math.isfinite(self.overall) or math.isfinite(self.each)


UNLIMITED: Final = Pace(math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Turn:
    """A message may leave in so many seconds; its address takes the next one from `free`, in seconds from now."""

    after: float
    free: float


@dataclass(slots=True)
class Room:
    """What an account still takes. Everything in seconds from the moment at which its row was locked."""

    pace: Pace
    free: float = _NEVER
    resting: float = _NEVER  # the provider said to wait
    taken: bool = False

    def opens(self, *, pressing: bool) -> float:
        """In how many seconds the next message can be claimed; 0 or less: now."""
        return max(self.free - (BORROWED if pressing else 0.0), self.resting) - AHEAD

    def worth_it(self, *, pressing: bool) -> float:
        """In how many seconds a claim is worth its while: what is not pressing comes in half a claim's reach at a time,
        which makes none of it later, as its turn would be further off than that.
        """
        return self.opens(pressing=pressing) + (0.0 if pressing else AHEAD / 2)

    def count(self, most: int, *, pressing: bool) -> int:
        """How many messages of weight 1 can be claimed now, `most` at most."""
        opens = self.opens(pressing=pressing)
        if opens > 0:
            return 0
        room = min(-opens, AHEAD + (BORROWED if pressing else 0.0)) * self.pace.overall
        return most if room >= most else math.floor(room) + 1

    def take(self, address_free: float, *, pressing: bool, weight: int) -> Turn | None:
        """The turn of one message to an address that is free from then on; None: not now, ask again after `opens`."""
        begins = max(0.0, self.resting)
        mine = max(begins, self.free - (BORROWED if pressing else 0.0))
        if mine > AHEAD:
            return None
        step = 1.0 / self.pace.each
        at_once = max(self.pace.burst, self.pace.pressing if pressing else 1)
        after = max(mine, address_free - (at_once - 1) * step)
        if after > IN_HAND:
            return Turn(after, address_free)
        self.free = max(self.free, begins) + weight / self.pace.overall
        self.taken = True
        return Turn(after, max(after, address_free) + step)


@dataclass(slots=True)
class Rooms:
    """The rooms of all accounts that have a pace, by the database's clock at `now`; others are free."""

    now: datetime
    of: dict[str, Room] = field(default_factory=dict[str, Room])

    def room(self, account: str) -> Room | None:
        """An account's; None: it has no limit."""
        return self.of.get(account)

    def since(self, moment: datetime | None) -> float:
        """A moment in seconds from now."""
        return _NEVER if moment is None else (moment - self.now).total_seconds()

    def moment(self, seconds: float) -> datetime:
        """So many seconds from now."""
        return self.now + timedelta(seconds=seconds)


def look(connection: Connection, paces: Mapping[str, Pace], now: datetime, *, lock: bool) -> Rooms:
    """The rooms of the accounts that have a limit; locked until the transaction ends if they are to be taken from.

    Their locks come before those of addresses and after nothing: who holds one waits for no address (a claim passes over
    what others hold).
    """
    limited = [key for key, pace in paces.items() if pace.limited]
    if not limited:
        return Rooms(now)
    wanted = (
        select(channel_accounts.c.key, channel_accounts.c.free_at, channel_accounts.c.resting_until)
        .where(channel_accounts.c.key.in_(limited))
        .order_by(channel_accounts.c.key)
    )
    rows = connection.execute(wanted.with_for_update(key_share=True) if lock else wanted).all()
    rooms = Rooms(now)
    for row in rows:
        rooms.of[row.key] = Room(paces[row.key], rooms.since(row.free_at), rooms.since(row.resting_until))
    return rooms


def keep(connection: Connection, rooms: Rooms) -> None:
    """Write down what was taken."""
    taken = [{"b_key": key, "b_free": rooms.moment(room.free)} for key, room in sorted(rooms.of.items()) if room.taken]
    if taken:
        connection.execute(
            update(channel_accounts)
            .where(channel_accounts.c.key == bindparam("b_key"))
            .values(free_at=bindparam("b_free")),
            taken,
        )


def rest_address(connection: Connection, address_id: UUID, pace: Pace, seconds: float) -> None:
    """The provider said to wait before this address is written to again."""
    until = database_now(connection) + timedelta(seconds=seconds + (pace.burst - 1) / pace.each)
    free = addresses.c.free_at
    connection.execute(
        update(addresses).where(addresses.c.id == address_id, free.is_(None) | (free < until)).values(free_at=until)
    )


def rest(connection: Connection, account: str, seconds: float) -> None:
    """The provider said to wait: nothing goes from this account before, from whichever process and however pressing."""
    until = database_now(connection) + timedelta(seconds=seconds)
    resting = channel_accounts.c.resting_until
    connection.execute(
        update(channel_accounts)
        .where(channel_accounts.c.key == account, resting.is_(None) | (resting < until))
        .values(resting_until=until)
    )
