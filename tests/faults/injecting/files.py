"""A disk that is full, and a flow file that somebody broke."""

import asyncio
import contextlib
import os
import resource
from pathlib import Path

from tests.faults.injecting.mischief import Mischief
from tests.world.servers import NotInTime
from tests.world.waiting import until

_STARTS = 60.0  # seconds, on a machine that is busy
_BLOCK = bytes(64 * 1024)


async def disk_full(m: Mischief) -> None:
    """Nothing more can be written where the SQLite file lies. On a file system of its own it is really filled up; where
    that is not allowed, the process may write no file beyond the size that the database has now.
    """
    if m.world.real_disk:
        ballast = m.world.file.with_name("ballast")
        try:
            await asyncio.to_thread(_fill, ballast)
            await asyncio.sleep(m.sizes.full)
        finally:
            ballast.unlink(missing_ok=True)
        m.note("disk full")
        return
    seat = m.world.crew.seats[0]
    if seat.process is None:
        return
    limit = max(one.stat().st_size for one in m.world.file.parent.iterdir())
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(seat.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        await asyncio.sleep(m.sizes.full)
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(seat.process.pid, resource.RLIMIT_FSIZE, unlimited)
    m.note("files at their limit")


def _fill(ballast: Path) -> None:
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            os.write(file.fileno(), _BLOCK)
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            os.write(file.fileno(), b"\0")


async def broken_flow(m: Mischief) -> None:
    """The service's own check-in flow is broken while the bot runs, and a process is killed: it starts with the version
    that was in use, and says that the files were refused.
    """
    crew = m.world.crew
    seat = m.chance.choice(crew.seats)
    flow = m.world.folder / "flows" / "daily-check-in.toml"
    whole = flow.read_text()
    async with crew.steady:
        try:
            await crew.ready(seat, _STARTS)
            flow.write_text(whole[: len(whole) // 2])
            while not crew.kill(seat):  # it killed itself a moment ago
                await crew.ready(seat, _STARTS)
            begun = seat.starts
            await until(lambda: seat.starts > begun, "the next start", within=_STARTS)
            await crew.ready(seat, _STARTS)
        except NotInTime as late:
            m.broken.append(f"did not start with a flow file that cannot be read: {str(late)[-300:]}")
            return
        finally:
            flow.write_text(whole)
    if "flows.refused" not in crew.words(seat):
        m.broken.append("a flow file that cannot be read was taken in silence")
    m.note("flow file broken")
