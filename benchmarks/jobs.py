"""For comparison: the usual way, a job a person in a scheduler's memory (APScheduler), 100,000 of them.

It runs in a process of its own, so that its memory is its own. blether keeps a row and no job: see `idle.py`.
"""

import asyncio
import json
import subprocess
import sys
import time
from typing import Final

import psutil
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from benchmarks.figure import Figure
from tests.world.town import ZONE

PEOPLE: Final = 100_000


async def _check_in(person: int) -> None:
    """What a job would do."""


async def _run(people: int) -> dict[str, float]:
    """Add the jobs and start: seconds, and megabytes that came to be used."""
    process = psutil.Process()
    before = process.memory_info().rss
    began = time.perf_counter()
    scheduler = AsyncIOScheduler(timezone=ZONE)
    for person in range(people):
        scheduler.add_job(_check_in, CronTrigger(hour=9, minute=30, timezone=ZONE), args=(person,), id=str(person))
    scheduler.start()
    await asyncio.sleep(0)
    taken = time.perf_counter() - began
    after = process.memory_info().rss
    scheduler.shutdown(wait=False)
    return {"seconds": taken, "megabytes": (after - before) / 1_000_000, "resident": after / 1_000_000}


async def figures(*, people: int = PEOPLE) -> list[Figure]:
    """The lines of the table."""
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "benchmarks.jobs", str(people)],
        capture_output=True,
        check=True,
        text=True,
    )
    found = json.loads(ran.stdout)
    what = f"APScheduler, a job a person in memory, {people:,} people"
    return [
        Figure(f"{what}, start", found["seconds"], "s"),
        Figure(f"{what}, resident memory", found["resident"], "MB"),
        Figure(f"{what}, memory of the jobs", found["megabytes"], "MB"),
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_run(int(sys.argv[1])))))
