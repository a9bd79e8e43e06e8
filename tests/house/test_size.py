"""Small enough to be read: modules, functions, tests."""

import ast
from itertools import chain

from tests.house.source import modules, production

MODULE, TEST_MODULE, FUNCTION = 400, 600, 60
"""Lines at most. Functions aim at 50; a table written as a function may be a little longer."""


def test_no_module_is_longer_than_400_lines():
    long = {module.path: len(module.text.splitlines()) for module in production()}
    assert {path: lines for path, lines in long.items() if lines > MODULE} == {}


def test_no_test_module_is_longer_than_600_lines():
    long = {module.path: len(module.text.splitlines()) for module in modules("tests", "benchmarks")}
    assert {path: lines for path, lines in long.items() if lines > TEST_MODULE} == {}


def test_no_function_is_longer_than_60_lines():
    functions = chain.from_iterable(
        ((module, node) for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        for module in production()
    )
    long = {module.place(node): node.name for module, node in functions if node.end_lineno - node.lineno + 1 > FUNCTION}
    assert long == {}


def test_no_module_is_named_for_nothing_in_particular():
    vague = {"utils", "util", "manager", "helper", "helpers", "data", "process", "misc", "common"}
    assert [module.path for module in production() if module.dotted.split(".")[-1] in vague] == []


def test_every_module_with_code_says_what_it_is():
    silent = [module.path for module in production() if module.tree.body and not ast.get_docstring(module.tree)]
    assert silent == []
