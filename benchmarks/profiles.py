"""Where the time goes: `python -m benchmarks profile NAME` prints the 25 functions that take the most, callees included.

inbound: replies with 32 waiting. claim, send: messages taken in hand, and rounds of sending with a provider that answers at
once. tick: check-ins that fall due, are decided and sent. start: `open_app` with 20,000 people. All on SQLite. The work runs
on threads, so what runs there is profiled there and added up.
"""

import asyncio
import contextlib
import cProfile
import pstats
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import storage.database
from benchmarks.claims import claim_some
from benchmarks.idle import regularly, tables
from benchmarks.live import live
from benchmarks.population import CHECK_IN, Crowd, chat_of, filled, move_in
from bot.app import open_app
from bot.channels.base import Channel, Incoming
from bot.channels.local import LocalChannel
from bot.clock import RealClock, SimulatedClock
from bot.conversation.inbox import Inbox
from bot.conversation.matter import House
from bot.conversation.work import Worker
from bot.delivery.send import Sender
from bot.delivery.throttle import PACES, Throttle
from bot.escalation.shipped import shipped_policies
from bot.loops import decide_due, send_due, tick
from bot.settings import load
from storage.database import Database
from storage.migrating import upgrade
from storage.sealing import Keyring
from tests.world.household import KEY
from tests.world.town import Shelf

PEOPLE: Final = 1_024
MANY: Final = 20_000
LINES: Final = 25
WAITING: Final = 32
RAW: Final = '{"text": "7"}'
NOW: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Profile:
    """Profiles of the event loop's thread and of each piece of work on a database thread, added up."""

    def __init__(self) -> None:
        self._all: list[cProfile.Profile] = []
        self._run_until_through: Callable[..., Any] = storage.database._run_until_through

    async def of(self, work: Callable[[], Awaitable[object]]) -> None:
        """Profile `work`."""
        storage.database._run_until_through = self._on_thread
        here = cProfile.Profile()
        self._all.append(here)
        try:
            here.enable()
            await work()
        finally:
            here.disable()
            storage.database._run_until_through = self._run_until_through

    def _on_thread(self, *arguments: Any) -> Any:
        one = cProfile.Profile()
        try:
            return one.runcall(self._run_until_through, *arguments)
        finally:
            self._all.append(one)

    def tell(self) -> None:
        """Print the largest."""
        first, *others = self._all
        stats = pstats.Stats(first, stream=sys.stdout)
        stats.add(*others)
        stats.strip_dirs().sort_stats("cumulative").print_stats(LINES)


@dataclass(slots=True)
class Bot:
    """A bot in this process, its phones too, and a crowd with open check-ins or with ones that are due."""

    database: Database
    worker: Worker
    sender: Sender
    inbox: Inbox
    crowd: Crowd


async def _bot(folder: Path) -> Bot:
    address = f"sqlite:///{folder / 'profile.db'}"
    upgrade(address)
    keyring, clock = Keyring.from_secret(KEY), SimulatedClock(NOW)
    due = replace(CHECK_IN, spread=0)
    crowd = await filled(address, move_in, keyring, NOW, count=PEOPLE, regularly=(due,), settled=1)
    database = Database.open(address)
    house = House("Leith Peer Support", "GB-SCT", shipped_policies(), Shelf(), ())
    worker = Worker(database, keyring, lambda: house)
    channels: dict[str, Channel] = {"main": LocalChannel("main", "telegram", clock)}
    sender = Sender(worker, channels, {"main": Throttle(PACES["local"])}, lambda point: None)
    return Bot(database, worker, sender, Inbox(worker, clock.now), crowd)


async def _inbound(folder: Path, profile: Profile) -> None:
    bot = await _bot(folder)
    await decide_due(bot.worker, NOW)
    await send_due(bot.sender, NOW)
    said = [Incoming("main", f"in-{place}", chat_of(place), "text", "7", raw=RAW) for place in range(PEOPLE)]

    async def reply() -> None:
        for start in range(0, PEOPLE, WAITING):
            await asyncio.gather(*(bot.inbox.take_in([one]) for one in said[start : start + WAITING]))

    await profile.of(reply)
    await bot.database.close()


async def _claim(folder: Path, profile: Profile) -> None:
    bot = await _bot(folder)
    await decide_due(bot.worker, NOW)

    async def take() -> None:
        while await claim_some(bot.database, bot.worker.keyring, NOW):
            pass

    await profile.of(take)
    await bot.database.close()


async def _send(folder: Path, profile: Profile) -> None:
    bot = await _bot(folder)
    await decide_due(bot.worker, NOW)
    await profile.of(lambda: send_due(bot.sender, NOW))
    await bot.database.close()


async def _tick(folder: Path, profile: Profile) -> None:
    bot = await _bot(folder)
    await profile.of(lambda: tick(bot.worker, bot.sender, NOW))
    await bot.database.close()


async def _start(folder: Path, profile: Profile) -> None:
    address, now = f"sqlite:///{folder / 'profile.db'}", datetime.now(UTC)
    upgrade(address)
    schedules = regularly(now)
    await filled(
        address,
        move_in,
        Keyring.from_secret(KEY),
        now,
        count=MANY,
        regularly=schedules,
        staffed=False,
        opened=lambda place: False,
        settled=1,
    )
    async with live(address, *tables(schedules)) as service:
        with contextlib.chdir(service.folder):
            settings = load(service.config)

            async def open_and_close() -> None:
                await (await open_app(settings, RealClock())).close()

            await open_and_close()  # the very first start writes what the file says
            await profile.of(open_and_close)


PROFILES: Final[dict[str, Callable[[Path, Profile], Awaitable[None]]]] = {
    "inbound": _inbound,
    "claim": _claim,
    "send": _send,
    "tick": _tick,
    "start": _start,
}


def profiled(name: str) -> None:
    """Profile one of them and print what it took."""
    profile = Profile()
    with tempfile.TemporaryDirectory(prefix="blether-bench-") as folder:
        asyncio.run(_profiled(PROFILES[name], Path(folder), profile))
    profile.tell()


async def _profiled(work: Callable[[Path, Profile], Awaitable[None]], folder: Path, profile: Profile) -> None:
    await work(folder, profile)
