"""Who is told next, and when: a walk up the levels of a policy's copy.

A level is told the moment it is reached; then, each after its `wait`, it is told again `repeat` times; one more `wait`
and the next level is reached. A wait counts from the moment the alert was committed. A level that is nobody at that
moment is passed over at once and the fact is noted. When the last level's repeats are through, nobody has answered:
the ladder goes on telling the last level that has somebody, and says once that the alert is unanswered, so that the
coordinator and the person are told honestly.

The shipped `concern`, opened at 10:00, nobody answers. Levels: `named_supervisor` (wait 15 m, repeat 1), then `on_call`
and `coordinator` (wait 15 m, repeat 4). Morag and Ewan are the team's supervisors, in this order.

    10:00 Morag    10:15 Ewan    10:30 on-call and coordinator    10:45 11:00 11:15 11:30 the same again
    11:45 the same again, and now it is unanswered    12:00 12:15 … on and on

Taken at 10:20 with `resolve_within = "4h"`: at 14:20 a reminder; at 15:20 (half of `resolve_within`, an hour at most)
it lapses and the ladder goes on where it stood: the next telling at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

Severity = Literal["info", "concern", "urgent", "crisis"]
SEVERITIES: tuple[Severity, ...] = ("info", "concern", "urgent", "crisis")

# However a policy is written, the same people are not told again faster than this.
SHORTEST_WAIT = timedelta(minutes=1)
_REMINDER_AT_MOST = timedelta(hours=1)
_LATER_AT_MOST: dict[Severity, timedelta] = {
    "info": timedelta(hours=24),
    "concern": timedelta(hours=24),
    "urgent": timedelta(hours=2),
    "crisis": timedelta(minutes=30),
}


class Level(Protocol):
    """What the ladder needs of one level of a policy."""

    @property
    def tell(self) -> tuple[str, ...]:
        """Roles, or `person:KEY`."""
        ...

    @property
    def wait(self) -> timedelta:
        """From a telling to the next."""
        ...

    @property
    def repeat(self) -> int:
        """How often this level is told again."""
        ...


@dataclass(frozen=True, slots=True)
class Responders:
    """Who stands for each role at the moment of telling, in order. `on_call` None: no rota, all named supervisors."""

    assigned_peer_worker: UUID | None = None
    named_supervisors: tuple[UUID, ...] = ()
    coordinators: tuple[UUID, ...] = ()
    wellness_supporter: UUID | None = None
    wellness_deputy: UUID | None = None
    line_supervisor: UUID | None = None
    on_call: tuple[UUID, ...] | None = None
    by_key: Mapping[str, UUID] = field(default_factory=dict[str, UUID])


@dataclass(frozen=True, slots=True)
class Position:
    """Where a ladder stands: the level it is on, how often that was told, and how often anybody was told at all (whose
    turn it is among named supervisors). `unanswered`: it has been said that nobody answered."""

    level: int = 0
    tellings: int = 0
    round: int = 0
    unanswered: bool = False


FOOT = Position()


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling. `people` may be empty when nobody at all stands for any level: an alarm in itself. `nobody` are the
    levels passed over. `unanswered` is set once, in the telling after the last level's repeats."""

    level: int
    people: tuple[UUID, ...]
    nobody: tuple[int, ...]
    unanswered: bool
    wait: timedelta
    position: Position  # where the ladder stands after it

    def next_at(self, told_at: datetime) -> datetime:
        """When the next telling is due, if nobody answers; `told_at` is the moment this one was committed."""
        return told_at + self.wait


def who(tell: Sequence[str], turn: int, people: Responders) -> tuple[UUID, ...]:
    """The people that roles stand for, each once, in order. `turn` counts tellings from 0: among named supervisors it
    is one a telling, round again after the last. A role that nobody fills gives nobody."""
    found = [person for role in tell for person in _of_role(role, turn, people)]
    return tuple(dict.fromkeys(found))


def _of_role(role: str, turn: int, people: Responders) -> tuple[UUID, ...]:
    match role:
        case "named_supervisor":
            named = people.named_supervisors
            return (named[turn % len(named)],) if named else ()
        case "on_call":
            return people.named_supervisors if people.on_call is None else people.on_call
        case "coordinator":
            return people.coordinators
        case "assigned_peer_worker" | "wellness_supporter" | "wellness_deputy" | "line_supervisor":
            return _one(getattr(people, role))
        case _:
            return _one(people.by_key.get(role.removeprefix("person:")))


def _one(person: UUID | None) -> tuple[UUID, ...]:
    return () if person is None else (person,)


def next_telling(
    levels: Sequence[Level],
    position: Position,
    resolve: Callable[[Sequence[str], int], tuple[UUID, ...]],
) -> Telling:
    """The telling that is due now, from where the ladder stands. `resolve(tell, turn)` is `who` with the people of now.

    Raises:
        ValueError: there are no levels.
    """
    if not levels:
        raise ValueError("a ladder without levels can tell nobody")
    nobody: list[int] = []
    place, tellings = position.level, position.tellings
    while place < len(levels):
        level = levels[place]
        if tellings <= level.repeat:
            people = resolve(level.tell, position.round)
            if people:
                return _telling(levels, place, tellings, people, tuple(nobody), position)
            nobody.append(place)
        place, tellings = place + 1, 0
    return _still(levels, position, resolve, nobody)


def _telling(
    levels: Sequence[Level],
    place: int,
    tellings: int,
    people: tuple[UUID, ...],
    nobody: tuple[int, ...],
    position: Position,
) -> Telling:
    after = Position(place, tellings + 1, position.round + 1, position.unanswered)
    return Telling(place, people, nobody, False, max(levels[place].wait, SHORTEST_WAIT), after)


def _still(
    levels: Sequence[Level],
    position: Position,
    resolve: Callable[[Sequence[str], int], tuple[UUID, ...]],
    nobody: list[int],
) -> Telling:
    """Nobody answered: the last level that has somebody is told again; the ladder stays at its top."""
    last = len(levels) - 1
    place, people = last, ()
    for candidate in range(last, -1, -1):
        if people := resolve(levels[candidate].tell, position.round):
            place = candidate
            break
        if candidate not in nobody:
            nobody.append(candidate)
    top = Position(last, levels[last].repeat + 1, position.round + 1, unanswered=True)
    wait = max(levels[place].wait, SHORTEST_WAIT)
    return Telling(place, people, tuple(sorted(nobody)), not position.unanswered, wait, top)


def rises(present: Severity, other: Severity) -> bool:
    """Whether `other` is more severe: then the higher policy's copy replaces the old one and the ladder starts at its
    foot (`FOOT`), and whoever has it stays told."""
    return SEVERITIES.index(other) > SEVERITIES.index(present)


def remind_at(taken_at: datetime, resolve_within: timedelta) -> datetime:
    """When whoever took it is reminded that it is still open."""
    return taken_at + resolve_within


def lapse_at(reminded_at: datetime, resolve_within: timedelta) -> datetime:
    """When a taken escalation lapses after its reminder: half of `resolve_within` later, an hour at most, a minute at
    least. Example: reminded at 14:20, `resolve_within` 4 h → 15:20."""
    return reminded_at + max(min(resolve_within / 2, _REMINDER_AT_MOST), SHORTEST_WAIT)


def later_at(now: datetime, delay: timedelta, severity: Severity) -> datetime:
    """When whoever said `later` is reminded: after `delay`, but not later than its severity allows (crisis 30 minutes,
    urgent 2 hours, else a day). Example: crisis, at 10:00 "later 2h" → 10:30."""
    return now + min(delay, _LATER_AT_MOST[severity])
