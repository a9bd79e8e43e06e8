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
LONGEST_WAIT: Final = 0.5  # real seconds that a round waits for turns before it looks again
ROUNDS: Final = 3  # rounds of sending side by side, besides the one for what is pressing
_log = logger("loops")


def _due(connection: Connection, now: datetime, pressing_only: bool = False) -> list[Event]:
    """What is due, the gravest kind first; of one kind only, so that a peak of check-ins delays no escalation."""
    climbing: list[Event] = [NextStep(*row) for row in escalations_due(connection, now, AT_ONCE)]
    if climbing or pressing_only:
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


async def decide_due(worker: Worker, now: datetime, *, pressing_only: bool = False) -> int:
    """Decide everything that is due, or escalations alone. Returns how many events it were."""
    done = 0
    while decided := await decide_some(worker, now, pressing_only=pressing_only):
        done += decided
    return done


async def decide_some(worker: Worker, now: datetime, *, pressing_only: bool = False) -> int:
    """Decide one batch of what is due. Returns how many events it were."""
    events = await worker.database.read(_due, now, pressing_only)
    await worker.do(events, now)
    return len(events)


async def send_due(sender: Sender, now: datetime) -> int:
    """Send everything that is due. Returns how many messages it were."""
    done = 0
    while sent := await sender.round(now) + await look_up_due(sender, now):
        done += sent
    return done


async def look_up_due(sender: Sender, now: datetime) -> int:
    """Look up what is to be looked up, what is pressing first. Returns how many messages it were."""
    done = 0
    for pressing in (True, False):
        due = await sender.looking.next_due(pressing=pressing)
        if due is not None and due <= now:
            done += await sender.looking.round(now, pressing=pressing)
    return done


async def tick(worker: Worker, sender: Sender, now: datetime) -> datetime | None:
    """Do all that is due at `now`, until nothing is; when something is due next. For tests and the demo."""
    while await decide_due(worker, now) + await send_due(sender, now):
        pass
    return await next_due(worker.database, sender)


async def next_due(database: Database, sender: Sender) -> datetime | None:
    """When anything is due next."""
    looks = [await sender.looking.next_due(pressing=pressing) for pressing in (True, False)]
    moments = [await database.read(next_decision), await database.read(outbox.next_due), *looks]
    return min((one for one in moments if one is not None), default=None)


@dataclass(slots=True)
class Loops:
    """The loops of a running process."""

    worker: Worker
    sender: Sender
    clock: Clock
    poll: float = POLL  # real seconds
    caught_up: asyncio.Event | None = None
    """Until it is set only what is pressing is done: what people wrote while nobody was there is taken in first, lest a
    check-in count as missed that they answered. None: there is nothing to wait for.
    """
    _woken: list[asyncio.Event] = field(default_factory=list[asyncio.Event])
    _committed: list[asyncio.Event] = field(default_factory=list[asyncio.Event])  # the poll wakes one round of sending
    _polled: list[asyncio.Event] = field(default_factory=list[asyncio.Event])  # no commit makes these due at once
    _waiting: set[bool] = field(default_factory=set[bool])  # a round that waits for turns: of pressing classes, of all
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _stopping: bool = False

    def start(self) -> None:
        """Begin; ends with `stop`."""
        self.worker.database.on_commit(self.wake)
        rounds: Sequence[Callable[[], Awaitable[datetime | None]]] = [self._decide, self._send, self._send_pressing]
        looks: Sequence[Callable[[], Awaitable[datetime | None]]] = [self._look_up_pressing, self._look_up]
        self._tasks = [asyncio.create_task(self._loop(one, self._woken)) for one in rounds]
        self._tasks += [asyncio.create_task(self._loop(self._send, self._committed)) for _ in range(ROUNDS - 1)]
        self._tasks += [asyncio.create_task(self._loop(one, self._polled)) for one in looks]
        self._tasks.append(asyncio.create_task(self._poll()))

    @property
    def alive(self) -> bool:
        """Whether every loop still runs."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stopping = True
        self._wake_all()
        self._tasks[-1].cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def anything_to_do(self) -> bool:
        """Whether something is due before the next look that has no hands on it: another process might do it."""
        soon = self.clock.now() + timedelta(seconds=self.poll)
        decision = await self.worker.database.read(next_decision)
        return (decision is not None and decision <= soon) or await self.sender.anything_to_do(soon)

    def wake(self) -> None:
        """Look at once."""
        for event in (*self._woken, *self._committed):
            event.set()

    def _wake_all(self) -> None:
        self.wake()
        for event in self._polled:
            event.set()

    async def _poll(self) -> None:
        while True:
            await pause(self.poll)
            for event in (*self._woken, *self._polled):
                event.set()

    async def _loop(self, work: Callable[[], Awaitable[datetime | None]], wakers: list[asyncio.Event]) -> None:
        """Do the work, sleep until it is due again; trouble is logged and waited out, never the end of it."""
        woken = asyncio.Event()
        wakers.append(woken)
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

    @property
    def _behind(self) -> bool:
        return self.caught_up is not None and not self.caught_up.is_set()

    async def _decide(self) -> datetime | None:
        behind = self._behind
        # By the time of each batch: a ladder's step that falls due during a peak waits for one batch only.
        while not self._stopping and await decide_some(self.worker, self.clock.now(), pressing_only=behind):
            pass
        return None if behind else await self.worker.database.read(next_decision)

    async def _send(self) -> datetime | None:
        return await self._round(pressing_only=self._behind)

    async def _send_pressing(self) -> datetime | None:
        return await self._round(pressing_only=True)

    async def _look_up_pressing(self) -> datetime | None:
        return await self._looked_up(pressing=True)

    async def _look_up(self) -> datetime | None:
        return await self._looked_up(pressing=False)

    async def _looked_up(self, *, pressing: bool) -> datetime | None:
        looking = self.sender.looking
        while not self._stopping:
            due = await looking.next_due(pressing=pressing)
            if due is None or due > self.clock.now():
                return due
            if not await looking.round(self.clock.now(), pressing=pressing):
                return None  # another process has it in hand: the poll comes back to it
        return None

    async def _round(self, *, pressing_only: bool) -> datetime | None:
        while not self._stopping:
            if not await self.sender.round(self.clock.now(), pressing_only=pressing_only):
                opens_in = self.sender.opens_in.get(pressing_only)
                if opens_in is None or pressing_only in self._waiting:
                    break
                await self._wait_for_turns(opens_in, pressing_only=pressing_only)
        now = self.clock.now()
        due = await self.worker.database.read(outbox.next_due)
        # What another round holds, or what waits for a turn, looks due: the poll and every commit come back to it.
        return due if due is None or due > now else now + timedelta(seconds=POLL)

    async def _wait_for_turns(self, opens_in: float, *, pressing_only: bool) -> None:
        """One round of its kind waits until there are turns again, in real time as rates are."""
        self._waiting.add(pressing_only)
        try:
            await pause(min(opens_in, LONGEST_WAIT))
        finally:
            self._waiting.discard(pressing_only)
