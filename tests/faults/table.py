"""The table as it is printed."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.faults.play import Played
from tests.faults.reconcile import Line


def show(played: Sequence[Played], console: Console) -> None:
    """One column a database; under the table the examples of what did not hold, and what was done."""
    table = Table("what may not happen", *(one.kind for one in played), "allowed")
    for place, line in enumerate(played[0].lines):
        across = [one.lines[place] for one in played]
        table.add_row(line.name, *(_cell(one) for one in across), _allowed(across))
    console.print(table)
    for one in played:
        done = ", ".join(f"{name} {count}" for name, count in sorted(one.done.items()))
        console.print(f"{one.kind}: seed {one.seed}, {one.days} days, {one.seconds:.0f} s; {done}")
        for line in one.lines:
            for example in () if line.holds else line.examples:
                console.print(f"  {line.name}: {example}", style="red", markup=False, highlight=False)


def _cell(line: Line) -> str:
    return f"{line.found}" if line.holds else f"[red]{line.found}[/red]"


def _allowed(across: Sequence[Line]) -> str:
    return " / ".join(dict.fromkeys("any" if one.allowed is None else str(one.allowed) for one in across))
