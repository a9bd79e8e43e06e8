"""From a parsed tree to a function of the turn's scope. Built once, when a flow is loaded.

Only the nodes that `language.py` lets through are known here; anything else is refused twice.
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from jinja2 import nodes

from flows.answers import clock, date, duration, phone
from flows.answers.lengths import written_length
from flows.context import Context
from flows.errors import FlowRunError, LanguageError
from flows.missing import MISSING, Missing
from flows.model import Value
from flows.vocabulary import LISTS


@dataclass(frozen=True, slots=True)
class Scope:
    """What one evaluation sees: the answers of the session and the context of the turn."""

    answers: Mapping[str, Value]
    context: Context

    def name(self, name: str) -> object:
        """An answer or a plain context value, or Missing."""
        found = self.answers.get(name)
        return _present(self.context.values.get(name) if found is None else found)

    def part(self, group: str, name: str) -> object:
        """One part of a context value, or Missing."""
        if (dotted := f"{group}.{name}") in LISTS:  # a list of the person's own: its texts
            return tuple(option.text for option in self.context.offer(dotted)) or MISSING
        values = self.context.values.get(group)
        return _present(values.get(name)) if isinstance(values, Mapping) else MISSING


Meaning = Callable[[Scope], Any]

_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda item, group: item in group,
    "notin": lambda item, group: item not in group,
}


_IN_WORDS: Final[dict[str, Callable[[Any], str]]] = {
    "as_day": lambda value: date.said_back(datetime.date.fromisoformat(value)),
    "as_time": lambda value: clock.said_back(*map(int, value.split(":"))),
    "as_length": lambda value: duration.said_back(value),
    "as_phone": lambda value: phone.said_back(value),
}
"""Filters that write a saved day, time, length or phone number as people read it."""


def printed(value: object) -> str:
    """A value as people read it. Raises FlowRunError for a missing one."""
    match value:
        case Missing():
            return str(value)
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.1f}".removesuffix(".0")
        case tuple() | list():
            return ", ".join(str(item) for item in cast("Sequence[object]", value))
        case _:
            return str(value)


def text_meaning(tree: nodes.Template) -> Callable[[Scope], str]:
    """The function that writes the text of `tree`. It raises FlowRunError when a value is missing or does not fit."""
    write = _joined(tree.body)

    def run(scope: Scope) -> str:
        return _guarded(write, scope)

    return run


def condition_meaning(tree: nodes.Expr) -> Callable[[Scope], bool]:
    """The function that says whether `tree` holds. It raises FlowRunError when values do not fit."""
    meaning = _meaning(tree)

    def run(scope: Scope) -> bool:
        return bool(_guarded(meaning, scope))

    return run


def _guarded(meaning: Meaning, scope: Scope) -> Any:
    try:
        return meaning(scope)
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise FlowRunError(f"a text or condition does not fit its values: {type(error).__name__}") from None


def _present(value: object) -> object:
    return MISSING if value is None else value


def _joined(parts: Sequence[nodes.Node]) -> Callable[[Scope], str]:
    writers = [_writer(part) for part in parts]
    return lambda scope: "".join([write(scope) for write in writers])


def _writer(node: nodes.Node) -> Callable[[Scope], str]:
    match node:
        case nodes.TemplateData():
            data = node.data
            return lambda scope: data
        case nodes.Output():
            return _joined(node.nodes)
        case nodes.If():
            return _if_writer(node)
        case nodes.Expr():
            meaning = _meaning(node)
            return lambda scope: printed(meaning(scope))
        case _:
            raise _unknown(node)


def _if_writer(node: nodes.If) -> Callable[[Scope], str]:
    parts = [(_meaning(part.test), _joined(part.body)) for part in (node, *node.elif_)]
    otherwise = _joined(node.else_)

    def write(scope: Scope) -> str:
        for test, body in parts:
            if test(scope):
                return body(scope)
        return otherwise(scope)

    return write


def _meaning(node: nodes.Node) -> Meaning:
    match node:
        case nodes.Name():
            name = node.name
            return lambda scope: scope.name(name)
        case nodes.Getattr(node=nodes.Name() as owner):
            group, part = owner.name, node.attr
            return lambda scope: scope.part(group, part)
        case nodes.Const():
            value = node.value
            return lambda scope: value
        case nodes.Neg() | nodes.List():
            constant = _constant(node)
            return lambda scope: constant
        case nodes.Call():
            return _call(node)
        case nodes.Test():
            tested, wanted = _meaning(node.node), node.name == "defined"
            return lambda scope: isinstance(tested(scope), Missing) != wanted
        case nodes.Filter():
            return _filter(node)
        case _:
            return _combination(node)


def _combination(node: nodes.Node) -> Meaning:
    match node:
        case nodes.And():
            left, right = _meaning(node.left), _meaning(node.right)
            return lambda scope: left(scope) and right(scope)
        case nodes.Or():
            left, right = _meaning(node.left), _meaning(node.right)
            return lambda scope: left(scope) or right(scope)
        case nodes.Not():
            inner = _meaning(node.node)
            return lambda scope: not inner(scope)
        case nodes.Add():
            left, right = _meaning(node.left), _meaning(node.right)
            return lambda scope: left(scope) + right(scope)
        case nodes.Sub():
            left, right = _meaning(node.left), _meaning(node.right)
            return lambda scope: left(scope) - right(scope)
        case nodes.CondExpr():
            test, yes = _meaning(node.test), _meaning(node.expr1)
            no: Meaning = _meaning(node.expr2) if node.expr2 is not None else lambda scope: ""
            return lambda scope: yes(scope) if test(scope) else no(scope)
        case nodes.Compare():
            return _comparison(node)
        case _:
            raise _unknown(node)


def _comparison(node: nodes.Compare) -> Meaning:
    first = _compared(node.expr)
    rest = [(_COMPARE[operand.op], _compared(operand.expr)) for operand in node.ops]

    def holds(scope: Scope) -> bool:
        left = first(scope)
        for compare, meaning in rest:
            right = meaning(scope)
            if isinstance(left, Missing) or isinstance(right, Missing) or not compare(*_alike(left, right)):
                return False
            left = right
        return True

    return holds


@dataclass(frozen=True, slots=True)
class _Written:
    """A text in a condition that may stand for a length: "2h" beside a number is 7,200 seconds."""

    text: str
    seconds: int


def _compared(node: nodes.Expr) -> Meaning:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        seconds = written_length(node.value)
        if seconds is not None:
            written = _Written(node.value, seconds)
            return lambda scope: written
    return _meaning(node)


def _alike(left: object, right: object) -> tuple[object, object]:
    """Both sides of a comparison, a written length as seconds beside a number and as its text beside anything else."""
    if isinstance(left, _Written):
        left = left.seconds if isinstance(right, int | float) else left.text
    if isinstance(right, _Written):
        right = right.seconds if isinstance(left, int | float) else right.text
    return left, right


def _call(node: nodes.Call) -> Meaning:
    name = node.node.name if isinstance(node.node, nodes.Name) else ""
    arguments: list[Any] = [one.value for one in node.args if isinstance(one, nodes.Const)]
    match name:
        case "last":
            return lambda scope: _present(scope.context.last(*arguments))
        case "mean":
            return lambda scope: _present(scope.context.mean(*arguments))
        case "times":
            return lambda scope: scope.context.times(*arguments)
        case _:
            raise _unknown(node)


def _filter(node: nodes.Filter) -> Meaning:
    if node.node is None:
        raise _unknown(node)
    inner = _meaning(node.node)
    match node.name:
        case "default":
            other = _constant(node.args[0])
            return lambda scope: other if isinstance(value := inner(scope), Missing) else value
        case "round":
            return lambda scope: _each(inner(scope), round)
        case "lower":
            return lambda scope: _each(inner(scope), lambda value: printed(value).lower())
        case "upper":
            return lambda scope: _each(inner(scope), lambda value: printed(value).upper())
        case "capitalize":
            return lambda scope: _each(inner(scope), lambda value: printed(value).capitalize())
        case name if name in _IN_WORDS:
            return lambda scope: _each(inner(scope), _IN_WORDS[name])
        case _:
            raise _unknown(node)


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """`change` of a value; a missing one stays missing."""
    return value if isinstance(value, Missing) else change(value)


def _constant(node: nodes.Node) -> Any:
    match node:
        case nodes.Const():
            return node.value
        case nodes.Neg(node=nodes.Const() as inner):
            return -inner.value
        case nodes.List():
            return tuple(_constant(item) for item in node.items)  # equal to what `many` saves
        case _:
            raise _unknown(node)


def _unknown(node: nodes.Node) -> LanguageError:
    return LanguageError("F014", f"uses '{type(node).__name__.lower()}', which is not in the language", "")
