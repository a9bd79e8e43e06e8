"""`flows simulate --jsonl`: one JSON object a line in, a flow's words and actions out.

In: `{"reply": "…"}`, `{"press": "option id"}`, `{"silence": true}`, `{"event": "nudge|silence|late|stop|danger|back|skip"}`;
`{"context": {…}}` only first, a person's own lists in it as `{"wrap": {"daily": ["a text", {"id": "7f", "text": "…"}]}}`.
Out, for Begin and for each event: `{"say", "options"}` and `{"do", "arguments"}` lines, then exactly one
`{"wait": "STEP"}` or `{"end": "OUTCOME"}`. Begin happens before the first line; a reply after silence has ended the
session is a late one and opens it again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final, Literal, cast

from flows import Context, Do, Effect, Flow, Interrupt, Say, Value
from flows.rehearsal import NOW, Rehearsal, sample_values, with_own

EVENTS: Final = ("nudge", "silence", "late", "stop", "danger", "back", "skip")


_EventName = Literal["nudge", "silence", "late", "stop", "danger", "back", "skip"]


class LineError(Exception):
    """A line that is not an event; the text says which and why."""


class Simulator:
    """One flow being talked with."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def answers(self, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
        """What the flow answers to each line, after what it begins with. Raises LineError and FlowRunError."""
        events = ((number, _read(number, line)) for number, line in enumerate(lines, start=1) if line.strip())
        first = next(events, None)
        context: dict[str, Any] = {}
        if first is not None and "context" in first[1]:
            context, first = _context(*first), None
        rehearsal = Rehearsal(self._flow, _gathered(self._flow, context))
        yield from _written(rehearsal, rehearsal.begin())
        for number, event in chain([first] if first is not None else [], events):
            yield from _written(rehearsal, _happened(rehearsal, number, event))


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        raise LineError(f"line {number}: is not JSON") from None
    if not isinstance(event, dict) or len(cast("dict[str, Any]", event)) != 1:
        raise LineError(f"line {number}: is not an object with one key")
    return cast("dict[str, Any]", event)


def _context(number: int, event: dict[str, Any]) -> dict[str, Any]:
    given = event["context"]
    if not isinstance(given, dict):
        raise LineError(f"line {number}: context is not an object")
    context = cast("dict[str, Any]", given)
    lists = {name: value for name, value in context.items() if name.startswith("wrap.")}
    if isinstance(wrap := context.get("wrap"), dict):
        lists |= {f"wrap.{name}": value for name, value in cast("dict[str, Any]", wrap).items()}
    for name, value in lists.items():
        if value not in (None, "") and not (isinstance(value, list) and all(map(_item, cast("list[Any]", value)))):
            raise LineError(f'line {number}: {name} is not a list of texts or of {{"id", "text"}}')
    return context


def _item(value: object) -> bool:
    """Whether something can stand on a person's own list."""
    match value:
        case str() | {"id": str(), "text": str()} | [str(), str()]:
            return True
        case _:
            return False


def _gathered(flow: Flow, own: dict[str, Any]) -> Context:
    """Invented values with the given ones over them; `history` lists earlier answers by name, oldest first, one a day."""
    given = own.get("history", {})
    history: dict[str, Sequence[tuple[datetime, Value]]] = {}
    if isinstance(given, dict):
        for name, values in cast("dict[str, Any]", given).items():
            listed: list[Value] = values if isinstance(values, list) else [values]
            days = range(len(listed), 0, -1)
            history[name] = [(NOW - timedelta(days=ago), value) for ago, value in zip(days, listed, strict=True)]
    values = {name: value for name, value in own.items() if name != "history"}
    return Context(with_own(sample_values(flow), values), history, at=NOW)


def _happened(rehearsal: Rehearsal, number: int, event: dict[str, Any]) -> Sequence[Effect]:
    match event:
        case {"reply": str(text)}:
            return rehearsal.reply(text)
        case {"press": str(option)}:
            return rehearsal.reply("", option)
        case {"silence": True}:
            return rehearsal.silence()
        case {"event": str(name)} if name in EVENTS:
            return _event(rehearsal, cast("_EventName", name))
        case {"context": _}:
            raise LineError(f"line {number}: context comes first, before the conversation begins")
        case _:
            known = ", ".join(EVENTS)
            raise LineError(f"line {number}: is not reply (text), silence (true) or event ({known})")


def _event(rehearsal: Rehearsal, name: _EventName) -> Sequence[Effect]:
    match name:
        case "nudge":
            return rehearsal.nudge()
        case "silence":
            return rehearsal.silence()
        case "late":
            return rehearsal.late()
        case "back":
            return rehearsal.back()
        case "skip":
            return rehearsal.skip()
        case "stop" | "danger":
            return rehearsal.interrupt(Interrupt(name))


def _written(rehearsal: Rehearsal, effects: Sequence[Effect]) -> Iterator[dict[str, Any]]:
    for effect in effects:
        match effect:
            case Say():
                options = [{"id": option.id, "text": option.text} for option in effect.options]
                yield {"say": effect.text, "options": options}
            case Do():
                yield {"do": effect.action, "arguments": dict(effect.arguments)}
            case _:
                pass
    session = rehearsal.session
    yield {"wait": session.top.step} if session.waiting else {"end": session.outcome}
