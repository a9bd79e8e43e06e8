"""What nobody knows the outcome of is looked up where the provider lists it, and what can wait is never sent twice."""

from datetime import timedelta

import pytest

from bot.channels.base import Found, NoAnswer, StatusReport
from storage.tables import deliveries, outbox
from tests.bot.delivery.test_sending import post, state_of
from tests.world.rows import rows
from tests.world.town import Town

CAN_WAIT = ["reply", "check-in", "bulk"]


async def row_of(town: Town, message) -> dict:
    [row] = await rows(town, outbox, id=message.id)
    return row


def looks(town: Town, account: str = "sms") -> list:
    """When the provider was asked, in seconds from now on."""
    channel, began, seen = town.channels[account], town.now, []
    real = channel.look_up

    async def noted(*args, **kwargs):
        seen.append((town.now - began).total_seconds())
        return await real(*args, **kwargs)

    channel.look_up = noted
    return seen


@pytest.mark.parametrize("send_class", CAN_WAIT)
async def test_one_that_arrived_is_found_and_not_sent_again(database, keyring, send_class):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("unanswered")
    message = await post(town, "text", send_class)
    await town.settle()
    assert await state_of(town, message) == "unknown"
    town.phone("Isla").behave("working")
    await town.wait(seconds=10)
    assert await state_of(town, message) == "accepted"
    [attempt] = await rows(town, deliveries, outbox_id=message.id)
    assert (attempt["outcome"], attempt["status"]) == ("accepted", "sent")
    assert attempt["provider_id"].startswith("local-")
    await town.wait(hours=1)
    assert town.phone("Isla").new() == ["text"]


@pytest.mark.parametrize("send_class", CAN_WAIT)
async def test_one_that_is_not_found_is_looked_up_three_times_and_stays_unknown(database, keyring, send_class):
    town = await Town.build(database, keyring)
    seen = looks(town)
    town.phone("Isla").behave("silent")
    message = await post(town, "text", send_class)
    await town.wait(hours=3)
    assert seen == [10, 60, 600]
    row = await row_of(town, message)
    assert (row["state"], row["looked"], row["held"], row["attempts"]) == ("unknown", 3, "not-found", 1)


async def test_one_that_is_listed_late_is_found_at_the_next_look(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    message = await post(town, "text")
    await town.wait(seconds=30)

    async def listed(sought, *_, **__):
        return Found((StatusReport("sms", "SM1", "delivered", message_id=sought.message_id),))

    town.channels["sms"].look_up = listed
    await town.wait(seconds=30)
    assert await state_of(town, message) == "delivered"


async def test_a_provider_that_gives_no_answer_is_asked_again_and_it_does_not_count(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    real = town.channels["sms"].look_up

    async def away(*_, **__):
        return NoAnswer("502")

    town.channels["sms"].look_up = away
    message = await post(town, "text")
    await town.wait(minutes=30)
    assert (await row_of(town, message))["looked"] == 0
    town.channels["sms"].look_up = real
    seen = looks(town)
    await town.wait(minutes=30)
    assert len(seen) == 3


async def test_a_fault_of_the_channel_is_no_answer(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")

    async def broken(*_, **__):
        raise RuntimeError

    town.channels["sms"].look_up = broken
    message = await post(town, "text")
    await town.wait(minutes=5)
    assert await state_of(town, message) == "unknown"


async def test_a_provider_that_never_answers_is_given_up_after_a_day(database, keyring):
    town = await Town.build(database, keyring)
    asked = 0

    async def away(*_, **__):
        nonlocal asked
        asked += 1
        return NoAnswer("502")

    town.channels["sms"].look_up = away
    town.phone("Isla").behave("silent")
    message = await post(town, "text")
    await town.settle()
    town.clock.set(town.now + timedelta(days=2))
    await town.wait(hours=1)
    assert asked == 3
    assert (await row_of(town, message))["held"] == "not-found"


async def test_words_of_another_message_are_not_taken_for_ours(database, keyring):
    town = await Town.build(database, keyring)
    first = await post(town, "Good morning")
    await town.settle()
    [known] = await rows(town, deliveries, outbox_id=first.id)
    town.phone("Isla").behave("silent")
    second = await post(town, "Good morning")

    async def listed(sought, *_, **__):
        return Found((StatusReport("sms", known["provider_id"], "delivered", message_id=sought.message_id),))

    town.channels["sms"].look_up = listed
    await town.wait(hours=1)
    assert await state_of(town, second) == "unknown"
    assert await state_of(town, first) == "accepted"


async def test_of_two_unknown_with_the_same_words_one_that_is_listed_settles_one(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    both = [await post(town, "Good morning"), await post(town, "Good morning")]

    async def listed(sought, *_, **__):
        return Found((StatusReport("sms", "SM1", "sent", message_id=sought.message_id),))

    town.channels["sms"].look_up = listed
    await town.wait(hours=1)
    assert sorted([await state_of(town, one) for one in both]) == ["accepted", "unknown"]


@pytest.mark.parametrize("send_class", ["crisis", "escalation"])
async def test_what_is_pressing_is_looked_up_once_and_not_sent_again_if_it_arrived(database, keyring, send_class):
    town = await Town.build(database, keyring)
    seen = looks(town)
    town.phone("Isla").behave("unanswered")
    message = await post(town, "pressing", send_class)
    await town.settle()
    town.phone("Isla").behave("working")
    await town.wait(hours=1)
    assert town.phone("Isla").new() == ["pressing"]
    assert await state_of(town, message) == "accepted"
    assert seen == [5]


@pytest.mark.parametrize("send_class", ["crisis", "escalation"])
@pytest.mark.parametrize("answer", ["not-found", "no-answer"])
async def test_what_is_pressing_and_not_found_is_sent_again_after_ten_seconds(database, keyring, send_class, answer):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    if answer == "no-answer":

        async def away(*_, **__):
            return NoAnswer("502")

        town.channels["sms"].look_up = away
    message = await post(town, "pressing", send_class)
    await town.settle()
    town.phone("Isla").behave("working")
    await town.wait(seconds=9)
    assert town.phone("Isla").new() == []
    await town.wait(seconds=1)
    assert town.phone("Isla").new() == ["(again) pressing"]
    assert await state_of(town, message) == "accepted"
    assert (await row_of(town, message))["looked"] == 1


async def test_what_is_pressing_is_sent_again_even_if_nobody_looks_it_up(database, keyring):
    """The looks' loop stands still; the sending loops don't wait for it."""
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    await post(town, "pressing", "crisis")
    await town.sender.round(town.now)
    town.phone("Isla").behave("working")
    town.clock.set(town.now + timedelta(seconds=15))
    await town.sender.round(town.now)
    assert town.phone("Isla").new() == ["(again) pressing"]


async def test_on_telegram_nothing_is_looked_up(database, keyring):
    town = await Town.build(database, keyring)
    seen = looks(town, "main")
    town.phone("Callum").behave("silent")
    await town.schedule("Callum", "daily-check-in", "daily at 09:30")
    await town.wait(hours=1)
    assert seen == []
    assert [row["looked"] for row in await rows(town, outbox, state="unknown")] == [0]


async def test_a_crisis_text_unknown_again_and_again_is_looked_up_each_time(database, keyring):
    town = await Town.build(database, keyring)
    seen = looks(town)
    town.phone("Isla").behave("silent")
    message = await post(town, "crisis words", "crisis")
    await town.wait(minutes=10)
    attempts = len(await rows(town, deliveries, outbox_id=message.id))
    assert attempts - 1 <= len(seen) <= attempts
    assert attempts >= 3
