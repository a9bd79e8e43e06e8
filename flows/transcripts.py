"""A flow's tests as readable conversations, in `NAME.transcripts.toml` beside the flow.

    [[transcripts]]
    name = "a low answer reaches the team"
    context = { person = { first_name = "Isla" } }     # optional: over invented values; "" as a value takes one away;
                                                        # lists: wrap = { daily = ["Breakfast", "Ring Jo"] }
    lines = [
        { bot = "Hi Isla. How is today, from 0 (hard) to 10 (good)? Just text a number." },
        { wait = "2h" },                                # time passes; what falls due is said
        { bot = "Just checking in. Hi Isla. …" },       # … stands for any words
        { person = "2" },                               # what the person writes
        { press = "yes" },                              # or the option whose button they press
        { does = "escalate", with = { policy = "concern", share = ["mood"] }, shared = { mood = 2 } },
        { event = "silence" },                          # or "stop", "danger", "replaced", "late", "back", "skip"
        { ends = "told" },
    ]

Every line of the bot, every action and the end must stand in the transcript, in order; what `with` and `shared` name
must be so, other arguments may be anything. Saved values and waits are not written. A person's line after the end of
`within` is a late reply, as in life.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from flows.context import Context
from flows.document import duration
from flows.effects import Do, Effect, End, Say
from flows.errors import FlowError
from flows.events import Interrupt
from flows.model import Flow, Value
from flows.rehearsal import Rehearsal, sample_values, with_own


class TranscriptError(FlowError):
    """A transcript file cannot be read; the text says where."""


class Line(BaseModel):
    """One line: exactly one of the things that can happen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    bot: str | None = None
    person: str | None = None
    press: str | None = None
    wait: Annotated[timedelta, BeforeValidator(duration)] | None = None
    does: str | None = None
    arguments: Annotated[dict[str, Any], Field(alias="with")] = {}
    shared: dict[str, Any] | None = None
    event: Literal["silence", "late", "stop", "danger", "replaced", "back", "skip"] | None = None
    ends: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Line:
        happens = [self.bot, self.person, self.press, self.wait, self.does, self.event, self.ends]
        if sum(one is not None for one in happens) != 1:
            raise ValueError("a line needs exactly one of bot, person, press, wait, does, event, ends")
        if self.does is None and (self.arguments or self.shared is not None):
            raise ValueError("with and shared belong to does")
        return self


class Transcript(BaseModel):
    """One conversation. `variant`: which of several wordings the flow takes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    context: dict[str, Any] = {}
    variant: int = 0
    lines: Annotated[list[Line], Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    transcripts: Annotated[list[Transcript], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where a conversation went another way than its transcript: `line` counts its lines from 1."""

    transcript: str
    line: int
    expected: str
    actual: str


def read(text: str) -> list[Transcript]:
    """The transcripts in the text of a file. Raises TranscriptError."""
    try:
        return _File.model_validate(tomllib.loads(text)).transcripts
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in found["loc"])
        raise TranscriptError(f"{place}: {found['msg']}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TranscriptError(f"not valid TOML: {error}") from None


def run(flow: Flow, transcript: Transcript) -> list[Mismatch]:
    """Play one transcript; an empty list when the flow spoke and did as it says."""
    return _Play(flow, transcript).run()


class _Play:
    def __init__(self, flow: Flow, transcript: Transcript) -> None:
        values = with_own(sample_values(flow), transcript.context)
        self._rehearsal = Rehearsal(flow, Context(values, variant=transcript.variant))
        self._transcript = transcript
        self._said: list[Effect] = []
        self._mismatches: list[Mismatch] = []

    def run(self) -> list[Mismatch]:
        self._happened(self._rehearsal.begin())
        for number, line in enumerate(self._transcript.lines, start=1):
            if line.bot is not None or line.does is not None or line.ends is not None:
                self._expect(number, line)
            else:
                self._nothing_left(number)
                self._happened(self._move(line))
            if self._mismatches:
                return self._mismatches
        self._nothing_left(len(self._transcript.lines) + 1)
        return self._mismatches

    def _happened(self, effects: Sequence[Effect]) -> None:
        self._said.extend(effect for effect in effects if isinstance(effect, Say | Do | End))

    def _move(self, line: Line) -> Sequence[Effect]:
        rehearsal = self._rehearsal
        match line.event:
            case "silence":
                return rehearsal.silence()
            case "late":
                return rehearsal.late()
            case "back":
                return rehearsal.back()
            case "skip":
                return rehearsal.skip()
            case "stop" | "danger" | "replaced":
                return rehearsal.interrupt(Interrupt(line.event))
            case None if line.wait is not None:
                return rehearsal.pass_time(line.wait)
            case None:
                return rehearsal.reply(line.person or "", line.press)

    def _expect(self, number: int, line: Line) -> None:
        effect = self._said.pop(0) if self._said else None
        if not _fits(line, effect):
            self._differs(number, _written(line), _shown(effect))

    def _nothing_left(self, number: int) -> None:
        if self._said:
            self._differs(number, "nothing more here", _shown(self._said[0]))

    def _differs(self, number: int, expected: str, actual: str) -> None:
        self._mismatches.append(Mismatch(self._transcript.name, number, expected, actual))


def _fits(line: Line, effect: Effect | None) -> bool:
    match effect:
        case Say(text=text) if line.bot is not None:
            parts = [re.escape(part) for part in re.split(r"…|\.\.\.", line.bot)]
            return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None
        case Do() if line.does is not None:
            arguments = line.arguments.items()
            shared = line.shared is None or _as_written(effect.shared) == line.shared
            return effect.action == line.does and shared and all(effect.arguments.get(k) == v for k, v in arguments)
        case End(outcome=outcome):
            return outcome == line.ends
        case _:
            return False


def _as_written(shared: Mapping[str, Value]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in shared.items()}


def _written(line: Line) -> str:
    return str(line.model_dump(by_alias=True, exclude_unset=True))


def _shown(effect: Effect | None) -> str:
    match effect:
        case Say(text=text):
            return f"bot: {text}"
        case Do(action=action, arguments=arguments, shared=shared):
            return f"does: {action} {dict(arguments)} {dict(shared)}"
        case End(outcome=outcome):
            return f"ends: {outcome}"
        case _:
            return "nothing"
