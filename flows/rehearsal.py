"""A conversation played without a clock: time is counted from the question, nudges fall due as it passes.

Used by transcripts and by `flows simulate`; nothing here decides anything that the engine does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from flows.context import Context, ContextValue
from flows.effects import Effect, Wait
from flows.engine import advance, reopens
from flows.events import Back, Begin, Event, Interrupt, Reply, Resume, Silence, Skip
from flows.load import read_library
from flows.model import Flow, Option
from flows.session import Session

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""The moment that the invented values speak of."""

SAMPLE: Final[dict[str, ContextValue]] = {
    "person": {"first_name": "Isla", "language": "en-GB", "zone": "Europe/London", "days_enrolled": 30},
    "team": {
        "name": "Leith team",
        "contact_name": "Ailsa Example",
        "contact_phone": "+447700900102",
        "next_seen": "The team is next in on Monday at 9am.",
    },
    "worker": {"first_name": "Ewan"},
    "now": {"time": "09:30", "date": "2 March 2026", "weekday": "Monday", "part_of_day": "morning"},
    "wrap": {
        "daily": (
            Option("1", "Breakfast by the window"),
            Option("2", "Walk Rab round the park"),
            Option("3", "Ring my sister"),
        ),
    },
    "missed": 0,
}
"""Invented values for trying a flow; `caseload` is added for peer workers only, as the bot does."""


class Rehearsal:
    """One session of a flow being tried out. Every method gives the effects of what happened, in order."""

    def __init__(self, flow: Flow, context: Context, others: Mapping[str, Flow] | None = None) -> None:
        """`others`: the flows that may be called; the shipped ones when none are given."""
        self.flow = flow
        self._others = others
        self.context = context if context.at is not None else replace(context, at=NOW)
        self.session = Session.new(flow)
        self._passed = timedelta()  # since the question was asked
        self._nudged = 0
        self._wait: Wait | None = None

    def begin(self) -> list[Effect]:
        """The session begins."""
        return self._advance(Begin())

    def reply(self, text: str, button: str | None = None) -> list[Effect]:
        """The person writes; late, if the session was left at a question: it is opened again first, without words."""
        event = Reply(text, button)
        if reopens(self._talking(), self.session, event, self.context):
            self._advance(Resume())
        return self._advance(event)

    def back(self) -> list[Effect]:
        """The person says BACK."""
        return self._advance(Back())

    def skip(self) -> list[Effect]:
        """The person says SKIP."""
        return self._advance(Skip())

    def interrupt(self, event: Interrupt) -> list[Effect]:
        """STOP, danger, or another session in its place."""
        return self._advance(event)

    def nudge(self) -> list[Effect]:
        """Time passes until the next nudge; nothing if no nudge is left."""
        wait = self._wait
        if not self.session.waiting or wait is None or self._nudged >= len(wait.nudges):
            return []
        self._passed = wait.nudges[self._nudged]
        self._nudged += 1
        return self._advance(Silence(self._nudged - 1))

    def pass_time(self, long: timedelta) -> list[Effect]:
        """Time passes in silence: nudges that fall due are said, and at the end of `within` the session ends."""
        effects: list[Effect] = []
        until = self._passed + long
        self.context = replace(self.context, at=(self.context.at or NOW) + long)
        while self.session.waiting and (wait := self._wait) is not None:
            if self._nudged < len(wait.nudges) and wait.nudges[self._nudged] <= until:
                effects += self.nudge()
            elif wait.within <= until:
                effects += self._advance(Silence("end"))
            else:
                break
        self._passed = until
        return effects

    def silence(self) -> list[Effect]:
        """The whole of `within` passes in silence."""
        return [] if self._wait is None else self.pass_time(self._wait.within)

    def late(self) -> list[Effect]:
        """`within` has passed and the person writes again: the session is open at its question, without words."""
        effects = self.silence() if self.session.waiting else []
        return effects + self._advance(Resume())

    def _talking(self) -> Flow:
        """The flow of the last frame."""
        top = self.session.top
        return self._library(top.flow, top.version) or self.flow

    def _library(self, flow: str, version: int | None) -> Flow | None:
        if flow == self.flow.id:
            return self.flow
        return (read_library() if self._others is None else self._others).get(flow)

    def _advance(self, event: Event) -> list[Effect]:
        turn = advance(self._talking(), self.session, event, self.context, self._library)
        self.session = turn.session
        for effect in turn.effects:
            if isinstance(effect, Wait):
                self._wait, self._passed, self._nudged = effect, timedelta(), 0
        return list(turn.effects)


def sample_values(flow: Flow) -> dict[str, ContextValue]:
    """Invented context values that suit the flow's audience."""
    return {**SAMPLE, "caseload": 5} if flow.audience == "peer_worker" else dict(SAMPLE)


def with_own(sample: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, ContextValue]:
    """Invented values with one's own over them, nested or dotted; an empty text, list or None takes a value away.

    A list is one of texts, or of `{ id = "7f", text = "Walk Rab" }` or pairs of these; a text alone is its own id.
    """
    merged: dict[str, Any] = dict(sample)
    for name, value in own.items():
        group, dot, part = name.partition(".")
        values: Any = {part: value} if dot else value
        if isinstance(values, dict) and isinstance(merged.get(group), dict):
            merged[group] = {**merged[group], **cast("dict[str, Any]", values)}
        else:
            merged[group] = values
    return {name: _without_empty(value) for name, value in merged.items()}


def _without_empty(value: Any) -> ContextValue:
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        return {
            name: _items(cast("list[object]", one)) if isinstance(one, list) else one
            for name, one in parts.items()
            if one != ""
        }
    return None if value == "" else value


def _items(written: list[object]) -> tuple[Option, ...]:
    """A list as a file or a line of JSON writes it; what is no item is left out."""
    found: list[Option] = []
    for one in written:
        match one:
            case str():
                found.append(Option(one, one))
            case {"id": str(chosen), "text": str(text)} | [str(chosen), str(text)]:
                found.append(Option(chosen, text))
            case _:
                pass
    return tuple(found)
