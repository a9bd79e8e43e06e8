"""A person is needed: opened once, taking further reasons in, and only ever rising."""

import pytest
from sqlalchemy import update

from storage.tables import memberships
from tests.world.rows import alerts_to, code_in, ladder, ladders, rows, set_aside
from tests.world.town import Town


async def test_a_second_reason_opens_no_second_escalation(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Isla", "talk")
    assert len(await ladders(town, "Isla")) == 1
    assert len(await alerts_to(town, "Morag")) == 1
    assert "escalation.added_to" in await town.kinds()


async def test_a_graver_reason_takes_the_graver_policy_from_its_first_level(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(minutes=31)
    await town.texts("Isla", "urgent")
    now = await ladder(town, "Isla")
    assert (now.policy, now.severity, now.level) == ("urgent", "urgent", 0)
    assert now.row["policy_copy"]["id"] == "urgent"
    assert (now.next_at - town.now).total_seconds() == 300


async def test_a_milder_reason_changes_no_policy(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "urgent")
    await town.texts("Isla", "talk")
    assert (await ladder(town, "Isla")).policy == "urgent"


async def test_danger_takes_it_to_crisis_and_tells_everybody_there(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    town.phone("Morag").new()
    await town.texts("Isla", "I want to kill myself")
    assert (await ladder(town, "Isla")).severity == "crisis"
    assert any("CRISIS" in text for text in town.phone("Morag").new())
    assert any("CRISIS" in text for text in town.phone("Ewan").new())


async def test_whoever_has_it_stays_told_when_it_rises(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    code = code_in(town.phone("Morag").last)
    await town.texts("Morag", "1")
    town.phone("Morag").new()
    await town.texts("Isla", "urgent")
    assert any(text.startswith(f"{code}: there is something new") for text in town.phone("Morag").new())


async def test_what_rose_waits_for_a_taker_again(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1")
    await town.texts("Isla", "I want to kill myself")
    now = await ladder(town, "Isla")
    assert (now.state, now.row["taken_by"]) == ("open", None)


async def test_whoever_has_it_is_told_of_a_further_reason(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1")
    town.phone("Morag").new()
    await town.texts("Isla", "talk")
    [new] = town.phone("Morag").new()
    assert "something new" in new
    assert (await ladder(town, "Isla")).state == "taken"


async def test_after_it_is_resolved_a_new_one_opens(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "done")
    await town.texts("Isla", "talk")
    assert [one.state for one in await ladders(town, "Isla")] == ["resolved", "open"]


async def test_the_reasons_are_kept_in_order_and_told_on_asking(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(minutes=3)
    await town.texts("Isla", "urgent")
    await town.texts("Morag", "3")
    more = town.phone("Morag").last
    assert more.index("Mon 09:29: Asked to talk") < more.index("Mon 09:32: Asked for a person urgently")


async def test_a_person_in_no_team_is_told_to_the_coordinators(database, keyring):
    town = await Town.build(database, keyring)

    def leave(connection) -> None:
        connection.execute(
            update(memberships).where(memberships.c.person_id == town.ids["Isla"]).values(ended_at=town.now)
        )

    await town.database.run(leave)
    await town.texts("Isla", "I want to kill myself")
    assert any("is in no team" in text for text in town.phone("Ewan").new())
    assert "999" in town.phone("Isla").last
    assert await set_aside(town) == []


@pytest.mark.parametrize("word", ["TALK", "talk", "Talk.", "/talk"])
async def test_talk_opens_a_concern_and_says_who_is_in(database, keyring, word):
    town = await Town.build(database, keyring)
    await town.texts("Callum", word)
    assert (await ladder(town, "Callum")).policy == "concern"
    [said] = town.phone("Callum").new()
    assert "I am asking Leith team to get in touch." in said


async def test_urgent_sends_the_crisis_contacts_first_and_promises_no_time(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "urgent")
    [said] = town.phone("Isla").new()
    assert "999" in said
    assert said.index("999") < said.index("I am telling Leith team now")
    assert (await ladder(town, "Isla")).policy == "urgent"


async def test_a_peer_workers_talk_goes_along_their_wellness_line(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Rhona", "talk")
    assert (await ladder(town, "Rhona")).line == "wellness"


async def test_a_peer_workers_urgent_stays_on_the_wellness_line(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Rhona", "urgent")
    now = await ladder(town, "Rhona")
    assert (now.line, now.policy) == ("wellness", "wellness")


async def test_a_departed_peer_worker_is_not_asked(database, keyring):
    from storage.tables import people

    town = await Town.build(database, keyring)

    def leave(connection) -> None:
        connection.execute(update(people).where(people.c.id == town.ids["Rhona"]).values(ended_at=town.now))

    await town.database.run(leave)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30", missed=[{"in_a_row": 1, "policy": "gone-quiet"}])
    await town.wait(hours=7)
    assert await alerts_to(town, "Rhona") == []
    assert len(await alerts_to(town, "Morag")) == 1
    assert await rows(town, memberships) != []
