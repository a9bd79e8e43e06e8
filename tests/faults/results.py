"""The table kept in a file, with the machine it was measured on; results of two machines are not compared."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from benchmarks.machine import calibration
from tests.faults.orders import Orders, Refused
from tests.faults.play import Played

RESULTS: Final = Path(__file__).with_name("results.json")
_SAME: Final = ("processor", "cores", "python")
_LIKE: Final = ("hash_mb_per_s", "commits_per_s")
"""Speeds: the same machine is within a factor of two of itself."""


def keep(orders: Orders, played: Sequence[Played]) -> None:
    """Write the results (not committed)."""
    target = Path(orders.results) if orders.results else RESULTS
    target.write_text(json.dumps(as_json(orders, played, calibration()), indent=2) + "\n")


def as_json(orders: Orders, played: Sequence[Played], machine: dict[str, Any]) -> dict[str, Any]:
    """What is kept: the machine, what was asked for, and every line of every database."""
    return {
        "machine": machine,
        "orders": {"seed": orders.seed, "kills": orders.kills, "people": orders.people, "faults": list(orders.faults)},
        "results": [
            {
                "database": one.kind,
                "days": one.days,
                "seconds": round(one.seconds, 1),
                "done": one.done,
                "lines": [
                    {"name": line.name, "found": line.found, "allowed": line.allowed, "examples": list(line.examples)}
                    for line in one.lines
                ],
            }
            for one in played
        ],
    }


def read_results(name: str, machine: dict[str, Any] | None = None) -> dict[str, Any]:
    """Earlier results of this machine.

    Raises:
        Refused: no such file, no results, or another machine's.
    """
    try:
        kept = json.loads(Path(name).read_text())
        there = kept["machine"]
        kept["results"]
    except OSError as fault:
        raise Refused(f"--compare {name}: cannot be read ({fault.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise Refused(f"--compare {name}: these are no results of make faults") from None
    here = machine or calibration()
    different = [key for key in _SAME if there.get(key) != here.get(key)]
    different += [key for key in _LIKE if not _alike(there.get(key), here.get(key))]
    if different:
        raise Refused(
            f"--compare {name}: measured on another machine ({', '.join(different)} differ); run it here first"
        )
    return kept


def _alike(one: Any, other: Any) -> bool:
    if not isinstance(one, int | float) or not isinstance(other, int | float) or min(one, other) <= 0:
        return False
    return max(one, other) / min(one, other) <= 2


def compare(before: dict[str, Any], played: Sequence[Played], console: Console) -> None:
    """Say which lines found more or less than before, and how the time differs."""
    earlier = {one["database"]: one for one in before["results"]}
    for one in played:
        then = earlier.get(one.kind)
        if then is None:
            continue
        counts = {line["name"]: line["found"] for line in then["lines"]}
        changed = [
            f"{line.name} {counts[line.name]} → {line.found}"
            for line in one.lines
            if line.name in counts and counts[line.name] != line.found
        ]
        console.print(
            f"{one.kind}: {then['seconds']} s → {one.seconds:.0f} s; {', '.join(changed) or 'no line changed'}"
        )
