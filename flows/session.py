"""Where a conversation stands, and its JSON form.

The form is a stack of frames (a flow that calls another will push one) with a format number. A stored session of an
older format goes through `UPGRADES`, one step a number, so that a talk begun before an upgrade goes on after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from flows.errors import SessionFormatError
from flows.model import Flow, Option, Value

FORMAT: Final = 1
_write: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Status = Literal["open", "suspended", "ended"]
UPGRADES: Final[dict[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
"""From format n to n + 1. Empty while there is one format."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that was answered or skipped, for BACK. `before`: what stood under the names it saved (None: nothing);
    `acted`: the steps that did something since, until the next question was answered.
    """

    step: str
    before: tuple[tuple[str, Value | None], ...]
    acted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """One flow on the stack. `step`: where it stands (None before Begin); `waiting`: its question awaits an answer.

    `attempts`: replies to it that were not understood; `heard`: the person wrote something since it was asked.
    `offered`: the person's own items as its numbered lines show them, so that a 2 means the second line that was seen,
    whatever has become of the list since; `picked`: ids of those pressed so far where more may follow. `variant`: which
    of several wordings this conversation takes, chosen as it began. `trail`: the questions answered so far; `kept`:
    the steps that BACK went behind and that had done what they do: they do not do it again; `undone`: the
    questions whose answer it undid and that were not answered again.
    """

    flow: str
    version: int
    step: str | None = None
    waiting: bool = False
    attempts: int = 0
    heard: bool = False
    answers: Mapping[str, Value] = field(default_factory=dict[str, Value])
    offered: tuple[Option, ...] = ()
    picked: tuple[str, ...] = ()
    variant: int = 0
    trail: tuple[Answered, ...] = ()
    kept: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation. The last frame is the one that talks."""

    frames: tuple[Frame, ...]
    status: Status = "open"
    outcome: str | None = None

    @classmethod
    def new(cls, flow: Flow) -> Session:
        """A session of `flow` that has not begun."""
        return cls((Frame(flow.id, flow.version),))

    @property
    def top(self) -> Frame:
        """The frame that talks."""
        return self.frames[-1]

    @property
    def waiting(self) -> bool:
        """Whether a question is open."""
        return self.status == "open" and self.top.waiting

    @property
    def resumable(self) -> bool:
        """Whether it was left at a question, by silence or because nothing was understood (`engine.reopens` says more)."""
        return self.status != "open" and self.top.waiting

    def with_top(self, frame: Frame) -> Session:
        """The same session with another last frame."""
        return replace(self, frames=(*self.frames[:-1], frame))

    def to_json(self) -> str:
        """The session as JSON, read again by `from_json`. Holds what the person answered: store it sealed."""
        frames = [_written(frame) for frame in self.frames]
        whole = {"format": FORMAT, "status": self.status, "outcome": self.outcome, "frames": frames}
        return _write(whole)

    @classmethod
    def from_json(cls, text: str) -> Session:
        """The session that `to_json` wrote, of this format or an older one. Raises SessionFormatError."""
        try:
            whole = _upgraded(json.loads(text))
            frames = tuple(_frame(frame) for frame in whole["frames"])
            status, outcome = whole["status"], whole["outcome"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SessionFormatError("a stored session is not one") from None
        if not frames or status not in ("open", "suspended", "ended"):
            raise SessionFormatError("a stored session has no frame or an unknown status")
        return cls(frames, status, outcome)


def _written(frame: Frame) -> dict[str, Any]:
    """What came after format 1 only where there is some: the same format for code that does not know it."""
    whole: dict[str, Any] = {
        "flow": frame.flow,
        "version": frame.version,
        "step": frame.step,
        "waiting": frame.waiting,
        "attempts": frame.attempts,
        "heard": frame.heard,
        "answers": dict(frame.answers),
    }
    if frame.offered:
        whole["offered"] = [[option.id, option.text] for option in frame.offered]
    if frame.picked:
        whole["picked"] = list(frame.picked)
    if frame.variant:
        whole["variant"] = frame.variant
    if frame.trail:
        whole["trail"] = [[one.step, [list(pair) for pair in one.before], list(one.acted)] for one in frame.trail]
    if frame.kept:
        whole["kept"] = list(frame.kept)
    if frame.undone:
        whole["undone"] = list(frame.undone)
    return whole


def _upgraded(whole: dict[str, Any]) -> dict[str, Any]:
    while whole["format"] != FORMAT:
        upgrade = UPGRADES.get(whole["format"])
        if upgrade is None:
            raise SessionFormatError("a stored session has a format that this version does not know")
        whole = upgrade(whole)
    return whole


def _frame(frame: dict[str, Any]) -> Frame:
    answers = {name: _value(value) for name, value in frame["answers"].items()}
    return Frame(
        flow=str(frame["flow"]),
        version=int(frame["version"]),
        step=frame["step"],
        waiting=bool(frame["waiting"]),
        attempts=int(frame["attempts"]),
        heard=bool(frame["heard"]),
        answers=answers,
        offered=tuple(Option(str(chosen), str(text)) for chosen, text in frame.get("offered", [])),
        picked=tuple(str(chosen) for chosen in frame.get("picked", [])),
        variant=int(frame.get("variant", 0)),
        trail=tuple(_answered(*one) for one in frame.get("trail", [])),
        kept=tuple(str(step) for step in frame.get("kept", [])),
        undone=tuple(str(step) for step in frame.get("undone", [])),
    )


def _answered(step: object, before: list[list[object]], acted: list[object]) -> Answered:
    pairs = tuple((str(name), None if value is None else _value(value)) for name, value in before)
    return Answered(str(step), pairs, tuple(str(one) for one in acted))


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(str(item) for item in cast("list[object]", value))
    if isinstance(value, bool | int | float | str):
        return value
    raise SessionFormatError("a stored session has an answer of an unknown kind")
