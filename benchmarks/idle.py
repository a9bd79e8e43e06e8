"""What very many people cost while nothing happens: 100,000 people with three schedules each, and `blether run`.

Start is from the process's beginning to a ready `/readyz`; memory is the resident set, and processor time what it used, over
20 seconds that begin some seconds after the start.
"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import httpx
import psutil

from benchmarks.clusters import cluster, new_database
from benchmarks.figure import Figure
from benchmarks.live import Live, live
from benchmarks.population import Regularly, filled, move_in
from storage.migrating import upgrade
from storage.sealing import Keyring
from tests.world.household import KEY
from tests.world.town import ZONE

PEOPLE: Final = 100_000
SETTLES: Final = 8.0
WATCHED: Final = 20.0
PATIENCE: Final = 60.0
TABLE: Final = """
[[schedules]]
key = "{key}"
team = "leith"
who = "service_user"
flow = "{flow}"
rule = "{rule}"
spread = "20m"
grace = "2h"
"""


def regularly(now: datetime) -> list[Regularly]:
    """Three schedules, none of them due for hours."""
    hours = [(now.astimezone(ZoneInfo(ZONE)) - timedelta(hours=back)).strftime("%H:%M") for back in (2, 4, 6)]
    names = ("morning", "noon", "evening")
    return [Regularly(key, "daily-check-in", f"daily at {at}") for key, at in zip(names, hours, strict=True)]


def tables(schedules: list[Regularly]) -> list[str]:
    """The same for the configuration."""
    return [TABLE.format(key=one.key, flow=one.flow, rule=one.rule) for one in schedules]


async def measure(address: str, name: str, *, people: int = PEOPLE) -> list[Figure]:
    """The figures on one database."""
    now = datetime.now(UTC)
    schedules = regularly(now)
    await filled(
        address,
        move_in,
        Keyring.from_secret(KEY),
        now,
        count=people,
        regularly=schedules,
        staffed=False,
        opened=lambda place: False,  # what start-up does not open is not sealed for real
        settled=1,
    )
    async with live(address, *tables(schedules)) as service:
        first = await _start(service)
        await service.stops()
        started = await _start(service)  # what the file brings is in the database by now
        process = psutil.Process(service.running[0].process.pid)
        await asyncio.sleep(SETTLES)
        before = process.cpu_times()
        await asyncio.sleep(WATCHED)
        after = process.cpu_times()
        resident = process.memory_info().rss
        await service.stops()
    used = (after.user + after.system - before.user - before.system) / WATCHED
    what = f"idle, {name}, {people:,} people, {people * len(schedules):,} schedules"
    return [
        Figure(f"{what}, very first start", first, "s"),
        Figure(f"{what}, start", started, "s"),
        Figure(f"{what}, resident memory", resident / 1_000_000, "MB"),
        Figure(f"{what}, processor", used * 100, "% of a core"),
    ]


async def _start(service: Live) -> float:
    """Start it; seconds until it is ready.

    Raises:
        TimeoutError: it is not, in a minute.
    """
    began = time.perf_counter()
    running = service._start(0, None)
    service.running.append(running)
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                if (await client.get(f"{running.url}/readyz")).is_success:
                    return time.perf_counter() - began
            except httpx.TransportError:
                await asyncio.sleep(0.01)


async def on_sqlite(*, people: int = PEOPLE) -> list[Figure]:
    """On SQLite."""
    with tempfile.TemporaryDirectory(prefix="blether-bench-") as folder:
        address = f"sqlite:///{Path(folder) / 'idle.db'}"
        upgrade(address)
        return await measure(address, "sqlite", people=people)


async def on_postgresql(*, people: int = PEOPLE) -> list[Figure]:
    """On PostgreSQL."""
    with cluster() as server:
        return await measure(new_database(server, "idle"), "postgresql", people=people)


async def figures() -> list[Figure]:
    """The lines of the table."""
    return [*await on_sqlite(), *await on_postgresql()]
