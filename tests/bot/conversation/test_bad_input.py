"""Whatever comes in: a sensible answer, nothing raises, and what cannot be decided is kept for a person to look at."""

from dataclasses import replace

import pytest

from bot.channels.base import Unreadable
from bot.safety.words import global_word
from flows import compile_source
from storage.keys import Keys
from storage.tables import answers, inbound, outbox, people, quarantine
from tests.world.rows import became, ladder, ladders, rows, session_of, set_aside
from tests.world.town import RESIDENTS, Resident, Shelf, Town

SAY_ANYTHING = """
id = "diary"
version = 1
title = "Diary"
audience = "service_user"
language = "en-GB"
[reply]
within = "6h"
nudges = []
attempts = 2
[[steps]]
id = "q"
ask = "Anything to say?"
answer = { type = "text", save = "said" }
next = "thanks"
[[steps]]
id = "thanks"
say = "You said {{ said }}."
end = true
"""

ODD = {
    "empty": "",
    "spaces": "   \n\t ",
    "4,096 characters": "a" * 4096,
    "100,000 characters": "blether " * 12_500,
    "emoji only": "😀🎉👍🏽👨‍👩‍👧",
    "control characters": "\x01\x02\x1b[31m\x7f",
    "NUL": "hel\x00lo",
    "a lone surrogate": "hello \ud83d there",
    "a surrogate pair in halves": "hello \ud83d\ude00",
    "right to left": "\u202eolleh\u202c",
    "combining marks": "z̷̢̛a̴͝lgo" * 50,
    "a template": "{{ person.first_name }} {% for x in range(10**9) %}{% endfor %}",
    "a code place": "{code}",
    "quotes": "'; DROP TABLE people; --",
    "digits of another script": "٢",
    "a very long number": "9" * 5_000,
}


WRITERS = [Resident(f"Person{n}", ("service_user",), (("sms", f"+4477009001{n:02d}"),)) for n in range(len(ODD))]
FLOWS = {"a number": "daily-check-in", "words": "diary"}


async def town_of_writers(database, keyring) -> Town:
    """A town with somebody for each odd thing to write."""
    return await Town.build(database, keyring, residents=[*RESIDENTS, *WRITERS], also=[SAY_ANYTHING])


@pytest.mark.parametrize("asked_for", list(FLOWS))
async def test_anything_written_to_an_open_question_is_answered(database, keyring, asked_for):
    town = await town_of_writers(database, keyring)
    for one in WRITERS:
        await town.schedule(one.name, FLOWS[asked_for], "daily at 09:30")
    await town.wait(minutes=1)
    for one, odd in zip(WRITERS, ODD.values(), strict=True):
        town.phone(one.name).new()
        await town.texts(one.name, odd)
        assert town.phone(one.name).new() != []
    assert await set_aside(town) == []


async def test_anything_written_to_nothing_open_is_answered_once(database, keyring):
    town = await town_of_writers(database, keyring)
    for one, odd in zip(WRITERS, ODD.values(), strict=True):
        await town.texts(one.name, odd)
        assert len(town.phone(one.name).new()) == 1
    assert await set_aside(town) == []


async def test_anything_may_stand_in_the_words_of_done(database, keyring):
    town = await town_of_writers(database, keyring)
    for one, odd in zip(WRITERS, ODD.values(), strict=True):
        await town.texts(one.name, "talk")
        await town.texts("Morag", f"done {odd}")
        assert (await ladder(town, one.name)).state == "resolved"
    assert await set_aside(town) == []


async def test_a_stranger_may_write_anything(database, keyring):
    town = await town_of_writers(database, keyring)
    for place, odd in enumerate(ODD.values()):
        await town.comes_in("sms", f"+4477009009{place:02d}", odd)
        assert len(town.channels["sms"].on(f"+4477009009{place:02d}")) == 1
    assert await set_aside(town) == []


@pytest.mark.parametrize("kind", ["media", "edit", "group", "other", "blocked", "unblocked"])
async def test_every_kind_of_thing_from_anybody_is_written_down(database, keyring, kind):
    town = await Town.build(database, keyring)
    for sender in ("1002", "1004", "1999"):
        await town.comes_in("main", sender, "", kind=kind)
    assert [row["kind"] for row in await rows(town, inbound)] == [kind] * 3
    assert await set_aside(town) == []


async def test_a_thing_without_a_sender_is_written_down(database, keyring):
    town = await Town.build(database, keyring)
    await town.comes_in("main", "", "", kind="group")
    [row] = await rows(town, inbound)
    assert row["address_id"] is None


async def test_a_voice_note_is_answered_and_kept_for_a_person(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "", kind="media")
    assert town.phone("Isla").new() == [
        "I can't hear or see these. Please type it, or text TALK. Not safe? 999, or 116 123"
    ]
    assert (await ladder(town, "Isla")).policy == "info"


async def unreadable(town: Town, raw: str, sender: str = "1002") -> None:
    """An object of the provider's that could not be understood comes in."""
    town.serial += 1
    await town.inbox.take_in([Unreadable("main", f"in-{town.serial}", raw, "KeyError", sender)])
    await town.settle()


async def test_what_cannot_be_read_is_set_aside_and_a_person_looks(database, keyring):
    town = await Town.build(database, keyring)
    await unreadable(town, '{"message": {"text": "hello"}}')
    assert await set_aside(town) == ["inbound: KeyError"]
    assert (await ladder(town, "Callum")).policy == "concern"


async def test_danger_in_what_cannot_be_read_is_answered(database, keyring):
    town = await Town.build(database, keyring)
    await unreadable(town, '{"message": {"text": "I want to kill myself"}}')
    assert "999" in town.phone("Callum").last
    assert (await ladder(town, "Callum")).policy == "crisis"


class Poisoned(Shelf):
    """A shelf from which one flow raises."""

    def version(self, flow: str, version: int):
        """Raises for the check-in."""
        if flow == "daily-check-in":
            raise ZeroDivisionError("a fault of the program")
        return super().version(flow, version)


async def poisoned(database, keyring, shelf) -> Town:
    """Isla has an open question, and from then on nothing of its flow works."""
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    town.phone("Isla").new()
    house = replace(town.worker.house(), shelf=shelf)
    object.__setattr__(town.worker, "house", lambda: house)
    return town


class Gone(Shelf):
    """A shelf from which the check-in has gone."""

    def version(self, flow: str, version: int):
        """None for the check-in."""
        return None if flow == "daily-check-in" else super().version(flow, version)


async def test_a_reply_to_a_flow_that_has_gone_is_set_aside_and_a_person_looks(database, keyring):
    town = await poisoned(database, keyring, Gone())
    await town.texts("Isla", "2")
    assert await set_aside(town) == ["inbound: NoSuchFlowError"]
    assert (await ladder(town, "Isla")).policy == "concern"
    [row] = await rows(town, inbound)
    assert row["meant"] == "set aside"


async def test_stop_works_though_the_flow_has_gone(database, keyring):
    town = await poisoned(database, keyring, Gone())
    await town.texts("Isla", "stop please")
    assert "stopped" in town.phone("Isla").last
    assert (await session_of(town, "Isla"))["state"] == "ended"
    assert await set_aside(town) == []


async def test_danger_works_though_the_flow_has_gone(database, keyring):
    town = await poisoned(database, keyring, Gone())
    await town.texts("Isla", "I want to kill myself")
    assert "999" in town.phone("Isla").last
    assert await became(town, "Isla") == [("interrupted", None)]
    assert await set_aside(town) == []


@pytest.mark.parametrize("word", ["TALK", "URGENT", "HELP"])
async def test_the_words_that_always_work_work_though_the_flow_has_gone(database, keyring, word):
    town = await poisoned(database, keyring, Gone())
    await town.texts("Isla", word)
    assert len(town.phone("Isla").new()) == 1
    assert await set_aside(town) == []


async def test_one_poisoned_text_of_a_batch_keeps_no_other_from_being_decided(database, keyring):
    town = await poisoned(database, keyring, Gone())
    await town.inbox.take_in(
        [
            town.incoming("sms", "+447700900001", "5"),
            town.incoming("main", "1002", "talk"),
        ]
    )
    await town.settle()
    assert await set_aside(town) == ["inbound: NoSuchFlowError"]
    assert (await ladder(town, "Callum")).policy == "concern"


async def test_later_texts_still_work_after_one_was_set_aside(database, keyring):
    town = await poisoned(database, keyring, Gone())
    await town.texts("Isla", "5")
    await town.texts("Isla", "talk")
    assert "get in touch" in town.phone("Isla").last


async def test_what_was_set_aside_is_not_taken_in_again(database, keyring):
    town = await poisoned(database, keyring, Gone())
    same = town.incoming("sms", "+447700900001", "5")
    await town.inbox.take_in([same])
    await town.inbox.take_in([same])
    assert len(await rows(town, quarantine)) == 1


async def test_a_session_that_fails_when_its_time_is_up_rests_and_is_set_aside(database, keyring):
    town = await poisoned(database, keyring, Gone())
    await town.wait(hours=3)
    assert await set_aside(town) == ["session: NoSuchFlowError"]
    assert (await session_of(town, "Isla"))["due_at"] > town.now


async def test_stop_holds_even_when_its_decision_fails(database, keyring, monkeypatch):
    town = await Town.build(database, keyring)

    def fails(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr("bot.conversation.decide.stop", fails)
    assert global_word("stop please") is not None
    await town.texts("Isla", "stop please")
    [row] = await rows(town, people, id=town.ids["Isla"])
    assert row["stopped_at"] == town.now
    assert await set_aside(town) == ["inbound: ZeroDivisionError"]


async def test_a_ladder_that_fails_is_told_to_the_coordinator_once(database, keyring, monkeypatch):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")

    def fails(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr("bot.conversation.work.step", fails)
    await town.wait(hours=1)
    assert len(town.phone("Ewan").new()) == 1
    assert (await ladder(town, "Isla")).next_at > town.now


async def test_a_schedule_that_fails_rests_and_keeps_no_other_from_beginning(database, keyring, monkeypatch):
    town = await Town.build(database, keyring)
    poison = await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.schedule("Callum", "daily-check-in", "daily at 09:30")
    from bot.conversation import work

    works = work.fall_due

    def fails(batch, schedule):
        if schedule.id == poison:
            raise ZeroDivisionError
        works(batch, schedule)

    monkeypatch.setattr("bot.conversation.work.fall_due", fails)
    await town.wait(minutes=2)
    assert len(town.phone("Callum").new()) == 1
    assert await set_aside(town) == ["occurrence: ZeroDivisionError"]


async def test_numbers_of_an_answer_are_saved_as_numbers(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await town.texts("Isla", "och about a 6 pal")
    [row] = await rows(town, answers)

    def opened(connection) -> str:
        key = Keys(keyring, connection).of(town.ids["Isla"], "answers")
        return key.open("answers", "value_sealed", row["id"], row["value_sealed"])

    assert await database.read(opened) == "6"


def test_the_diary_of_these_tests_is_a_good_flow():
    assert compile_source(SAY_ANYTHING, "a test's flow").id == "diary"


async def test_a_name_in_any_writing_may_stand_in_an_alert(database, keyring):
    odd = Resident("Ωlive {{ x }}", ("service_user",), (("sms", "+447700900009"),), last_name="😀")
    town = await Town.build(database, keyring, residents=[*RESIDENTS, odd])
    await town.texts("Ωlive {{ x }}", "talk")
    assert len(town.phone("Morag").new()) == 1
    assert await ladders(town, "Isla") == []
    assert all(row["state"] == "accepted" for row in await rows(town, outbox))
