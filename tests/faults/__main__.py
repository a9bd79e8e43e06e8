"""`make faults`: attack blether from outside, print the table, and say by the exit status whether it held.

0: held. 1: something was lost, doubled or stuck. 2: misused, or no PostgreSQL is to be had.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir

from rich.console import Console

from tests.faults.injecting import Sizes
from tests.faults.orders import Orders, Refused, read_orders
from tests.faults.play import Played, play
from tests.faults.reconcile import holds
from tests.faults.results import compare, keep, read_results
from tests.faults.table import show
from tests.world.postgres import NoPostgresError, binaries


def main(arguments: Sequence[str]) -> int:
    """Run what the command line asks for; the exit status."""
    console = Console(soft_wrap=True)
    try:
        orders = read_orders(arguments)
        before = read_results(orders.compare) if orders.compare else None
        if "postgresql" in orders.kinds:
            binaries()
    except (Refused, NoPostgresError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # nothing is left behind then either
    console.print(f"seed {orders.seed}: {orders.people} people, {orders.kills} kills, {', '.join(orders.kinds)}")
    try:
        played = [asyncio.run(_one(orders, place, console)) for place in range(len(orders.kinds))]
    except KeyboardInterrupt:
        sys.stderr.write("broken off\n")
        return 1
    show(played, console)
    if before is not None:
        compare(before, played, console)
    keep(orders, played)
    return 0 if all(holds(one.lines) for one in played) else 1


async def _one(orders: Orders, place: int, console: Console) -> Played:
    kind = orders.kinds[place]
    console.print(f"{kind} …")
    keep = Path(gettempdir()) / f"blether-faults-{kind}-{orders.seed}"
    played = await play(orders, kind, Sizes(), keep=keep)
    if not holds(played.lines):
        console.print(f"what the processes wrote and both sides of the comparison: {keep}")
    return played


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
