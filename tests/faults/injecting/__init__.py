"""The faults by name. Each is a function that does it once and mends what it broke before it returns."""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.faults.injecting import databases, files, processes, providers, rows, time
from tests.faults.injecting.mischief import SMALL, Mischief, Sizes
from tests.faults.orders import Fault

Inject = Callable[[Mischief], Awaitable[None]]

INJECTORS: Final[dict[Fault, Inject]] = {
    "stopping-points": processes.stopping_point,
    "freeze": processes.freeze,
    "locked": databases.locked,
    "full": files.disk_full,
    "database-restarted": databases.restarted,
    "connections-cut": databases.connections_cut,
    "clock": time.an_hour_off,
    "providers": providers.misbehave,
    "webhooks": providers.webhooks,
    "statuses": providers.statuses,
    "two-pollers": processes.two_pollers,
    "failing-row": rows.failing_row,
    "broken-flow": files.broken_flow,
}
"""All but `kill`, which goes on beside all others."""

__all__ = ["INJECTORS", "SMALL", "Mischief", "Sizes"]
