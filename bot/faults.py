"""Stopping points for fault tests: the process kills itself there, once. Only under the guard of `bot/settings`."""

import os
import signal
from collections.abc import Callable

StopAt = Callable[[str], None]


def never(point: str) -> None:
    """No stopping point: what every ordinary run is given."""


def kill_at(wanted: str | None) -> StopAt:
    """A function that kills this process with SIGKILL when it is called with the wanted point."""
    if wanted is None:
        return never

    def stop_at(point: str) -> None:
        if point == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return stop_at
