"""Ladders as they run: who is told when, on a real database, with nobody answering or somebody who does."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.escalation.policy import Level, Policy
from storage.tables import alerts, escalations, outbox, supervisions
from tests.world.rows import alerts_to, code_in, ladder, rows, set_aside
from tests.world.town import RESIDENTS, Resident, Town

MORAG_WITHOUT_SMS = Resident("Morag", ("supervisor",), (("main", "1004"),), key="morag")
EWAN_SUPERVISOR = Resident("Ewan", ("supervisor",), (("sms", "+447700900005"),), key="ewan")
AILSA = Resident("Ailsa", ("coordinator",), (("sms", "+447700900006"),), key="ailsa")


def living_in(*changed: Resident) -> list[Resident]:
    """The town's residents, some of them changed, others new."""
    by_name = {one.name: one for one in RESIDENTS} | {one.name: one for one in changed}
    return list(by_name.values())


async def test_nobody_else_is_told_before_the_wait_is_over(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(minutes=14, seconds=59)
    assert town.phone("Ewan").new() == []


async def test_the_second_supervisor_is_told_when_the_wait_is_over(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(minutes=15)
    assert len(town.phone("Ewan").new()) == 1
    assert (await town.kinds()).count("escalation.climbed") == 1


async def test_taking_it_stops_the_ladder(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1")
    await town.wait(hours=3)
    assert town.phone("Ewan").new() == []


async def test_a_level_repeats_and_then_the_next_one_is_told(database, keyring):
    town = await Town.build(database, keyring, residents=living_in(EWAN_SUPERVISOR, AILSA))
    await town.texts("Isla", "talk")
    await town.wait(minutes=29, seconds=59)
    assert town.phone("Ailsa").new() == []
    await town.wait(seconds=1)
    assert len(town.phone("Ailsa").new()) == 1
    assert (await ladder(town, "Isla")).level == 1


async def test_a_repeat_to_the_same_responder_goes_by_all_their_channels(database, keyring):
    town = await Town.build(database, keyring, residents=living_in(replace(EWAN_SUPERVISOR, roles=("coordinator",))))
    await town.texts("Isla", "talk")
    assert [one["address_id"] for one in await alerts_to(town, "Morag")] == [
        (await alerts_to(town, "Morag"))[0]["address_id"]
    ]
    await town.wait(minutes=15)
    assert len(await alerts_to(town, "Morag")) == 3
    assert len(town.channels["sms"].on("+447700900004")) == 1
    assert len(town.channels["main"].on("1004")) == 2


async def test_the_last_level_is_told_on_and_on(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(hours=6)
    town.phone("Ewan").new()
    await town.wait(minutes=30)
    assert len(town.phone("Ewan").new()) == 2


async def test_an_unanswered_alert_is_said_to_the_person_once(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    town.phone("Isla").new()
    await town.wait(minutes=104)
    assert town.phone("Isla").new() == []
    await town.wait(minutes=1)
    [honest] = town.phone("Isla").new()
    assert "nobody has answered yet" in honest
    assert "999" in honest
    await town.wait(hours=4)
    assert town.phone("Isla").new() == []


async def test_an_unanswered_alert_is_said_to_a_coordinator_who_was_not_asked_once(database, keyring):
    wellbeing = replace(EWAN_SUPERVISOR, roles=("supervisor",))
    town = await Town.build(database, keyring, residents=living_in(wellbeing, AILSA))
    await town.texts("Isla", "sorry", kind="media")
    await town.wait(hours=24)
    [said] = town.phone("Ailsa").new()
    assert said.startswith("Nobody has taken the alert about I.E.")
    await town.wait(hours=49)
    assert town.phone("Ailsa").new() == []


async def test_nobody_reachable_is_an_alarm_to_every_coordinator(database, keyring):
    alone = replace(EWAN_SUPERVISOR, roles=("coordinator",))
    town = await Town.build(database, keyring, residents=living_in(alone))
    town.phone("Morag").behave("refusing", fact="blocked")
    await town.texts("Isla", "sorry", kind="media")
    said = town.phone("Ewan").new()
    assert any("nobody I can tell" in text for text in said)
    assert "escalation.nobody" in await town.kinds()
    assert (await ladder(town, "Isla")).next_at > town.now


async def test_a_level_without_anybody_is_passed_over_at_once(database, keyring):
    town = await Town.build(database, keyring, residents=[one for one in RESIDENTS if one.name != "Rhona"])
    await town.texts("Isla", "hello")
    policy = Policy.from_json((await gone_quiet(town)).row["policy_copy"])
    assert policy.id == "gone-quiet"
    assert len(town.phone("Morag").new()) == 1


async def gone_quiet(town: Town):
    """Isla's check-in is missed twice, which opens gone-quiet."""
    await town.schedule("Isla", "daily-check-in", "daily at 09:30", missed=[{"in_a_row": 1, "policy": "gone-quiet"}])
    await town.wait(hours=7)
    return await ladder(town, "Isla")


async def test_gone_quiet_asks_the_assigned_peer_worker_first(database, keyring):
    town = await Town.build(database, keyring)
    await gone_quiet(town)
    [alert] = town.phone("Rhona").new()
    assert "has not answered a check-in once" in alert.lower()
    assert town.phone("Morag").new() == []
    await town.wait(hours=2)
    assert len(town.phone("Morag").new()) == 1


async def test_everybody_told_earlier_is_told_who_has_it_and_that_it_is_over(database, keyring):
    town = await Town.build(database, keyring)
    await gone_quiet(town)
    await town.wait(hours=3)
    for name in ("Rhona", "Morag", "Ewan"):
        assert len(town.phone(name).new()) == 1
    await town.texts("Morag", "1")
    code = (await alerts_to(town, "Morag"))[0]["code"]
    await town.texts("Morag", f"done {code} all well")
    for name in ("Rhona", "Ewan"):
        has_it, closed = town.phone(name).new()
        assert has_it.startswith("Morag has ")
        assert closed.startswith("Morag closed ")


async def test_the_words_of_done_are_told_to_nobody(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(minutes=15)
    code = code_in(town.phone("Ewan").last)
    await town.texts("Ewan", f"done {code} her brother Hamish is there")
    texts = [one.text for name in town.phones for one in town.phone(name).texts]
    assert not any("Hamish" in text for text in texts)


@pytest.mark.parametrize("answer", ["ok", "thanks", "👍", "OK thanks", "will do"])
async def test_a_courtesy_is_not_an_answer(database, keyring, answer):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", answer)
    assert (await ladder(town, "Isla")).state == "open"
    await town.wait(minutes=15)
    assert len(town.phone("Ewan").new()) == 1


async def test_a_refused_alert_goes_by_the_next_channel_at_once(database, keyring):
    town = await Town.build(database, keyring)
    town.channels["main"].behave("1004", "refusing", fact="blocked")
    await town.texts("Isla", "talk")
    [sms] = town.phone("Morag").new()
    assert "I.E. needs a person" in sms
    assert len(town.channels["sms"].on("+447700900004")) == 1
    assert town.phone("Ewan").new() == []


async def test_the_same_code_serves_on_the_next_channel(database, keyring):
    town = await Town.build(database, keyring)
    town.channels["main"].behave("1004", "refusing", fact="blocked")
    await town.texts("Isla", "talk")
    first, second = await alerts_to(town, "Morag")
    assert first["code"] == second["code"] != ""


async def test_a_blocked_chat_is_not_tried_again(database, keyring):
    town = await Town.build(database, keyring)
    town.channels["main"].behave("1004", "refusing", fact="blocked")
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1", account="sms")
    town.channels["main"].behave("1004", "working")
    await town.texts("Callum", "talk")
    assert town.channels["main"].on("1004") == ()
    assert len(await alerts_to(town, "Morag")) == 3


async def test_when_every_channel_failed_the_ladder_goes_on_at_once(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Morag").behave("refusing", fact="blocked")
    await town.texts("Isla", "talk")
    assert len(town.phone("Ewan").new()) >= 1
    assert (await ladder(town, "Isla")).state == "open"


async def test_a_responder_who_said_stop_is_passed_over_and_the_coordinator_is_told(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Morag", "stop")
    town.phone("Morag").new()
    [gap] = town.phone("Ewan").new()
    assert "Morag can't get alerts any more" in gap
    await town.texts("Isla", "talk")
    assert len(town.phone("Ewan").new()) == 1
    assert town.phone("Morag").new() == []


async def test_a_responder_who_says_stop_while_an_alert_waits_is_not_waited_for(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "stop")
    assert any("I.E. needs a person" in text for text in town.phone("Ewan").new())


async def test_the_person_themselves_is_never_told_of_their_own_escalation(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Morag", "I want to kill myself", account="main")
    assert await alerts_to(town, "Morag") == []
    assert len(await alerts_to(town, "Ewan")) == 1


async def test_an_alert_that_has_not_left_does_not_leave_once_it_is_taken(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    town.phone("Ewan").behave("off")
    await town.wait(minutes=15)
    [held] = await rows(town, outbox, person_id=town.ids["Ewan"])
    assert held["state"] == "queued"
    await town.texts("Morag", "1")
    town.phone("Ewan").behave("working")
    await town.wait(minutes=30)
    [held] = await rows(town, outbox, id=held["id"])
    assert held["state"] == "cancelled"
    assert not any("needs a person" in text for text in town.phone("Ewan").new())


async def test_a_reminder_goes_to_whoever_has_it_when_the_time_to_resolve_is_over(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1")
    town.phone("Morag").new()
    await town.wait(hours=4)
    [reminder] = town.phone("Morag").new()
    assert "still open with you" in reminder
    assert (await ladder(town, "Isla")).state == "taken"


async def test_without_an_answer_to_the_reminder_it_lapses_and_the_ladder_goes_on(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1")
    await town.wait(hours=5)
    assert (await ladder(town, "Isla")).state == "lapsed"
    assert len(town.phone("Ewan").new()) == 1


async def test_whoever_let_it_lapse_may_take_it_again(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    code = code_in(town.phone("Morag").last)
    await town.texts("Morag", "1")
    await town.wait(hours=5)
    await town.texts("Morag", f"1 {code}")
    now = await ladder(town, "Isla")
    assert (now.state, now.row["taken_by"]) == ("taken", town.ids["Morag"])


async def test_a_lapsed_one_may_be_taken_by_another(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Morag", "1")
    await town.wait(hours=5)
    town.phone("Morag").new()
    await town.texts("Ewan", "1")
    assert (await ladder(town, "Isla")).row["taken_by"] == town.ids["Ewan"]
    assert any(text.startswith("Ewan has ") for text in town.phone("Morag").new())


async def test_a_new_policy_does_not_move_a_live_ladder(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    house = town.worker.house()
    quick = Policy(
        "concern",
        "concern",
        "service",
        house.policies["concern"].resolve_within,
        (Level(("coordinator",), house.policies["crisis"].levels[0].wait, 0),),
    )
    later = replace(house, policies={**house.policies, "concern": quick})
    object.__setattr__(town.worker, "house", lambda: later)
    await town.wait(minutes=14)
    assert town.phone("Ewan").new() == []
    await town.texts("Callum", "talk")
    assert len(town.phone("Ewan").new()) == 1


async def test_after_an_outage_the_ladder_goes_on_with_one_telling(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    town.clock.set(town.now.replace(hour=17))
    await town.settle()
    assert (await ladder(town, "Isla")).round == 2
    assert len(town.phone("Ewan").new()) == 1


async def test_an_alert_held_up_by_an_outage_says_by_how_long(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Morag").behave("off")
    await town.texts("Isla", "talk")
    town.phone("Morag").behave("working")
    await town.wait(minutes=12)
    assert town.phone("Morag").new()
    town.phone("Morag").behave("off")
    await town.texts("Callum", "talk")
    town.clock.set(town.now.replace(hour=10, minute=45))
    town.phone("Morag").behave("working")
    await town.settle()
    assert any(text.startswith("Held up ") for text in town.phone("Morag").new())


async def test_every_open_escalation_has_a_next_step_ahead(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.texts("Callum", "urgent")
    await town.texts("Rhona", "I want to kill myself")
    for _ in range(12):
        await town.wait(minutes=37)
        for row in await rows(town, escalations):
            assert row["next_at"] > town.now
    assert await set_aside(town) == []


async def test_the_wellness_supporter_is_asked_first_then_the_deputy(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Rhona", "talk")
    assert (await ladder(town, "Rhona")).line == "wellness"
    assert len(town.phone("Ewan").new()) == 1
    await town.wait(minutes=119)
    assert town.phone("Morag").new() == []
    await town.wait(minutes=1)
    assert len(town.phone("Morag").new()) == 1


def of_the_wellness_line() -> list[Resident]:
    """A town in which supporter, deputy, line supervisor and coordinator are four people."""
    return [
        *[one for one in RESIDENTS if one.name not in ("Morag", "Ewan")],
        Resident("Morag", ("supervisor",), (("sms", "+447700900004"),), key="morag"),
        Resident("Lorna", ("supervisor",), (("sms", "+447700900007"),), key="lorna"),
        Resident("Ailsa", ("coordinator",), (("sms", "+447700900006"),), key="ailsa"),
        Resident("Ewan", ("supervisor",), (("sms", "+447700900005"),), key="ewan"),
    ]


async def wellness_town(database, keyring) -> Town:
    """Rhona's supporter is Ewan, her deputy Morag, her line supervisor Lorna; Ailsa coordinates."""
    town = await Town.build(database, keyring, residents=of_the_wellness_line())

    def move(connection) -> None:
        connection.execute(
            update(supervisions).where(supervisions.c.kind == "line").values(supervisor_id=town.ids["Lorna"])
        )

    await town.database.run(move)
    return town


async def low_nudge(town: Town) -> None:
    """Rhona answers 2 to her weekly nudge."""
    await town.schedule("Rhona", "peer-wellness", "daily at 09:30")
    await town.wait(minutes=1)
    await town.texts("Rhona", "2")


async def test_a_low_nudge_answer_goes_to_the_supporter_then_the_deputy_and_nobody_else(database, keyring):
    town = await wellness_town(database, keyring)
    await low_nudge(town)
    assert len(town.phone("Ewan").new()) == 1
    await town.wait(hours=2)
    assert len(town.phone("Morag").new()) == 1
    await town.wait(hours=48)
    assert town.phone("Lorna").new() == []
    assert {row["responder_id"] for row in await rows(town, alerts)} == {town.ids["Ewan"], town.ids["Morag"]}


async def test_an_unanswered_wellness_matter_reaches_the_coordinator_once_without_a_name(database, keyring):
    town = await wellness_town(database, keyring)
    await low_nudge(town)
    await town.wait(hours=4, minutes=59)
    assert town.phone("Ailsa").new() == []
    await town.wait(hours=30)
    [said] = town.phone("Ailsa").new()
    assert said.lower().startswith("a wellness matter is unanswered")
    assert "Rhona" not in said
    assert "R.E." not in said


async def test_the_supporters_of_a_worker_never_read_her_number_in_other_phones(database, keyring):
    town = await wellness_town(database, keyring)
    await low_nudge(town)
    await town.wait(hours=30)
    for name in ("Ailsa", "Lorna", "Isla", "Callum"):
        assert not any("week 2" in one.text for one in town.phone(name).texts)


async def test_a_workers_danger_goes_to_supporter_deputy_and_last_to_on_call(database, keyring):
    town = await wellness_town(database, keyring)
    await town.texts("Rhona", "I want to kill myself")
    assert (await ladder(town, "Rhona")).policy == "wellness-crisis"
    assert len(town.phone("Ewan").new()) == 1
    assert town.phone("Morag").new() == []
    await town.wait(minutes=10)
    assert len(town.phone("Morag").new()) == 1
    assert town.phone("Lorna").new() == []
    await town.wait(minutes=10)
    [on_call] = town.phone("Lorna").new()
    assert "R.E. needs a person now" in on_call


async def test_a_workers_danger_is_told_in_initials_and_needs_a_person_now_and_nothing_else(database, keyring):
    town = await wellness_town(database, keyring)
    await town.texts("Rhona", "I want to kill myself")
    await town.wait(minutes=20)
    for name in ("Ewan", "Morag", "Lorna"):
        for text in town.phone(name).new():
            code = code_in(text)
            assert text.splitlines()[0] == f"{code}: R.E. needs a person now. Text 1 {code}, or choose:"


async def test_more_about_a_workers_danger_says_nothing_more(database, keyring):
    town = await wellness_town(database, keyring)
    await low_nudge(town)
    await town.texts("Rhona", "I want to kill myself")
    await town.texts("Ewan", "3")
    more = town.phone("Ewan").last
    assert "nudge" not in more
    assert "week" not in more
    assert "danger" not in more


async def test_the_worker_is_told_when_on_call_is_asked(database, keyring):
    town = await wellness_town(database, keyring)
    await town.texts("Rhona", "I want to kill myself")
    town.phone("Rhona").new()
    await town.wait(minutes=19)
    assert town.phone("Rhona").new() == []
    await town.wait(minutes=1)
    [told] = town.phone("Rhona").new()
    assert "on call" in told
    await town.wait(minutes=30)
    assert town.phone("Rhona").new() == []
