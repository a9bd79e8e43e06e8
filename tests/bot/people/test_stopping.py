"""STOP and START: silence at once and everywhere, and beginning again."""

import pytest
from sqlalchemy import insert, update

from storage.ids import new_id
from storage.tables import addresses, outbox, people, schedules, teams
from tests.world.rows import became, ladder, ladders, rows, schedule_of, session_of, set_aside
from tests.world.town import Resident, Town

TWO_PHONES = [
    Resident("Isla", ("service_user",), (("main", "1001"), ("sms", "+447700900001"))),
    Resident("Morag", ("supervisor",), (("main", "1004"), ("sms", "+447700900004")), key="morag"),
    Resident("Ewan", ("supervisor", "coordinator"), (("sms", "+447700900005"),), key="ewan"),
]


async def asked(database, keyring) -> Town:
    town = await Town.build(database, keyring, residents=TWO_PHONES)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    town.phone("Isla").new()
    return town


async def test_stop_is_confirmed_once(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "stop")
    [said] = town.phone("Isla").new()
    assert said.startswith("OK, I have stopped.")
    await town.texts("Isla", "stop")
    assert town.phone("Isla").new() == []


@pytest.mark.parametrize("words", ["STOP", "stop please", "Please stop texting me", "/stop", "unsubscribe"])
async def test_stop_is_understood_in_company(database, keyring, words):
    town = await asked(database, keyring)
    await town.texts("Isla", words)
    [row] = await rows(town, people, id=town.ids["Isla"])
    assert row["stopped_at"] == town.now


async def test_stop_closes_the_question_and_it_is_not_missed(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "stop")
    assert await became(town, "Isla") == [("neither", "stopped")]
    assert (await session_of(town, "Isla"))["outcome"] == "stopped"


async def test_stop_ends_schedules(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "stop")
    town.phone("Isla").new()
    await town.wait(hours=72)
    assert town.phone("Isla").new() == []
    assert (await schedule_of(town, "Isla"))["ended_at"] is not None


async def test_stop_on_one_phone_silences_the_other(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "stop", account="main")
    town.phone("Isla").new()
    await town.texts("Isla", "hello", account="sms")
    await town.texts("Isla", "5", account="sms")
    assert town.phone("Isla").new() == []


async def test_stop_takes_back_what_has_not_left(database, keyring):
    town = await Town.build(database, keyring, residents=TWO_PHONES)
    town.phone("Isla").behave("off")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await town.texts("Isla", "stop")
    town.phone("Isla").behave("working")
    await town.wait(hours=8)
    assert [text[:7] for text in town.phone("Isla").new()] == ["OK, I h"]
    assert [row["state"] for row in await rows(town, outbox, purpose="question")] == ["cancelled"]


async def test_stop_does_not_close_an_escalation(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "2")
    await town.texts("Isla", "stop")
    assert (await ladder(town, "Isla")).state == "open"


async def test_after_stop_talk_still_asks_for_a_person_without_a_word_back(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "stop")
    town.phone("Isla").new()
    await town.texts("Isla", "TALK")
    assert len(await ladders(town, "Isla")) == 1
    assert town.phone("Isla").new() == []


async def test_after_stop_an_unanswered_alert_is_not_said_to_the_person(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Isla", "stop")
    town.phone("Isla").new()
    await town.wait(hours=5)
    assert town.phone("Isla").new() == []


async def test_the_word_that_the_phone_company_takes_is_not_answered_by_sms(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "STOP", account="sms")
    assert town.phone("Isla").new() == []
    [row] = await rows(town, addresses, id=(await _sms_of(town, "Isla")))
    assert row["opted_out_at"] == town.now


async def _sms_of(town: Town, name: str):
    found = await rows(town, addresses, person_id=town.ids[name], account="sms")
    return found[0]["id"]


async def test_a_stop_that_the_provider_reports_counts_as_one(database, keyring):
    town = await asked(database, keyring)
    await town.comes_in("sms", "+447700900001", "END", carrier_word="STOP")
    [row] = await rows(town, people, id=town.ids["Isla"])
    assert row["stopped_at"] == town.now


async def test_blocking_the_bot_is_as_good_as_stop(database, keyring):
    town = await asked(database, keyring)
    await town.comes_in("main", "1001", "", kind="blocked")
    await town.wait(hours=48)
    assert town.phone("Isla").new() == []
    [row] = await rows(town, people, id=town.ids["Isla"])
    assert row["stopped_at"] is not None


async def test_an_opt_out_found_in_sending_counts_as_stop(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Isla").behave("refusing", fact="opted_out")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    [row] = await rows(town, people, id=town.ids["Isla"])
    assert row["stopped_at"] == town.now
    assert await became(town, "Isla") == [("neither", "stopped")]


async def test_start_begins_again(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "stop")
    town.phone("Isla").new()
    await town.texts("Isla", "START")
    [said] = town.phone("Isla").new()
    assert said.startswith("Welcome back.")


async def test_start_after_the_phone_companys_stop_makes_the_number_usable_again(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "STOP", account="sms")
    await town.comes_in("sms", "+447700900001", "START", carrier_word="START")
    [row] = await rows(town, addresses, id=(await _sms_of(town, "Isla")))
    assert row["opted_out_at"] is None
    assert town.phone("Isla").last.startswith("Welcome back.")


async def test_stop_and_start_in_one_batch_end_in_start(database, keyring):
    town = await asked(database, keyring)
    await town.inbox.take_in([town.incoming("main", "1001", word) for word in ("stop", "start")])
    await town.settle()
    [row] = await rows(town, people, id=town.ids["Isla"])
    assert row["stopped_at"] is None
    assert await set_aside(town) == []


async def test_yes_begins_again_only_for_whoever_stopped(database, keyring):
    town = await asked(database, keyring)
    await town.comes_in("sms", "+447700900001", "YES", carrier_word="START")
    assert not any("Welcome back" in text for text in town.phone("Isla").new())


async def test_a_supervisor_who_blocks_one_channel_of_two_is_no_gap(database, keyring):
    town = await asked(database, keyring)
    await town.comes_in("main", "1004", "", kind="blocked")
    assert town.phone("Ewan").new() == []
    await town.texts("Isla", "talk")
    assert len(town.channels["sms"].on("+447700900004")) == 1


async def test_a_supervisor_whom_nothing_reaches_any_more_is_a_gap_told_to_coordinators(database, keyring):
    only = [one for one in TWO_PHONES if one.name != "Morag"]
    morag = Resident("Morag", ("supervisor",), (("main", "1004"),), key="morag")
    town = await Town.build(database, keyring, residents=[*only, morag])
    await town.comes_in("main", "1004", "", kind="blocked")
    assert any("Morag can't get alerts" in text for text in town.phone("Ewan").new())


async def test_a_supervisor_who_has_it_and_says_stop_hands_it_on(database, keyring):
    town = await asked(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1")
    await town.texts("Morag", "stop")
    assert (await ladder(town, "Isla")).state == "lapsed"
    assert any("needs a person" in text for text in town.phone("Ewan").new())


async def test_a_strangers_stop_is_not_argued_with(database, keyring):
    town = await asked(database, keyring)
    await town.comes_in("sms", "+447700900999", "STOP")
    await town.comes_in("sms", "+447700900999", "stop please")
    assert town.channels["sms"].on("+447700900999") == ()


async def test_schedules_of_another_team_go_on_when_one_ends(database, keyring):
    town = await Town.build(database, keyring, residents=TWO_PHONES)
    mine = await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    left = await town.schedule("Isla", "daily-check-in", "daily at 09:30", key="left")
    elsewhere = new_id(town.now)

    def move(connection) -> None:
        row = dict(connection.execute(teams.select()).mappings().one())
        connection.execute(insert(teams).values(**{**row, "id": elsewhere, "key": "elsewhere"}))
        connection.execute(update(schedules).where(schedules.c.id == left).values(team_id=elsewhere))

    await town.database.run(move)
    await town.wait(minutes=1)
    assert (await rows(town, schedules, id=left))[0]["ended_at"] is not None
    assert (await rows(town, schedules, id=mine))[0]["ended_at"] is None
    assert len(town.phone("Isla").new()) == 1
