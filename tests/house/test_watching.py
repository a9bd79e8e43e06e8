"""What can be watched is written down, and what is written down can be watched: metrics and lines of the log."""

import ast
import re

from bot import metrics
from bot.web.metrics import OfProcess, _Gauges
from storage.gauges import Stand
from tests.house.source import Module, table_of
from tests.house.test_logging import log_calls

STAND = Stand(
    waiting={"reply": 2},
    late={"reply": 1.5},
    unknown=0,
    escalations={"open": 1},
    unanswered=0,
    oldest_escalation=3.0,
    quarantine={"inbound": 0},
    unsealed=4,
    sealer_lag=2.0,
    overdue={"session": 0.0},
)
UNITS = ("_total", "_seconds", "_messages", "_entries")
COUNTS_OF_THINGS = ("blether_info", "blether_loops_alive", "blether_database_up", "blether_escalations")
MAY_BE_LABELS = {"channel", "meaning", "level", "kind", "class", "outcome", "what", "address", "version", "state"}


def shown() -> dict[str, tuple[str, ...]]:
    """Every metric by its name as it is scraped, with its labels as far as there is anything to see."""
    gauges = _Gauges(lambda: OfProcess("1", True, 0))
    gauges.stand = STAND
    found: dict[str, tuple[str, ...]] = {}
    for family in gauges.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels}
        found[name] = tuple(labels)
    for tally in metrics.TALLIES:
        found[f"{tally.name}_total"] = tally.labels
    return found


def documented() -> dict[str, str]:
    return {name: cell for name, cell in table_of("watching.md").items() if name.startswith("blether_")}


def test_every_metric_is_documented_with_its_labels():
    assert {name: set(labels) for name, labels in shown().items()} == {
        name: set(re.findall(r"\w+", cell)) for name, cell in documented().items()
    }, "docs/watching.md"


def test_names_of_metrics_carry_their_unit():
    strays = [name for name in shown() if not name.endswith(UNITS) and not name.startswith(COUNTS_OF_THINGS)]
    assert [name for name in strays if name != "blether_quarantine_waiting"] == []


def test_labels_are_of_a_kind_that_has_few_values_and_nobody_in_it():
    assert {label for labels in shown().values() for label in labels} <= MAY_BE_LABELS


def handed_in(module: Module, call: ast.Call) -> set[str]:
    """The names that a function which logs what it is given is called with, in the same module."""
    name = ast.unparse(call.args[0])
    functions = [node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    [inside] = [one for one in functions if any(node is call for node in ast.walk(one))]
    place = [one.arg for one in inside.args.args if one.arg != "self"].index(name)
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    given = [node.args[place] for node in calls if ast.unparse(node.func).rpartition(".")[2] == inside.name]
    assert given
    return {node.value for node in given if isinstance(node, ast.Constant)}


def logged() -> dict[str, str]:
    """Every event that is logged somewhere, with a place; `uncaught` and `library` are `bot/logs.py`'s own."""
    events: dict[str, str] = {"uncaught": "bot/logs.py", "library": "bot/logs.py"}
    for module, call in log_calls():
        first = call.args[0]
        for name in {first.value} if isinstance(first, ast.Constant) else handed_in(module, call):
            events.setdefault(name, module.place(call))
    return events


def documented_events() -> set[str]:
    return {name for name in table_of("watching.md") if not name.startswith("blether_")} | {"library"}


def test_every_event_of_the_log_is_documented():
    assert {name: place for name, place in logged().items() if name not in documented_events()} == {}, (
        "docs/watching.md"
    )


def test_every_documented_event_is_logged_somewhere():
    assert sorted(documented_events() - logged().keys()) == []
