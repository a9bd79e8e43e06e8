"""The journal of a provider server: every request, every problem, and a way to wait for a change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

Entry = dict[str, Any]
T = TypeVar("T")


def stamp() -> str:
    """The real time now, ISO 8601 with offset, to the microsecond."""
    return datetime.now(UTC).isoformat()


class Journal:
    """Requests in order of arrival, problems (requests a correct client never makes), and waiting.

    `until` never sleeps a fixed time: it looks again each time `changed` is called.
    """

    def __init__(self) -> None:
        self.requests: list[Entry] = []
        self.problems: list[str] = []
        self._waiting: set[asyncio.Future[None]] = set()

    def begin(self, name: str, parameters: dict[str, Any], target: str | None) -> Entry:
        """Write a request down as it arrives; `end` completes it."""
        entry: Entry = {
            "name": name,
            "parameters": parameters,
            "target": target,
            "at": stamp(),
            "status": None,
            "answer": None,
            "fault": None,
        }
        self.requests.append(entry)
        self.changed()
        return entry

    def end(self, entry: Entry, status: int | None, answer: str | None = None) -> None:
        """Write down how a request was answered: HTTP status (None: connection dropped) and error words."""
        entry["status"] = status
        entry["answer"] = answer
        self.changed()

    def settle(self, entry: Entry, status: int | None) -> None:
        """Write down what the client saw of a request that a fault hit, whatever was done before it."""
        if entry["fault"]:
            self.end(entry, status, entry["answer"])

    def problem(self, words: str) -> None:
        """Write down that a client did what it must never do."""
        self.problems.append(words)
        self.changed()

    def changed(self) -> None:
        """Wake everybody who waits in `until`."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, ready: Callable[[], T | None], timeout_s: float | None) -> T | None:
        """The first value of `ready()` that is not None, or None when `timeout_s` seconds have passed."""
        loop = asyncio.get_running_loop()
        end = None if timeout_s is None else loop.time() + timeout_s
        while True:
            found = ready()
            if found is not None:
                return found
            left = None if end is None else end - loop.time()
            if left is not None and left <= 0:
                return None
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            try:
                await asyncio.wait_for(future, left)
            except TimeoutError:
                return ready()
            finally:
                self._waiting.discard(future)
