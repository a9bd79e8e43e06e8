"""Processes that kill themselves at a bad moment, stand still, or take themselves for the only one."""

import asyncio
import signal
from datetime import UTC, datetime

from tests.faults.crew import BLETHER
from tests.faults.injecting.mischief import Mischief
from tests.world.servers import NotInTime
from tests.world.waiting import until

_LEAVES = 60.0  # seconds, on a machine that is busy


async def stopping_point(m: Mischief) -> None:
    """A process is started so that it kills itself at the next stopping point of the contract."""
    point = m.points.next()
    seat = m.chance.choice(m.world.crew.seats)
    m.world.crew.stop_there(seat, point)
    m.note(f"stopping point {point}")
    await asyncio.sleep(m.sizes.step)


async def freeze(m: Mischief) -> None:
    """A process stands still, with whatever it holds, and goes on."""
    crew = m.world.crew
    seat = m.chance.choice(crew.seats)
    await until(lambda: crew.signal(seat, signal.SIGSTOP), "a process to freeze", within=_LEAVES)
    began = datetime.now(UTC)
    try:
        await asyncio.sleep(m.sizes.freeze)
    finally:
        crew.signal(seat, signal.SIGCONT)
        m.frozen.append((began, datetime.now(UTC)))
    m.note("process frozen")


async def two_pollers(m: Mischief) -> None:
    """On SQLite a second process on the same file, which must refuse to start. On PostgreSQL the leader's lock is lost
    while it stands still, so that another is elected and two take themselves for the poller when it goes on.
    """
    if m.world.cluster is None:
        async with m.world.crew.steady:
            await _second_process(m)
        return
    if m.world.service.mode != "polling":
        return
    crew = m.world.crew
    began = datetime.now(UTC)
    stopped = [seat for seat in crew.seats[:1] if crew.signal(seat, signal.SIGSTOP)]
    try:
        await asyncio.to_thread(m.world.cluster.cut, advisory_only=True)
        await asyncio.sleep(m.sizes.hang)
    finally:
        for seat in stopped:
            crew.signal(seat, signal.SIGCONT)
        m.frozen.append((began, datetime.now(UTC)))
    m.note("leader's lock lost")


async def _second_process(m: Mischief) -> None:
    crew = m.world.crew
    try:
        await crew.ready(crew.seats[0], _LEAVES)
    except NotInTime:
        return
    first = crew.seats[0].process
    second = await asyncio.create_subprocess_exec(
        BLETHER,
        "run",
        "--config",
        str(crew.config),
        env={**crew.environment, "BLETHER__WEB__PORT": str(crew.seats[0].port + 1)},
        cwd=crew.folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    waiting = asyncio.create_task(second.communicate())
    _, late = await asyncio.wait([waiting], timeout=_LEAVES)
    undisturbed = first is not None and crew.seats[0].process is first and first.returncode is None
    if late:
        second.kill()
    if late and undisturbed:
        m.broken.append("a second process ran on the same SQLite file")
    elif second.returncode != 2 and undisturbed:
        m.broken.append(f"a second process on the same SQLite file ended with {second.returncode}")
    await waiting
    m.note("second process refused")
