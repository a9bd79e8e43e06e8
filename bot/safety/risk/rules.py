"""The rules of one language, read from its data file beside this module.

Read once and kept. Raises `ConfigurationError` where the file has an unknown key, class or kind: a file of danger that is
half understood must not start.
"""

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, get_args

from bot.errors import ConfigurationError
from bot.safety.risk.patterns import Index, pattern
from bot.safety.risk.sentences import Spelling, spelling

Kind = Literal["self", "medical", "abuse", "others", "third"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be heard. `points` as it stands; `denied`, `past`, `framed` what is left of them then. Of `soft`
    facts only the weightiest counts, so that many low words never make danger; `firm` ones keep their points in a denial,
    because the denial is part of them ("I won't be here"). `anyone`: it counts as much where a named other does
    it. `indirect`: said in a roundabout way, so that talk of everyday things lowers it."""

    name: str
    kind: Kind
    points: int
    denied: int = 0
    past: int = 0
    framed: int = 0
    soft: bool = False
    firm: bool = False
    anyone: bool = False
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What a sentence is about when not about here and now: a story, training, a question. `whole`: of the whole text;
    `spare`: kinds that it does not lower; `indirect`: it lowers only what is said in a roundabout way."""

    name: str
    whole: bool = False
    spare: tuple[Kind, ...] = ()
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """All that is known of one language."""

    spelt: Spelling
    idioms: Index[None]
    facts: Index[Fact]
    frames: Index[Frame]
    past: Index[None]
    present: Index[None]
    negations: frozenset[str]
    turns: frozenset[str]
    unless_before: frozenset[str]
    unless_after: frozenset[str]
    others: frozenset[str]
    reach: int
    risk_at: int
    distress_at: int
    tests: dict[str, tuple[str, str]] = field(default_factory=dict)


@lru_cache(maxsize=4)
def rules(language: str) -> Rules:
    """The rules of a language, such as `en-GB`; `FileNotFoundError` for one without."""
    return read_rules(files("bot.safety.risk").joinpath(f"{language}.toml").read_text("utf-8"))


def read_rules(written: str) -> Rules:
    """The rules in the text of a data file."""
    lists = tomllib.loads(written)
    classes: dict[str, str] = lists["classes"]
    written_spelling = lists["spelling"]
    spelt = spelling(
        lists["fold"], lists["signs"], written_spelling["vocabulary"].split(), written_spelling["real"].split()
    )
    folded = spelt.fold
    facts = [(_fact(part), say) for part in lists["fact"] for say in part["say"]]
    frames = [
        (Frame(part["name"], part.get("whole", False), tuple(part.get("spare", ())), part.get("indirect", False)), say)
        for part in lists["frame"]
        for say in part["say"]
    ]

    def nameless(says: list[str]) -> Index[None]:
        return Index((None, pattern(say, classes, folded)) for say in says)

    return Rules(
        spelt=spelt,
        idioms=nameless(lists["idioms"]["say"]),
        facts=Index((fact, pattern(say, classes, folded)) for fact, say in facts),
        frames=Index((frame, pattern(say, classes, folded)) for frame, say in frames),
        past=nameless(lists["past"]["say"]),
        present=nameless(lists["past"]["unless"]),
        negations=frozenset(lists["denial"]["words"].split()),
        turns=frozenset(lists["denial"]["turns"].split()),
        unless_before=frozenset(lists["denial"]["unless_before"].split()),
        unless_after=frozenset(lists["denial"]["unless_after"].split()),
        others=frozenset(lists["classes"]["other"].split()),
        reach=lists["denial"]["reach"],
        risk_at=lists["levels"]["risk"],
        distress_at=lists["levels"]["distress"],
        tests={part["name"]: (part.get("true", ""), part.get("false", "")) for part in lists["fact"]},
    )


_KEYS = frozenset(("name", "kind", "points", "denied", "past", "framed", "soft", "firm", "anyone", "indirect"))
_BESIDES = frozenset(("say", "true", "false"))


def _fact(part: dict[str, Any]) -> Fact:
    unknown = part.keys() - _KEYS - _BESIDES
    if unknown or part["kind"] not in get_args(Kind):
        wrong = f"unknown key {', '.join(sorted(unknown))}" if unknown else f"unknown kind '{part['kind']}'"
        raise ConfigurationError([f"fact '{part.get('name')}' in a data file of danger: {wrong}"])
    return Fact(**{key: value for key, value in part.items() if key in _KEYS})
