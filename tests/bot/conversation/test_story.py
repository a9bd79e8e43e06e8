"""The main way, decision by decision: from a due check-in to a supervisor who has it and closes it."""

from datetime import timedelta

from tests.world.rows import code_in, ladder, set_aside
from tests.world.town import Town

STEPS = (
    "checkin.begun",
    "inbound.received",
    "answer.saved",
    "escalation.opened",
    "alert.queued",
    "alert.accepted",
    "escalation.climbed",
    "escalation.taken",
    "notice.queued",
    "escalation.resolved",
)


async def told(town: Town) -> str:
    """Isla's low answer, Morag silent, Ewan told; Ewan's code."""
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await town.texts("Isla", "2")
    await town.wait(minutes=15)
    return code_in(town.phone("Ewan").last)


async def test_a_low_answer_reaches_the_second_supervisor_when_the_first_is_silent(database, keyring):
    town = await Town.build(database, keyring)
    await told(town)
    [morags] = town.phone("Morag").new()
    assert "I.E. needs a person" in morags
    [ewans] = town.phone("Ewan").new()
    assert "I.E. needs a person" in ewans
    assert "mood 2" in ewans


async def test_isla_is_told_at_once_that_the_team_knows(database, keyring):
    town = await Town.build(database, keyring)
    await told(town)
    question, known, when = town.phone("Isla").new()
    assert question.startswith("Hi Isla")
    assert "I am letting Leith team know you said 2" in known
    assert "URGENT" in when


async def test_whoever_takes_it_is_told_so_and_the_other_is_told_who(database, keyring):
    town = await Town.build(database, keyring)
    code = await told(town)
    town.phone("Morag").new(), town.phone("Ewan").new()
    await town.texts("Ewan", "1")
    [you_have] = town.phone("Ewan").new()
    assert you_have.startswith(f"Thank you. You have {code} (I.E.)")
    [has_it] = town.phone("Morag").new()
    assert has_it.startswith("Ewan has ")
    assert (await ladder(town, "Isla")).state == "taken"


async def test_done_closes_it_and_everybody_told_is_told(database, keyring):
    town = await Town.build(database, keyring)
    code = await told(town)
    await town.texts("Ewan", "1")
    town.phone("Morag").new(), town.phone("Ewan").new()
    await town.texts("Ewan", f"done {code} spoke, safe")
    assert town.phone("Ewan").new() == [f"Thank you. {code} is closed."]
    [closed] = town.phone("Morag").new()
    assert closed.startswith("Ewan closed ")
    closed_one = await ladder(town, "Isla")
    assert (closed_one.state, closed_one.next_at) == ("resolved", None)
    assert await set_aside(town) == []


async def test_the_audit_shows_each_step_in_order(database, keyring):
    town = await Town.build(database, keyring)
    code = await told(town)
    await town.texts("Ewan", "1")
    await town.texts("Ewan", f"done {code} spoke, safe")
    assert [kind for kind in await town.kinds() if kind in STEPS] == [
        *("checkin.begun", "inbound.received", "answer.saved", "escalation.opened", "alert.queued", "alert.accepted"),
        *("escalation.climbed", "alert.queued", "alert.accepted"),
        *("inbound.received", "escalation.taken", "notice.queued"),
        *("inbound.received", "escalation.resolved", "notice.queued"),
    ]


async def test_the_audit_shows_when_each_step_was(database, keyring):
    town = await Town.build(database, keyring)
    begun_at = town.now + timedelta(minutes=1)
    await told(town)
    at = {entry.kind: entry.at for entry in await town.audit()}
    assert at["checkin.begun"] == at["answer.saved"] == at["escalation.opened"] == begun_at
    assert at["escalation.climbed"] == begun_at + timedelta(minutes=15)


async def test_a_button_takes_it_as_words_do(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    await town.texts("Isla", "2")
    await town.presses("Morag", "1")
    assert (await ladder(town, "Isla")).row["taken_by"] == town.ids["Morag"]
    await town.wait(hours=1)
    assert town.phone("Ewan").new() == []
