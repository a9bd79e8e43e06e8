"""What a flow is, once its file has been read: steps, questions, answers, ways on. All of it immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flows.actions import Action
    from flows.conditions import Condition
    from flows.wording import Wording

Value = bool | int | float | str | tuple[str, ...]
"""What an answer may be saved as."""

Audience = Literal["service_user", "peer_worker", "supervisor"]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen. `also`: other words for it, as people may type them."""

    id: str
    text: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScaleAnswer:
    """A whole number from `lowest` to `highest`, saved as an int."""

    save: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """One of some options, saved as its id. `words`: what is typed, folded → option id.

    `options_from`: the list of the context (`wrap.daily`) that the options are taken from when the question is asked;
    then `options` and `words` are empty here.
    """

    save: str
    options: tuple[Option, ...]
    words: Mapping[str, str] = field(compare=False, repr=False)
    options_from: str | None = None


@dataclass(frozen=True, slots=True)
class ManyAnswer:
    """Any number of some options, saved as their ids in the options' order; none of them is an answer too: `()`.

    `words`: the texts of options, folded → option id, numbers left out. `options_from` as in ChoiceAnswer.
    """

    save: str
    options: tuple[Option, ...]
    words: Mapping[str, str] = field(compare=False, repr=False)
    options_from: str | None = None


@dataclass(frozen=True, slots=True)
class YesNoAnswer:
    """Yes or no, saved as a bool."""

    save: str


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """Whatever the person writes, saved as it stands."""

    save: str


Answer = ScaleAnswer | ChoiceAnswer | ManyAnswer | YesNoAnswer | TextAnswer


@dataclass(frozen=True, slots=True)
class Branch:
    """Go to step `to` when `when` holds (None: always)."""

    when: Condition | None
    to: str


@dataclass(frozen=True, slots=True)
class Onward:
    """Go on at the first branch that holds; the last one always does."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """End the session with this outcome."""

    outcome: str


Way = Onward | Finish


@dataclass(frozen=True, slots=True)
class Telling:
    """A step that waits for nothing: actions, then words if there are any, then on. `say`: its wordings."""

    id: str
    do: tuple[Action, ...]
    say: tuple[Wording, ...]
    way: Way


@dataclass(frozen=True, slots=True)
class Question:
    """A step that asks and waits. `within` and `nudges` count from the asking; `attempts`: replies, before `otherwise`."""

    id: str
    do: tuple[Action, ...]
    ask: tuple[Wording, ...]
    answer: Answer
    way: Way
    within: timedelta
    nudges: tuple[timedelta, ...]
    attempts: int
    otherwise: str | None
    exact: bool


Step = Telling | Question


@dataclass(frozen=True, slots=True)
class Promise:
    """What the flow promises, as written; proved by a later check. Exactly one of `must` and `never` is set."""

    when: Condition
    must: str | None
    never: str | None
    before: str | None


@dataclass(frozen=True, slots=True)
class ReplyRules:
    """The `[reply]` table: what a question uses that sets nothing itself."""

    within: timedelta | None
    nudges: tuple[timedelta, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Needs:
    """Exactly what a flow reads, so that the caller fetches that and no more.

    `values`: dotted context names (`person.first_name`, `missed`, `wrap.daily`). `last`: names whose newest earlier
    value is read. `windows`: names read by `mean()` or `times()`, with the longest window in days.
    """

    values: frozenset[str]
    last: frozenset[str]
    windows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that may run: everything in it is compiled. `digest`: SHA-256 of the parsed file, hexadecimal."""

    id: str
    version: int
    title: str
    audience: Audience
    language: str
    reply: ReplyRules
    steps: Mapping[str, Step]
    first: str
    promises: tuple[Promise, ...]
    needs: Needs
    digest: str
    source: str = field(repr=False)
