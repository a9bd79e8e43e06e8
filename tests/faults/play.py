"""One run on one database: days go by and people answer while things go wrong; then all is healed and compared.

join ─▶ days, with kills and faults beside them ─▶ silence ─▶ heal ─▶ stop, start, drain ─▶ evidence
"""

import asyncio
import contextlib
import pickle
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import Connection, update

from bot.settings.environment import STOPPING_POINTS
from storage.claims import database_now
from storage.tables import outbox
from tests.faults.crew import BLETHER
from tests.faults.crowd import Crowd
from tests.faults.evidence import Evidence
from tests.faults.gathering import provider_side, read_database
from tests.faults.injecting import INJECTORS, Mischief, Sizes
from tests.faults.injecting.providers import heal
from tests.faults.orders import ONLY_ON, Fault, Kind, Orders, StopPoints
from tests.faults.reconcile import Line, holds, reconcile
from tests.faults.world import World, join_telegram, still_due, world
from tests.world.servers import NotInTime, TelegramServer, TwilioServer
from tests.world.service import Mode
from tests.world.waiting import until

_DAY: Final = ("09:45", "10:15", "11:30", "11:50", "12:30", "14:00", "15:30", "15:50", "16:30", "18:00", "20:00")
_AT: Final = {"11:50": "noon", "16:30": "evening"}
_LEASE: Final = timedelta(seconds=61)
_LOST: Final = ("truncated", "cut", "slow", "drop_after", "server_error", "bad_gateway")


@dataclass(slots=True)
class Played:
    """What one run gave. `done`: each thing that was done to it, and how often."""

    kind: Kind
    seed: int
    lines: list[Line]
    evidence: Evidence
    seconds: float
    days: int
    done: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(slots=True)
class Play:
    """A run as it goes."""

    world: World
    crowd: Crowd
    mischief: Mischief
    orders: Orders
    sizes: Sizes
    deadline: float
    mornings: dict[int, datetime] = field(default_factory=dict[int, datetime])
    day: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    kills: int = 0

    async def days(self) -> None:
        """Days go by until everything that was to go wrong has, and at least so many have gone."""
        while not (self.over.is_set() and self.day >= self.sizes.days_at_least):
            await self._one_day()
            if time.monotonic() > self.deadline:
                self.over.set()
            self.day += 1

    async def _one_day(self) -> None:
        clock = self.world.clock
        clock.at(self.day, "08:30")
        self.crowd.new_day(self.day)
        await self._pause()
        clock.at(self.day, "09:25")
        self.mornings[self.day] = datetime.now(UTC)
        clock.at(self.day, "09:30")
        await self._pause(2)
        for moment in _DAY:
            if self.over.is_set() and self.day >= self.sizes.days_at_least:
                return
            clock.at(self.day, moment)
            if _AT.get(moment) == "noon":
                self.crowd.at_noon()
            elif _AT.get(moment) == "evening":
                self.crowd.in_the_evening()
            await self._pause()

    async def _pause(self, times: float = 1) -> None:
        """Until nothing is due, at least a moment and at most a step."""
        await asyncio.sleep(self.sizes.step * times / 4)
        await self.world.quiet(self.sizes.step * times)

    async def kill(self) -> None:
        """Kill processes at random moments, most of them while they work, some while they start."""
        chance = Random(f"{self.orders.seed} kills")
        crew = self.world.crew
        while self.kills < self.orders.kills:
            seat = chance.choice(crew.seats)
            if chance.random() < 0.75:
                with contextlib.suppress(NotInTime):
                    await crew.ready(seat, 20)
            await asyncio.sleep(chance.uniform(0, 1.2))
            async with crew.steady:
                self.kills += crew.kill(seat)

    async def trouble(self) -> None:
        """Every fault that was ordered, so many times, in an order drawn from the seed."""
        chance = Random(f"{self.orders.seed} faults")
        listed: list[Fault] = []
        for one in self._possible():
            times = max(len(STOPPING_POINTS), self.sizes.rounds) if one == "stopping-points" else self.sizes.rounds
            listed.extend(one for _ in range(times))
        chance.shuffle(listed)
        for name in listed:
            await INJECTORS[name](self.mischief)
            await asyncio.sleep(chance.uniform(0, self.sizes.step / 2))

    def _possible(self) -> Sequence[Fault]:
        """What was ordered and can happen on this kind of database; killing goes on beside it."""
        kind = self.world.kind
        return [one for one in self.orders.faults if one != "kill" and ONLY_ON.get(one, kind) == kind]

    async def go_wrong(self) -> None:
        """Kills beside the other faults; `over` is set when all is done."""
        async with asyncio.TaskGroup() as group:
            if "kill" in self.orders.faults:
                group.create_task(self.kill())
            group.create_task(self.trouble())
        self.over.set()

    async def drain(self) -> bool:
        """Everything is well again; stop, let the leases of whoever was killed run out, start, and wait until nothing
        is due. Whether that came.
        """
        crew, clock = self.world.crew, self.world.clock
        for seat in crew.seats:
            await crew.ready(seat)
            while seat.armed:  # it never came to the point where it was to kill itself
                begun = seat.starts
                crew.kill(seat)
                await until(lambda seat=seat, begun=begun: seat.starts > begun, "the next start", within=60)
                await crew.ready(seat)
        codes = await crew.stop()
        if any(codes):
            self.mischief.broken.append(f"stopped with {codes}")
        if self.world.kind == "postgresql":
            if self.sizes.waits_for_leases:
                await asyncio.sleep(_LEASE.total_seconds())
            else:
                await self.world.service.writes(_a_minute_passes)
        await crew.start()
        with contextlib.suppress(NotInTime):
            await self.world.telegram.wait_confirmed(within=30)
        drained = await self.world.settles(self.sizes.patience)
        for _ in range(4):  # what waits for a look-up, a back-off or half an hour
            if drained:
                clock.on(timedelta(minutes=20))
                drained = await self.world.settles(self.sizes.patience)
        return drained

    async def collect(self, *, drained: bool) -> Evidence:
        """Both sides, once nothing moves any more."""
        evidence = Evidence(acts=list(self.crowd.acts), mornings=self.mornings, drained=drained)
        evidence.now = self.world.clock.shown.astimezone(UTC)
        await self.world.service.reads(read_database, evidence)
        evidence.still_due = [] if drained else await self.world.service.reads(still_due, evidence.now)
        evidence.got = await provider_side(self.world)
        evidence.victims = frozenset(self.mischief.victims)
        evidence.frozen = self.mischief.frozen
        evidence.kills = self.world.crew.killed
        evidence.lost_answers = await _lost_answers(self.world)
        evidence.last_day = (self.world.clock.right.date()) if self.day else evidence.now.date()
        evidence.unasked_exits = [
            f"process {one.place} ended with {one.code}: {one.words[-200:]}"
            for one in self.world.crew.exits
            if one.code not in (0, 2) and not (one.code == -9 and one.asked)
        ] + self.mischief.broken
        evidence.provider_problems = [*await self.world.telegram.problems(), *await self.world.twilio.problems()]
        return evidence


def _a_minute_passes(connection: Connection) -> None:
    """No process runs, so that nobody's lease is cut short: the same as waiting for it to run out."""
    connection.execute(
        update(outbox).where(outbox.c.state == "sending").values(lease_until=database_now(connection) - _LEASE)
    )


async def _lost_answers(world: World) -> int:
    """Sendings that a provider may have processed while the bot did not hear of it."""
    found = [*await world.telegram.requests(), *await world.twilio.requests()]
    return sum(one["name"] in ("sendMessage", "Messages.create") and one["fault"] in _LOST for one in found)


async def play(
    orders: Orders,
    kind: Kind,
    sizes: Sizes,
    *,
    servers: tuple[TelegramServer, TwilioServer] | None = None,
    program: Sequence[str] = (BLETHER,),
    keep: Path | None = None,
) -> Played:
    """One whole run. `keep`: a folder in which traces are left where it did not hold.

    Raises:
        NoPostgresError: it is wanted and not to be had.
    """
    began = time.monotonic()
    mode: Mode = "polling" if kind == "sqlite" or orders.seed % 2 else "webhook"
    processes = 1 if kind == "sqlite" else sizes.processes
    async with world(kind, orders.people, processes, mode=mode, servers=servers, program=program) as one:
        await one.crew.start()
        await join_telegram(one, orders.seed)
        crowd = Crowd(one, orders.seed)
        crowd.know_all()
        chance = Random(f"{orders.seed} {kind}")
        mischief = Mischief(one, crowd, chance, sizes, StopPoints(chance.randrange(6)))
        going = Play(one, crowd, mischief, orders, sizes, time.monotonic() + 60 * orders.minutes)
        reading = asyncio.create_task(crowd.live())
        try:
            await _until_over(going)
            await crowd.falls_silent()
            await heal(mischief)
            drained = await going.drain()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        evidence = await going.collect(drained=drained)
        await one.crew.stop()
        done = {"killed at a random moment": going.kills, **dict(mischief.done), "texts by people": len(crowd.acts)}
        lines = reconcile(evidence)
        if keep is not None and not holds(lines):
            await asyncio.to_thread(_leave_traces, one, evidence, keep)
        return Played(kind, orders.seed, lines, evidence, time.monotonic() - began, going.day, done)


def _leave_traces(one: World, evidence: Evidence, keep: Path) -> None:
    """What every process wrote, the SQLite file, and both sides of the comparison."""
    shutil.rmtree(keep, ignore_errors=True)
    shutil.copytree(one.folder, keep)
    (keep / "evidence.pickle").write_bytes(pickle.dumps(evidence))


async def _until_over(going: Play) -> None:
    """Days and trouble side by side; trouble that lasts beyond the deadline is broken off."""
    wrong = asyncio.create_task(going.go_wrong())
    try:
        await going.days()
        if time.monotonic() <= going.deadline:
            await wrong
    finally:
        wrong.cancel()
        await asyncio.gather(wrong, return_exceptions=True)
