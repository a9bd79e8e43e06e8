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
    """A whole number from `lowest` to `highest`, saved as an int.

    `words`: the name that what is written after the number is saved under ("2 rubbish"), if the file gives one.
    """

    save: str
    lowest: int
    highest: int
    words: str | None = None


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
class NumberAnswer:
    """A number, saved as an int where it is whole, else as a float. `lowest`, `highest`: None where there is no end."""

    save: str
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class DateAnswer:
    """A day in the person's own zone, saved as "2026-03-20"."""

    save: str


@dataclass(frozen=True, slots=True)
class TimeAnswer:
    """A time of day on the person's own clock, saved as "19:00"."""

    save: str


@dataclass(frozen=True, slots=True)
class DurationAnswer:
    """A length of time, saved in whole seconds."""

    save: str


@dataclass(frozen=True, slots=True)
class PhoneAnswer:
    """A British phone number, saved as "+447700900123"."""

    save: str


@dataclass(frozen=True, slots=True)
class YesNoAnswer:
    """Yes or no, saved as a bool."""

    save: str


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """Whatever the person writes, saved as it stands."""

    save: str


Answer = (
    ScaleAnswer
    | NumberAnswer
    | ChoiceAnswer
    | ManyAnswer
    | YesNoAnswer
    | TextAnswer
    | DateAnswer
    | TimeAnswer
    | DurationAnswer
    | PhoneAnswer
)


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
    """A step that waits for nothing itself: actions, then words if there are any, then on. `say`: its wordings.

    `call`: the id of another flow that is run first; its answers come back with it.
    """

    id: str
    do: tuple[Action, ...]
    say: tuple[Wording, ...]
    way: Way
    call: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A step that asks and waits. `within` and `nudges` count from the asking; `attempts`: replies, before `otherwise`.

    `silence`: where silence past `within` leads (None: the session ends as missed). `skip`: where SKIP leads; True is
    along the question's own way, with nothing saved; None: it cannot be skipped.
    """

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
    silence: str | None = None
    skip: str | Literal[True] | None = None


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

    `flows`: ids of the flows that it calls, whose own needs come on top.
    `values`: dotted context names (`person.first_name`, `missed`, `wrap.daily`). `last`: names whose newest earlier
    value is read. `windows`: names read by `mean()` or `times()`, with the longest window in days.
    """

    values: frozenset[str]
    last: frozenset[str]
    windows: Mapping[str, int]
    flows: frozenset[str] = frozenset()


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
