"""A row that cannot be read harms nobody else, and whoever it belongs to is still heard when they are in danger."""

from datetime import datetime

import pytest
from sqlalchemy import Connection, Table, update

from storage.tables import addresses, escalations, inbound, outbox, people, quarantine, sessions
from tests.world.rows import ladders, rows
from tests.world.town import Town


@pytest.fixture
async def town(database, keyring):
    town = await Town.build(database, keyring)
    for name in ("Isla", "Callum"):
        await town.schedule(name, "daily-check-in", "daily at 09:30")
    return town


async def damage(town: Town, table: Table, column: str, **match: object) -> None:
    def work(connection: Connection) -> None:
        where = [table.c[name] == value for name, value in match.items()]
        done = connection.execute(update(table).where(*where).values({column: b"\x00"}))
        assert done.rowcount == 1

    await town.database.run(work)


async def until_asked(town: Town) -> None:
    await town.wait(minutes=2)
    assert "Isla" in town.phone("Isla").last
    assert "Callum" in town.phone("Callum").last


async def aside(town: Town) -> list[str]:
    return [row["kind"] for row in await rows(town, quarantine)]


async def test_a_damaged_session_keeps_nobody_else_from_their_reminder(town: Town):
    await until_asked(town)
    await damage(town, sessions, "state_sealed", person_id=town.ids["Isla"])
    town.phone("Callum").new()
    await town.wait(hours=3)
    assert town.phone("Callum").new()
    assert "session" in await aside(town)


async def test_a_damaged_session_keeps_no_text_from_being_taken_in(town: Town):
    await until_asked(town)
    await damage(town, sessions, "state_sealed", person_id=town.ids["Isla"])
    await town.texts("Isla", "7")
    await town.texts("Callum", "7")
    assert len(await rows(town, inbound)) == 2
    assert "inbound" in await aside(town)


async def test_danger_is_answered_whatever_is_damaged(town: Town):
    await until_asked(town)
    await damage(town, sessions, "state_sealed", person_id=town.ids["Isla"])
    await town.texts("Isla", "I want to kill myself")
    assert "116 123" in " ".join(town.phone("Isla").new())
    assert [one.severity for one in await ladders(town, "Isla")] == ["crisis"]


async def test_a_text_of_somebody_whose_key_is_damaged_is_kept_and_the_coordinators_told(town: Town):
    await until_asked(town)
    await damage(town, people, "data_key", id=town.ids["Isla"])
    town.phone("Ewan").new()
    await town.texts("Isla", "help me please")
    [row] = await rows(town, inbound)
    assert (row["meant"], row["person_id"]) == ("set aside", None)
    assert "could not read" in town.phone("Ewan").last


async def test_a_damaged_ladder_is_tried_again_and_told(town: Town):
    await town.texts("Isla", "talk")
    town.phone("Ewan").new()
    await damage(town, escalations, "reasons_sealed", person_id=town.ids["Isla"])
    await town.wait(minutes=20)
    [row] = await rows(town, escalations)
    assert isinstance(row["next_at"], datetime)
    assert row["next_at"] > town.now
    assert "nobody I can tell" in " ".join(town.phone("Ewan").new())
    assert row["reasons_sealed"] == b"\x00"


@pytest.mark.parametrize(("table", "column"), [(outbox, "body_sealed"), (addresses, "value_sealed")])
async def test_a_damaged_message_or_address_holds_up_nobody_elses(town: Town, table: Table, column: str):
    ways = {name: town.residents[name].phones[0] for name in ("Isla", "Callum")}
    await town.inbox.take_in([town.incoming(account, sender, "help") for account, sender in ways.values()])
    await damage(town, table, column, person_id=town.ids["Isla"])
    await town.settle()
    assert town.phone("Callum").new()
    [row] = await rows(town, outbox, person_id=town.ids["Isla"], purpose="reply")
    assert row["state"] == "failed"


async def test_a_text_that_cannot_be_read_for_danger_is_kept_and_a_person_looks(town: Town, monkeypatch):
    def fails(_text: str):
        raise RecursionError

    for module in ("bot.conversation.decide", "bot.conversation.keeping"):
        monkeypatch.setattr(f"{module}.read_danger", fails)
    await town.texts("Isla", "hello")
    assert [row["meant"] for row in await rows(town, inbound)] == ["set aside"]
    assert [one.severity for one in await ladders(town, "Isla")] == ["concern"]
