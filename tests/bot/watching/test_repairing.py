"""The audit pass: whoever would wait for ever is found, helped and told of; whoever is in order is left alone."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, select, text, update

from bot.watching.repairing import Repairs, look_at_all, mend
from storage import repair
from storage.tables import addresses, deliveries, escalations, occurrences, outbox, schedules, sessions
from tests.world.rows import became, ladder, rows, schedule_of, session_of
from tests.world.town import Town


class UndoneError(Exception):
    """Ends a transaction that is to leave nothing."""


@pytest.fixture
async def town(database, keyring) -> Town:
    return await Town.build(database, keyring)


@pytest.fixture
def repairs(town) -> Repairs:
    return Repairs(town.worker)


async def break_(town: Town, statement) -> None:
    """Somebody with the database's password does this."""
    await town.database.run_quietly(lambda connection: connection.execute(statement) and None)


async def found(repairs: Repairs, town: Town) -> list[str]:
    """What a pass repaired; a second one right after it finds nothing."""
    first = [one.what for one in await repairs.round(town.now)]
    repairs._after.clear()
    assert await repairs.round(town.now) == []
    return first


async def asked(town: Town) -> None:
    """Isla has an open check-in, Callum an open escalation."""
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await town.texts("Callum", "talk")


async def test_a_town_in_order_is_left_alone(town, repairs):
    await asked(town)
    for _ in range(3):
        assert await repairs.round(town.now) == []
        await town.wait(hours=4)
    assert "repair.made" not in await town.kinds()


@pytest.mark.parametrize("state", ["open", "taken"])
async def test_an_escalation_that_would_climb_in_a_year_climbs_after_its_wait(town, repairs, state):
    await town.texts("Isla", "talk")
    if state == "taken":
        await town.texts("Morag", "1")
    await break_(town, update(escalations).values(next_at=town.now + timedelta(days=365)))
    assert await found(repairs, town) == ["escalation_idle"]
    assert (await ladder(town, "Isla")).next_at <= town.now + timedelta(days=1)
    assert (await ladder(town, "Isla")).state == state
    [entry] = [one for one in await town.audit() if one.kind == "repair.made"]
    assert entry.detail == {"what": "escalation_idle", "row": str((await ladder(town, "Isla")).row["id"])}
    assert entry.person_id == town.ids["Isla"]


async def test_an_escalation_written_while_the_clock_was_an_hour_ahead_keeps_its_wait(town, repairs):
    await town.texts("Isla", "talk")
    await break_(town, update(escalations).values(next_at=town.now + timedelta(minutes=75)))
    assert await found(repairs, town) == ["escalation_idle"]
    assert (await ladder(town, "Isla")).next_at == town.now + timedelta(minutes=15)
    assert len(town.phone("Morag").texts) == 1


async def test_somebody_who_took_it_and_put_it_off_for_a_day_is_left_alone(town, repairs):
    await town.texts("Isla", "talk")
    await town.texts("Morag", "later 24h")
    assert await repairs.round(town.now) == []


async def test_a_session_that_nothing_would_end_is_looked_at(town, repairs):
    await asked(town)
    await break_(town, update(sessions).values(due_at=town.now + timedelta(days=900)))
    assert await found(repairs, town) == ["session_idle"]
    await town.wait(hours=12)
    assert (await session_of(town, "Isla"))["state"] == "ended"


async def test_who_never_got_the_question_did_not_miss_it(town, repairs):
    await asked(town)
    await town.settle()
    mine = select(outbox.c.id).where(outbox.c.session_id.is_not(None))
    await break_(town, delete(deliveries).where(deliveries.c.outbox_id.in_(mine)))
    await break_(town, delete(outbox).where(outbox.c.session_id.is_not(None)))
    assert await found(repairs, town) == ["question_lost"]
    assert (await session_of(town, "Isla"))["outcome"] == "undelivered"
    assert await became(town, "Isla") == [("neither", "not delivered")]


async def test_a_schedule_put_off_for_a_year_begins(town, repairs):
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await break_(town, update(schedules).values(due_at=town.now + timedelta(days=365)))
    assert await found(repairs, town) == ["schedule_idle"]
    await town.wait(minutes=2)
    assert await became(town, "Isla") == [("begun", None)]


async def test_an_occurrence_of_which_nobody_wrote_what_became_is_neither_replied_nor_missed(town, repairs):
    await asked(town)
    await town.wait(hours=12)
    await break_(town, update(occurrences).values(state="begun", reason=None))
    assert await found(repairs, town) == ["occurrence_idle"]
    assert await became(town, "Isla") == [("neither", "repaired")]


@pytest.mark.parametrize("next_send", ["none", "in a year"])
async def test_a_claim_that_knows_of_nothing_is_told(town, repairs, next_send):
    town.phone("Isla").behave("off")
    await town.texts("Isla", "help")
    at = {"none": (None, None), "in a year": (town.now + timedelta(days=365), 2)}[next_send]
    await break_(town, update(addresses).values(next_send_at=at[0], next_priority=at[1]))
    town.phone("Isla").behave("working")
    town.clock.set(town.now + timedelta(minutes=20))
    assert await found(repairs, town) == ["claim_untold"]
    await town.settle()
    assert len(town.phone("Isla").texts) == 1


async def test_what_is_being_sent_by_nobody_is_of_unknown_outcome(town, repairs):
    town.phone("Isla").behave("off")
    await town.texts("Isla", "help")
    values = {"state": "sending", "lease_id": town.ids["Isla"], "lease_until": town.now - timedelta(days=500)}
    await break_(town, update(outbox).values(**values))
    assert await found(repairs, town) == ["lease_lost"]
    [row] = await rows(town, outbox)
    assert (row["state"], row["lease_id"], row["held"]) == ("unknown", None, "lease-lost")


async def test_who_does_not_lead_repairs_nothing(town, repairs):
    async def follows() -> bool:
        return False

    repairs.leads = follows
    await town.texts("Isla", "talk")
    await break_(town, update(escalations).values(next_at=town.now + timedelta(days=365)))
    assert await repairs.round(town.now) == []


async def test_a_repair_that_fails_keeps_no_other_from_being_made(town, repairs, monkeypatch):
    await asked(town)
    await break_(town, update(escalations).values(next_at=town.now + timedelta(days=365)))
    await break_(town, update(sessions).values(due_at=town.now + timedelta(days=900)))

    def fails(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(repair, "step_at", fails)
    assert [one.what for one in await repairs.round(town.now)] == ["session_idle"]


async def test_pages_go_on_where_the_last_ended(town):
    for name in ("Isla", "Callum", "Rhona"):
        await town.schedule(name, "daily-check-in", "daily at 09:30")
    await break_(town, update(schedules).values(due_at=town.now + timedelta(days=365)))
    seen, after = [], None
    for _ in range(3):
        page = await town.database.read(repair.current_schedules, after, page=2)
        seen += [one.id for one in page.idle]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == sorted(row["id"] for row in await rows(town, schedules))


def unchecked(connection: Connection, table: str, *constraints: str) -> None:
    """From here to the end of the transaction the table may hold anything."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        return
    for constraint in constraints:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"))


@pytest.mark.parametrize("what", ["escalation_idle", "session_idle", "schedule_idle", "lease_lost"])
async def test_what_constraints_forbid_is_found_and_helped_all_the_same(town, what, keyring):
    """A due time that is missing altogether. Done and undone in one transaction."""
    await asked(town)
    if what == "lease_lost":
        await town.texts("Isla", "help")
    nothing = {"next_date": None, "next_slot": None, "next_nominal_at": None, "due_at": None}
    broken = {
        "escalation_idle": (escalations, {"next_at": None}, ["ck_escalations_always_a_next_step"]),
        "session_idle": (sessions, {"due_at": None}, ["ck_sessions_open_has_a_due_time"]),
        "schedule_idle": (schedules, nothing, ["ck_schedules_lives_by_its_due_time"]),
        "lease_lost": (outbox, {"state": "sending"}, ["ck_outbox_lease", "ck_outbox_lease_until"]),
    }
    table, values, constraints = broken[what]

    def play(connection: Connection) -> None:
        unchecked(connection, table.name, *constraints)
        one = select(table.c.id).order_by(table.c.id).limit(1).scalar_subquery()
        connection.execute(update(table).where(table.c.id == one).values(**values))
        try:
            idle = look_at_all(connection, town.now)
            assert [one.what for one in idle] == [what]
            assert mend(connection, keyring, town.worker.house(), idle[0], town.now)
            assert look_at_all(connection, town.now) == []
        finally:
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA ignore_check_constraints = OFF"))
        raise UndoneError

    with pytest.raises(UndoneError):
        await town.database.run(play)
    assert what == "lease_lost" or (await schedule_of(town, "Isla"))["due_at"] is not None
