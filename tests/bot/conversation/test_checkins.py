"""The life of a check-in: asked, reminded once, answered, missed, or left unclear."""

import pytest

from storage.tables import answers, outbox
from tests.world.rows import became, ladder, ladders, rows, schedule_of, session_of, set_aside
from tests.world.town import Town

TWICE = [{"in_a_row": 2, "policy": "gone-quiet"}]


async def asked(database, keyring, **more) -> Town:
    """It is Monday 09:30 and Isla has her question."""
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30", **more)
    await town.wait(minutes=1)
    town.phone("Isla").new()
    return town


async def test_it_is_asked_at_its_time_and_not_before(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(seconds=59)
    assert town.phone("Isla").new() == []
    await town.wait(seconds=1)
    assert len(town.phone("Isla").new()) == 1


async def test_there_is_one_nudge_at_its_time(database, keyring):
    town = await asked(database, keyring)
    await town.wait(hours=1, minutes=59)
    assert town.phone("Isla").new() == []
    await town.wait(minutes=1)
    [nudge] = town.phone("Isla").new()
    assert nudge.startswith("Just checking in.")
    await town.wait(hours=20)
    assert town.phone("Isla").new() == []


async def test_an_unanswered_one_is_missed_when_its_time_is_over(database, keyring):
    town = await asked(database, keyring)
    await town.wait(hours=5, minutes=59)
    assert await became(town, "Isla") == [("begun", None)]
    await town.wait(minutes=1)
    assert await became(town, "Isla") == [("missed", None)]


async def test_an_answered_one_is_replied_and_saved(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "7")
    assert await became(town, "Isla") == [("replied", None)]
    assert len(await rows(town, answers)) == 1
    await town.wait(hours=10)
    assert len(town.phone("Isla").new()) == 1


async def test_missed_in_a_row_fires_exactly_at_its_number(database, keyring):
    town = await asked(database, keyring, missed=TWICE)
    await town.wait(hours=7)
    assert await ladders(town, "Isla") == []
    await town.wait(hours=24)
    assert (await ladder(town, "Isla")).policy == "gone-quiet"


async def test_missed_in_a_row_does_not_fire_again_past_its_number(database, keyring):
    town = await asked(database, keyring, missed=TWICE)
    await town.wait(hours=31)
    await town.texts("Morag", "done phoned her")
    for _ in range(3):
        await town.wait(hours=24)
    assert len(await ladders(town, "Isla")) == 1
    assert (await schedule_of(town, "Isla"))["missed_in_a_row"] == 5


async def test_a_reply_sets_missed_in_a_row_to_nought(database, keyring):
    town = await asked(database, keyring, missed=TWICE)
    await town.wait(hours=24)
    await town.texts("Isla", "6")
    assert (await schedule_of(town, "Isla"))["missed_in_a_row"] == 0
    await town.wait(hours=31)
    assert await ladders(town, "Isla") == []


async def test_a_late_reply_sets_missed_in_a_row_to_nought(database, keyring):
    town = await asked(database, keyring, missed=TWICE)
    await town.wait(hours=8)
    assert (await schedule_of(town, "Isla"))["missed_in_a_row"] == 1
    await town.texts("Isla", "6")
    assert (await schedule_of(town, "Isla"))["missed_in_a_row"] == 0
    assert await became(town, "Isla") == [("replied", None)]


async def test_a_late_2_still_escalates(database, keyring):
    town = await asked(database, keyring)
    await town.wait(hours=8)
    await town.texts("Isla", "2")
    assert (await ladder(town, "Isla")).policy == "concern"
    assert await became(town, "Isla") == [("replied", None)]


async def test_a_late_press_of_2_still_escalates(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Callum", "daily-check-in", "daily at 09:30")
    await town.wait(hours=8)
    await town.presses("Callum", "2")
    assert (await ladder(town, "Callum")).policy == "concern"


async def test_a_press_on_an_older_question_is_told_so_and_changes_nothing(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Callum", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await town.texts("Callum", "9")
    town.phone("Callum").new()
    await town.presses("Callum", "2")
    assert town.phone("Callum").new() == ["That button is from earlier, so nothing has changed."]
    assert await ladders(town, "Callum") == []


async def test_a_reply_after_the_next_one_began_answers_the_next_one(database, keyring):
    town = await asked(database, keyring)
    await town.wait(hours=24)
    await town.texts("Isla", "2")
    assert await became(town, "Isla") == [("missed", None), ("replied", None)]


async def test_words_that_are_no_answer_get_a_hint_and_then_are_left_unclear(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "dunno")
    [hint] = town.phone("Isla").new()
    assert "0 to 10" in hint
    await town.texts("Isla", "still dunno")
    assert await became(town, "Isla") == [("unclear", None)]
    assert (await schedule_of(town, "Isla"))["missed_in_a_row"] == 0


async def test_after_it_was_left_unclear_thanks_is_not_met_with_the_question_again(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "dunno")
    await town.texts("Isla", "still dunno")
    town.phone("Isla").new()
    await town.texts("Isla", "thanks pal")
    assert not any("0 to 10" in text for text in town.phone("Isla").new())


async def test_after_it_was_left_unclear_a_2_still_escalates(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "dunno")
    await town.texts("Isla", "still dunno")
    await town.texts("Isla", "2")
    assert (await ladder(town, "Isla")).policy == "concern"


@pytest.mark.parametrize("word", ["HELP", "TALK", "URGENT", "INFO"])
async def test_a_global_word_is_a_sign_of_life(database, keyring, word):
    town = await asked(database, keyring, missed=[{"in_a_row": 1, "policy": "gone-quiet"}])
    await town.texts("Isla", word)
    await town.wait(hours=7)
    assert await became(town, "Isla") == [("unclear", None)]
    assert all(one.policy != "gone-quiet" for one in await ladders(town, "Isla"))


async def test_the_question_stays_open_after_a_global_word(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "HELP")
    await town.texts("Isla", "8")
    assert await became(town, "Isla") == [("replied", None)]


async def test_a_voice_note_is_a_sign_of_life_and_is_looked_at(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "", kind="media")
    assert "can't hear or see" in town.phone("Isla").last
    await town.wait(hours=7)
    assert await became(town, "Isla") == [("unclear", None)]
    assert (await ladder(town, "Isla")).policy == "info"


async def test_a_question_that_never_arrived_is_neither_replied_nor_missed(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("refusing", fact="filtered")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30", missed=TWICE)
    await town.wait(hours=7)
    assert await became(town, "Isla") == [("neither", "not delivered")]
    assert (await schedule_of(town, "Isla"))["missed_in_a_row"] == 0


async def test_a_question_that_waited_too_long_is_not_sent_and_not_missed(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("off")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30", missed=TWICE)
    await town.wait(hours=7)
    town.phone("Isla").behave("working")
    await town.wait(hours=2)
    assert town.phone("Isla").new() == []
    assert await became(town, "Isla") == [("neither", "not delivered")]


async def test_yesterdays_open_question_ends_when_todays_begins(database, keyring):
    flow = (
        'id = "long"\nversion = 1\ntitle = "Long"\naudience = "service_user"\nlanguage = "en-GB"\n'
        '[reply]\nwithin = "36h"\nnudges = []\nattempts = 2\n'
        '[[steps]]\nid = "q"\nask = "Long today, from 0 to 10?"\nanswer = { type = "scale", min = 0, max = 10, save = "q" }\n'
        "end = true\n"
    )
    town = await Town.build(database, keyring, also=[flow])
    await town.schedule("Isla", "long", "daily at 09:30")
    await town.wait(hours=25)
    assert await became(town, "Isla") == [("missed", None), ("begun", None)]
    assert await set_aside(town) == []


async def test_nothing_begins_without_consent(database, keyring):
    from dataclasses import replace

    from tests.world.town import RESIDENTS

    asked_never = replace(RESIDENTS[0], consented=None)
    town = await Town.build(database, keyring, residents=[asked_never, *RESIDENTS[1:]])
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(hours=1)
    assert town.phone("Isla").new() == []
    assert await became(town, "Isla") == [("skipped", "no consent")]


async def test_nothing_begins_while_a_crisis_is_open(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.texts("Isla", "I want to kill myself")
    town.phone("Isla").new()
    await town.wait(minutes=2)
    assert town.phone("Isla").new() == []
    assert await became(town, "Isla") == [("skipped", "in crisis")]


async def test_a_doubled_text_counts_once(database, keyring):
    town = await asked(database, keyring)
    twice = town.incoming("sms", "+447700900001", "2")
    await town.inbox.take_in([twice, twice])
    await town.inbox.take_in([twice])
    await town.settle()
    assert len(await rows(town, answers)) == 1
    assert (await town.kinds()).count("inbound.received") == 1
    assert len(town.phone("Isla").new()) == 2


async def test_texts_of_one_delivery_are_decided_in_their_order(database, keyring):
    town = await asked(database, keyring)
    await town.inbox.take_in([town.incoming("sms", "+447700900001", one) for one in ("7", "talk")])
    await town.settle()
    thanks, talk = town.phone("Isla").new()
    assert "Isla" in thanks
    assert "get in touch" in talk


async def test_the_words_of_a_button_are_read_like_the_button(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Callum", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await town.presses("Callum", "10")
    assert await became(town, "Callum") == [("replied", None)]


async def test_a_moved_question_is_answered_from_the_other_phone(database, keyring):
    from dataclasses import replace

    from tests.world.town import RESIDENTS

    two_phones = replace(RESIDENTS[1], phones=(("main", "1002"), ("sms", "+447700900002")))
    town = await Town.build(database, keyring, residents=[RESIDENTS[0], two_phones, *RESIDENTS[2:]])
    town.channels["main"].behave("1002", "refusing", fact="invalid")
    await town.schedule("Callum", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    assert len(town.channels["sms"].on("+447700900002")) == 1
    await town.texts("Callum", "8", account="sms")
    assert await became(town, "Callum") == [("replied", None)]
    assert (await session_of(town, "Callum"))["state"] == "ended"


async def test_an_unknown_question_is_not_sent_again(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    town.phone("Isla").behave("working")
    await town.wait(hours=1)
    assert town.phone("Isla").new() == []
    assert [row["state"] for row in await rows(town, outbox)] == ["unknown"]
