"""What a text or condition reads, and whether each name is guarded where it is read.

Example: in `{% if worker.first_name is defined %}Love, {{ worker.first_name }}{% endif %}` both reads of
`worker.first_name` are guarded; in `{{ worker.first_name }}` alone it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

Facts = frozenset[str]
"""Keys of the names that surely have a value at some place."""


@dataclass(frozen=True, slots=True)
class Read:
    """One name read. `key` is `sleep`, `person.first_name` or `mean("sleep", 7)`; `history` the name a function reads."""

    key: str
    root: str
    guarded: bool
    history: str | None = None
    days: int | None = None


def reads(node: nodes.Node, known: Facts = frozenset()) -> Iterator[Read]:
    """Everything that the tree below `node` reads, given the names that surely have a value before it."""
    match node:
        case nodes.Name() | nodes.Getattr() | nodes.Call():
            yield _read(node, known)
        case nodes.Test():
            yield _read(node.node, known | {_key(node.node)})
        case nodes.Filter(name="default") if isinstance(node.node, (nodes.Name, nodes.Getattr, nodes.Call)):
            yield _read(node.node, known | {_key(node.node)})
        case nodes.And():
            yield from reads(node.left, known)
            yield from reads(node.right, known | facts(node.left, True))
        case nodes.Or():
            yield from reads(node.left, known)
            yield from reads(node.right, known | facts(node.left, False))
        case nodes.CondExpr():
            yield from reads(node.test, known)
            yield from reads(node.expr1, known | facts(node.test, True))
            if node.expr2 is not None:
                yield from reads(node.expr2, known | facts(node.test, False))
        case nodes.If():
            yield from _if_reads(node, known)
        case _:
            for child in node.iter_child_nodes():
                yield from reads(child, known)


def facts(node: nodes.Node, truth: bool) -> Facts:
    """The names that surely have a value when the condition `node` came out as `truth`."""
    match node:
        case nodes.Test():
            return frozenset({_key(node.node)}) if truth == (node.name == "defined") else frozenset()
        case nodes.Not():
            return facts(node.node, not truth)
        case nodes.And() | nodes.Or():
            left, right = facts(node.left, truth), facts(node.right, truth)
            return left | right if truth == isinstance(node, nodes.And) else left & right
        case nodes.Name() | nodes.Getattr() | nodes.Call() if truth:
            return frozenset({_key(node)})
        case _:
            return frozenset()


def _if_reads(node: nodes.If, known: Facts) -> Iterator[Read]:
    for part in (node, *node.elif_):
        yield from reads(part.test, known)
        inside = known | facts(part.test, True)
        for child in part.body:
            yield from reads(child, inside)
        known = known | facts(part.test, False)
    for child in node.else_:
        yield from reads(child, known)


def _key(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr(node=nodes.Name() as owner):
            return f"{owner.name}.{node.attr}"
        case nodes.Call(node=nodes.Name() as function):
            values = [repr(one.value) for one in node.args if isinstance(one, nodes.Const)]
            return f"{function.name}({', '.join(values)})"
        case _:
            return ""


def _read(node: nodes.Node, known: Facts) -> Read:
    key = _key(node)
    if isinstance(node, nodes.Call):
        values = [one.value for one in node.args if isinstance(one, nodes.Const)]
        days = int(values[1]) if len(values) > 1 else None
        return Read(key, key.partition("(")[0], key in known, history=str(values[0]), days=days)
    return Read(key, key.partition(".")[0], key in known)
