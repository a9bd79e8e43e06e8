"""What comes in: the things that can happen to a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Begin:
    """The session begins: everything up to the first question or the end is said."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The person wrote `text`, or pressed the button of the option with id `button`."""

    text: str
    button: str | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was written: nudge `which` (from 0) is due, or `within` has run out (`"end"`)."""

    which: int | Literal["end"]


@dataclass(frozen=True, slots=True)
class Heard:
    """Something came that answers nothing (a global word, a voice note): the person is there, so not missed."""


@dataclass(frozen=True, slots=True)
class Resume:
    """A late reply: the session that ended by silence, or as unclear, is open again at its question. No words."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The session ends at once: the person said STOP, wrote of danger, or another session takes its place."""

    why: Literal["stop", "danger", "replaced"]


@dataclass(frozen=True, slots=True)
class Back:
    """The person said BACK: the last answer is undone and asked for again. What was done stays done."""


@dataclass(frozen=True, slots=True)
class Skip:
    """The person said SKIP: the question is left without an answer, if it may be."""


Event = Begin | Reply | Silence | Heard | Resume | Interrupt | Back | Skip
