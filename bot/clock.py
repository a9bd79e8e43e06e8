"""The only reader of clocks. `now()` may be simulated; `elapsed()` is always real, for time-outs and rates."""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What the loops need of time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    async def sleep_until(self, moment: datetime | None, woken: Iterable[asyncio.Event] = ()) -> None:
        """Wait until `now()` reaches `moment` (for ever if None) or one of `woken` is set."""
        ...


def elapsed() -> float:
    """Real seconds from an arbitrary start: for time-outs and rates, never for what people are told."""
    return time.monotonic()


async def pause(seconds: float) -> None:
    """Wait in real time: back-off against a provider, never a person's time."""
    await asyncio.sleep(seconds)


async def _first_of(seconds: float | None, woken: Iterable[asyncio.Event]) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in woken]
    try:
        if waits:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        elif seconds is None:
            await asyncio.Event().wait()
        else:
            await asyncio.sleep(seconds)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, moment: datetime | None, woken: Iterable[asyncio.Event] = ()) -> None:
        """Wait until `moment` or until woken."""
        seconds = None if moment is None else max(0.0, (moment - self.now()).total_seconds())
        await _first_of(seconds, woken)


class FileClock:
    """A clock read from a file that holds one ISO time: how a test moves time in a real process."""

    POLL = 0.03  # seconds; the contract asks for at least every 50 ms

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = datetime.fromisoformat(path.read_text().strip()).astimezone(UTC)

    def now(self) -> datetime:
        """The moment in the file; the last one read while a writer has it half-written."""
        with contextlib.suppress(OSError, ValueError):
            self._last = datetime.fromisoformat(self._path.read_text().strip()).astimezone(UTC)
        return self._last

    async def sleep_until(self, moment: datetime | None, woken: Iterable[asyncio.Event] = ()) -> None:
        """Wait until the file's time reaches `moment` or until woken."""
        events = tuple(woken)
        while not any(event.is_set() for event in events):
            if moment is not None and self.now() >= moment:
                return
            await _first_of(self.POLL, events)


class SimulatedClock:
    """A clock that stands still until told: for tests and the demo. Sleepers wake when time reaches them."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """The simulated moment in UTC."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move to `moment` and wake whoever waited for it. Time never goes back.

        Raises:
            ValueError: `moment` lies before now.
        """
        if moment < self._now:
            raise ValueError("a simulated clock never goes back")
        self._now = moment.astimezone(UTC)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep_until(self, moment: datetime | None, woken: Iterable[asyncio.Event] = ()) -> None:
        """Wait until the simulated time reaches `moment` or until woken."""
        events = tuple(woken)
        while not any(event.is_set() for event in events):
            if moment is not None and self._now >= moment:
                return
            await _first_of(None, (*events, self._moved))
