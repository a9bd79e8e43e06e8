"""★ What a text says of danger: is somebody to be called now, soon, or not at all?

`risk`: present and serious, a person is needed now. `distress`: a person is needed soon. `none`: nobody needs to act.

    "I want to die" → risk        "I'm not going to kill myself" → distress        "dead good day, aye" → none

This reads words; it understands nobody. It misses things and it alarms for nothing, and no text says otherwise.
"""

from dataclasses import dataclass
from typing import Final, Literal

from bot.safety.risk.rules import Kind, rules
from bot.safety.risk.weighing import Heard, Part, parts_of, summed
from bot.safety.spelling import short_texts_once

Level = Literal["risk", "distress", "none"]

_REASONS_AT_MOST: Final = 6

# Where a text speaks of several kinds with equal weight, the answer is that of the first: seconds count most for the body.
_FIRST: Final[tuple[Kind, ...]] = ("medical", "others", "abuse", "third", "self")


@dataclass(frozen=True, slots=True)
class Danger:
    """What was heard. Each reason names the rule, its points, the words that met it, and what raised or lowered it."""

    level: Level
    kind: Kind = "self"
    reasons: tuple[str, ...] = ()


NOTHING: Final = Danger("none")


@short_texts_once
def read_danger(text: str) -> Danger:
    """Read one text of any length; of one past 100,000 characters its start and end."""
    return judged(parts_of(text, rules("en-GB")))


def read_closely(text: str) -> tuple[Danger, list[Part]]:
    """The same with every sentence and every fact in it, also those that came to nothing."""
    parts = parts_of(text, rules("en-GB"))
    return judged(parts), parts


def judged(parts: list[Part]) -> Danger:
    """The level that the parts of a text come to."""
    known = rules("en-GB")
    total = summed(parts, _FIRST)
    if total.points < known.distress_at:
        return NOTHING
    level: Level = "risk" if total.points >= known.risk_at else "distress"
    return Danger(level, total.kind, tuple(reason_of(heard) for heard in total.counted[:_REASONS_AT_MOST]))


def reason_of(heard: Heard) -> str:
    """One reason in words: `self, wish to die, 10: want to die`."""
    why = f" ({heard.lowered or heard.raised})" if heard.lowered or heard.raised else ""
    return f"{heard.kind}, {heard.fact.name}, {heard.points}{why}: {heard.words}"
