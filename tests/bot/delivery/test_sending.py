"""Sending: order, classes, back-off, what is unknown, what was in the hands of a process that has gone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.channels.base import Accepted, Refused, TryLater, Unknown
from bot.delivery.send import Sender
from storage.claims import database_now
from storage.database import Database
from storage.ids import new_id
from storage.keys import Keys
from storage.outbox import put
from storage.records import Body, Message
from storage.tables import addresses, channel_accounts, deliveries, outbox
from tests.world.rows import alerts_to, ladder, rows, set_aside
from tests.world.town import Town

ISLA = "+447700900001"


async def post(town: Town, text: str, send_class: str = "reply", **more) -> Message:
    """Put a message for Isla in the outbox."""
    [address] = await rows(town, addresses, person_id=town.ids["Isla"])
    purpose = {"crisis": "crisis", "escalation": "notice"}.get(send_class, "reply")
    message = Message(
        id=new_id(town.now),
        address_id=address["id"],
        person_id=town.ids["Isla"],
        send_class=send_class,
        purpose=purpose,
        body=Body(text),
        due_at=town.now,
        created_at=town.now,
    )
    message = replace(message, **more)
    await town.database.run(lambda connection: put(connection, Keys(town.keyring, connection), [message]))
    return message


async def state_of(town: Town, message: Message) -> str:
    """What became of it."""
    [row] = await rows(town, outbox, id=message.id)
    return row["state"]


async def test_messages_of_a_class_leave_in_their_order(database, keyring):
    town = await Town.build(database, keyring)
    for number in range(5):
        await post(town, f"text {number}")
    await town.settle()
    assert town.phone("Isla").new() == [f"text {number}" for number in range(5)]


async def test_the_gravest_class_leaves_first(database, keyring):
    town = await Town.build(database, keyring)
    for send_class in ("bulk", "check-in", "reply", "escalation", "crisis"):
        await post(town, send_class, send_class)
    await town.settle()
    assert town.phone("Isla").new() == ["crisis", "escalation", "reply", "check-in", "bulk"]


async def test_order_holds_while_an_earlier_one_waits_with_back_off(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("off")
    await post(town, "first")
    await town.settle()
    town.phone("Isla").behave("working")
    await post(town, "second")
    await town.settle()
    assert town.phone("Isla").new() == []
    await town.wait(seconds=5)
    assert town.phone("Isla").new() == ["first", "second"]


async def test_what_is_pressing_waits_for_no_back_off_of_another(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("off")
    for send_class in ("crisis", "escalation", "reply", "check-in"):
        await post(town, f"old {send_class}", send_class)
    await town.settle()
    town.phone("Isla").behave("working")
    await post(town, "new crisis", "crisis")
    await post(town, "new escalation", "escalation")
    await post(town, "new reply")
    await town.settle()
    assert town.phone("Isla").new() == ["new crisis", "new escalation"]


async def test_the_back_off_doubles(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("off")
    message = await post(town, "text")
    await town.wait(minutes=2)
    tries = [row["at"] for row in await rows(town, deliveries, outbox_id=message.id)]
    assert 5 <= len(tries) <= 8
    assert await state_of(town, message) == "queued"


async def test_a_message_past_its_time_is_not_sent(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("off")
    message = await post(town, "text", not_after=town.now + timedelta(minutes=3))
    await town.settle()
    town.clock.set(town.now + timedelta(minutes=4))
    town.phone("Isla").behave("working")
    await town.settle()
    assert town.phone("Isla").new() == []
    assert await state_of(town, message) == "expired"


async def test_a_message_that_is_not_due_waits(database, keyring):
    town = await Town.build(database, keyring)
    await post(town, "later", due_at=town.now + timedelta(minutes=10))
    await town.wait(minutes=9)
    assert town.phone("Isla").new() == []
    await town.wait(minutes=1)
    assert town.phone("Isla").new() == ["later"]


@pytest.mark.parametrize("send_class", ["reply", "check-in", "bulk"])
async def test_what_can_wait_is_not_sent_again_when_its_outcome_is_unknown(database, keyring, send_class):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    message = await post(town, "text", send_class)
    await town.settle()
    town.phone("Isla").behave("working")
    await town.wait(hours=3)
    assert await state_of(town, message) == "unknown"
    assert town.phone("Isla").new() == []


async def test_an_unknown_one_does_not_hold_up_the_next(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    await post(town, "lost")
    await town.settle()
    town.phone("Isla").behave("working")
    await post(town, "next")
    await town.settle()
    assert town.phone("Isla").new() == ["next"]


async def test_an_alert_of_unknown_outcome_is_sent_once_more_and_marked(database, keyring):
    town = await Town.build(database, keyring)
    town.channels["main"].behave("1004", "silent")
    sent = []
    real = town.channels["main"].send

    async def once_silent(message):
        outcome = await real(message)
        sent.append(message.text)
        town.channels["main"].behave("1004", "working")
        return outcome

    town.channels["main"].send = once_silent
    await town.texts("Isla", "talk")
    [alert] = town.phone("Morag").new()
    assert alert.startswith("(again) ")
    assert len(sent) == 2


async def test_an_sms_alert_of_unknown_outcome_gives_a_report_ten_seconds(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Ewan").behave("silent")
    await town.texts("Isla", "I want to kill myself")
    town.phone("Ewan").behave("working")
    await town.wait(seconds=9)
    assert town.phone("Ewan").new() == []
    await town.wait(seconds=1)
    [again] = town.phone("Ewan").new()
    assert again.startswith("(again) ")


async def test_an_alert_of_unknown_outcome_twice_goes_by_the_next_channel(database, keyring):
    town = await Town.build(database, keyring)
    town.channels["main"].behave("1004", "silent")
    await town.texts("Isla", "talk")
    assert len(town.channels["sms"].on("+447700900004")) == 1
    assert len(await rows(town, deliveries, account="main", outcome="unknown")) == 2


async def test_a_crisis_text_of_unknown_outcome_is_tried_again_with_back_off_and_never_given_up(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    message = await post(town, "crisis words", "crisis")
    await town.wait(minutes=10)
    assert 3 <= len(await rows(town, deliveries, outbox_id=message.id)) <= 12
    town.phone("Isla").behave("working")
    await town.wait(minutes=11)
    [again] = town.phone("Isla").new()
    assert again.startswith("(again) ")
    assert again.endswith("crisis words")
    assert await state_of(town, message) == "accepted"


async def test_a_refused_notice_goes_by_the_next_channel(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(minutes=15)
    town.channels["main"].behave("1004", "refusing", fact="blocked")
    await town.texts("Ewan", "1")
    assert any(one.text.startswith("Ewan has ") for one in town.channels["sms"].on("+447700900004"))


async def test_a_person_whom_nothing_reaches_is_a_matter_for_a_person(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("refusing", fact="invalid")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    assert (await ladder(town, "Isla")).policy == "info"
    assert "please phone" in town.phone("Morag").last


async def test_an_unreachable_check_in_is_tried_once_more_in_half_an_hour(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("refusing", fact="unreachable")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    town.phone("Isla").behave("working")
    await town.wait(minutes=29)
    assert town.phone("Isla").new() == []
    await town.wait(minutes=1)
    assert len(town.phone("Isla").new()) == 1


async def test_an_account_that_is_refused_is_paused_and_the_next_channel_is_used(database, keyring):
    town = await Town.build(database, keyring)
    town.channels["main"].behave("1004", "refusing", fact="account")
    await town.texts("Isla", "talk")
    assert len(town.channels["sms"].on("+447700900004")) == 1
    [account] = await rows(town, channel_accounts, key="main")
    assert account["paused_code"] == "account"


async def test_a_result_counts_only_while_the_lease_is_ours(database, keyring):
    town = await Town.build(database, keyring)
    message = await post(town, "text")
    real = town.channels["sms"].send

    async def loses_lease(outgoing):
        outcome = await real(outgoing)
        await database.run(_take_over, message.id, town.now)
        return outcome

    town.channels["sms"].send = loses_lease
    await town.sender.round(town.now)
    [row] = await rows(town, outbox, id=message.id)
    assert row["state"] == "sending"
    assert await rows(town, deliveries) == []


def _take_over(connection, message_id, now) -> None:
    connection.execute(update(outbox).where(outbox.c.id == message_id).values(lease_id=new_id(now)))


async def in_hand(town: Town, message: Message) -> None:
    """A process claimed it, gave it to the provider perhaps, and died."""

    async def dies(_outgoing):
        raise asyncio.CancelledError

    real, town.channels["sms"].send = town.channels["sms"].send, dies
    with pytest.raises(asyncio.CancelledError):
        await town.sender.round(town.now)
    town.channels["sms"].send = real
    assert await state_of(town, message) == "sending"


def _lapse(connection, message_id, now) -> None:
    connection.execute(update(outbox).where(outbox.c.id == message_id).values(lease_until=now - timedelta(days=3650)))


async def test_a_message_in_anothers_hands_is_left_to_them(database, keyring):
    town = await Town.build(database, keyring)
    message = await post(town, "text")
    await in_hand(town, message)
    await town.settle()
    assert town.phone("Isla").new() == []


async def test_a_lapsed_check_in_is_unknown_and_not_sent_again(database, keyring):
    town = await Town.build(database, keyring)
    message = await post(town, "text", "check-in")
    await in_hand(town, message)
    await database.run(_lapse, message.id, town.now)
    await town.wait(minutes=5)
    assert await state_of(town, message) == "unknown"
    assert town.phone("Isla").new() == []


async def test_a_lapsed_crisis_text_is_sent_again_and_marked(database, keyring):
    town = await Town.build(database, keyring)
    message = await post(town, "words", "crisis")
    await in_hand(town, message)
    await database.run(_lapse, message.id, town.now)
    await town.wait(seconds=15)
    assert town.phone("Isla").new() == ["(again) words"]


async def test_two_senders_at_once_send_each_message_once(database, database_url, keyring):
    town = await Town.build(database, keyring)
    for number in range(10):
        await post(town, f"text {number}")
    other = Database.open(database_url)
    try:
        worker = replace(town.worker, database=other)
        second = Sender(worker, town.channels, town.sender.throttles, lambda point: None)

        async def all_of(sender):
            while await sender.round(town.now):
                pass

        await asyncio.gather(all_of(town.sender), all_of(second), all_of(town.sender))
        await town.settle()
    finally:
        await other.close()
    assert sorted(town.phone("Isla").new()) == sorted(f"text {number}" for number in range(10))


async def test_stop_between_claim_and_sending_is_honoured_the_next_time(database, keyring):
    town = await Town.build(database, keyring)
    message = await post(town, "text")
    town.phone("Isla").behave("off")
    await town.settle()
    await town.texts("Isla", "stop please")
    town.phone("Isla").behave("working")
    await town.wait(minutes=5)
    assert await state_of(town, message) == "cancelled"
    assert not any(text == "text" for text in town.phone("Isla").new())


async def test_the_held_up_prefix_names_the_delay(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Ewan").behave("off")
    await town.texts("Isla", "I want to kill myself")
    first = (await alerts_to(town, "Ewan"))[0]
    town.phone("Ewan").behave("working")
    town.clock.set(town.now + timedelta(minutes=45))
    await town.settle()
    assert any(text.startswith(f"Held up 45 min: {first['code']}: ") for text in town.phone("Ewan").new())


async def test_a_limit_of_the_whole_account_rests_it(database, keyring):
    town = await Town.build(database, keyring)

    async def too_many(_outgoing):
        return TryLater("429", timedelta(seconds=7), whole_account=True)

    town.channels["sms"].send = too_many
    message = await post(town, "text")
    await town.settle()
    [account] = await rows(town, channel_accounts, key="sms")
    rests = account["resting_until"] - await town.database.read(database_now)
    assert timedelta(seconds=3) < rests <= timedelta(seconds=7)
    [row] = await rows(town, outbox, id=message.id)
    assert row["due_at"] >= town.now + timedelta(seconds=7)


@pytest.mark.parametrize(
    ("outcome", "name", "state"),
    [
        (Accepted("x1", 2), "accepted", "accepted"),
        (Refused("21211", "invalid"), "refused", "failed"),
        (TryLater("20429"), "later", "queued"),
        (Unknown("timeout"), "unknown", "unknown"),
    ],
)
async def test_every_attempt_is_written_down(database, keyring, outcome, name, state):
    town = await Town.build(database, keyring)

    async def says(_outgoing):
        return outcome

    town.channels["sms"].send = says
    message = await post(town, "text")
    await town.sender.round(town.now)
    [row] = await rows(town, deliveries, outbox_id=message.id)
    assert row["outcome"] == name
    assert await state_of(town, message) == state
    assert await set_aside(town) == []


async def test_a_fault_of_a_channel_is_one_messages_alone(database, keyring):
    town = await Town.build(database, keyring)
    real = town.channels["sms"].send

    async def fails_for_isla(outgoing):
        if outgoing.to == ISLA:
            raise ZeroDivisionError
        return await real(outgoing)

    town.channels["sms"].send = fails_for_isla
    lost = await post(town, "text")
    await town.texts("Rhona", "HELP")
    assert await state_of(town, lost) == "unknown"
    assert len(town.phone("Rhona").new()) == 1
    assert await rows(town, outbox, state="sending") == []


async def test_what_every_channel_refuses_goes_round_once(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(minutes=15)
    town.phone("Morag").behave("refusing", fact="filtered")
    await asyncio.wait_for(town.texts("Ewan", "1"), 60)
    notices = await rows(town, outbox, person_id=town.ids["Morag"], purpose="notice")
    assert [row["state"] for row in notices] == ["failed", "failed"]


async def test_a_crisis_text_that_every_channel_refuses_goes_round_once(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Morag").behave("refusing", fact="filtered")
    await asyncio.wait_for(town.texts("Morag", "I want to kill myself"), 60)
    assert [row["state"] for row in await rows(town, outbox, purpose="crisis")] == ["failed", "failed"]
