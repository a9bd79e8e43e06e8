"""`make bench`: measure, print a table, write `benchmarks/results.json` (not committed).

python -m benchmarks                    everything
python -m benchmarks claims peak        only these
python -m benchmarks --against FILE     with the ratio to an earlier run's results, of the same machine
python -m benchmarks profile NAME       where the time goes
"""

import argparse
import asyncio
import difflib
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks import claims, idle, jobs, peak, rate, replies
from benchmarks.comparing import NotComparableError, beside, earlier
from benchmarks.figure import Figure
from benchmarks.machine import calibration
from benchmarks.profiles import PROFILES, profiled
from tests.world.postgres import NoPostgresError

RESULTS: Final = Path(__file__).with_name("results.json")
PROFILE: Final = "profile"
MISUSED: Final = 2
BENCHMARKS: Final[dict[str, Callable[[], Awaitable[list[Figure]]]]] = {
    "replies": replies.figures,
    "claims": claims.figures,
    "peak": peak.figures,
    "rate": rate.figures,
    "idle": idle.figures,
    "jobs": jobs.figures,
}


def main(arguments: Sequence[str]) -> int:
    """Measure and say what was measured. The exit code: 2 for what cannot be measured or compared."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="How fast, against floors in the same run."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(BENCHMARKS)}")
    parser.add_argument("--against", type=Path, metavar="FILE", help="results of an earlier run on this machine")
    wanted = parser.parse_args(arguments)
    try:
        if wanted.names[:1] == [PROFILE]:
            (name,) = _known(wanted.names[1:] or [""], PROFILES, "profile")
            profiled(name)
            return 0
        return _measure(_known(wanted.names, BENCHMARKS, "benchmark") or list(BENCHMARKS), wanted.against)
    except (_UnknownError, NotComparableError, NoPostgresError) as fault:
        sys.stderr.write(f"{fault}\n")
        return MISUSED


class _UnknownError(Exception):
    """There is no such benchmark."""


def _known(names: Sequence[str], known: dict[str, Any], kind: str) -> list[str]:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"; did you mean '{near[0]}'?" if near else ""
            raise _UnknownError(f"there is no {kind} '{name}'{meant or '.'} There are: {', '.join(known)}")
    return list(names)


def _measure(names: Sequence[str], against: Path | None) -> int:
    machine = calibration()
    before = None if against is None else earlier(against, machine)
    figures = [figure for name in names for figure in asyncio.run(_figures(name))]
    _print(machine, figures, None if before is None else dict(beside(figures, before)))
    results = [
        {"name": one.name, "value": one.value, "unit": one.unit, "floor": one.floor, "ratio": one.ratio}
        for one in figures
    ]
    RESULTS.write_text(json.dumps({"machine": machine, "results": results}, indent=2) + "\n")
    return 0


async def _figures(name: str) -> list[Figure]:
    return await BENCHMARKS[name]()


def _print(machine: dict[str, object], figures: Sequence[Figure], ratios: dict[str, float | None] | None) -> None:
    console = Console()
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()))
    table = Table("what", "figure", "of the floor", *([] if ratios is None else ["of the earlier run"]))
    for one in figures:
        row = [one.name, f"{one.value:,.1f} {one.unit}", "" if one.ratio is None else f"{one.ratio:.2f}"]
        if ratios is not None:
            row.append("" if (ratio := ratios.get(one.name)) is None else f"{ratio:.2f}")
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
