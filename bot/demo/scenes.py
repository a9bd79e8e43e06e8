"""The scenes: where the demo can begin. Each is a starting state that the real bot is brought to; what follows is up to
the bot and whoever types. Nothing that the bot says stands here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.demo.cast import OPENS
from bot.demo.phones import Condition


@dataclass(frozen=True, slots=True)
class Until:
    """Time goes on until London's clocks show this, doing everything that falls due."""

    clock: str


@dataclass(frozen=True, slots=True)
class Says:
    """Somebody texts."""

    phone: str
    text: str


@dataclass(frozen=True, slots=True)
class Turns:
    """A phone is switched off, blocks the bot …"""

    phone: str
    condition: Condition


Step = Until | Says | Turns


@dataclass(frozen=True, slots=True)
class Scene:
    """`says`: what there is to see, in a sentence or two. `tries`: what one may do first, a phone and words to text."""

    id: str
    title: str
    says: str
    steps: tuple[Step, ...] = ()
    tries: tuple[tuple[str, str], ...] = ()


FIRST: Final = "ordinary-week"
OWN: Final = "own-flow"
"""Only with a flow file."""

_LISTED: Final[Sequence[Scene]] = (
    Scene(
        FIRST,
        "An ordinary week",
        "It is 09:29 and the first check-in is a minute away. Press Next, answer as anybody,"
        " or let the week run at 600\u00d7.",
        tries=(("Isla", "WRAP"), ("Isla", "1 and 3")),
    ),
    Scene(
        "hard-day",
        "A hard day",
        "The check-in has just gone out. A 0, 1 or 2 brings in a named supervisor; they take it by answering 1.",
        (Until(OPENS),),
        (("Isla", "2"), ("Morag", "1")),
    ),
    Scene(
        "nobody-answers",
        "Nobody answers",
        "Isla answered 2 and Morag was told. Press Next and let nobody answer: the ladder climbs,"
        " and in the end Isla hears the truth.",
        (Until(OPENS), Says("Isla", "2")),
        (("Ewan", "1"),),
    ),
    Scene(
        "supervisor-away",
        "A supervisor who can't be reached",
        "Nothing reaches Morag on her phone today. When Isla asks to talk to somebody, the next supervisor is told at once.",
        (Turns("Morag", "blocked"), Until(OPENS)),
        (("Isla", "TALK"), ("Ewan", "1")),
    ),
    Scene(
        "lost-text",
        "A text that does not arrive",
        "Isla's number takes no texts any more. Press Next: her check-in fails, it is not held against her,"
        " and a person is asked to phone.",
        (Turns("Isla", "blocked"),),
        (("Morag", "1"),),
    ),
    Scene(
        "danger",
        "A text of danger",
        "Twenty to eleven at night, and nobody is in. Words of danger are answered before anything else,"
        " and everybody on call is told.",
        (Until(OPENS), Says("Isla", "6"), Says("Callum", "7"), Until("22:40")),
        (("Isla", "I want to end my life"), ("Ewan", "1")),
    ),
    Scene(
        "stop",
        "STOP",
        "The check-in has gone out. STOP ends everything at once, and nobody is asked why; START begins again.",
        (Until(OPENS),),
        (("Callum", "STOP"), ("Callum", "START")),
    ),
)
SCENES: Final[Mapping[str, Scene]] = MappingProxyType({one.id: one for one in _LISTED})


def own_flow(title: str, phone: str) -> Scene:
    """The scene of a flow that somebody writes: it has just begun."""
    says = f"\u201c{title}\u201d has just begun on {phone}'s phone. Save the file and it begins anew."
    return Scene(OWN, "Your flow", says, (Until(OPENS),))
