"""Work that one process of many does: asking Telegram, sealing the audit. Who does it is whoever holds the task.

    async with Leader(database.url, "sealer") as leader:
        if await leader.is_mine():     # before each use
            ...

A leader that dies, stands still or loses its connection is followed within seconds. Between asking and doing another
may have taken over all the same, as with every lock that can be lost: what is done must bear being done twice, by a
unique key or by a row that is locked and compared.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, Self

from sqlalchemy.engine import URL

from storage.engines import parse_address
from storage.holding import Task

LOOK: Final = 1.0  # seconds between looks of its own: a leader keeps the task, another one sees that it is free
_PATIENCE: Final = 4.0  # seconds for the database's answer; none counts as no


class Leader:
    """This process as one of those that may do the task `name`. To be used inside `async with`."""

    def __init__(self, address: str | URL, name: str) -> None:
        self.name = name
        self._task = Task(parse_address(address) if isinstance(address, str) else address, name)
        self._thread = ThreadPoolExecutor(1, f"leader-{name}")
        self._asking: asyncio.Future[bool] | None = None
        self._lost = asyncio.Event()
        self._gained = asyncio.Event()
        self._ending = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to look after the task."""
        if not self._task.alone:
            self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give it up, at once."""
        self._ending.set()
        if self._keeping is not None:
            await asyncio.gather(self._keeping, return_exceptions=True)
        self._thread.submit(self._task.let_go)
        await asyncio.to_thread(self._thread.shutdown)

    async def is_mine(self) -> bool:
        """Whether the task is ours now, as the database says; taken where it is free. Ask before each use."""
        if self._task.alone:
            return True
        if self._asking is None or self._asking.done():
            self._asking = asyncio.wrap_future(self._thread.submit(self._task.have))
        try:
            async with asyncio.timeout(_PATIENCE):
                mine = await asyncio.shield(self._asking)
        except TimeoutError:
            mine = False
        self._note(mine)
        return mine

    async def until_lost(self) -> None:
        """Return when the task is no longer ours, noticed within seconds: what is under way then is better left."""
        await self._lost.wait()

    async def until_mine(self) -> None:
        """Return when the task is ours."""
        while not await self.is_mine():
            await self._gained.wait()

    async def _keep(self) -> None:
        while not self._ending.is_set():
            await self.is_mine()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._ending.wait()

    def _note(self, mine: bool) -> None:
        now, then = (self._gained, self._lost) if mine else (self._lost, self._gained)
        now.set()
        then.clear()
