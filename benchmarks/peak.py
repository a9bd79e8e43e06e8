"""Somebody writes that they want to die, in the middle of a morning's peak: how long until the provider has the crisis text
for them and the first alert for their team's supervisor?

50,000 check-ins fall due in one second. While the bot decides them and sends them at Telegram's pace (29 a second, which
takes half an hour), people write, one after another, and the time is taken from the commit of their words. The loops, the
sender and the rates are those of `blether run`; the provider is in this process and answers after 50 ms.
"""

import asyncio
import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from benchmarks.clusters import cluster, new_database
from benchmarks.figure import Figure
from benchmarks.population import CHECK_IN, Crowd, Regularly, chat_of, filled, move_in, some
from bot.app import THREADS
from bot.channels.base import Channel, Incoming, Outcome, Outgoing
from bot.channels.local import LocalChannel
from bot.clock import RealClock, elapsed, pause
from bot.conversation.inbox import Inbox
from bot.conversation.matter import House
from bot.conversation.work import Worker
from bot.delivery.send import Sender
from bot.delivery.throttle import PACES, Throttle
from bot.escalation.shipped import shipped_policies
from bot.loops import Loops
from storage.database import Database
from storage.migrating import upgrade
from storage.sealing import Keyring
from storage.tables import outbox, schedules
from tests.world.town import Shelf

CHECK_INS: Final = 50_000
DANGERS: Final = 120
TEAMS: Final = 20
ANSWER: Final = 0.05
"""Seconds that the provider takes to answer."""
APART: Final = 0.8
"""Seconds between two people who write, at most."""
PATIENCE: Final = 30.0
BEGINS: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WORDS: Final = "I want to kill myself"
SAYS: Final = "116 123"  # what crisis texts for Scotland hold and no other words do


class MorningClock(RealClock):
    """The pace of real time, from half past nine on a Monday."""

    def __init__(self) -> None:
        self._began = elapsed()

    def now(self) -> datetime:
        """The moment in UTC."""
        return BEGINS + timedelta(seconds=elapsed() - self._began)


class Provider(LocalChannel):
    """Phones in this process; notes when it was handed what, and takes its time to answer."""

    def __init__(self, clock: RealClock) -> None:
        super().__init__("main", "telegram", clock)
        self.handed: list[tuple[float, Outgoing]] = []
        self.more = asyncio.Event()

    async def send(self, message: Outgoing) -> Outcome:
        """Note it, answer later."""
        self.handed.append((elapsed(), message))
        self.more.set()
        await pause(ANSWER)
        return await super().send(message)


@dataclass(slots=True)
class Waits:
    """Seconds from the commit of the words of danger, and from when they came in."""

    crisis: list[float] = field(default_factory=list[float])
    alert: list[float] = field(default_factory=list[float])
    both: list[float] = field(default_factory=list[float])
    from_arrival: list[float] = field(default_factory=list[float])


async def measure(address: str, name: str, *, check_ins: int = CHECK_INS, dangers: int = DANGERS) -> list[Figure]:
    """The figures on one database."""
    keyring = Keyring.generate()
    due = Regularly(CHECK_IN.key, CHECK_IN.flow, CHECK_IN.rule, spread=0)
    crowd = await filled(
        address, move_in, keyring, BEGINS, count=check_ins, regularly=(due,), in_teams=TEAMS, settled=1
    )
    database = Database.open(address, threads=THREADS)
    house = House("Leith Peer Support", "GB-SCT", shipped_policies(), Shelf(), ())
    worker = Worker(database, keyring, lambda: house)
    clock = MorningClock()
    provider = Provider(clock)
    channels: dict[str, Channel] = {"main": provider}
    sender = Sender(worker, channels, {"main": Throttle(PACES["telegram"])}, lambda point: None)
    inbox = Inbox(worker, clock.now, writers=1 if database.one_writer else THREADS)
    loops = Loops(worker, sender, clock)
    loops.start()
    try:
        waits = await _write(inbox, provider, crowd, dangers)
        undecided, waiting = await database.read(_left, clock.now())
    finally:
        for task in loops._tasks:
            task.cancel()
        await asyncio.gather(*loops._tasks, return_exceptions=True)
        await database.close()
    return _figures(waits, name, check_ins, undecided, waiting)


def _left(connection: Connection, now: datetime) -> tuple[int, int]:
    due = select(func.count()).select_from(schedules).where(schedules.c.due_at <= now)
    queued = select(func.count()).select_from(outbox).where(outbox.c.state == "queued")
    return connection.execute(due).scalar_one(), connection.execute(queued).scalar_one()


async def _write(inbox: Inbox, provider: Provider, crowd: Crowd, dangers: int) -> Waits:
    """One after another, people write, and are waited for."""
    chance = random.Random(dangers)
    waits = Waits()
    for number, place in enumerate(some(dangers, len(crowd.people), seed=7)):
        await pause(chance.random() * APART)
        seen = len(provider.handed)
        said = Incoming("main", f"danger-{number}", chat_of(place), "text", WORDS, raw=WORDS)
        came = elapsed()
        await inbox.take_in([said])
        committed = elapsed()
        team_chat = crowd.supervisors[place % TEAMS][1]
        crisis, alert = await _both(provider, seen, chat_of(place), team_chat)
        waits.crisis.append(max(0.0, crisis - committed))
        waits.alert.append(max(0.0, alert - committed))
        waits.both.append(max(0.0, crisis - committed, alert - committed))
        waits.from_arrival.append(max(crisis, alert) - came)
    return waits


async def _both(provider: Provider, seen: int, person: str, supervisor: str) -> tuple[float, float]:
    """When the crisis text and when the alert was handed over.

    Raises:
        TimeoutError: one of them was not, in half a minute.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            provider.more.clear()
            new = provider.handed[seen:]
            crisis = next((at for at, one in new if one.to == person and SAYS in one.text), None)
            alert = next((at for at, one in new if one.to == supervisor), None)
            if crisis is not None and alert is not None:
                return crisis, alert
            await provider.more.wait()


def percentile(times: Sequence[float], share: float) -> float:
    """The value that this share (of 100) of them does not exceed, in milliseconds."""
    return statistics.quantiles(times, n=100, method="inclusive")[int(share) - 1] * 1000


def _figures(waits: Waits, name: str, check_ins: int, undecided: int, waiting: int) -> list[Figure]:
    what = f"crisis text and first alert handed over, {name}, {check_ins:,} check-ins wait"
    figures = [
        Figure(f"{what}, p50", percentile(waits.both, 50), "ms"),
        Figure(f"{what}, p99", percentile(waits.both, 99), "ms"),
        Figure(f"{what}, p99 of the crisis text", percentile(waits.crisis, 99), "ms"),
        Figure(f"{what}, p99 from the webhook", percentile(waits.from_arrival, 99), "ms"),
    ]
    decided = check_ins - undecided
    figures.append(Figure(f"{what}, check-ins decided by then", decided, "check-ins"))
    figures.append(Figure(f"{what}, messages still waiting by then", waiting, "messages"))
    return figures


async def on_sqlite(*, check_ins: int = CHECK_INS, dangers: int = DANGERS) -> list[Figure]:
    """On SQLite."""
    with tempfile.TemporaryDirectory(prefix="blether-bench-") as folder:
        address = f"sqlite:///{Path(folder) / 'peak.db'}"
        upgrade(address)
        return await measure(address, "sqlite", check_ins=check_ins, dangers=dangers)


async def on_postgresql(*, check_ins: int = CHECK_INS, dangers: int = DANGERS) -> list[Figure]:
    """On PostgreSQL."""
    with cluster() as server:
        return await measure(new_database(server, "peak"), "postgresql", check_ins=check_ins, dangers=dangers)


async def figures() -> list[Figure]:
    """The lines of the table."""
    return [*await on_sqlite(), *await on_postgresql()]
