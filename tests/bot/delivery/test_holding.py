"""What somebody holds back waits until it is released, and holds back nothing else."""

from datetime import timedelta

import pytest

from storage.in_hand import Which, expire, hold, release
from tests.bot.delivery.test_sending import post, state_of
from tests.world.town import Town


@pytest.mark.parametrize("send_class", ["crisis", "escalation", "reply", "check-in", "bulk"])
async def test_what_is_held_waits_and_goes_when_it_is_released(database, keyring, send_class):
    town = await Town.build(database, keyring)
    message = await post(town, "text", send_class)
    await database.run(hold, Which(ids=(message.id,)), town.now)
    await town.wait(hours=1)
    assert town.phone("Isla").new() == []
    await database.run(release, Which())
    await town.settle()
    assert [one.endswith("text") for one in town.phone("Isla").new()] == [True]
    assert await state_of(town, message) == "accepted"


@pytest.mark.parametrize("send_class", ["crisis", "escalation", "reply", "check-in", "bulk"])
async def test_what_comes_after_it_does_not_wait_for_it(database, keyring, send_class):
    town = await Town.build(database, keyring)
    message = await post(town, "held", send_class)
    await database.run(hold, Which(ids=(message.id,)), town.now)
    await post(town, "later", send_class)
    await town.settle()
    assert town.phone("Isla").new() == ["later"]


async def test_what_was_held_together_leaves_in_its_order(database, keyring):
    town = await Town.build(database, keyring)
    for number in range(4):
        await post(town, f"text {number}")
    await database.run(hold, Which(send_class="reply"), town.now)
    await town.settle()
    await database.run(release, Which(send_class="reply"))
    await town.settle()
    assert town.phone("Isla").new() == [f"text {number}" for number in range(4)]


async def test_what_came_too_late_meanwhile_is_dropped_at_its_release(database, keyring):
    town = await Town.build(database, keyring)
    message = await post(town, "text", not_after=town.now + timedelta(hours=1))
    await database.run(hold, Which(), town.now)
    await town.wait(hours=2)
    assert await state_of(town, message) == "queued"
    await database.run(release, Which())
    await town.settle()
    assert await state_of(town, message) == "expired"
    assert town.phone("Isla").new() == []


async def test_an_alert_of_unknown_outcome_that_is_held_is_not_sent_again(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    message = await post(town, "pressing", "escalation")
    await town.settle()
    await database.run(hold, Which(), town.now)
    town.phone("Isla").behave("working")
    await town.wait(hours=1)
    assert town.phone("Isla").new() == []
    await database.run(release, Which())
    await town.settle()
    assert [one.endswith("pressing") for one in town.phone("Isla").new()] == [True]
    assert await state_of(town, message) == "accepted"


async def test_what_is_dropped_is_never_sent_whatever_it_was(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    unknown = await post(town, "unknown")
    await town.settle()
    queued = await post(town, "queued")
    changed = await database.run(expire, Which(), town.now)
    assert {one.id for one in changed} == {unknown.id, queued.id}
    town.phone("Isla").behave("working")
    await town.wait(hours=1)
    assert town.phone("Isla").new() == []
    assert await state_of(town, unknown) == await state_of(town, queued) == "expired"
