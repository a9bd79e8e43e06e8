"""The way in: whatever has come in and is waiting is decided in one batch, and acknowledged once it is committed.

A batch is one when one is waiting; it never waits to fill up. While one batch is being written, the next gathers.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.channels.base import Incoming, Unreadable
from bot.conversation.events import CameIn
from bot.conversation.work import Worker

AT_ONCE: Final = 64


@dataclass(slots=True)
class Inbox:
    """Takes in what channels hand over. `writers`: batches written side by side (one on SQLite)."""

    worker: Worker
    now: Callable[[], datetime]
    writers: int = 1
    _waiting: deque[tuple[Incoming | Unreadable, asyncio.Future[None]]] = field(
        default_factory=deque[tuple[Incoming | Unreadable, asyncio.Future[None]]]
    )
    _writing: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def take_in(self, items: Sequence[Incoming | Unreadable]) -> None:
        """Return when all of these are committed.

        Raises:
            Exception: one could not be written at all; none of them is acknowledged, and those that were written are
                known when they come again.
        """
        if not items:
            return
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[None]] = []
        for item in items:
            future: asyncio.Future[None] = loop.create_future()
            futures.append(future)
            self._waiting.append((item, future))
        if len(self._writing) < self.writers:
            task = asyncio.create_task(self._write())
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _write(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                await self.worker.do([CameIn(_storable(item)) for item, _ in batch], self.now())
            except BaseException as fault:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(fault)
                if not isinstance(fault, Exception):
                    raise
            else:
                for _, future in batch:
                    if not future.done():
                        future.set_result(None)

    async def close(self) -> None:
        """Finish what is in hand."""
        while self._writing:
            await asyncio.wait(self._writing)


def _storable(item: Incoming | Unreadable) -> Incoming | Unreadable:
    """Half a character (a lone surrogate) can be neither stored nor sent: it becomes the sign for what is unreadable."""
    whole = replace(item, raw=_whole(item.raw))
    return replace(whole, text=_whole(whole.text)) if isinstance(whole, Incoming) else whole


def _whole(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
