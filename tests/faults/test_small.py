"""A small run of the faults on each kind of database, always the same: nothing is lost, doubled or stuck."""

import io

import pytest
from rich.console import Console

from tests.faults.injecting import SMALL
from tests.faults.orders import Orders
from tests.faults.play import play
from tests.faults.reconcile import holds
from tests.faults.table import show

ORDERS = Orders(seed=11, kills=4, people=20, minutes=5)
"""With the six stopping points ten kills."""


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_nothing_is_lost_in_a_small_run(kind, telegram_server, twilio_server):
    played = await play(ORDERS, kind, SMALL, servers=(telegram_server, twilio_server))
    said = io.StringIO()
    show([played], Console(file=said, width=160))
    assert holds(played.lines), said.getvalue()
    assert played.done["killed at a random moment"] == ORDERS.kills, said.getvalue()
    happened = " ".join(played.done)
    expected = {"failing row", "flow file broken", "process frozen", "stopping point", "clock", "provider", "reports"}
    expected |= {"sqlite": {"SQLite locked", "second process"}, "postgresql": {"PostgreSQL restarted", "cut"}}[kind]
    assert {one for one in expected if one not in happened} == set(), happened
