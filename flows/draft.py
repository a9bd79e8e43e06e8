"""From what tomllib read to a draft: the tables that are in order, and a problem for each that is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flows.actions import ACTIONS, Action
from flows.document import (
    ANSWERS,
    AnswerTable,
    OptionTable,
    PromiseTable,
    ReplyTable,
    RuleTable,
    StepTable,
    TopTable,
    said_plainly,
)
from flows.places import Path
from flows.problems import did_you_mean
from flows.report import Report

_Model = TypeVar("_Model", bound=BaseModel)
_INSIDE: Mapping[str, type[BaseModel]] = {"next": RuleTable, "options": OptionTable, "reply": ReplyTable}


@dataclass(frozen=True, slots=True)
class DraftStep:
    """One step as written. `place`: its number in the file from 0; `whole`: no part of it was refused."""

    place: int
    table: StepTable
    answer: AnswerTable | None
    actions: tuple[tuple[int, Action], ...]
    whole: bool

    @property
    def path(self) -> Path:
        """Where it stands in the file."""
        return ("steps", self.place)


@dataclass(frozen=True, slots=True)
class Draft:
    """A flow as written. `ids`: every step id with its first place, broken steps included."""

    top: TopTable
    steps: tuple[DraftStep, ...]
    ids: Mapping[str, int]
    promises: tuple[tuple[int, PromiseTable], ...]

    @property
    def whole(self) -> bool:
        """Whether every step could be read."""
        return len(self.steps) == len(self.top.steps) and all(step.whole for step in self.steps)


def read_draft(raw: Mapping[str, Any], report: Report) -> Draft | None:
    """The draft of `raw`, with everything that is wrong with its form added to `report`. None if the top is wrong."""
    top = _validated(TopTable, raw, (), report)
    tables = raw.get("steps")
    steps = [step for place, table in enumerate(_tables(tables)) if (step := _step(place, table, report))]
    promises = _promises(_tables(raw.get("promises")), report)
    if top is None:
        return None
    return Draft(top, tuple(steps), _ids(_tables(tables)), promises)


def _tables(value: object) -> list[Mapping[str, Any]]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def _ids(tables: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for place, table in enumerate(tables):
        if isinstance(found := table.get("id"), str):
            ids.setdefault(found, place)
    return ids


def _step(place: int, raw: Mapping[str, Any], report: Report) -> DraftStep | None:
    path: Path = ("steps", place)
    table = _validated(StepTable, raw, path, report)
    answer, answer_good = _answer(raw.get("answer"), (*path, "answer"), report)
    actions, actions_good = _actions(_tables(raw.get("do")), (*path, "do"), report)
    if table is None:
        return None
    return DraftStep(place, table, answer, actions, answer_good and actions_good)


def _answer(raw: object, path: Path, report: Report) -> tuple[AnswerTable | None, bool]:
    if not isinstance(raw, dict):
        return None, raw is None
    table = cast("dict[str, Any]", raw)
    kind = table.get("type")
    if kind is None:
        report.add("F004", (*path, "type"), "is missing", f"give one of {', '.join(ANSWERS)}")
        return None, False
    if not isinstance(kind, str) or kind not in ANSWERS:
        report.add("F006", (*path, "type"), "is not an answer type that is known", did_you_mean(str(kind), ANSWERS))
        return None, False
    answer = _validated(ANSWERS[kind], table, path, report)
    return answer, answer is not None


def _actions(
    tables: Sequence[Mapping[str, Any]], path: Path, report: Report
) -> tuple[tuple[tuple[int, Action], ...], bool]:
    good: list[tuple[int, Action]] = []
    for place, raw in enumerate(tables):
        name = raw.get("action")
        if name is None:
            report.add("F004", (*path, place, "action"), "is missing", f"give one of {', '.join(ACTIONS)}")
        elif not isinstance(name, str) or name not in ACTIONS:
            report.add(
                "F007", (*path, place, "action"), "is not an action that is known", did_you_mean(str(name), ACTIONS)
            )
        elif action := _validated(ACTIONS[name], raw, (*path, place), report):
            good.append((place, action))
    return tuple(good), len(good) == len(tables)


def _promises(tables: Sequence[Mapping[str, Any]], report: Report) -> tuple[tuple[int, PromiseTable], ...]:
    found = ((place, _validated(PromiseTable, raw, ("promises", place), report)) for place, raw in enumerate(tables))
    return tuple((place, table) for place, table in found if table is not None)


def _validated(model: type[_Model], raw: Mapping[str, Any], above: Path, report: Report) -> _Model | None:
    try:
        return model.model_validate(dict(raw))
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            _report(model, found, above, report)
        return None


def _report(model: type[BaseModel], found: ErrorDetails, above: Path, report: Report) -> None:
    path = report.real_path(above, found["loc"])
    match found["type"]:
        case "missing":
            report.add("F004", path, "is missing", "add it")
        case "extra_forbidden":
            name = str(path[-1])
            report.add("F003", path, "is not a key that is known here", did_you_mean(name, _keys(model, path)))
        case _:
            report.add("F005", path, said_plainly(found))


def _keys(model: type[BaseModel], path: Path) -> list[str]:
    """The keys known at `path`, which is inside a table of `model`."""
    named = [part for part in path[:-1] if isinstance(part, str) and part in _INSIDE]
    return list((_INSIDE[named[-1]] if named else model).model_fields)
