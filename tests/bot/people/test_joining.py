"""Joining: an invitation, a welcome, a yes; and nothing for anybody without one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.conversation.events import CameIn
from bot.conversation.loading import invitation_hash
from bot.conversation.matter import Regular
from bot.conversation.work import Worker
from bot.scheduling.rules import parse_rule
from storage.database import Database
from storage.ids import new_id
from storage.keys import Keys
from storage.tables import addresses, consents, invitations, schedules
from tests.world.rows import ladders, rows, session_of, set_aside
from tests.world.town import RESIDENTS, Town

MORNING = Regular(
    "morning",
    "leith",
    "service_user",
    "daily-check-in",
    parse_rule("daily at 09:30"),
    "daily at 09:30",
    timedelta(),
    timedelta(hours=2),
    (),
)
NEW_PHONE = "+447700900021"


async def invited(database, keyring, *, consented: bool | None = None, code: str = "K7QX", days: int = 14) -> Town:
    """Isla was invited and has no phone here yet."""
    isla = replace(RESIDENTS[0], phones=(), consented=consented)
    town = await Town.build(database, keyring, residents=[isla, *RESIDENTS[1:]], regulars=[MORNING])
    await invite(town, "Isla", code, days)
    return town


async def invite(town: Town, name: str, code: str, days: int = 14) -> None:
    """Somebody gets a code."""

    def write(connection) -> None:
        connection.execute(
            insert(invitations).values(
                id=new_id(town.now),
                person_id=town.ids[name],
                code_hash=invitation_hash(Keys(town.keyring, connection), code),
                created_at=town.now,
                expires_at=town.now + timedelta(days=days),
            )
        )

    await town.database.run(write)


def on(town: Town, number: str = NEW_PHONE, account: str = "sms") -> list[str]:
    """What a number got."""
    return [one.text for one in town.channels[account].on(number)]


@pytest.mark.parametrize("words", ["START K7QX", "start k7qx", "/start K7QX", " Start  K7QX "])
async def test_the_code_by_sms_begins_the_welcome(database, keyring, words):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, words)
    assert on(town)[0].startswith("Hi Isla")
    assert "YES" in on(town)[-1]


async def test_the_link_of_telegram_begins_the_welcome(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("main", "5001", "/start K7QX")
    assert on(town, "5001", "main")[0].startswith("Hi Isla")


async def test_yes_writes_the_consent_and_begins_schedules(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    await town.comes_in("sms", NEW_PHONE, "YES")
    [row] = await rows(town, consents, person_id=town.ids["Isla"])
    assert (row["given"], row["source"], row["account"]) == (True, "flow", "sms")
    [schedule] = await rows(town, schedules, person_id=town.ids["Isla"])
    assert schedule["key"] == "morning"
    before = len(on(town))
    await town.wait(minutes=2)
    assert "How is today" in on(town)[before]


async def test_no_writes_that_and_begins_nothing(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    await town.comes_in("sms", NEW_PHONE, "no")
    [row] = await rows(town, consents, person_id=town.ids["Isla"])
    assert row["given"] is False
    before = len(on(town))
    await town.wait(hours=72)
    assert len(on(town)) == before
    assert await rows(town, schedules, person_id=town.ids["Isla"]) == []


async def test_no_answer_begins_nothing(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    await town.wait(days=10)
    assert await rows(town, schedules, person_id=town.ids["Isla"]) == []
    assert await set_aside(town) == []


async def test_an_import_with_consent_skips_the_welcome(database, keyring):
    town = await invited(database, keyring, consented=True)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    assert [row["key"] for row in await rows(town, schedules, person_id=town.ids["Isla"])] == ["morning"]
    assert not any("Text YES" in text for text in on(town))


async def test_a_used_code_opens_nothing(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    await town.comes_in("sms", "+447700900022", "START K7QX")
    [said] = on(town, "+447700900022")
    assert said.startswith("Hello. I can't find an invitation")
    assert "Isla" not in said


async def test_an_expired_code_opens_nothing(database, keyring):
    town = await invited(database, keyring, days=1)
    await town.wait(days=1)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    assert on(town)[0].startswith("Hello. I can't find an invitation")


async def test_a_wrong_code_opens_nothing(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START AAAA")
    assert on(town)[0].startswith("Hello. I can't find an invitation")


async def test_guessing_codes_is_answered_once_a_day(database, keyring):
    town = await invited(database, keyring)
    for code in ("AAAA", "BBBB", "CCCC"):
        await town.comes_in("sms", NEW_PHONE, f"START {code}")
    assert len(on(town)) == 1
    await town.wait(days=1)
    await town.comes_in("sms", NEW_PHONE, "START DDDD")
    assert len(on(town)) == 2


async def test_a_code_from_somebody_elses_phone_does_not_take_it_over(database, keyring):
    town = await invited(database, keyring)
    await town.texts("Callum", "/start K7QX")
    [said] = town.phone("Callum").new()
    assert "already set up for someone else" in said
    assert "Isla" not in said
    assert await rows(town, addresses, person_id=town.ids["Isla"]) == []


async def test_the_code_is_still_good_after_somebody_elses_phone_tried_it(database, keyring):
    town = await invited(database, keyring)
    await town.texts("Callum", "/start K7QX")
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    assert on(town)[0].startswith("Hi Isla")


async def test_two_phones_with_one_code_in_one_batch_open_it_once(database, keyring):
    town = await invited(database, keyring)
    await town.inbox.take_in(
        [
            town.incoming("sms", NEW_PHONE, "START K7QX"),
            town.incoming("sms", "+447700900022", "START K7QX"),
        ]
    )
    await town.settle()
    assert len(await rows(town, addresses, person_id=town.ids["Isla"])) == 1
    assert on(town, "+447700900022")[0].startswith("Hello. I can't find an invitation")


async def test_two_phones_with_one_code_in_the_same_second_open_it_once(database, database_url, keyring):
    town = await invited(database, keyring)
    other = Database.open(database_url)
    try:
        second = Worker(other, keyring, town.worker.house)
        await asyncio.gather(
            town.worker.do([CameIn(town.incoming("sms", NEW_PHONE, "START K7QX"))], town.now),
            second.do([CameIn(town.incoming("sms", "+447700900022", "START K7QX"))], town.now),
        )
    finally:
        await other.close()
    assert len(await rows(town, addresses, person_id=town.ids["Isla"])) == 1
    assert await set_aside(town) == []


async def test_start_and_yes_in_one_batch_join(database, keyring):
    town = await invited(database, keyring)
    await town.inbox.take_in([town.incoming("sms", NEW_PHONE, text) for text in ("START K7QX", "yes")])
    await town.settle()
    assert [row["given"] for row in await rows(town, consents, person_id=town.ids["Isla"])] == [True]


async def test_start_twice_begins_the_welcome_anew_and_leaves_one_open(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    await town.wait(seconds=1)
    await town.comes_in("sms", NEW_PHONE, "START")
    await town.comes_in("sms", NEW_PHONE, "yes")
    assert (await session_of(town, "Isla"))["outcome"] == "joined"
    assert await set_aside(town) == []


async def test_a_low_number_before_joining_opens_nothing(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    await town.comes_in("sms", NEW_PHONE, "2")
    assert await ladders(town, "Isla") == []


async def test_danger_before_joining_is_answered_and_a_person_called(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    await town.comes_in("sms", NEW_PHONE, "I want to kill myself")
    assert "999" in on(town)[-1]
    assert [one.policy for one in await ladders(town, "Isla")] == ["crisis"]


async def test_whoever_has_not_joined_is_told_how_to(database, keyring):
    town = await invited(database, keyring)
    await town.comes_in("sms", NEW_PHONE, "START K7QX")
    await town.comes_in("sms", NEW_PHONE, "no")
    await town.comes_in("sms", NEW_PHONE, "hello")
    assert "text START" in on(town)[-1]


async def test_a_supervisor_who_opens_their_invitation_is_told_what_comes(database, keyring):
    town = await Town.build(database, keyring)
    await invite(town, "Ewan", "M2PQ")
    await town.comes_in("main", "5005", "/start M2PQ")
    assert on(town, "5005", "main")[0].startswith("Hello Ewan.")
    assert {row["account"] for row in await rows(town, addresses, person_id=town.ids["Ewan"])} == {"main", "sms"}


async def test_an_ordinary_sentence_that_begins_with_start_is_no_invitation(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "start walking")
    [said] = town.phone("Isla").new()
    assert "invitation" not in said


async def test_a_stranger_is_answered_once_a_day_and_told_nothing(database, keyring):
    town = await Town.build(database, keyring)
    for text in ("hello", "who is this?", "7"):
        await town.comes_in("sms", "+447700900999", text)
    [said] = on(town, "+447700900999")
    assert not any(word in said for word in ("Leith", "health", "peer", "Isla"))
    await town.wait(days=1)
    await town.comes_in("sms", "+447700900999", "hello again")
    assert len(on(town, "+447700900999")) == 2


async def test_a_stranger_in_two_processes_at_once_is_answered_once(database, database_url, keyring):
    town = await Town.build(database, keyring)
    await town.comes_in("sms", "+447700900999", "first")
    await town.wait(days=1)
    other = Database.open(database_url)
    try:
        second = Worker(other, keyring, town.worker.house)
        await asyncio.gather(
            town.worker.do([CameIn(town.incoming("sms", "+447700900999", "hello"))], town.now),
            second.do([CameIn(town.incoming("sms", "+447700900999", "hello?"))], town.now),
        )
    finally:
        await other.close()
    await town.settle()
    assert len(on(town, "+447700900999")) == 2
