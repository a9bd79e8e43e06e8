"""What kind of value each part of a condition has, and what is compared or added that never fits.

A comparison that does not fit would end a session in the middle, and one with an option that does not exist would
quietly never hold: both are told before the flow goes live.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from jinja2 import nodes

from flows.answers import source
from flows.answers.lengths import written_length
from flows.model import (
    Answer,
    ChoiceAnswer,
    DateAnswer,
    DurationAnswer,
    ManyAnswer,
    NumberAnswer,
    PhoneAnswer,
    Question,
    ScaleAnswer,
    Step,
    TextAnswer,
    TimeAnswer,
    YesNoAnswer,
)
from flows.vocabulary import NUMBERS

Kind = Literal["number", "text", "yes or no", "list", "date", "time", "length", "any"]

_Node = TypeVar("_Node", bound=nodes.Node)
_ORDERING: Final = frozenset({"lt", "lteq", "gt", "gteq"})
_EQUALITY: Final = frozenset({"eq", "ne"})
_ORDERED: Final = frozenset({"number", "date", "time", "length"})
_WRITTEN: Final[dict[Kind, tuple[Callable[[str], object], str]]] = {
    "date": (re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])").fullmatch, "2026-03-20"),
    "time": (re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]").fullmatch, "19:00"),
    "length": (lambda text: written_length(text) is not None, "2h 30m"),
}
"""Kinds that a condition writes as text, each in one form."""
_IN_WORDS: Final[dict[str, Kind]] = {"as_day": "date", "as_time": "time", "as_length": "length", "as_phone": "text"}


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of the names that a flow saves, and the option ids of its choices.

    `own`: names whose values are ids of a person's own list, which say nothing to anybody.
    """

    saved: Mapping[str, Kind]
    options: Mapping[str, frozenset[str]]
    own: frozenset[str]

    @classmethod
    def of(cls, steps: Mapping[str, Step]) -> Kinds:
        """What the questions of a flow save."""
        answers = [step.answer for step in steps.values() if isinstance(step, Question)]
        own = frozenset(answer.save for answer in answers if source(answer) is not None)
        options: dict[str, frozenset[str]] = {}
        for answer in answers:
            if isinstance(answer, ChoiceAnswer | ManyAnswer) and answer.save not in own:
                ids = frozenset(option.id for option in answer.options)
                options[answer.save] = options.get(answer.save, frozenset()) | ids
        words = [answer.words for answer in answers if isinstance(answer, ScaleAnswer)]
        saved: dict[str, Kind] = {answer.save: _saved_kind(answer) for answer in answers}
        return cls({**saved, **{name: "text" for name in words if name is not None}}, options, own)

    def misfits(self, tree: nodes.Node) -> Iterator[str]:
        """What does not fit in the tree of a text or condition, in words."""
        for comparison in _all(tree, nodes.Compare):
            left = comparison.expr
            for operand in comparison.ops:
                yield from self._compared(left, operand.op, operand.expr)
                left = operand.expr
        for kind in (nodes.Add, nodes.Sub):
            for total in _all(tree, kind):
                if {self.kind(total.left), self.kind(total.right)} - {"number", "any"}:
                    yield "adds or takes away something that is not a number"
        for one in _all(tree, nodes.Filter):
            if one.name == "round" and one.node is not None and self.kind(one.node) not in ("number", "any"):
                yield "rounds something that is not a number"
            elif (
                (kind := _IN_WORDS.get(one.name)) and one.node is not None and self.kind(one.node) not in (kind, "any")
            ):
                yield f"writes a {self.kind(one.node)} as if it were a {kind}"

    def ids_printed(self, tree: nodes.Node) -> Iterator[str]:
        """Names of answers from a person's own list that a text prints: ids, not their words."""
        for output in _all(tree, nodes.Output):
            for node in output.nodes:
                yield from self._printed(node)

    def _printed(self, node: nodes.Node | None) -> Iterator[str]:
        match node:
            case nodes.Name() if node.name in self.own:
                yield node.name
            case nodes.Call():
                named = {one.value for one in node.args if isinstance(one, nodes.Const)}
                yield from self.own & named
            case nodes.Filter():
                yield from self._printed(node.node)
            case nodes.CondExpr():
                yield from self._printed(node.expr1)
                yield from self._printed(node.expr2)
            case nodes.And() | nodes.Or():
                yield from self._printed(node.left)
                yield from self._printed(node.right)
            case _:
                pass

    def kind(self, node: nodes.Node) -> Kind:
        """The kind of value that `node` has; `any` where that cannot be told."""
        match node:
            case nodes.Const():
                return _constant_kind(node.value)
            case nodes.List():
                return "list"
            case nodes.Name():
                return "number" if node.name in NUMBERS else self.saved.get(node.name, "any")
            case nodes.Getattr(node=nodes.Name() as owner):
                return (
                    "list" if owner.name == "wrap" else "number" if f"{owner.name}.{node.attr}" in NUMBERS else "text"
                )
            case nodes.Call():
                return self._called_kind(node)
            case nodes.Filter():
                return "number" if node.name == "round" else "any" if node.name == "default" else "text"
            case nodes.Neg() | nodes.Add() | nodes.Sub():
                return "number"
            case _:
                return "any"

    def _called_kind(self, node: nodes.Call) -> Kind:
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        first = node.args[0] if node.args else None
        if name == "last" and isinstance(first, nodes.Const):
            return self.saved.get(str(first.value), "any")
        return "number"

    def _compared(self, left: nodes.Expr, sign: str, right: nodes.Expr) -> Iterator[str]:
        kinds: set[Kind] = {self._beside(left, right), self._beside(right, left)}
        kinds.discard("any")
        if sign in _ORDERING and (kinds - _ORDERED or len(kinds) > 1):
            yield f"asks whether a {' and a '.join(sorted(kinds))} is more or less{_form(kinds)}"
        elif sign in _EQUALITY and len(kinds) > 1 and _form(kinds):
            yield f"compares a {' with a '.join(sorted(kinds))}{_form(kinds)}"
        elif sign in _EQUALITY and len(kinds) > 1:
            yield f"compares a {' with a '.join(sorted(kinds))}"
        elif sign not in _ORDERING | _EQUALITY:
            yield from self._contained(left, right)
        if sign in _EQUALITY:
            yield from self._chosen(left, _each(right))
            yield from self._chosen(right, _each(left))

    def _beside(self, node: nodes.Expr, other: nodes.Expr) -> Kind:
        """The kind of a side: a text written as a date, time or length is one beside one."""
        kind, wanted = self.kind(node), self.kind(other)
        if isinstance(node, nodes.Const) and isinstance(node.value, str) and wanted in _WRITTEN:
            return wanted if _WRITTEN[wanted][0](node.value) else kind
        return kind

    def _contained(self, left: nodes.Expr, right: nodes.Expr) -> Iterator[str]:
        whole, part = self.kind(right), self.kind(left)
        if whole in ("number", "yes or no") or (
            whole in ("text", "date", "time", "length") and part not in ("text", "any")
        ):
            yield f"looks for a {part} in a {whole}"
        if isinstance(right, nodes.List):
            kinds = {self._beside(item, left) for item in right.items} if part != "length" else {"text"}
            if "any" not in {part, *kinds} and kinds and part not in kinds:
                yield f"looks for a {part} in a list of something else"
            yield from self._chosen(left, right.items)
        yield from self._chosen(right, [left])

    def _chosen(self, name: nodes.Node, values: Iterable[nodes.Node]) -> Iterator[str]:
        """Ids that a choice is compared with and does not have."""
        if not isinstance(name, nodes.Name) or name.name not in self.options:
            return
        for value in values:
            written = value.value if isinstance(value, nodes.Const) else None
            if isinstance(written, str) and written not in self.options[name.name]:
                yield f"'{written}' is not an option of '{name.name}'"


def _saved_kind(answer: Answer) -> Kind:
    match answer:
        case ScaleAnswer() | NumberAnswer():
            return "number"
        case YesNoAnswer():
            return "yes or no"
        case ManyAnswer():
            return "list"
        case ChoiceAnswer() | TextAnswer() | PhoneAnswer():
            return "text"
        case DateAnswer():
            return "date"
        case TimeAnswer():
            return "time"
        case DurationAnswer():
            return "length"


def _form(kinds: Iterable[Kind]) -> str:
    """How the date, time or length among these kinds is written."""
    forms = [f', a {kind} is written "{_WRITTEN[kind][1]}"' for kind in sorted(kinds) if kind in _WRITTEN]
    return forms[0] if len(forms) == 1 else ""


def _each(node: nodes.Node) -> list[nodes.Expr]:
    """The values of a list that is written out, or the one value that stands there."""
    if isinstance(node, nodes.List):
        return list(node.items)
    return [node] if isinstance(node, nodes.Expr) else []


def _constant_kind(value: object) -> Kind:
    match value:
        case bool():
            return "yes or no"
        case int() | float():
            return "number"
        case str():
            return "text"
        case _:
            return "any"


def _all(tree: nodes.Node, kind: type[_Node]) -> Iterator[_Node]:
    if isinstance(tree, kind):
        yield tree
    yield from tree.find_all(kind)
