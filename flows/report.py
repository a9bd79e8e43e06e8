"""Collects what is wrong with one file: where a path stands, in which step, under which key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from flows.places import Path, Places
from flows.problems import Problem


class Report:
    """The problems of one file as they are found. `raw` is what tomllib read (empty until it could)."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.raw: Mapping[str, Any] = {}
        self.problems: list[Problem] = []
        self._places = Places(source)

    def add(
        self, code: str, path: Path, message: str, mend: str = "", severity: Literal["error", "warning"] = "error"
    ) -> None:
        """Something wrong at `path`."""
        self.at(code, self._places.line(path), path, message, mend, severity)

    def at(
        self,
        code: str,
        line: int,
        path: Path,
        message: str,
        mend: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        """Something wrong at a line that is known."""
        problem = Problem(code, severity, self.file, line, self._step(path), _key(path), message, mend)
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def failed(self) -> bool:
        """Whether anything found is an error."""
        return any(problem.severity == "error" for problem in self.problems)

    def in_order(self) -> list[Problem]:
        """Everything found, by line."""
        return sorted(self.problems, key=lambda problem: (problem.line, problem.code))

    def real_path(self, above: Path, location: Sequence[str | int]) -> Path:
        """The path in the file for where pydantic found something: steps that only exist in a model are left out."""
        value: object = self._value(above)
        path = above
        for number, part in enumerate(location):
            last = number == len(location) - 1
            if isinstance(value, dict) and isinstance(part, str) and (part in value or last):
                value = cast("dict[str, object]", value).get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(cast("list[object]", value)):
                value = cast("list[object]", value)[part]
            else:
                continue
            path = (*path, part)
        return path

    def _value(self, path: Path) -> object:
        value: object = self.raw
        for part in path:
            value = _inside(value, part)
        return value

    def _step(self, path: Path) -> str | None:
        if len(path) < 2 or path[0] != "steps":
            return None
        found = self._value((*path[:2], "id"))
        return found if isinstance(found, str) and found.isprintable() else None


def _inside(value: object, part: str | int) -> object:
    """What stands under `part` of a table or list; None where there is no such thing."""
    if isinstance(value, dict) and isinstance(part, str):
        return cast("dict[str, object]", value).get(part)
    if isinstance(value, list) and isinstance(part, int):
        return cast("list[object]", value)[part]
    return None


def _key(path: Path) -> str | None:
    """The key that a person would look for: the last one, but `next` for the targets of its branches."""
    inside = path[2:] if path[:1] == ("steps",) and len(path) > 1 else path
    keys = [part for part in inside if isinstance(part, str)]
    if not keys:
        return None
    return keys[0] if keys[-1] == "to" else keys[-1]
