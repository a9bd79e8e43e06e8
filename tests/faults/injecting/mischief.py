"""What an injector has in its hands."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from tests.faults.crowd import Crowd
from tests.faults.orders import StopPoints
from tests.faults.world import World


@dataclass(frozen=True, slots=True)
class Sizes:
    """How long things stay broken, in real seconds, and how often each fault happens.

    `patience`: how long nothing may move at the end while something is due. `waits_for_leases`: there a minute really
    passes, until the leases of killed processes have run out; else that minute is skipped while no process runs, by
    moving them in the database.
    """

    freeze: float = 61.0
    lock: tuple[float, float] = (2.0, 33.0)
    full: float = 8.0
    away: tuple[float, float] = (0.5, 12.0)
    hang: float = 12.0
    off: float = 4.0
    rounds: int = 6
    step: float = 5.0
    processes: int = 3
    waits_for_leases: bool = True
    patience: float = 180.0
    days_at_least: int = 4


SMALL = Sizes(
    freeze=2.0,
    lock=(0.5, 1.5),
    full=1.0,
    away=(0.3, 0.8),
    hang=1.0,
    off=0.6,
    rounds=1,
    step=1.2,
    processes=2,
    waits_for_leases=False,
    patience=30.0,
    days_at_least=1,
)
"""For `make test`."""


@dataclass(slots=True)
class Mischief:
    """One run's world and people, chance drawn from the seed, and a note of everything that was done."""

    world: World
    crowd: Crowd
    chance: Random
    sizes: Sizes
    points: StopPoints
    done: Counter[str] = field(default_factory=Counter[str])
    victims: set[UUID] = field(default_factory=set[UUID])
    frozen: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])
    broken: list[str] = field(default_factory=list[str])
    """What did not go as an injector expects: each makes the table red."""

    def note(self, what: str) -> None:
        """Count something that was done."""
        self.done[what] += 1
