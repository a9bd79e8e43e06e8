"""Words of danger, whatever is going on: answered first, a person called, no survey on top of it."""

import pytest

from storage.tables import inbound, outbox
from tests.world.rows import became, ladder, ladders, rows, session_of, set_aside
from tests.world.town import Town

DANGER = "I want to kill myself"


async def asked(database, keyring) -> Town:
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    town.phone("Isla").new()
    return town


async def test_the_crisis_text_comes_first_and_alone(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", DANGER)
    [crisis] = town.phone("Isla").new()
    assert "999" in crisis
    assert (await ladder(town, "Isla")).policy == "crisis"


async def test_the_session_is_interrupted_and_no_survey_comes_back(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", DANGER)
    town.phone("Isla").new()
    assert await became(town, "Isla") == [("interrupted", None)]
    await town.wait(hours=12)
    assert not any("How is today" in text for text in town.phone("Isla").new())


async def test_a_number_after_danger_opens_no_survey(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", DANGER)
    await town.texts("Isla", "5")
    assert (await session_of(town, "Isla"))["state"] == "ended"


async def test_danger_after_a_missed_question_closes_it_for_good(database, keyring):
    town = await asked(database, keyring)
    await town.wait(hours=7)
    await town.texts("Isla", DANGER)
    town.phone("Isla").new()
    await town.texts("Isla", "hello?")
    assert not any("0 to 10" in text for text in town.phone("Isla").new())


async def test_danger_beside_a_number_is_danger(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "7 but I want to kill myself")
    [crisis] = town.phone("Isla").new()
    assert "999" in crisis
    assert await became(town, "Isla") == [("interrupted", None)]


async def test_a_second_time_within_the_hour_gets_other_words(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", DANGER)
    await town.wait(minutes=20)
    town.phone("Isla").new()
    await town.texts("Isla", DANGER)
    [second] = town.phone("Isla").new()
    assert second.startswith("I hear you")
    assert "999" in second


async def test_an_hour_later_the_whole_text_comes_again(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", DANGER)
    first = town.phone("Isla").new()[0]
    await town.texts("Morag", "1")
    await town.texts("Morag", "later 30m")
    await town.wait(minutes=61)
    town.phone("Isla").new()
    await town.texts("Isla", DANGER)
    assert town.phone("Isla").new() == [first]


async def test_distress_becomes_a_concern(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "I feel hopeless and I can't cope any more")
    [concern] = await ladders(town, "Isla")
    assert concern.policy == "concern"
    [said] = town.phone("Isla").new()
    assert "999" in said


async def test_danger_in_an_edit_is_answered(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", DANGER, kind="edit")
    assert (await ladder(town, "Isla")).policy == "crisis"
    assert "999" in town.phone("Isla").last


async def test_an_edit_changes_nothing_else(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "2", kind="edit")
    assert await ladders(town, "Isla") == []
    assert town.phone("Isla").new() == []


async def test_danger_under_a_photo_is_answered(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Callum", DANGER, kind="media")
    assert (await ladder(town, "Callum")).policy == "crisis"


async def test_after_stop_the_crisis_text_still_leaves_and_whoever_is_told_is_told_to_phone(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "stop please")
    town.phone("Isla").new()
    await town.texts("Isla", DANGER)
    [crisis] = town.phone("Isla").new()
    assert "999" in crisis
    assert "phone" in town.phone("Morag").last


async def test_after_the_word_that_the_phone_company_takes_the_crisis_text_is_tried_all_the_same(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "STOP")
    assert town.phone("Isla").new() == []
    town.phone("Isla").behave("refusing", fact="opted_out")
    await town.texts("Isla", DANGER)
    assert (await ladder(town, "Isla")).policy == "crisis"
    town.phone("Isla").behave("working")
    await town.texts("Isla", DANGER)
    assert "999" in town.phone("Isla").last
    assert await set_aside(town) == []


async def test_stop_and_danger_in_one_batch_are_both_done(database, keyring):
    town = await asked(database, keyring)
    await town.inbox.take_in([town.incoming("sms", "+447700900001", text) for text in (DANGER, "stop please", "3")])
    await town.settle()
    crisis, stopped = town.phone("Isla").new()
    assert "999" in crisis
    assert "stopped" in stopped
    assert (await ladder(town, "Isla")).policy == "crisis"


async def test_the_crisis_text_is_never_behind_a_check_in(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("off")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=5)
    town.phone("Isla").behave("working")
    await town.texts("Isla", DANGER)
    assert "999" in town.phone("Isla").texts[0].text


async def test_the_crisis_text_goes_by_every_other_channel_when_refused(database, keyring):
    town = await Town.build(database, keyring)
    town.channels["main"].behave("1004", "refusing", fact="blocked")
    await town.texts("Morag", DANGER, account="main")
    [crisis] = town.channels["sms"].on("+447700900004")
    assert "999" in crisis.text


async def test_a_strangers_danger_gets_the_crisis_text_and_coordinators_are_told(database, keyring):
    town = await Town.build(database, keyring)
    await town.comes_in("sms", "+447700900999", DANGER)
    [crisis] = town.channels["sms"].on("+447700900999")
    assert "999" in crisis.text
    assert any("words of danger" in text for text in town.phone("Ewan").new())


async def test_what_was_heard_is_noted_with_its_level_and_never_its_words(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", DANGER)
    [row] = await rows(town, inbound)
    assert row["danger"] == "risk"
    assert all("kill" not in str(entry.detail) for entry in await town.audit())
    assert await set_aside(town) == []


async def test_an_undelivered_crisis_text_is_sent_once_more_and_marked(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("silent")
    await town.texts("Isla", DANGER)
    town.phone("Isla").behave("working")
    await town.wait(seconds=10)
    [again] = town.phone("Isla").new()
    assert again.startswith("(again) ")
    assert [row["state"] for row in await rows(town, outbox, person_id=town.ids["Isla"])] == ["accepted"]


@pytest.mark.parametrize("word", ["help", "HELP!", "/help", "info"])
async def test_a_word_that_always_works_is_no_distress(database, keyring, word):
    town = await Town.build(database, keyring)
    await town.texts("Isla", word)
    assert await ladders(town, "Isla") == []
