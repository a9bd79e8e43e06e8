"""What responders text back, and what comes of it."""

import asyncio
import re

import pytest
from sqlalchemy import update

from bot.conversation.events import CameIn
from bot.conversation.work import Worker
from storage.database import Database
from storage.tables import alert_codes, escalations, people
from tests.world.rows import alerts_to, code_in, ladder, rows, set_aside
from tests.world.town import RESIDENTS, Resident, Town


async def asked(database, keyring, *, both: bool = False) -> Town:
    """Isla asked to talk: Morag is told; with `both`, Ewan too."""
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    if both:
        await town.wait(minutes=15)
    town.phone("Morag").new(), town.phone("Ewan").new()
    return town


def code_on(town: Town, name: str) -> str:
    """The code of the first alert on somebody's phones."""
    return next(code_in(one.text) for one in town.phone(name).texts if "Text 1" in one.text)


@pytest.mark.parametrize("words", ["1", "yes", "take", "I'll take it", " 1 "])
async def test_a_bare_answer_takes_the_only_alert(database, keyring, words):
    town = await asked(database, keyring)
    await town.texts("Morag", words)
    assert (await ladder(town, "Isla")).row["taken_by"] == town.ids["Morag"]


@pytest.mark.parametrize("form", ["1 {0}", "{0} 1", "1{0}", "take {1}", '"1 {0}"', "1 {2}", "yes {0}"])
async def test_a_code_is_read_in_any_case_and_spacing(database, keyring, form):
    town = await asked(database, keyring)
    code = code_on(town, "Morag")
    await town.texts("Morag", form.format(code, code.lower(), f"{code[0]} {code[1]}"))
    assert (await ladder(town, "Isla")).state == "taken"


async def test_taking_it_twice_says_that_they_have_it(database, keyring):
    town = await asked(database, keyring)
    code = code_on(town, "Morag")
    await town.texts("Morag", "1")
    await town.texts("Morag", f"1 {code}")
    assert town.phone("Morag").new()[-1].startswith(f"You have {code} already")


async def test_the_second_to_take_it_is_told_by_whom_it_was_taken(database, keyring):
    town = await asked(database, keyring, both=True)
    await town.texts("Morag", "1")
    town.phone("Ewan").new()
    code = code_on(town, "Ewan")
    await town.texts("Ewan", f"1 {code}")
    assert town.phone("Ewan").new() == [f"Thank you, Morag has {code} already."]
    assert (await ladder(town, "Isla")).row["taken_by"] == town.ids["Morag"]


async def test_two_answers_in_one_batch_have_one_taker(database, keyring):
    town = await asked(database, keyring, both=True)
    both = [town.incoming("sms", "+447700900005", "1"), town.incoming("main", "1004", "1")]
    await town.inbox.take_in(both)
    await town.settle()
    assert (await ladder(town, "Isla")).row["taken_by"] == town.ids["Ewan"]
    assert (await town.kinds()).count("escalation.taken") == 1
    assert any(text.startswith("Thank you, Ewan has ") for text in town.phone("Morag").new())


@pytest.mark.parametrize("turn", range(4))
async def test_two_answers_in_the_same_second_have_one_taker(database, database_url, keyring, turn):
    town = await asked(database, keyring, both=True)
    other = Database.open(database_url)
    try:
        second = Worker(other, keyring, town.worker.house)
        one, two = town.incoming("sms", "+447700900005", "1"), town.incoming("main", "1004", "1")
        await asyncio.gather(town.worker.do([CameIn(one)], town.now), second.do([CameIn(two)], town.now))
    finally:
        await other.close()
    await town.settle()
    taken = await ladder(town, "Isla")
    taker, late = ("Morag", "Ewan") if taken.row["taken_by"] == town.ids["Morag"] else ("Ewan", "Morag")
    assert (await town.kinds()).count("escalation.taken") == 1
    assert any(text.startswith("Thank you. You have ") for text in town.phone(taker).new())
    assert any(text.startswith(f"Thank you, {taker} has ") for text in town.phone(late).new())
    assert await set_aside(town) == []


async def test_of_several_a_bare_answer_is_asked_which(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Callum", "talk")
    codes = {one["code"] for one in await alerts_to(town, "Morag")}
    town.phone("Morag").new()
    await town.texts("Morag", "1")
    [which] = town.phone("Morag").new()
    assert which.startswith("Which one?")
    assert all(code in which for code in codes)
    assert (await ladder(town, "Isla")).state == (await ladder(town, "Callum")).state == "open"


async def test_of_several_a_code_takes_that_one(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Callum", "talk")
    isla = (await rows(town, alert_codes, escalation_id=(await ladder(town, "Isla")).row["id"]))[0]["code"]
    await town.texts("Morag", f"1 {isla}")
    assert (await ladder(town, "Isla")).state == "taken"
    assert (await ladder(town, "Callum")).state == "open"


async def test_a_code_that_was_not_given_takes_nothing(database, keyring):
    town = await asked(database, keyring)
    code = code_on(town, "Morag")
    wrong = "A2" if code != "A2" else "B3"
    await town.texts("Morag", f"1 {wrong}")
    [unknown] = town.phone("Morag").new()
    assert "don't know that code" in unknown
    assert code in unknown
    assert (await ladder(town, "Isla")).state == "open"


async def test_an_answer_about_a_closed_one_is_told_so(database, keyring):
    town = await asked(database, keyring)
    code = code_on(town, "Morag")
    await town.texts("Morag", f"done {code} fine")
    town.phone("Morag").new()
    await town.texts("Morag", f"1 {code}")
    assert town.phone("Morag").new() == [f"Thank you, {code} is closed already."]
    assert (await ladder(town, "Isla")).state == "resolved"


async def test_a_press_on_a_closed_one_is_told_so_and_changes_nothing(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", f"done {code_on(town, 'Morag')} fine")
    town.phone("Morag").new()
    await town.presses("Morag", "1")
    assert len(town.phone("Morag").new()) == 1
    assert (await ladder(town, "Isla")).state == "resolved"


async def test_done_without_taking_it_first_closes_it(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", "done spoke to her")
    assert (await ladder(town, "Isla")).row["resolved_by"] == town.ids["Morag"]


async def test_done_with_words_of_danger_leaves_it_open(database, keyring):
    town = await asked(database, keyring)
    code = code_on(town, "Morag")
    await town.texts("Morag", "1")
    await town.texts("Morag", f"done {code} she says she will kill herself tonight")
    assert (await ladder(town, "Isla")).state == "taken"
    assert "stays open" in town.phone("Morag").last
    assert "999" in town.phone("Morag").last


async def test_none_leaves_it_open_with_whoever_tried(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", "none")
    now = await ladder(town, "Isla")
    assert (now.state, now.row["taken_by"]) == ("taken", town.ids["Morag"])
    assert "no answer" in town.phone("Morag").last
    assert "escalation.tried" in await town.kinds()


async def test_later_takes_it_and_asks_again_then(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", "later 30m")
    assert town.phone("Morag").new()[-1].endswith("at 09:59.")
    await town.wait(minutes=29)
    assert town.phone("Morag").new() == []
    await town.wait(minutes=1)
    [reminder] = town.phone("Morag").new()
    assert "still open with you" in reminder
    assert town.phone("Ewan").new() == []


async def test_later_is_cut_to_half_an_hour_in_a_crisis(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "I want to kill myself")
    await town.texts("Ewan", "later 6h")
    assert (await ladder(town, "Isla")).next_at == town.now.replace(hour=9, minute=59)


async def test_later_after_a_reminder_keeps_it(database, keyring):
    town = await asked(database, keyring)
    code = code_on(town, "Morag")
    await town.texts("Morag", "1")
    await town.wait(hours=4)
    await town.texts("Morag", f"later {code} 2h")
    await town.wait(hours=1, minutes=30)
    assert (await ladder(town, "Isla")).state == "taken"


async def test_three_tells_more_and_takes_nothing(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", "3")
    assert "Asked to talk to a person" in town.phone("Morag").last
    assert (await ladder(town, "Isla")).state == "open"


async def test_two_asks_the_next_at_once(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", "2")
    assert "asking someone else" in town.phone("Morag").last
    assert len(town.phone("Ewan").new()) == 1


async def test_two_is_not_answered_by_the_same_alert_again(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", "2")
    await town.texts("Ewan", "2")
    assert not any("needs a person" in text for text in town.phone("Morag").new())
    assert [text for text in town.phone("Ewan").new() if "needs a person" in text] != []


async def test_whoever_is_the_only_one_is_told_that_there_is_nobody_else(database, keyring):
    only = Resident("Morag", ("supervisor", "coordinator"), (("main", "1004"),), key="morag")
    alone = [one for one in RESIDENTS if one.name not in ("Morag", "Ewan", "Rhona")] + [only]
    town = await Town.build(database, keyring, residents=alone)
    await town.texts("Isla", "talk")
    town.phone("Morag").new()
    await town.texts("Morag", "2")
    [said] = town.phone("Morag").new()
    assert "nobody else" in said
    await town.wait(minutes=15)
    assert any("needs a person" in text for text in town.phone("Morag").new())


async def test_handing_it_back_asks_the_next_at_once(database, keyring):
    town = await asked(database, keyring)
    code = code_on(town, "Morag")
    await town.texts("Morag", "1")
    await town.texts("Morag", f"2 {code}")
    assert (await ladder(town, "Isla")).state == "lapsed"
    assert len(town.phone("Ewan").new()) == 1


async def test_handing_it_back_is_told_to_those_who_heard_that_it_was_taken(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30", missed=[{"in_a_row": 1, "policy": "gone-quiet"}])
    await town.wait(hours=8, minutes=30)
    await town.texts("Morag", "1")
    town.phone("Rhona").new()
    await town.texts("Morag", "2")
    [open_again] = town.phone("Rhona").new()
    assert "open again" in open_again


async def test_two_about_one_that_another_has_changes_nothing(database, keyring):
    town = await asked(database, keyring, both=True)
    await town.texts("Morag", "1")
    town.phone("Ewan").new()
    await town.texts("Ewan", f"2 {code_on(town, 'Ewan')}")
    assert (await ladder(town, "Isla")).row["taken_by"] == town.ids["Morag"]
    assert town.phone("Ewan").new()[-1].startswith("Thank you, Morag has ")


async def test_of_several_told_together_one_who_cannot_does_not_hurry_the_ladder(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "I want to kill myself")
    town.phone("Morag").new(), town.phone("Ewan").new()
    await town.texts("Morag", "2")
    assert town.phone("Ewan").new() == []
    assert (await ladder(town, "Isla")).round == 1


async def test_a_code_is_not_given_again_within_seven_days(database, keyring):
    town = await asked(database, keyring)
    first = code_on(town, "Morag")
    await town.texts("Morag", f"done {first} fine")
    [row] = await rows(town, alert_codes)
    assert row["freed_at"] == town.now
    from storage.escalations import codes_in_use

    during = town.now.replace(day=30, hour=9, minute=28)
    after = town.now.replace(day=30, hour=9, minute=30)
    assert [one.code for one in await database.read(codes_in_use, [town.ids["Morag"]], during)] == [first]
    assert await database.read(codes_in_use, [town.ids["Morag"]], after) == []


async def test_the_codes_of_one_phone_all_differ(database, keyring):
    many = [Resident(f"Person{n}", ("service_user",), (("sms", f"+4477009001{n:02d}"),)) for n in range(12)]
    town = await Town.build(database, keyring, residents=[*RESIDENTS, *many])
    await town.inbox.take_in([town.incoming("sms", one.phones[0][1], "urgent") for one in many])
    await town.settle()
    codes = [one["code"] for one in await alerts_to(town, "Morag")]
    assert len(codes) == len(set(codes)) == 12
    assert all(re.fullmatch(r"[A-HJKMNP-RT-Y][2-9]", code) for code in codes)


async def test_alerts_of_two_processes_at_once_have_codes_that_differ(database, database_url, keyring):
    many = [Resident(f"Person{n}", ("service_user",), (("sms", f"+4477009001{n:02d}"),)) for n in range(16)]
    town = await Town.build(database, keyring, residents=[*RESIDENTS, *many])
    other = Database.open(database_url)
    try:
        second = Worker(other, keyring, town.worker.house)
        items = [CameIn(town.incoming("sms", one.phones[0][1], "urgent")) for one in many]
        await asyncio.gather(
            *((town.worker if place % 2 else second).do([item], town.now) for place, item in enumerate(items))
        )
    finally:
        await other.close()
    codes = [one["code"] for one in await alerts_to(town, "Morag")]
    assert len(codes) == len(set(codes)) == 16
    assert await set_aside(town) == []


async def test_whoever_was_never_told_cannot_take_it_by_a_guessed_code(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Callum", f"1 {code_on(town, 'Morag')}")
    assert (await ladder(town, "Isla")).state == "open"


async def test_a_responder_who_said_stop_is_heard_but_not_written_to(database, keyring):
    town = await asked(database, keyring)
    code = code_on(town, "Morag")
    await town.database.run(_stop_silently, town.ids["Morag"], town.now)
    await town.texts("Morag", f"1 {code}")
    assert (await ladder(town, "Isla")).row["taken_by"] == town.ids["Morag"]
    assert town.phone("Morag").new() == []


def _stop_silently(connection, person_id, now) -> None:
    connection.execute(update(people).where(people.c.id == person_id).values(stopped_at=now))


async def test_whoever_takes_one_about_somebody_who_stopped_is_told_to_phone(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "stop")
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1")
    assert any("has stopped my texts" in text and "phone" in text for text in town.phone("Morag").new())


async def test_whoever_has_it_is_told_to_phone_when_the_person_says_stop(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", "1")
    town.phone("Morag").new()
    await town.texts("Isla", "stop")
    [phone] = town.phone("Morag").new()
    assert "has stopped my texts" in phone
    assert (await ladder(town, "Isla")).state == "taken"


async def test_an_escalation_that_is_taken_has_one_taker_in_its_row(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Morag", "1")
    [row] = await rows(town, escalations)
    assert (row["state"], row["taken_by"], row["taken_at"]) == ("taken", town.ids["Morag"], town.now)
