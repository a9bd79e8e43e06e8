"""What a running process does beside its loops, at intervals of real time: heartbeats, sealing, listing what was missed.

Nothing that a person waits for hangs on it: what is due is a row, and the loops find it. Only `blether run` starts it;
tests call the work itself. The intervals are by `elapsed` time: a scheduler that plans by the wall clock stands still for
an hour when the clock steps back by one, and the heartbeat is just what must go on then.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.clock import pause
from bot.logs import logger

Work = Callable[[], Awaitable[object]]
_log = logger("housekeeping")


class Housekeeping:
    """Pieces of work, each with its interval. `start` needs a running event loop."""

    def __init__(self) -> None:
        self._work: dict[str, tuple[float, Work]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def every(self, seconds: float, name: str, work: Work) -> None:
        """Do `work` at the start and then again so many seconds after it was last done."""
        self._work[name] = (seconds, work)

    async def once(self, name: str) -> None:
        """Do this piece of work now; a fault of it is logged and goes no further."""
        try:
            await self._work[name][1]()
        except Exception as fault:
            _log.error("housekeeping.failed", stage=name, error=type(fault).__name__, exc_info=fault)

    def start(self) -> None:
        """Begin; ends with `stop`."""
        self._tasks = [asyncio.create_task(self._again_and_again(name)) for name in self._work]

    async def stop(self) -> None:
        """Do nothing any more. What is being done is cancelled; a transaction that has begun is finished."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _again_and_again(self, name: str) -> None:
        while True:
            await self.once(name)
            await pause(self._work[name][0])
