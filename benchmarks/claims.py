"""Does what is due cost more where there is more that is not? A hundred due, with a million schedules and with ten thousand.

Both stand side by side and are asked in turn, so that a slow moment of the machine hits both. There are three schedules a
person, and a chat with a message that was delivered. Three things are timed: the claim of a hundred messages to a hundred
people (the look before it and its transaction), the look for a hundred due schedules as the deciding loop looks, and the
whole transaction that decides those hundred check-ins.
"""

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from benchmarks.clusters import cluster, new_database
from benchmarks.figure import Figure
from benchmarks.population import CHECK_IN, Crowd, Regularly, filled, move_in, some
from bot.app import THREADS
from bot.conversation.events import Event, FellDue
from bot.conversation.matter import House
from bot.conversation.work import Worker
from bot.delivery.send import LEASE
from bot.escalation.shipped import shipped_policies
from bot.loops import next_decision
from storage import outbox, sending, taking
from storage.database import Database
from storage.escalations import escalations_due
from storage.ids import new_id
from storage.keys import Keys
from storage.migrating import upgrade
from storage.rates import UNLIMITED
from storage.records import PRIORITY, Body, Claimed, Message
from storage.schedules import schedules_due
from storage.sealing import Keyring
from storage.sending import Settled
from storage.sessions import sessions_due
from storage.states import queued
from storage.tables import outbox as outbox_table
from storage.tables import schedules
from storage.viewing import System
from tests.world.town import Shelf

DUE: Final = 100
ROUNDS: Final = 15
WARMING: Final = 2
SMALL: Final = 10_000
LARGE: Final = 1_000_000
NOW: Final = datetime(2026, 11, 23, 9, 30, 1, tzinfo=UTC)
REGULARLY: Final = (
    Regularly("morning", "daily-check-in", "daily at 10:00"),
    Regularly("evening", "daily-check-in", "daily at 18:00"),
    Regularly("week", "daily-check-in", "weekly on mon at 12:00"),
)
_VIEWER = System("measuring the claim")


@dataclass(slots=True)
class Side:
    """One database, and how long each thing took on it (seconds)."""

    database: Database
    keyring: Keyring
    crowd: Crowd
    worker: Worker
    looked_at: list[int]
    claim: list[float] = field(default_factory=list[float])
    look: list[float] = field(default_factory=list[float])
    decide: list[float] = field(default_factory=list[float])


async def measure(address_of_small: str, address_of_large: str, name: str, *, large: int = LARGE) -> list[Figure]:
    """The figures on one kind of database; each one's floor is the same with ten thousand schedules."""
    sides = [await _built(address_of_small, SMALL), await _built(address_of_large, large)]
    try:
        for number in range(ROUNDS + WARMING):
            for side in sides:
                await _round(side, number)
    finally:
        for side in sides:
            await side.database.close()
    figures: list[Figure] = []
    for what, kind in (
        ("claim of 100 due messages", "claim"),
        ("look for 100 due schedules", "look"),
        ("decide 100 due check-ins", "decide"),
    ):
        small, big = (_middle(getattr(side, kind)[WARMING:]) for side in sides)
        figures.append(Figure(f"{what}, {name}, {large:,} schedules / {SMALL:,}", big, "ms", small))
    return figures


def _middle(times: Sequence[float]) -> float:
    return statistics.median(times) * 1000


async def _built(address: str, count: int) -> Side:
    keyring, people = Keyring.generate(), count // len(REGULARLY)
    looked_at = some((ROUNDS + WARMING) * DUE, people, seed=count)
    crowd = await filled(address, _fill, keyring, people, looked_at)
    house = House("Leith Peer Support", "GB-SCT", shipped_policies(), Shelf(), ())
    database = Database.open(address, threads=THREADS)
    return Side(database, keyring, crowd, Worker(database, keyring, lambda: house), looked_at)


def _fill(connection: Connection, keyring: Keyring, people: int, looked_at: Sequence[int]) -> Crowd:
    opened = set(looked_at)
    crowd = move_in(connection, keyring, NOW, count=people, regularly=REGULARLY, opened=opened.__contains__, settled=1)
    _fall_due(connection, crowd, looked_at)
    return crowd


def _fall_due(connection: Connection, crowd: Crowd, looked_at: Sequence[int]) -> None:
    """The first schedule of those people is due now."""
    first = {crowd.people[place] for place in looked_at}
    moment = NOW.replace(second=0)
    connection.execute(
        update(schedules)
        .where(
            schedules.c.person_id == bindparam("b_person"),
            schedules.c.key == CHECK_IN.key,
            schedules.c.ended_at.is_(None),
        )
        .values(
            rule=CHECK_IN.rule, spread=0, next_slot="09:30", next_nominal_at=moment, next_date=NOW.date(), due_at=moment
        ),
        [{"b_person": one} for one in first],
    )


async def _round(side: Side, number: int) -> None:
    places = side.looked_at[number * DUE : (number + 1) * DUE]
    await side.database.run(_put, side.keyring, side.crowd, places)
    started = time.perf_counter()
    claimed = await claim_some(side.database, side.keyring, NOW)
    side.claim.append(time.perf_counter() - started)
    _expect(len(claimed))
    await side.database.run(_settle, claimed)
    started = time.perf_counter()
    events = await side.database.read(_due)
    side.look.append(time.perf_counter() - started)
    _expect(len(events))
    started = time.perf_counter()
    await side.worker.do(events, NOW)
    side.decide.append(time.perf_counter() - started)
    await side.database.run(_take_back)


def _expect(found: int) -> None:
    if found != DUE:
        raise ValueError(f"{found} were due and not {DUE}: the benchmark's own rows are wrong")


def _put(connection: Connection, keyring: Keyring, crowd: Crowd, places: Sequence[int]) -> None:
    keys = Keys(keyring, connection)
    keys.fetch(crowd.people[place] for place in places)
    words = Body("How is today, from 0 (really hard) to 10 (really good)?")
    outbox.put(
        connection,
        keys,
        [
            Message(
                id=new_id(NOW),
                address_id=crowd.addresses[place],
                person_id=crowd.people[place],
                send_class="check-in",
                purpose="reply",
                body=words,
                due_at=NOW,
                created_at=NOW,
            )
            for place in places
        ],
    )


async def claim_some(database: Database, keyring: Keyring, now: datetime) -> list[Claimed]:
    """Take a hundred messages in hand as a round of the sender does, without any rate."""
    paces = {"main": UNLIMITED}
    seen = await database.read(taking.outlook, now, PRIORITY["bulk"], paces)
    if not seen:
        return []

    def take(connection: Connection) -> list[Claimed]:
        return taking.claim(
            connection,
            Keys(keyring, connection),
            _VIEWER,
            now,
            lease=LEASE,
            leases=[new_id(now) for _ in range(DUE)],
            limit=DUE,
            lowest=PRIORITY["bulk"],
            paces=paces,
            heads=seen.heads,
        )

    return await database.run_quietly(take)


def _settle(connection: Connection, claimed: Sequence[Claimed]) -> None:
    leases = {one.message.id: one.lease_id for one in claimed}
    sending.settle(connection, {one: Settled(one, "accepted") for one in leases}, leases, NOW)


def _due(connection: Connection) -> list[Event]:
    """What the deciding loop asks: escalations, sessions, schedules, and when it is due next."""
    escalations_due(connection, NOW, DUE)
    sessions_due(connection, NOW, DUE)
    found: list[Event] = [FellDue(*row) for row in schedules_due(connection, NOW, DUE)]
    next_decision(connection)
    return found


def _take_back(connection: Connection) -> None:
    """The questions that were decided are not the next round's to claim."""
    waiting = queued(outbox_table)
    rows = connection.execute(select(outbox_table.c.id, outbox_table.c.address_id).where(waiting)).all()
    connection.execute(update(outbox_table).where(waiting).values(state="cancelled", settled_at=NOW))
    outbox.tell_claim(connection, {row.address_id for row in rows})


async def on_sqlite(*, large: int = LARGE) -> list[Figure]:
    """On SQLite."""
    with tempfile.TemporaryDirectory(prefix="blether-bench-") as folder:
        addresses = [f"sqlite:///{Path(folder) / name}.db" for name in ("small", "large")]
        for address in addresses:
            upgrade(address)
        return await measure(addresses[0], addresses[1], "sqlite", large=large)


async def on_postgresql(*, large: int = LARGE) -> list[Figure]:
    """On PostgreSQL."""
    with cluster() as server:
        return await measure(new_database(server, "small"), new_database(server, "large"), "postgresql", large=large)


async def figures() -> list[Figure]:
    """The lines of the table."""
    return [*await on_sqlite(), *await on_postgresql()]
