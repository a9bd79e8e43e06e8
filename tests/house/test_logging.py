"""Log lines: names and keys that `bot/logs.py` lets through, so that nothing is silently left out."""

import ast
import re
from collections.abc import Iterator

import pytest

from bot.logs import ALLOWED
from tests.house.source import Module, imported, modules, production, uses

LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
OWN = {"exc_info", "stack_info"}  # turned into class and places


def log_calls() -> Iterator[tuple[Module, ast.Call]]:
    """Every call of a logger of `bot/logs.py`; storage has the standard library's, whose words never get out."""
    for module in modules("bot"):
        for node in ast.walk(module.tree):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_call and node.func.attr in LEVELS and ast.unparse(node.func.value) in ("_log", "log", "self._log"):
                yield module, node


CALLS = [pytest.param(module, node, id=module.place(node)) for module, node in log_calls()]


@pytest.mark.parametrize(("module", "call"), CALLS)
def test_the_event_is_a_fixed_name(module, call):
    """A name handed in by a caller goes too; words put together on the spot do not."""
    assert len(call.args) == 1
    if isinstance(call.args[0], ast.Name):
        return
    assert isinstance(call.args[0], ast.Constant)
    assert re.fullmatch(r"[a-z]+(\.[a-z_-]+)+", call.args[0].value)


@pytest.mark.parametrize(("module", "call"), CALLS)
def test_its_keys_are_known(module, call):
    keys = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
    assert keys - OWN - set(ALLOWED) == set(), "add it to bot/logs.py with the form that its value must have"


def test_only_logs_py_uses_the_standard_librarys_logging():
    allowed = ("bot/logs.py", "storage/database.py")  # the latter quietens a library that asks for a logger
    strays = [
        f"{module.place(node)} {name}"
        for module in production()
        if not module.within(*allowed) and "logging" in imported(module).values()
        for node, name in uses(module)
        if name.startswith("logging.")
    ]
    assert strays == []
