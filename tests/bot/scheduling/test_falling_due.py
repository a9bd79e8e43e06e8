"""Schedules as they fall due: begun once, put off while somebody is busy, skipped when it is too late."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, update

from bot.conversation.work import Worker
from bot.loops import decide_due
from storage.database import Database
from storage.tables import addresses, occurrences, outbox, sessions, teams
from tests.world.rows import became, rows, schedule_of, session_of, set_aside
from tests.world.town import RESIDENTS, Resident, Town

SUNDAY_NIGHT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


async def test_a_daily_one_is_asked_each_day_once(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    for _ in range(3):
        await town.wait(hours=24)
        await town.texts("Isla", "6")
    assert [state for state, _ in await became(town, "Isla")] == ["replied"] * 3


async def test_a_weekly_one_is_asked_on_its_days(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "weekly on mon,thu at 09:30")
    await town.wait(days=7)
    days = [row["local_date"].strftime("%a") for row in await rows(town, occurrences)]
    assert sorted(days) == ["Mon", "Thu"]


async def test_after_an_outage_old_ones_are_skipped_and_the_newest_begins_within_its_grace(database, keyring):
    town = await Town.build(database, keyring, SUNDAY_NIGHT)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    town.clock.set(datetime(2026, 11, 25, 10, 15, tzinfo=UTC))
    await town.settle()
    assert len(town.phone("Isla").new()) == 1
    assert await became(town, "Isla") == [("skipped", "late"), ("skipped", "late"), ("begun", None)]


async def test_after_an_outage_past_its_grace_nothing_begins(database, keyring):
    town = await Town.build(database, keyring, SUNDAY_NIGHT)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    town.clock.set(datetime(2026, 11, 23, 11, 31, tzinfo=UTC))
    await town.settle()
    assert town.phone("Isla").new() == []
    assert await became(town, "Isla") == [("skipped", "late")]
    assert (await schedule_of(town, "Isla"))["due_at"] == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


async def test_a_skipped_one_is_not_missed(database, keyring):
    town = await Town.build(database, keyring, SUNDAY_NIGHT)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30", missed=[{"in_a_row": 1, "policy": "gone-quiet"}])
    town.clock.set(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    await town.settle()
    assert (await schedule_of(town, "Isla"))["missed_in_a_row"] == 0


async def test_nothing_begins_without_an_address(database, keyring):
    nowhere = Resident("Nan", ("service_user",), ())
    town = await Town.build(database, keyring, residents=[*RESIDENTS, nowhere])
    await town.schedule("Nan", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    assert await became(town, "Nan") == [("skipped", "no address")]


async def test_quiet_hours_move_the_asking_and_never_the_key(database, keyring):
    town = await Town.build(database, keyring, datetime(2026, 11, 23, 5, 0, tzinfo=UTC))
    await town.database.run(lambda connection: connection.execute(update(teams).values(quiet="21:00-09:00")) and None)
    await town.schedule("Isla", "daily-check-in", "daily at 07:00")
    await town.wait_until(datetime(2026, 11, 23, 8, 59, tzinfo=UTC))
    assert town.phone("Isla").new() == []
    await town.wait(minutes=1)
    [row] = await rows(town, occurrences)
    assert row["slot"] == "07:00"
    assert row["nominal_at"] == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert len(town.phone("Isla").new()) == 1


async def test_a_spread_moves_the_asking_and_never_the_key(database, keyring):
    town = await Town.build(database, keyring)
    schedule_id = await town.schedule("Isla", "daily-check-in", "daily at 09:30", spread=1200)
    await town.wait(hours=24)
    due_at = (await schedule_of(town, "Isla"))["due_at"]
    assert timedelta() <= due_at - datetime(2026, 11, 25, 9, 30, tzinfo=UTC) < timedelta(minutes=20) or (
        timedelta() <= due_at - datetime(2026, 11, 24, 9, 30, tzinfo=UTC) < timedelta(minutes=20)
    )
    assert {row["slot"] for row in await rows(town, occurrences, schedule_id=schedule_id)} == {"09:30"}


async def gone_quiet_about_callum(database, keyring) -> Town:
    """Rhona has an alert about Callum on her phone, and a nudge of her own that falls due at 16:00."""
    town = await Town.build(database, keyring)
    await town.schedule("Callum", "daily-check-in", "daily at 09:30", missed=[{"in_a_row": 1, "policy": "gone-quiet"}])
    await town.schedule("Rhona", "peer-wellness", "daily at 16:00")
    await town.wait(hours=6, minutes=1)
    town.phone("Rhona").new()
    return town


async def test_while_an_alert_waits_at_the_address_no_question_is_asked_there(database, keyring):
    town = await gone_quiet_about_callum(database, keyring)
    await town.wait(hours=1)
    assert town.phone("Rhona").new() == []
    assert await became(town, "Rhona") == []


async def test_the_question_comes_a_little_after_the_alert_was_taken(database, keyring):
    town = await gone_quiet_about_callum(database, keyring)
    await town.wait(minutes=51)
    await town.texts("Rhona", "1")
    town.phone("Rhona").new()
    await town.wait(minutes=5)
    [question] = town.phone("Rhona").new()
    assert "a minute for you" in question


async def test_the_question_comes_after_the_alert_was_declined(database, keyring):
    town = await gone_quiet_about_callum(database, keyring)
    await town.wait(minutes=51)
    await town.texts("Rhona", "2")
    town.phone("Rhona").new()
    await town.wait(minutes=5)
    assert len(town.phone("Rhona").new()) == 1


async def test_a_question_that_waited_for_its_whole_grace_is_skipped(database, keyring):
    town = await gone_quiet_about_callum(database, keyring)
    await town.wait(hours=3)
    assert await became(town, "Rhona") == [("skipped", "alert waiting")]
    assert (await schedule_of(town, "Rhona"))["next_nominal_at"] == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


async def test_another_open_session_puts_it_off(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.schedule("Isla", "daily-check-in", "daily at 10:00", key="second")
    await town.wait(minutes=45)
    assert len(town.phone("Isla").new()) == 1
    await town.texts("Isla", "6")
    await town.wait(minutes=5)
    assert any("How is today" in text for text in town.phone("Isla").new())


async def test_there_is_at_most_one_open_session_a_person(database, keyring):
    town = await Town.build(database, keyring)
    for minute in (30, 31, 32):
        await town.schedule("Isla", "daily-check-in", f"daily at 09:{minute}", key=f"at{minute}")
    await town.wait(hours=5)
    assert len(await rows(town, sessions, state="open")) == 1
    assert await set_aside(town) == []


async def test_two_workers_at_once_begin_each_occurrence_once(database, database_url, keyring):
    many = [Resident(f"Person{n}", ("service_user",), (("sms", f"+4477009001{n:02d}"),)) for n in range(20)]
    town = await Town.build(database, keyring, residents=[*RESIDENTS, *many])
    for one in many:
        await town.schedule(one.name, "daily-check-in", "daily at 09:30")
    town.clock.set(town.now + timedelta(minutes=1))
    other = Database.open(database_url)
    try:
        second = Worker(other, keyring, town.worker.house)
        await asyncio.gather(*(decide_due(worker, town.now) for worker in (town.worker, second) * 2))
    finally:
        await other.close()
    await town.settle()
    assert len(await rows(town, occurrences)) == 20
    assert len(await rows(town, outbox)) == 20
    assert all(len(town.phone(one.name).new()) == 1 for one in many)
    assert await set_aside(town) == []


async def test_a_person_without_an_address_any_more_is_skipped_not_failed(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.database.run(
        lambda connection: (
            connection.execute(delete(addresses).where(addresses.c.person_id == town.ids["Isla"])) and None
        )
    )
    await town.wait(minutes=1)
    assert await became(town, "Isla") == [("skipped", "no address")]
    assert await set_aside(town) == []


async def test_the_clock_going_back_asks_nothing_twice(database, keyring):
    town = await Town.build(database, keyring, datetime(2026, 10, 24, 12, 0, tzinfo=UTC))
    await town.schedule("Isla", "daily-check-in", "daily at 01:30")
    await town.database.run(lambda connection: connection.execute(update(teams).values(quiet="")) and None)
    await town.wait(hours=20)
    found = await rows(town, occurrences)
    assert [row["local_date"].isoformat() for row in found] == ["2026-10-25"]
    assert (await session_of(town, "Isla"))["begun_at"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
