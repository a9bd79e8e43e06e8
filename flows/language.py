"""The restricted language of texts and conditions: Jinja2's parser, then only the nodes listed here.

Nothing is ever compiled to Python or run by Jinja2: `evaluate.py` walks what this module let through. Length and
brackets are counted before parsing, depth after it, so that no file can exhaust the stack or grow a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from flows.errors import LanguageError
from flows.vocabulary import ATTRIBUTES, FILTERS, FUNCTIONS

LONGEST: Final = 2_000  # characters of one text or condition
DEEPEST: Final = 20  # brackets inside brackets
DEEPEST_TREE: Final = 60  # nodes inside nodes, for chains without brackets: not not not, a + a + a

# Only its parser is used: no globals, filters or loaders of it are ever reached, and nothing is rendered.
_JINJA: Final = Environment(autoescape=True, keep_trailing_newline=True)
_JINJA.filters = dict.fromkeys(FILTERS, str)

_LEAVES = (nodes.TemplateData, nodes.Name, nodes.Const)
_BRANCHES = (
    nodes.Template,
    nodes.Output,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.CondExpr,
    nodes.If,
    nodes.Operand,
)
_SAID: Final = {"Mul": "*", "Pow": "**", "Div": "/", "FloorDiv": "//", "Mod": "%", "Concat": "~", "Getitem": "[ ]"}
_COMPARISONS = frozenset({"eq", "ne", "lt", "lteq", "gt", "gteq", "in", "notin"})


def parse_text(source: str) -> nodes.Template:
    """The parsed tree of a text with placeholders. Raises LanguageError when it is outside the language."""
    _measure(source)
    try:
        tree = _JINJA.parse(source)
    except TemplateSyntaxError as error:
        raise _refused(f"cannot be read: {error.message}") from None
    except RecursionError:
        raise _too_deep() from None
    _restrict(tree)
    return tree


def parse_condition(source: str) -> nodes.Expr:
    """The parsed tree of a condition. Raises LanguageError when it is outside the language."""
    _measure(source)
    if not source.strip():
        raise _refused("is empty")
    try:
        parser = Parser(_JINJA, source, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            raise _refused("goes on after its end")
    except TemplateSyntaxError as error:
        raise _refused(f"cannot be read: {error.message}") from None
    except RecursionError:
        raise _too_deep() from None
    _restrict(tree)
    return tree


def _measure(source: str) -> None:
    if len(source) > LONGEST:
        raise LanguageError(
            "F015", f"has {len(source)} characters, more than {LONGEST}", "make it shorter, or make two steps of it"
        )
    depth = 0
    for character in source:
        if character in "([{":
            depth += 1
            if depth > DEEPEST:
                raise _too_deep()
        elif character in ")]}":
            depth = max(0, depth - 1)


def _restrict(tree: nodes.Node) -> None:
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST_TREE:
            raise _too_deep()
        waiting.extend((child, depth + 1) for child in _children(node))


def _children(node: nodes.Node) -> Iterator[nodes.Node]:
    """The nodes below `node` that are still to be looked at. Raises LanguageError for a node that may not be."""
    match node:
        case nodes.Getattr():
            _attribute(node)
        case nodes.List() | nodes.Neg():
            _constants(node)
        case nodes.Call():
            _call(node)
        case nodes.Compare():
            _comparison(node)
            yield from node.iter_child_nodes()
        case nodes.Test():
            _test(node)
            yield node.node
        case nodes.Filter():
            yield _filter(node)
        case _ if isinstance(node, _BRANCHES):
            yield from node.iter_child_nodes()
        case _ if isinstance(node, _LEAVES):
            pass
        case _:
            raise _refused(f"uses {_SAID.get(name := type(node).__name__, name.lower())}, which is not in the language")


def _attribute(node: nodes.Getattr) -> None:
    owner = node.node
    if not isinstance(owner, nodes.Name) or owner.name not in ATTRIBUTES:
        raise _refused(f"reads '.{node.attr}' of something that has no such part")


def _constants(node: nodes.List | nodes.Neg) -> None:
    if isinstance(node, nodes.Neg) and not _constant(node):
        raise _refused("has a minus before something that is not a number")
    if isinstance(node, nodes.List) and not all(_constant(item) for item in node.items):
        raise _refused("has a list of something else than plain values")


def _comparison(node: nodes.Compare) -> None:
    kinds = [operand.op for operand in node.ops]
    if not _COMPARISONS.issuperset(kinds) or (len(kinds) > 1 and {"in", "notin"}.intersection(kinds)):
        raise _refused("compares in a way that is not in the language")


def _test(node: nodes.Test) -> None:
    readable = isinstance(node.node, (nodes.Name, nodes.Getattr, nodes.Call))
    if node.name not in {"defined", "undefined"} or not readable:
        raise _refused(f"tests 'is {node.name}'; only 'is defined' and 'is not defined' of a name are known")


def _filter(node: nodes.Filter) -> nodes.Node:
    if node.name not in FILTERS:
        raise _refused(f"uses the filter '{node.name}', which is not known")
    arguments = node.args
    plain = len(arguments) == FILTERS[node.name] and all(_constant(one) for one in arguments)
    if node.node is None or not plain or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise _refused(f"gives the filter '{node.name}' something it does not take")
    return node.node


def _call(node: nodes.Call) -> None:
    if not isinstance(node.node, nodes.Name):
        raise _refused("calls something that is not a documented function")
    name = node.node.name
    if name not in FUNCTIONS:
        known = ", ".join(sorted(FUNCTIONS))
        raise LanguageError("F016", f"calls '{name}', which is not known", f"known functions: {known}")
    types = FUNCTIONS[name]
    values = [one.value if isinstance(one, nodes.Const) else None for one in node.args]
    fitting = [type(value) for value in values] == list(types)
    if not fitting or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise _refused(
            f"calls {name}() with something else than a name in quotes" + (" and days" if len(types) > 1 else "")
        )
    if any(isinstance(value, int) and not 1 <= value <= 366 for value in values):
        raise _refused(f"calls {name}() with days that are not 1 to 366")


def _constant(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Neg):
        inner = node.node
        return isinstance(inner, nodes.Const) and type(inner.value) in (int, float)
    return isinstance(node, nodes.Const)


def _refused(message: str) -> LanguageError:
    return LanguageError(
        "F014", message, "use names, plain values, comparisons, and/or/not, + and -, if, and the listed filters"
    )


def _too_deep() -> LanguageError:
    return LanguageError(
        "F015", "is nested too deeply", f"use at most {DEEPEST} brackets inside each other; branch on steps"
    )
