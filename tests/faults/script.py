"""What somebody does on a day, drawn from the seed: the same seed, person and day always give the same. Pure."""

import re
from dataclasses import dataclass
from random import Random
from typing import Literal

Way = Literal["prompt", "twice", "after-nudge", "evening", "silent", "words", "word", "danger", "stop"]
_WAYS: dict[Way, float] = {
    "prompt": 52,
    "twice": 8,
    "after-nudge": 8,
    "evening": 5,
    "silent": 8,
    "words": 6,
    "word": 6,
    "danger": 3,
    "stop": 4,
}
_WORDS = ("HELP", "TALK", "URGENT")
_CODE = re.compile(r"^(?:\(again\) )?(?:Held up [^:]+: )?([A-Z][2-9]): ")
_HAS_IT = re.compile(r"You have ([A-Z][2-9])\b|^([A-Z][2-9]) is still|about ([A-Z][2-9])\b")


@dataclass(frozen=True, slots=True)
class Day:
    """One person's day: how they answer, with which number (and which second one), and the word they might use."""

    way: Way
    number: int
    second: int
    word: str
    haste: float
    """Real seconds from reading to answering."""


def day_of(seed: int, person: int, day: int) -> Day:
    """The day of one person."""
    chance = Random(f"{seed} person {person} day {day}")
    way = chance.choices(list(_WAYS), weights=list(_WAYS.values()))[0]
    low = chance.random() < 0.12
    number = chance.randint(0, 2) if low else chance.randint(3, 10)
    return Day(way, number, chance.randint(0, 10), chance.choice(_WORDS), chance.random())


def mark(person: int, day: int, count: int) -> str:
    """What no other text of the run has in it: for telling texts apart."""
    return f"ken {person:04}-{day:03}-{count:02}"


def alert_code(text: str) -> str | None:
    """The code of an alert; None for any other text to a supervisor."""
    found = _CODE.match(text)
    return found[1] if found else None


def code_held(text: str) -> str | None:
    """The code that a supervisor is told they have; None for any other text."""
    found = _HAS_IT.search(text)
    return next((one for one in found.groups() if one), None) if found else None


def takes(seed: int, keeper: str, code: str, telling: int) -> bool:
    """Whether this supervisor takes the alert with this code, told for the `telling`th time (from 0)."""
    return Random(f"{seed} {keeper} {code} {telling}").random() < (0.65 if telling == 0 else 0.5)


def resolves(seed: int, keeper: str, code: str) -> bool:
    """Whether they also say that it is over."""
    return Random(f"{seed} {keeper} {code} over").random() < 0.8
