"""What was set aside: tried again with growing waits, closed when it went through, told of, and never decided too late."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import StatusReport, Unreadable
from bot.conversation.keeping import next_try
from bot.watching.reading import read_again
from bot.watching.retrying import Retrier, take_or_keep
from storage import quarantine
from storage.tables import answers, deliveries, inbound, outbox
from storage.tables import quarantine as quarantine_table
from tests.world.rows import became, code_in, ladder, ladders, rows, schedule_of, session_of, set_aside
from tests.world.town import Town

NUMBERS = {"Isla": "+447700900001", "Morag": "+447700900004"}
SIDS = iter(range(1, 10_000))


def fails(*_args, **_more):
    raise ZeroDivisionError


@pytest.fixture
async def town(database, keyring) -> Town:
    return await Town.build(database, keyring)


@pytest.fixture
def retrier(town) -> Retrier:
    return Retrier(town.worker, lambda account, raw: read_again("sms", account, raw))


async def write(town: Town, number: str, text: str) -> None:
    """A text by SMS, as Twilio posts it."""
    sid = f"SM{next(SIDS):032x}"
    form = {"MessageSid": sid, "From": number, "To": "+447700900100", "Body": text}
    await town.comes_in("sms", number, text, provider_id=sid, raw=json.dumps(form))


async def fail_once(town: Town, monkeypatch, text: str, number: str = NUMBERS["Isla"]) -> None:
    """This text fails; what comes after it works."""
    with monkeypatch.context() as broken:
        broken.setattr("bot.conversation.work.came_in", fails)
        await write(town, number, text)


async def waiting(town: Town) -> list[quarantine.Waiting]:
    return await town.database.read(quarantine.listing)


async def later(town: Town, retrier: Retrier, **how_long: float) -> int:
    """Time passes, and what is due again is tried."""
    await town.wait(**how_long)
    through = await retrier.round(town.now)
    await town.settle()
    return through


def test_waits_grow_and_end_with_a_person_or_go_on_slowly():
    now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    waits = {
        kind: [next_try(kind, times, now) for times in range(1, 7)] for kind in ("inbound", "session", "escalation")
    }
    minutes = {kind: [at and (at - now) / timedelta(minutes=1) for at in listed] for kind, listed in waits.items()}
    assert minutes == {
        "inbound": [1, 5, 30, 120, None, None],
        "session": [1, 5, 30, 120, 720, 720],
        "escalation": [1, 5, 5, 5, 5, 5],
    }


async def test_an_answer_that_failed_is_saved_a_minute_later(town, retrier, monkeypatch):
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await fail_once(town, monkeypatch, "7")
    assert await rows(town, answers) == []
    assert await later(town, retrier, seconds=50) == 0
    assert await later(town, retrier, seconds=15) == 1
    assert len(await rows(town, answers)) == 1
    assert await became(town, "Isla") == [("replied", None)]
    assert await waiting(town) == []
    [row] = await rows(town, inbound)
    assert (row["meant"], row["seq"]) == ("AnswerQuestion", 1)
    assert "inbound.decided_late" in await town.kinds()
    assert await later(town, retrier, hours=3) == 0


async def test_the_next_text_gets_the_next_place(town, retrier, monkeypatch):
    await fail_once(town, monkeypatch, "hello")
    await later(town, retrier, minutes=2)
    await write(town, NUMBERS["Isla"], "hello again")
    assert sorted(row["seq"] for row in await rows(town, inbound)) == [1, 2]


async def test_a_concern_is_opened_once(town, retrier, monkeypatch):
    await fail_once(town, monkeypatch, "talk")
    await later(town, retrier, minutes=2)
    assert len(await ladders(town, "Isla")) == 1
    assert "get in touch" in town.phone("Isla").last


async def test_danger_is_answered_when_it_is_set_aside_and_not_again(town, retrier, monkeypatch):
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    town.phone("Isla").new()
    await fail_once(town, monkeypatch, "I want to kill myself")
    assert len(town.phone("Isla").new()) == 1
    alerts = len(town.phone("Morag").texts) + len(town.phone("Ewan").texts)
    assert await later(town, retrier, seconds=61) == 1
    assert town.phone("Isla").new() == []
    assert len(town.phone("Morag").texts) + len(town.phone("Ewan").texts) == alerts
    assert (await ladder(town, "Isla")).policy == "crisis"
    assert (await session_of(town, "Isla"))["outcome"] == "interrupted"


async def test_what_keeps_failing_is_counted_and_waits_for_somebody(town, retrier, monkeypatch):
    await fail_once(town, monkeypatch, "hello")
    with monkeypatch.context() as broken:
        broken.setattr("bot.conversation.trying_again.came_in", fails)
        for minutes in (1, 5, 30, 120):
            assert await later(town, retrier, minutes=minutes) == 0
    [one] = await waiting(town)
    assert (one.times, one.next_at, one.reason) == (5, None, "ZeroDivisionError")
    assert await later(town, retrier, days=2) == 0
    await town.database.run(quarantine.try_now, one, town.now)
    assert await later(town, retrier, seconds=1) == 1
    assert await waiting(town) == []


async def test_a_text_that_later_ones_have_overtaken_is_not_decided_any_more(town, retrier, monkeypatch):
    await fail_once(town, monkeypatch, "start")
    await write(town, NUMBERS["Isla"], "stop")
    town.phone("Isla").new()
    assert await later(town, retrier, minutes=2) == 0
    assert town.phone("Isla").new() == []
    [one] = await waiting(town)
    assert one.overtaken
    assert one.next_at is None


async def test_several_that_failed_are_decided_in_their_order(town, retrier, monkeypatch):
    await fail_once(town, monkeypatch, "stop")
    await fail_once(town, monkeypatch, "start")
    assert await later(town, retrier, minutes=2) == 2
    assert "stopped" not in town.phone("Isla").last
    assert [row["meant"] for row in sorted(await rows(town, inbound), key=lambda row: row["seq"])] == [
        "Stopped",
        "Started",
    ]


async def test_a_number_does_not_answer_a_question_that_was_asked_after_it(town, retrier, monkeypatch):
    await fail_once(town, monkeypatch, "7")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await later(town, retrier, minutes=1)
    assert await rows(town, answers) == []
    assert (await session_of(town, "Isla"))["state"] == "open"


async def test_an_alert_answer_that_failed_takes_the_alert_later(town, retrier, monkeypatch):
    await town.texts("Isla", "talk")
    code = code_in(town.phone("Morag").last)
    await fail_once(town, monkeypatch, f"1 {code}", NUMBERS["Morag"])
    assert (await ladder(town, "Isla")).state == "open"
    assert await later(town, retrier, minutes=1) == 1
    assert (await ladder(town, "Isla")).state == "taken"


async def test_a_stranger_is_answered_later(town, retrier, monkeypatch):
    await fail_once(town, monkeypatch, "hello", "+447700900999")
    assert town.channels["sms"].on("+447700900999") == ()
    assert await later(town, retrier, minutes=1) == 1
    assert len(town.channels["sms"].on("+447700900999")) == 1


async def test_what_nobody_can_read_waits_for_a_newer_version(town, retrier):
    await town.texts("Isla", "hello")
    await town.inbox.take_in([Unreadable("sms", "in-x", "[1, 2", "KeyError", NUMBERS["Isla"])])
    await later(town, retrier, minutes=2)
    [one] = await waiting(town)
    assert (one.times, one.next_at, one.reason) == (2, None, "JSONDecodeError")


async def test_a_schedule_that_fails_begins_a_minute_later_and_is_told_of_once(town, retrier, monkeypatch):
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    with monkeypatch.context() as broken:
        broken.setattr("bot.conversation.work.fall_due", fails)
        await town.wait(minutes=1, seconds=5)
        assert await set_aside(town) == ["occurrence: ZeroDivisionError"]
        await retrier.round(town.now)
        await town.settle()
        assert town.phone("Ewan").new() == [
            "Something in me failed. A check-in or talk with I.E. is late. I keep trying. Please see how they are."
        ]
        await later(town, retrier, minutes=4)
    [one] = await waiting(town)
    assert one.times == 2
    assert one.next_at == (await schedule_of(town, "Isla"))["due_at"]
    await later(town, retrier, minutes=10)
    assert await became(town, "Isla") == [("begun", None)]
    assert await waiting(town) == []
    assert town.phone("Ewan").new() == []


async def test_many_that_fail_at_once_are_one_text(town, retrier, monkeypatch):
    for name in ("Isla", "Callum", "Rhona"):
        await town.schedule(name, "daily-check-in", "daily at 09:30")
    monkeypatch.setattr("bot.conversation.work.fall_due", fails)
    await town.wait(minutes=1)
    await retrier.round(town.now)
    await town.settle()
    [text] = town.phone("Ewan").new()
    assert "I.E." in text
    assert "and a peer worker are late" in text
    assert "R." not in text


async def test_a_session_that_fails_is_closed_when_it_went_on(town, retrier, monkeypatch):
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    with monkeypatch.context() as broken:
        broken.setattr("bot.conversation.work.run_out", fails)
        await town.wait(hours=3)
        assert await set_aside(town) == ["session: ZeroDivisionError"]
    [one] = await waiting(town)
    assert one.times > 1
    await later(town, retrier, hours=3)
    assert await waiting(town) == []


async def test_an_escalation_that_fails_is_never_left_for_more_than_five_minutes(town, retrier, monkeypatch):
    await town.texts("Isla", "talk")
    with monkeypatch.context() as broken:
        broken.setattr("bot.conversation.work.step", fails)
        await town.wait(hours=1)
        [one] = await waiting(town)
        assert one.times > 8
        assert one.next_at == (await ladder(town, "Isla")).next_at <= town.now + timedelta(minutes=5)
    await later(town, retrier, minutes=6)
    assert await waiting(town) == []


async def test_releasing_a_schedule_has_it_begin_now(town, retrier, monkeypatch):
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    with monkeypatch.context() as broken:
        broken.setattr("bot.conversation.work.fall_due", fails)
        await town.wait(minutes=40)
    [one] = await waiting(town)
    await town.database.run(quarantine.try_now, one, town.now)
    await town.settle()
    await retrier.round(town.now)
    assert await became(town, "Isla") == [("begun", None)]
    assert await waiting(town) == []


async def test_one_that_went_through_begins_anew_when_it_fails_again(town, retrier, monkeypatch):
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    for _ in range(2):
        with monkeypatch.context() as broken:
            broken.setattr("bot.conversation.work.fall_due", fails)
            await town.wait_until((await schedule_of(town, "Isla"))["due_at"])
        [one] = await waiting(town)
        assert one.times == 1
        await later(town, retrier, minutes=2)
        assert await waiting(town) == []
    assert len(await rows(town, quarantine_table)) == 1


async def test_a_providers_report_that_fails_is_taken_later(town, retrier, monkeypatch):
    await town.texts("Isla", "help")
    [sent] = await rows(town, deliveries)
    report = StatusReport("sms", sent["provider_id"], "delivered")
    with monkeypatch.context() as broken:
        broken.setattr("bot.watching.retrying.take_status", fails)
        await take_or_keep(town.worker, report, town.now)
    assert await set_aside(town) == ["status: ZeroDivisionError"]
    assert await later(town, retrier, minutes=1) == 1
    [message] = await rows(town, outbox)
    assert message["state"] == "delivered"
    assert await waiting(town) == []


async def test_a_refusal_that_could_not_be_decided_is_decided_later(town, retrier, monkeypatch):
    town.phone("Morag").behave("refusing")
    with monkeypatch.context() as broken:
        broken.setattr("bot.conversation.work.not_delivered", fails)
        await town.texts("Isla", "talk")
        assert await set_aside(town) == ["status: ZeroDivisionError"]
    town.phone("Morag").behave("working")
    assert await later(town, retrier, minutes=1) == 1
    assert await waiting(town) == []
    assert len(town.channels["sms"].on(NUMBERS["Morag"])) == 1


async def test_a_text_of_which_nothing_could_be_opened_is_decided_once_it_can(town, retrier, monkeypatch):
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    with monkeypatch.context() as broken:
        broken.setattr("bot.conversation.setting_aside.set_aside", fails)
        await fail_once(town, broken, "7")
    [row] = await rows(town, inbound)
    assert (row["person_id"], row["address_id"]) == (None, None)
    assert await later(town, retrier, minutes=1) == 1
    assert len(await rows(town, answers)) == 1


async def test_two_processes_try_a_thing_once(town, retrier, monkeypatch):
    await fail_once(town, monkeypatch, "talk")
    [one] = await waiting(town)
    await town.wait(minutes=2)
    assert await retrier._one(one, town.now) == "through"
    assert await retrier._one(one, town.now) == "gone"
    assert len(await ladders(town, "Isla")) == 1
