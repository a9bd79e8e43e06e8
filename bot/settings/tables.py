"""Reads the tables of a file value by value, so that one wrong value hides no other."""

import types
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.settings.model import SECRETS, Table
from bot.settings.positions import Place
from bot.settings.problems import Problems, meant

_PLAIN_WORDS = {
    "string_type": ("not a text", "put it in double quotes"),
    "string_too_short": ("empty", "write something there"),
    "int_type": ("not a whole number", "write it in digits, without quotes"),
    "int_parsing": ("not a whole number", "write it in digits"),
    "tuple_type": ("not a list", 'write it as ["one", "two"]'),
}


@dataclass(slots=True)
class Found:
    """A table as far as it could be read: what is good in `values`, the names of what is not in `bad`."""

    model: type[Table]
    place: Place
    values: dict[str, Any] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    def get(self, name: str) -> Any:
        """The value, its default where the file has none, None where it is wrong."""
        if name in self.values:
            return self.values[name]
        known = self.model.model_fields[name]
        return None if name in self.bad or known.is_required() else known.default

    def tables(self, name: str) -> "list[Found]":
        """The tables inside this one under `name`."""
        inner = self.values.get(name, [])
        return inner if isinstance(inner, list) else [inner]

    def build(self) -> Any:
        """The table itself. Only for a configuration without a problem: nothing is checked again."""
        values = {
            name: tuple(item.build() for item in value)
            if isinstance(value, list)
            else value.build()
            if isinstance(value, Found)
            else value
            for name, value in self.values.items()
        }
        make: Any = self.model.model_construct
        return make(**values)


def read_table(
    model: type[Table], raw: Any, place: Place, problems: Problems, told: frozenset[str] = frozenset()
) -> Found:
    """Read one table. What is wrong, unknown or missing in it goes to `problems`, all at once.

    `told` are values (secrets that could not be read) whose problem is known already: they are wrong, not missing.
    """
    found = Found(model, place, bad=set(told))
    if not isinstance(raw, dict):
        problems.add(place, "not a table", _as_table(place))
        found.bad.update(model.model_fields)
        return found
    secrets = SECRETS.get(str(place[0]), ())
    known = [*model.model_fields, *(f"{name}_file" for name in secrets)]
    for key in raw:
        if key not in known:
            problems.add((*place, key), "unknown key", meant(key, known))
    for name, info in model.model_fields.items():
        if name in raw:
            _read_value(found, name, raw[name], problems)
        elif info.is_required() and name not in told:
            found.bad.add(name)
            either = f" or {name}_file" if name in secrets else ""
            problems.add_missing(place, name, f"give {name}{either}: {_uncapital(info.description or '')}")
    return found


def read_list(model: type[Table], raw: Any, place: Place, problems: Problems) -> list[Found]:
    """Read a list of tables."""
    if not isinstance(raw, list):
        problems.add(place, "not a list of tables", _as_table((*place, 0)))
        return []
    return [read_table(model, item, (*place, index), problems) for index, item in enumerate(raw)]


def _as_table(place: Place) -> str:
    names = ".".join(part for part in place if isinstance(part, str))
    return f"write it as [[{names}]] for each" if any(isinstance(part, int) for part in place) else f"write [{names}]"


def _uncapital(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def inner_table(annotation: Any) -> tuple[type[Table] | None, bool]:
    """The table that a field holds, if it holds one, and whether it holds a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation, False
    if get_origin(annotation) is tuple:
        first = get_args(annotation)[0]
        if isinstance(first, type) and issubclass(first, Table):
            return first, True
    return None, False


def _read_value(found: Found, name: str, raw: Any, problems: Problems) -> None:
    place = (*found.place, name)
    inner, many = inner_table(found.model.model_fields[name].annotation)
    if inner is not None:
        found.values[name] = (read_list if many else read_table)(inner, raw, place, problems)
        return
    from_environment = place in problems.variables
    try:
        found.values[name] = _adapter(found.model, name).validate_python(
            _prepared(found.model, name, raw, from_environment), strict=not from_environment
        )
    except ValidationError as fault:
        found.bad.add(name)
        for error in fault.errors(include_input=False, include_url=False):
            what, right = _in_words(error)
            item = next((part for part in error["loc"] if isinstance(part, int)), None)
            problems.add(place, what if item is None else f"item {item + 1}: {what}", right)


def _in_words(error: ErrorDetails) -> tuple[str, str]:
    if error["type"] == "blether":
        words: dict[str, str] = error.get("ctx", {})
        return words["what"], words["right"]
    return _PLAIN_WORDS.get(error["type"], ("not a right value", error["msg"]))


def _prepared(model: type[Table], name: str, raw: Any, from_environment: bool) -> Any:
    """TOML's lists are tuples here; a list in the environment has commas; "" for what may be left out is none."""
    annotation = model.model_fields[name].annotation
    if get_origin(annotation) is tuple and from_environment:
        return tuple(part.strip() for part in str(raw).split(",") if part.strip())
    if raw == "" and _is_optional(annotation) and not _is_secret(annotation):
        return None
    return tuple(raw) if isinstance(raw, list) else raw


@cache
def _adapter(model: type[Table], name: str) -> TypeAdapter[Any]:
    info = model.model_fields[name]
    kind: Any = info.annotation
    for step in info.metadata:
        kind = Annotated[kind, step]
    return TypeAdapter(kind)


def _is_optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _is_secret(annotation: Any) -> bool:
    return any(get_args(part)[:1] == (SecretStr,) for part in get_args(annotation))
