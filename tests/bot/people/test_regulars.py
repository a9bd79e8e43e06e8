"""Schedules of the configuration: rows of those they are for, kept as the file says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from bot.people.regulars import digest_of, house_regulars
from storage import processes
from storage.ids import new_id
from storage.tables import consents, memberships, occurrences, people, schedules, sessions
from tests.bot.people.office import BOTH_TEAMS, ISLA, MORNING, NIALL, NOW, RORY, Office

LATER = NOW + timedelta(hours=1)
AT = 'rule = "daily at 09:30"'
TEN_ISLAS = [f"SU-{number},Isla,Moffat,leith,service_user,,,,,,,,2026-03-28" for number in range(10)]


async def current(office: Office):
    return [row for row in await office.rows(schedules) if row.ended_at is None]


async def test_who_consented_gets_a_row_that_waits_for_the_next_morning(office: Office):
    await office.import_(ISLA, NIALL, RORY)
    (row,) = await office.rows(schedules)
    isla = await office.person("Isla")
    assert (row.person_id, row.key, row.flow, row.rule) == (isla.id, "morning", "daily-check-in", "daily at 09:30")
    assert (row.next_date, row.next_slot) == (date(2026, 3, 31), "09:30")
    nominal = datetime(2026, 3, 31, 8, 30, tzinfo=UTC)
    assert row.next_nominal_at == nominal
    assert nominal <= row.due_at < nominal + timedelta(minutes=20)


async def test_a_schedule_added_later_comes_to_those_who_consented(office: Office):
    await office.apply((MORNING, ""))
    await office.import_(ISLA, NIALL, RORY)
    assert await office.rows(schedules) == []
    await office.apply(now=LATER)
    assert [row.person_id for row in await office.rows(schedules)] == [(await office.person("Isla")).id]
    assert (await office.kinds()).count("schedule.begun") == 1


async def test_who_stopped_gets_none(office: Office):
    await office.apply((MORNING, ""))
    await office.import_(ISLA, NIALL)
    await office.write(lambda connection: connection.execute(update(people).values(stopped_at=NOW)))
    await office.apply(now=LATER)
    assert await office.rows(schedules) == []


async def test_who_took_consent_back_gets_none(office: Office):
    await office.apply((MORNING, ""))
    await office.import_(ISLA, NIALL)
    isla = await office.person("Isla")
    no = {"id": new_id(NOW), "person_id": isla.id, "given": False, "text_version": "1", "source": "flow"}
    await office.write(lambda connection: connection.execute(insert(consents), [{**no, "at": NOW, "seq": 2}]))
    await office.apply(now=LATER)
    assert await office.rows(schedules) == []


async def test_a_schedule_gone_from_the_file_ends_its_rows(office: Office):
    await office.import_(ISLA, NIALL)
    await office.apply((MORNING, ""), now=LATER)
    (row,) = await office.rows(schedules)
    assert (row.ended_at, row.due_at, row.next_date) == (LATER, None, None)
    assert (await office.kinds()).count("schedule.ended") == 1


async def test_a_schedule_that_comes_back_begins_anew(office: Office):
    await office.import_(ISLA, NIALL)
    await office.apply((MORNING, ""), now=LATER)
    await office.apply(now=LATER + timedelta(hours=1))
    assert len(await current(office)) == 1
    assert len(await office.rows(schedules)) == 2


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        (('spread = "20m"', 'spread = "40m"'), "spread", 2400),
        (('spread = "20m"', 'spread = "20m"\ngrace = "1h"'), "grace", 3600),
        (("in_a_row = 2", "in_a_row = 3"), "missed", [{"in_a_row": 3, "policy": "gone-quiet"}]),
    ],
)
async def test_another_setting_is_written_and_leaves_the_coming_occurrence(office: Office, change, name, value):
    await office.import_(ISLA, NIALL)
    (before,) = await office.rows(schedules)
    await office.apply(change, now=LATER)
    (after,) = await office.rows(schedules)
    assert getattr(after, name) == value
    assert (after.id, after.due_at, after.next_slot) == (before.id, before.due_at, before.next_slot)
    assert (await office.kinds()).count("schedule.changed") == 1


async def test_another_rule_moves_the_coming_occurrence(office: Office):
    await office.import_(ISLA, NIALL)
    await office.apply((AT, 'rule = "daily at 18:00"'), now=LATER)
    (row,) = await office.rows(schedules)
    assert (row.rule, row.next_date, row.next_slot) == ("daily at 18:00", date(2026, 3, 30), "18:00")
    assert row.next_nominal_at == datetime(2026, 3, 30, 17, 0, tzinfo=UTC)


async def decided_this_morning(office: Office, state: str, reason: str | None):
    """Isla's 09:30 of today was begun, and its session has ended, or it was skipped."""
    isla, (schedule,) = await office.person("Isla"), await office.rows(schedules)
    at = NOW - timedelta(hours=2, minutes=30)
    session = {
        "id": new_id(at),
        "person_id": isla.id,
        "address_id": isla.addresses[0].id,
        "flow": "daily-check-in",
        "version": 1,
        "schedule_id": schedule.id,
        "state": "ended",
        "asking": False,
        "heard": True,
        "state_sealed": b"sealed",
        "outcome": "done",
        "begun_at": at,
        "ended_at": at,
    }
    occurrence = {
        "id": new_id(at),
        "schedule_id": schedule.id,
        "person_id": isla.id,
        "local_date": date(2026, 3, 30),
        "slot": "09:30",
        "nominal_at": at,
        "decided_at": at,
        "state": state,
        "reason": reason,
        "session_id": None if state == "skipped" else session["id"],
    }

    def write(connection):
        connection.execute(insert(sessions), [session])
        connection.execute(insert(occurrences), [occurrence])

    await office.write(write)


async def test_another_rule_asks_nobody_twice_on_one_day(office: Office):
    await office.import_(ISLA, NIALL)
    await decided_this_morning(office, "replied", None)
    await office.apply((AT, 'rule = "daily at 18:00"'), now=LATER)
    assert (await office.rows(schedules))[0].next_date == date(2026, 3, 31)


async def test_who_was_passed_over_this_morning_is_asked_by_the_new_rule_today(office: Office):
    await office.import_(ISLA, NIALL)
    await decided_this_morning(office, "skipped", "late")
    await office.apply((AT, 'rule = "daily at 18:00"'), now=LATER)
    assert (await office.rows(schedules))[0].next_date == date(2026, 3, 30)


async def test_the_same_rule_spelled_otherwise_is_no_change(office: Office):
    await office.import_(ISLA, NIALL)
    await office.apply((AT, 'rule = "Daily  at 09:30"'), now=LATER)
    assert "schedule.changed" not in await office.kinds()


async def test_who_left_the_team_has_none(office: Office):
    await office.import_(ISLA, NIALL)
    isla = await office.person("Isla")
    left = update(memberships).where(memberships.c.person_id == isla.id).values(ended_at=NOW)
    await office.write(lambda connection: connection.execute(left))
    await office.apply(('spread = "20m"', 'spread = "25m"'), now=LATER)
    assert await current(office) == []


async def ended_by_hand(office: Office):
    """Isla's row is ended, which only a look at everybody would find."""
    await office.import_(ISLA, NIALL)
    gone = {"next_date": None, "next_slot": None, "next_nominal_at": None, "due_at": None, "ended_at": NOW}
    await office.write(lambda connection: connection.execute(update(schedules).values(gone)))


async def test_the_same_schedules_again_are_not_looked_for(office: Office):
    """So that a start costs the same however many people there are."""
    await ended_by_hand(office)
    await office.apply(now=LATER)
    assert await current(office) == []
    assert (await office.kinds()).count("schedules.applied") == 1


@pytest.mark.parametrize(("applied", "found"), [("another", 1), (None, 1), ("the same", 0)])
async def test_after_a_process_of_another_configuration_everybody_is_looked_at(office: Office, applied, found):
    await ended_by_hand(office)
    digest = digest_of(house_regulars(office.settings)) if applied == "the same" else applied
    await office.write(
        lambda connection: processes.begin(connection, new_id(NOW), "0.1.0", "0003", NOW, applied=digest)
    )
    await office.apply(now=LATER)
    assert len(await current(office)) == found


async def test_a_process_that_was_gone_before_is_no_matter(database, keyring, tmp_path):
    office = Office(database, keyring, tmp_path)
    await office.write(lambda connection: processes.begin(connection, new_id(NOW), "0.1.0", "0003", NOW, applied="old"))
    await office.apply()
    await ended_by_hand(office)
    await office.apply(now=LATER)
    assert await current(office) == []


async def test_going_back_to_earlier_schedules_is_a_change(office: Office):
    await office.import_(ISLA, NIALL)
    for change in (((AT, 'rule = "daily at 18:00"'),), ()):
        await office.apply(*change, now=LATER)
    assert [row.rule for row in await current(office)] == ["daily at 09:30"]


async def test_a_schedule_for_others_goes_from_the_ones_to_the_others(office: Office):
    await office.import_(ISLA, NIALL)
    await office.apply(
        ('who = "service_user"\nflow = "daily-check-in"', 'who = "peer_worker"\nflow = "peer-wellness"'),
        ("gone-quiet", "wellness"),
        now=LATER,
    )
    (row,) = await current(office)
    assert (row.person_id, row.flow) == ((await office.person("Niall")).id, "peer-wellness")


async def test_a_schedule_for_another_team_goes_to_that_team(office: Office):
    await office.apply(*BOTH_TEAMS)
    await office.import_(ISLA, NIALL, RORY.replace("leith", "portobello") + "2026-03-01")
    await office.apply(
        *BOTH_TEAMS, ('key = "morning"\nteam = "leith"', 'key = "morning"\nteam = "portobello"'), now=LATER
    )
    (row,) = await current(office)
    assert row.person_id == (await office.person("Rory")).id


async def test_quiet_hours_of_the_team_hold_for_what_is_worked_out_anew(office: Office):
    await office.import_(ISLA, NIALL)
    await office.apply((AT, 'rule = "daily at 07:00"'), now=LATER)
    (row,) = await office.rows(schedules)
    assert row.next_nominal_at == datetime(2026, 3, 31, 6, 0, tzinfo=UTC)
    assert row.due_at == datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


async def test_more_people_than_fit_in_one_go_are_all_changed(office: Office, monkeypatch):
    monkeypatch.setattr("bot.people.regulars.AT_A_TIME", 3)
    await office.import_(*TEN_ISLAS)
    await office.apply((AT, 'rule = "daily at 18:00"'), now=LATER)
    assert [row.rule for row in await current(office)] == ["daily at 18:00"] * 10
    await office.apply((MORNING, ""), now=LATER)
    assert await current(office) == []


async def test_rows_made_by_command_are_left_alone(office: Office):
    await office.import_(ISLA, NIALL)
    await office.write(lambda connection: connection.execute(update(schedules).values(source="command")))
    await office.apply((AT, 'rule = "daily at 18:00"'), now=LATER)
    (row,) = await current(office)
    assert row.rule == "daily at 09:30"
