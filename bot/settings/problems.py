"""What is wrong with a configuration, each with its place: `FILE:LINE: section.key: what; what would be right`.

A value is never repeated in a problem: it may be a secret, a name or a number that stands in the wrong place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz, process, utils

from bot.settings.positions import Place, Positions

_NEAR = 70  # of 100: one or two letters off in a short word


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, if one is near enough to be meant."""
    best = process.extractOne(name, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=_NEAR)
    return None if best is None else best[0]


def meant(name: str, known: Iterable[str]) -> str:
    """What would be right instead of an unknown name: the nearest one, else all of them."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    return f"one of: {', '.join(names)}" if names else "there is none to name yet"


@dataclass(slots=True)
class Problems:
    """Collects what is wrong; `lines()` tells all of it in the order of the file, variables last."""

    path: Path
    positions: Positions = field(default_factory=Positions)
    variables: dict[Place, str] = field(default_factory=dict)
    """The environment variable that gave the value at a place."""
    read_from: dict[Place, Place] = field(default_factory=dict)
    """A secret's place → the place of the key that named its file."""
    _found: dict[tuple[int, int, str], None] = field(default_factory=dict)

    def add(self, place: Place, what: str, right: str) -> None:
        """Something is wrong at `place`."""
        place = self.read_from.get(place, place)
        name = ".".join(part for part in place if isinstance(part, str))
        words = f"{name}: {what}; {right}" if name else f"{what}; {right}"
        variable = self.variables.get(place)
        if variable is not None:
            self.add_variable(variable, words)
        else:
            self.add_line(self.positions.line(place), words)

    def add_missing(self, table: Place, key: str, right: str) -> None:
        """A key that must be there is not: named at its table's header."""
        name = ".".join([*(part for part in table if isinstance(part, str)), key])
        self.add_line(self.positions.line(table), f"{name}: missing; {right}")

    def add_line(self, line: int, words: str) -> None:
        """Something is wrong at a line of the file."""
        self._found.setdefault((0, line, f"{self.path}:{line}: {words}"))

    def add_variable(self, variable: str, words: str) -> None:
        """Something is wrong in an environment variable."""
        self._found.setdefault((1, 0, f"{variable}: {words}"))

    def lines(self) -> list[str]:
        """Every problem, a line each."""
        return [text for *_, text in sorted(self._found, key=lambda found: found[:2])]
