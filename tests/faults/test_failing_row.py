"""A row that always fails is set aside, and everybody else is nudged, answers and is answered."""

import pytest

from tests.faults.crowd import Crowd
from tests.faults.trials import one_that_always_fails
from tests.faults.world import world


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_one_persons_broken_session_hurts_nobody_else(kind, telegram_server, twilio_server):
    async with world(kind, 8, 1, mode="polling", servers=(telegram_server, twilio_server)) as one:
        await one_that_always_fails(one, Crowd(one, seed=0))
        assert await one.crew.stop() == [0]
