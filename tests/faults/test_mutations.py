"""The table can turn red: with one thing broken on purpose the smallest scenario that shows it does, and without not."""

import pytest

from tests.faults.crew import BLETHER
from tests.faults.mutated import MUTATIONS, program
from tests.faults.reconcile import holds
from tests.faults.trials import TRIALS, try_out

WHOLE = {"no-person-lock": program("slow-decisions")}
"""What is run for comparison, where it is not blether as it is: as slow as the broken one, but not broken."""


def _marked(names):
    return [
        pytest.param(name, marks=[pytest.mark.postgres] if TRIALS[name][1] == "postgresql" else []) for name in names
    ]


def test_every_mutation_has_its_trial():
    assert set(TRIALS) | {"slow-decisions"} == set(MUTATIONS)


@pytest.mark.parametrize("name", _marked(TRIALS))
async def test_a_broken_blether_turns_the_table_red(name, telegram_server, twilio_server):
    lines = await try_out(name, program(name), (telegram_server, twilio_server))
    red = {line.name for line in lines if not line.holds}
    assert TRIALS[name][4] in red


@pytest.mark.parametrize("name", _marked(TRIALS))
async def test_the_same_scenario_holds_with_a_whole_one(name, telegram_server, twilio_server):
    lines = await try_out(name, WHOLE.get(name, (BLETHER,)), (telegram_server, twilio_server))
    assert holds(lines), [line for line in lines if not line.holds]
