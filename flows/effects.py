"""What goes out: what the caller is to do, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from flows.model import Option, Value

Shape = Literal["plain", "choice", "many", "yes_no", "scale"]
Kind = Literal["say", "ask", "nudge", "hint", "close"]


@dataclass(frozen=True, slots=True)
class Say:
    """Words to send. `options` for buttons or numbered lines (`wording.numbered`); `shape` says how they are meant.

    `extra`: buttons that have no number and stand after the options: all of them, none, that's all.
    """

    text: str
    options: tuple[Option, ...] = ()
    shape: Shape = "plain"
    kind: Kind = "say"
    extra: tuple[Option, ...] = ()

    @property
    def buttons(self) -> tuple[Option, ...]:
        """Everything that can be pressed, in order."""
        return (*self.options, *self.extra)


@dataclass(frozen=True, slots=True)
class Save:
    """An answer to remember, with the step that asked for it. `instead`: of the one it gave before, undone by BACK.

    `of`: the flow and version that asked, where the session's own flow called it.
    """

    name: str
    value: Value
    step: str
    instead: bool = False
    of: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Do:
    """An action to perform. `arguments`: as the file has them, only those set; `shared`: the saved values they name."""

    action: str
    arguments: Mapping[str, Any]
    shared: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class Wait:
    """A question is open: `nudges` and `within` count from now and replace any set before."""

    step: str
    nudges: tuple[timedelta, ...]
    within: timedelta


@dataclass(frozen=True, slots=True)
class End:
    """The session is over: `done` or the file's own word, `missed unclear stopped interrupted replaced`."""

    outcome: str


Effect = Say | Save | Do | Wait | End
