"""Waiting on a condition that no server can be asked to wait for, bounded in time."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from tests.world.phones import PATIENCE
from tests.world.servers import NotInTime

_LOOK = 0.02  # seconds between two looks


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def until(look: Callable[[], Any], what: str, *, within: float = PATIENCE) -> None:
    """Wait until `look` (sync, or returning an awaitable) gives something true. Raises NotInTime."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        found = look()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        if loop.time() > end:
            raise NotInTime(f"waited {within} s for {what}")
        await asyncio.sleep(_LOOK)
