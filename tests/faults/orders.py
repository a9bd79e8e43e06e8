"""What a run of the faults is asked for: `python -m tests.faults --seed 7 --kills 200 --people 200`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Final, Literal, NoReturn, get_args

from bot.settings.environment import STOPPING_POINTS, StopAt

Kind = Literal["sqlite", "postgresql"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Fault = Literal[
    "kill",
    "stopping-points",
    "freeze",
    "locked",
    "full",
    "database-restarted",
    "connections-cut",
    "clock",
    "providers",
    "webhooks",
    "statuses",
    "two-pollers",
    "failing-row",
    "broken-flow",
]
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
ONLY_ON: Final[dict[Fault, Kind]] = {
    "locked": "sqlite",
    "full": "sqlite",
    "database-restarted": "postgresql",
    "connections-cut": "postgresql",
}
"""Faults that one kind of database only can have."""


@dataclass(slots=True)
class StopPoints:
    """The stopping points of the contract, one after another from a place that the seed gives."""

    place: int = 0

    def next(self) -> StopAt:
        """The next one."""
        self.place += 1
        return STOPPING_POINTS[self.place % len(STOPPING_POINTS)]


LARGEST_SEED: Final = 2**63 - 1
MOST_PEOPLE: Final = 1_000
MOST_KILLS: Final = 10_000
LONGEST: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Orders:
    """One run for each of `kinds`. `minutes` of real time bound the part in which things go wrong."""

    seed: int
    kills: int = 200
    people: int = 200
    kinds: tuple[Kind, ...] = KINDS
    faults: tuple[Fault, ...] = FAULTS
    minutes: float = 45.0
    results: str | None = None
    compare: str | None = None


class Refused(Exception):
    """What was asked for cannot be done; the text says what is wrong and what would be right."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused(message)


def read_orders(arguments: Sequence[str]) -> Orders:
    """The orders in a command line; without a seed one is drawn.

    Raises:
        Refused: an unknown fault, or a seed or size that is none.
    """
    parser = _Parser(prog="python -m tests.faults", description="Attack blether from outside and count what was lost.")
    parser.add_argument("--seed", default=None, help="what everything is drawn from; printed")
    parser.add_argument("--kills", default="200", help="processes killed at random moments, for each database")
    parser.add_argument("--people", default="200", help="simulated people, half by SMS and half by Telegram")
    parser.add_argument("--database", default="both", help="sqlite, postgresql or both")
    parser.add_argument("--faults", default=None, help=f"only these, with commas: {', '.join(FAULTS)}")
    parser.add_argument("--minutes", default="45", help="real minutes in which things go wrong, at most")
    parser.add_argument("--results", default=None, help="a file to keep the table in")
    parser.add_argument("--compare", default=None, help="a results file of this machine to compare with")
    given = parser.parse_args(arguments)
    return Orders(
        seed=_seed(given.seed),
        kills=_size("--kills", given.kills, 0, MOST_KILLS),
        people=_size("--people", given.people, 2, MOST_PEOPLE),
        kinds=_kinds(given.database),
        faults=_faults(given.faults),
        minutes=float(_size("--minutes", given.minutes, 1, LONGEST)),
        results=given.results,
        compare=given.compare,
    )


def _seed(text: str | None) -> int:
    if text is None:
        return SystemRandom().randrange(1_000_000)
    return _size("--seed", text, 0, LARGEST_SEED)


def _size(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
        raise Refused(f"{name} {text}: give a whole number from {least} to {most}")
    return int(text)


def _kinds(text: str) -> tuple[Kind, ...]:
    if text == "both":
        return KINDS
    found: tuple[Kind, ...] = tuple(one for one in KINDS if one == text)
    if not found:
        raise Refused(f"--database {text}: give sqlite, postgresql or both")
    return found


def _faults(text: str | None) -> tuple[Fault, ...]:
    if text is None:
        return FAULTS
    wanted = [one.strip() for one in text.split(",") if one.strip()]
    unknown = [one for one in wanted if one not in FAULTS]
    if unknown or not wanted:
        named = ", ".join(unknown) or "(none)"
        raise Refused(f"--faults {named}: no such fault; there are {', '.join(FAULTS)}")
    return tuple(one for one in FAULTS if one in wanted)
