"""A person's own list: added to, opened, ticked off by number or button, and reminded of discreetly."""

import pytest
from sqlalchemy import select

from storage.tables import occurrences, wrap_items
from tests.world.town import RESIDENTS, Resident, Town

ITEMS = ("Walk Rab", "Ring my sister", "Eat something warm")


async def with_a_list(town: Town, name: str = "Isla") -> None:
    for item in ITEMS:
        await town.texts(name, f"WRAP ADD {item}")
    town.phone(name).new()


async def rows(town: Town, table):
    return await town.database.read(lambda connection: list(connection.execute(select(table)).mappings()))


async def test_wrap_add_says_how_many_there_are(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "WRAP ADD walk Rab")
    await town.texts("Isla", "wrap add  Ring my   sister")
    first, second = town.phone("Isla").new()
    assert first.startswith("Added. It is the first on your list.")
    assert second == "Added. That makes 2 on your list. Text WRAP to see it."


async def test_an_item_is_stored_sealed(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    stored = await rows(town, wrap_items)
    assert [row["place"] for row in stored] == [0, 1, 2]
    assert not any(b"Rab" in row["text_sealed"] for row in stored)


async def test_wrap_shows_the_list_in_the_persons_own_words_by_number(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    await town.texts("Isla", "WRAP")
    [shown] = town.phone("Isla").new()
    assert shown.endswith("\n1 Walk Rab\n2 Ring my sister\n3 Eat something warm")


async def test_what_was_done_is_recorded_and_the_rest_is_never_mentioned(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    await town.texts("Isla", "WRAP")
    town.phone("Isla").new()
    await town.texts("Isla", "1 and 3")
    said = " ".join(town.phone("Isla").new())
    assert "sister" not in said
    assert "2" not in said
    done = [entry for entry in await town.audit() if entry.kind == "wrap.done"]
    assert [entry.detail["items"] for entry in done] == [2]


async def test_on_telegram_a_button_ticks_an_item_off(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town, "Callum")
    await town.texts("Callum", "WRAP")
    await town.presses("Callum", "Walk Rab")
    await town.presses("Callum", "That's all")
    done = [entry for entry in await town.audit() if entry.kind == "wrap.done"]
    assert [entry.detail["items"] for entry in done] == [1]


async def test_none_of_it_is_an_answer_and_nothing_is_recorded(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    await town.texts("Isla", "WRAP")
    await town.texts("Isla", "none")
    assert "wrap.done" not in await town.kinds()


async def test_an_empty_list_says_how_to_begin_one(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "WRAP")
    assert "WRAP ADD" in town.phone("Isla").last


async def test_the_same_words_are_not_put_there_twice(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "WRAP ADD walk Rab")
    await town.texts("Isla", "WRAP ADD Walk rab")
    assert town.phone("Isla").last.startswith("That is on your list already.")
    assert len(await rows(town, wrap_items)) == 1


@pytest.mark.parametrize("words", ["x" * 121, "y" * 4000])
async def test_an_item_too_long_for_a_list_is_said_to_be(database, keyring, words):
    town = await Town.build(database, keyring)
    await town.texts("Isla", f"WRAP ADD {words}")
    assert "a bit long" in town.phone("Isla").last
    assert await rows(town, wrap_items) == []


async def test_a_list_holds_twenty(database, keyring):
    town = await Town.build(database, keyring)
    for number in range(21):
        await town.texts("Isla", f"WRAP ADD thing {number}")
    assert "as many as I can hold" in town.phone("Isla").last
    assert len(await rows(town, wrap_items)) == 20


async def test_while_a_question_is_open_the_list_is_only_shown_and_the_question_gets_the_number(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    town.phone("Isla").new()
    await town.texts("Isla", "WRAP")
    [shown] = town.phone("Isla").new()
    assert "- Walk Rab" in shown
    await town.texts("Isla", "2")
    assert "escalation.opened" in await town.kinds()


async def test_the_reminder_says_nothing_that_others_may_not_read(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    await town.schedule("Isla", "wrap-reminder", "daily at 10:00")
    await town.wait(minutes=31)
    assert town.phone("Isla").new() == ["Your list is ready. Text WRAP."]
    assert [row["state"] for row in await rows(town, occurrences)] == ["told"]


async def test_with_nothing_on_the_list_the_reminder_is_silent(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "wrap-reminder", "daily at 10:00")
    await town.wait(minutes=31)
    assert town.phone("Isla").new() == []


async def test_a_late_2_still_escalates_after_a_reminder_came_between(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.schedule("Isla", "wrap-reminder", "daily at 17:00")
    await town.wait(hours=8)
    assert "Your list is ready. Text WRAP." in town.phone("Isla").new()
    await town.texts("Isla", "2")
    assert "escalation.opened" in await town.kinds()


async def test_a_reminder_leaves_an_open_question_open(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.schedule("Isla", "wrap-reminder", "daily at 10:00")
    await town.wait(minutes=32)
    await town.texts("Isla", "2")
    assert "escalation.opened" in await town.kinds()


async def test_who_has_not_joined_has_no_list_yet(database, keyring):
    guest = Resident("Skye", ("service_user",), (("sms", "+447700900009"),), consented=None)
    town = await Town.build(database, keyring, residents=(*RESIDENTS, guest))
    await town.texts("Skye", "WRAP ADD walk")
    assert "text START" in town.phone("Skye").last
    assert await rows(town, wrap_items) == []


async def test_after_stop_wrap_is_silent(database, keyring):
    town = await Town.build(database, keyring)
    await with_a_list(town)
    await town.texts("Isla", "stop please")
    town.phone("Isla").new()
    await town.texts("Isla", "WRAP")
    assert town.phone("Isla").new() == []
