"""Branch rules and promises' conditions, compiled once when a flow is loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jinja2 import nodes

from flows.evaluate import Scope, condition_meaning
from flows.language import parse_condition


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: its source, its parsed tree (for the checks) and what it means."""

    source: str
    tree: nodes.Expr = field(compare=False, repr=False)
    holds: Callable[[Scope], bool] = field(compare=False, repr=False)


def compile_condition(source: str) -> Condition:
    """The condition written as `source`. Raises LanguageError when it is outside the language."""
    tree = parse_condition(source)
    return Condition(source, tree, condition_meaning(tree))
