"""What is due is done: escalations first, then sessions whose time is up, then schedules, then what is to be sent.

`tick(now)` does everything that is due at `now` and returns when something is due next; the loops sleep until then, woken
by every commit and, as the truth, once a second in real time. Nothing that matters is kept here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from bot.clock import Clock, pause
from bot.conversation.events import Event, FellDue, NextStep, RanOut
from bot.conversation.work import Worker
from bot.delivery.send import Sender
from bot.logs import logger
from storage import outbox
from storage.database import Database
from storage.escalations import escalations_due
from storage.schedules import schedules_due
from storage.sessions import sessions_due
from storage.tables import escalations, schedules, sessions

AT_ONCE: Final = 50
POLL: Final = 1.0  # real seconds between looks that nothing woke
AFTER_TROUBLE: Final = 1.0
ROUNDS: Final = 3  # rounds of sending side by side, besides the one for what is pressing
_log = logger("loops")


def _due(connection: Connection, now: datetime) -> list[Event]:
    """What is due, the gravest kind first; of one kind only, so that a peak of check-ins delays no escalation."""
    climbing: list[Event] = [NextStep(*row) for row in escalations_due(connection, now, AT_ONCE)]
    if climbing:
        return climbing
    waiting: list[Event] = [RanOut(*row) for row in sessions_due(connection, now, AT_ONCE)]
    return waiting or [FellDue(*row) for row in schedules_due(connection, now, AT_ONCE)]


def next_decision(connection: Connection) -> datetime | None:
    """When an escalation, a session or a schedule is due next."""
    moments = [
        connection.execute(select(func.min(column)).where(column.is_not(None))).scalar_one_or_none()
        for column in (escalations.c.next_at, sessions.c.due_at, schedules.c.due_at)
    ]
    return min((one for one in moments if one is not None), default=None)


async def decide_due(worker: Worker, now: datetime) -> int:
    """Decide everything that is due. Returns how many events it were."""
    done = 0
    while events := await worker.database.read(_due, now):
        await worker.do(events, now)
        done += len(events)
    return done


async def send_due(sender: Sender, now: datetime) -> int:
    """Send everything that is due. Returns how many messages it were."""
    done = 0
    while sent := await sender.round(now):
        done += sent
    return done


async def tick(worker: Worker, sender: Sender, now: datetime) -> datetime | None:
    """Do all that is due at `now`, until nothing is; when something is due next. For tests and the demo."""
    while await decide_due(worker, now) + await send_due(sender, now):
        pass
    return await next_due(worker.database)


async def next_due(database: Database) -> datetime | None:
    """When anything is due next."""
    moments = [await database.read(next_decision), await database.read(outbox.next_due)]
    return min((one for one in moments if one is not None), default=None)


@dataclass(slots=True)
class Loops:
    """The loops of a running process."""

    worker: Worker
    sender: Sender
    clock: Clock
    _woken: list[asyncio.Event] = field(default_factory=list[asyncio.Event])
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _stopping: bool = False

    def start(self) -> None:
        """Begin; ends with `stop`."""
        self.worker.database.on_commit(self._wake)
        rounds: Sequence[Callable[[], Awaitable[datetime | None]]] = [
            self._decide,
            *[self._send] * ROUNDS,
            self._send_pressing,
        ]
        self._tasks = [asyncio.create_task(self._loop(one)) for one in rounds]
        self._tasks.append(asyncio.create_task(self._poll()))

    @property
    def alive(self) -> bool:
        """Whether every loop still runs."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stopping = True
        self._wake()
        self._tasks[-1].cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wake(self) -> None:
        for event in self._woken:
            event.set()

    async def _poll(self) -> None:
        while True:
            await pause(POLL)
            self._wake()

    async def _loop(self, work: Callable[[], Awaitable[datetime | None]]) -> None:
        """Do the work, sleep until it is due again; trouble is logged and waited out, never the end of it."""
        woken = asyncio.Event()
        self._woken.append(woken)
        while not self._stopping:
            woken.clear()
            try:
                due = await work()
            except Exception as fault:
                _log.error("loop.failed", error=type(fault).__name__, exc_info=fault)
                await pause(AFTER_TROUBLE)
                continue
            if not self._stopping:
                await self.clock.sleep_until(due, (woken,))

    async def _decide(self) -> datetime | None:
        await decide_due(self.worker, self.clock.now())
        return await self.worker.database.read(next_decision)

    async def _send(self) -> datetime | None:
        return await self._round(pressing_only=False)

    async def _send_pressing(self) -> datetime | None:
        return await self._round(pressing_only=True)

    async def _round(self, *, pressing_only: bool) -> datetime | None:
        now = self.clock.now()
        while not self._stopping and await self.sender.round(now, pressing_only=pressing_only):
            now = self.clock.now()
        due = await self.worker.database.read(outbox.next_due)
        # What another round holds, or what waits for a turn, looks due: the poll and every commit come back to it.
        return due if due is None or due > now else now + timedelta(seconds=POLL)
