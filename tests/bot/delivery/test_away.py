"""Coming back after more than an hour: what is too late is dropped, and each coordinator is told once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.delivery.away import ComingBack
from storage.asked import asked, note_asked
from storage.claims import database_now
from storage.ids import new_id
from storage.tables import memberships, outbox, processes, teams
from tests.bot.delivery.test_sending import post, state_of
from tests.world.rows import rows
from tests.world.town import RESIDENTS, Resident, Town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IS_SET = asyncio.Event()
IS_SET.set()


def _process(connection: Connection, process_id: UUID, now, seen_ago: timedelta, started_ago: timedelta) -> None:
    connection.execute(
        insert(processes).values(
            id=process_id,
            version="1",
            revision="0003",
            started_at=now - started_ago,
            seen_at=database_now(connection) - seen_ago,
        )
    )


async def ran(town: Town, seen_ago: timedelta, started_ago: timedelta | None = None) -> UUID:
    """A process of the installation, last seen so long ago."""
    process_id = new_id(town.now)
    started_ago = seen_ago + HOUR if started_ago is None else started_ago
    await town.database.run(_process, process_id, town.now, seen_ago, started_ago)
    return process_id


async def starts(town: Town, *, telegram: str | None = "main") -> ComingBack:
    """A process starts now."""
    process_id = await ran(town, timedelta(), timedelta())
    one = ComingBack(town.worker, process_id, telegram, lambda: town.now)
    await one.begin()
    return one


async def test_an_absence_is_told_to_the_coordinator_once(database, keyring):
    town = await Town.build(database, keyring)
    await ran(town, 2 * HOUR + timedelta(minutes=30, seconds=30))
    processes_started = [await starts(town) for _ in range(3)]
    await town.settle()
    assert town.phone("Ewan").new() == []  # first it is seen who wrote
    for one in processes_started:
        await one.finish([IS_SET], nothing_else=True)
    await town.settle()
    [told] = town.phone("Ewan").new()
    assert told.startswith("I was off from Mon 23 Nov 06:58 to Mon 23 Nov 09:29 (2 h 30 min).")
    assert told.endswith("Nothing waited to be sent. I found no texts from that time.")
    assert town.phone("Morag").new() == []
    assert (await town.kinds()).count("service.returned") == 1


@pytest.mark.parametrize("ago", [timedelta(minutes=1), timedelta(minutes=59)])
async def test_an_hour_or_less_is_no_absence(database, keyring, ago):
    town = await Town.build(database, keyring)
    await ran(town, 5 * HOUR)
    await ran(town, ago)
    await starts(town)
    assert "service.returned" not in await town.kinds()


async def test_the_first_start_of_all_is_no_absence(database, keyring):
    town = await Town.build(database, keyring)
    await starts(town)
    assert "service.returned" not in await town.kinds()


async def test_a_start_beside_one_that_runs_is_no_absence(database, keyring):
    town = await Town.build(database, keyring)
    await ran(town, 3 * HOUR)
    await ran(town, timedelta(seconds=5), started_ago=2 * HOUR)
    await starts(town)
    assert "service.returned" not in await town.kinds()


async def test_what_its_own_time_makes_stale_is_dropped_and_the_rest_leaves(database, keyring):
    town = await Town.build(database, keyring)
    stale = await post(town, "stale", not_after=town.now + HOUR)
    also = await post(town, "stale too", "check-in", not_after=town.now + HOUR)
    fresh = await post(town, "fresh", not_after=town.now + 12 * HOUR)
    crisis = await post(town, "crisis words", "crisis")
    town.clock.set(town.now + 3 * HOUR)
    await ran(town, 3 * HOUR)
    one = await starts(town)
    assert [await state_of(town, message) for message in (stale, also, fresh, crisis)] == [
        "expired",
        "expired",
        "queued",
        "queued",
    ]
    await one.finish([IS_SET], nothing_else=True)
    await town.settle()
    assert town.phone("Isla").new() == ["Held up 3 h: crisis words", "fresh"]
    [told] = town.phone("Ewan").new()
    assert "I now send what waited: 1 crisis text, 1 reply. 2 texts were too late, so I dropped them." in told
    [entry] = [one for one in await town.audit() if one.kind == "service.returned"]
    assert entry.detail["dropped"] == {"crisis": 0, "escalation": 0, "reply": 1, "check-in": 1, "bulk": 0}
    assert entry.detail["waiting"] == {"crisis": 1, "escalation": 0, "reply": 1, "check-in": 0, "bulk": 0}


async def test_a_late_alert_says_how_late_it_is(database, keyring):
    town = await Town.build(database, keyring)
    await town.inbox.take_in([town.incoming("sms", "+447700900001", "talk")])
    town.clock.set(town.now + 3 * HOUR)
    await ran(town, 3 * HOUR)
    await starts(town)
    await town.sender.round(town.now)
    assert town.phone("Morag").last.startswith("Held up 3 h: ")


async def test_who_wrote_meanwhile_is_named_by_initials_or_only_counted(database, keyring):
    town = await Town.build(database, keyring)
    await ran(town, 3 * HOUR)
    one = await starts(town)
    late = [
        town.incoming("sms", "+447700900001", "hello", sent_at=town.now - HOUR),
        town.incoming("sms", "+447700900001", "anybody?", sent_at=town.now - HOUR),
        town.incoming("main", "1002", "hello", sent_at=town.now - 2 * HOUR),
        town.incoming("sms", "+447700900003", "rough night", sent_at=town.now - HOUR),  # a peer worker
        town.incoming("sms", "+447700900777", "hello", sent_at=town.now - HOUR),  # a stranger
        town.incoming("sms", "+447700900004", "hello", sent_at=town.now + timedelta(seconds=1)),
    ]
    await town.inbox.take_in(late)
    one.note(late)
    await one.finish([IS_SET], nothing_else=True)
    await town.settle()
    [told] = town.phone("Ewan").new()
    assert told.endswith("Texts from C.E., I.E. and 2 others reached me only now. They may have waited for an answer.")


async def test_a_coordinator_of_another_team_is_told_no_initials(database, keyring):
    town = await Town.build(
        database,
        keyring,
        residents=(*RESIDENTS, Resident("Flora", ("coordinator",), (("sms", "+447700900009"),), key="flora")),
    )
    await database.run(_other_team, town.ids["Flora"], town.now)
    await ran(town, 3 * HOUR)
    one = await starts(town)
    late = [town.incoming("sms", "+447700900001", "hello", sent_at=town.now - HOUR)]
    await town.inbox.take_in(late)
    one.note(late)
    await one.finish([IS_SET], nothing_else=True)
    await town.settle()
    assert "Texts from I.E. reached" in town.phone("Ewan").last
    assert "Texts from 1 person reached" in town.phone("Flora").last


def _other_team(connection: Connection, person_id: UUID, now) -> None:
    row = dict(connection.execute(select(teams)).mappings().one())
    other = new_id(now)
    connection.execute(insert(teams).values(**{**row, "id": other, "key": "portobello", "contact_sealed": None}))
    connection.execute(update(memberships).where(memberships.c.person_id == person_id).values(team_id=other))


async def test_a_text_that_came_before_the_absence_counts_for_nothing(database, keyring):
    """The list of missed texts looks back further than that."""
    town = await Town.build(database, keyring)
    early = [town.incoming("sms", "+447700900001", "hello", sent_at=town.now)]
    await town.inbox.take_in(early)
    await town.settle()
    town.clock.set(town.now + 3 * HOUR)
    await ran(town, 3 * HOUR)
    one = await starts(town)
    one.note(early)
    await one.finish([IS_SET], nothing_else=True)
    await town.settle()
    assert "I found no texts" in town.phone("Ewan").last


async def test_killed_before_it_is_known_who_wrote_the_coordinator_is_told_all_the_same(database, keyring):
    town = await Town.build(database, keyring)
    await ran(town, 3 * HOUR)
    await starts(town)
    await town.wait(minutes=2)
    [told] = town.phone("Ewan").new()
    assert told.endswith("What people texted meanwhile I am reading now.")


async def test_it_is_not_said_that_nobody_wrote_where_nobody_can_know(database, keyring):
    town = await Town.build(database, keyring)
    await ran(town, 3 * HOUR)
    one = await starts(town)
    await one.finish([IS_SET], nothing_else=False)
    await town.settle()
    assert town.phone("Ewan").last.endswith("What people texted meanwhile I am reading now.")


async def test_after_a_day_the_same_notice_says_what_telegram_may_have_lost(database, keyring):
    town = await Town.build(database, keyring)
    await database.run(note_asked, "main", town.now)
    town.clock.set(town.now + 2 * DAY)
    await ran(town, 2 * DAY)
    one = await starts(town)
    await one.finish([IS_SET], nothing_else=True)
    await town.settle()
    [told] = town.phone("Ewan").new()
    assert "Texts by Telegram from before Tue 24 Nov 09:29 may be lost." in told
    assert (await database.read(asked, "main")).asked_at == town.now  # so nobody says it again


async def test_without_telegram_nothing_is_said_of_it(database, keyring):
    town = await Town.build(database, keyring)
    await ran(town, 2 * DAY)
    one = await starts(town, telegram=None)
    await one.finish([IS_SET], nothing_else=True)
    await town.settle()
    assert "Telegram" not in town.phone("Ewan").last


async def test_a_notice_that_has_left_is_not_written_anew(database, keyring):
    town = await Town.build(database, keyring)
    await ran(town, 3 * HOUR)
    one = await starts(town)
    await town.wait(minutes=3)
    await one.finish([IS_SET], nothing_else=True)
    await town.settle()
    assert len(town.phone("Ewan").new()) == 1
    assert len(await rows(town, outbox, purpose="notice")) == 1


async def test_a_fault_does_not_keep_the_bot_from_starting(database, keyring):
    town = await Town.build(database, keyring)
    one = ComingBack(town.worker, new_id(town.now), "main", lambda: 1 / 0)
    await one.begin()
    assert one.absence is None
    await one.finish([], nothing_else=True)
