"""`make bench`: measure, print a table, write `benchmarks/results.json` (not committed).

PostgreSQL's lines and the other bars come with the issue that makes it all fast; SQLite's are here from the start, so
that nothing gets slower unseen.
"""

import asyncio
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import replies
from benchmarks.figure import Figure
from benchmarks.machine import calibration

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    """Measure and say what was measured."""
    machine = calibration()
    figures = asyncio.run(replies.figures())
    _print(machine, figures)
    results = [
        {"name": one.name, "value": one.value, "unit": one.unit, "floor": one.floor, "ratio": one.ratio}
        for one in figures
    ]
    RESULTS.write_text(json.dumps({"machine": machine, "results": results}, indent=2) + "\n")


def _print(machine: dict[str, object], figures: list[Figure]) -> None:
    console = Console()
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()))
    table = Table("what", "figure", "of the floor")
    for one in figures:
        table.add_row(one.name, f"{one.value:,.1f} {one.unit}", "" if one.ratio is None else f"{one.ratio:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
