"""Processes on one PostgreSQL wake each other, so that what one commits another may do before its next look.

A NOTIFY goes out after the commit, on a connection of its own: inside the transaction it would make commits wait for each
other. It carries nothing and may be lost: who is woken looks for itself, and everybody looks once a second anyway. On
SQLite there is nobody to wake.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy.engine import URL

from storage.engines import has_other_processes, open_bare

if TYPE_CHECKING:
    from storage.engines import BareConnection

GATHER: Final = 0.05  # seconds after a commit in which others join it, and this process may do the work itself
FIRST_WAIT: Final = 0.5  # seconds before a connection that was lost is opened again, doubled each time
LONGEST_WAIT: Final = 30.0
_CHANNEL: Final = "blether"


class Notifier:
    """Wakes others and is woken by them. To be used inside `async with`."""

    def __init__(
        self,
        url: URL,
        wake: Callable[[], None],
        is_needed: Callable[[], Awaitable[bool]],
        on_trouble: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        """`wake` is called when another process has committed something, and when one may have gone unheard; `is_needed`
        says, a moment after a commit, whether anything is left that others could do before their next look; `on_trouble`
        is told what went wrong, which is got over.
        """
        self._url, self._wake, self._is_needed, self._on_trouble = url, wake, is_needed, on_trouble
        self._committed, self._never = asyncio.Event(), asyncio.Event()
        self._mine: int | None = None  # the server's number of the connection that tells
        self._tasks: list[asyncio.Task[None]] = []
        self.listening = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Begin."""
        if has_other_processes(self._url):
            self._tasks = [asyncio.create_task(self._ever(work)) for work in (self._hear, self._tell)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Neither wake nor be woken any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def committed(self) -> None:
        """This process has committed something."""
        self._committed.set()

    async def _ever(self, work: Callable[["BareConnection"], Awaitable[None]]) -> None:
        """Do `work` on a connection of its own, on a new one when that is lost."""
        wait = FIRST_WAIT
        while True:
            try:
                async with await open_bare(self._url) as connection:
                    wait = FIRST_WAIT
                    await work(connection)
            except Exception as error:
                self._on_trouble(error)
            await self._pause(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _hear(self, connection: "BareConnection") -> None:
        await connection.execute(f"LISTEN {_CHANNEL}")
        self.listening.set()
        self._wake()
        try:
            async for notice in connection.notifies():
                if notice.pid != self._mine:
                    self._wake()
        finally:
            self.listening.clear()

    async def _tell(self, connection: "BareConnection") -> None:
        self._mine = connection.info.backend_pid
        while True:
            await self._committed.wait()
            await self._pause(GATHER)
            self._committed.clear()
            try:
                needed = await self._is_needed()
            except Exception as error:
                self._on_trouble(error)  # not of this connection: whoever looks next will see
                continue
            if needed:
                await self._notify(connection)

    async def _notify(self, connection: "BareConnection") -> None:
        try:
            await connection.execute(f"NOTIFY {_CHANNEL}")
        except Exception:
            self._committed.set()  # to be told on the next connection
            raise

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._never.wait()
