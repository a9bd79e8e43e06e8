"""Properties that hold for every history: a peer worker with a question and alerts on one phone, whatever anybody does.

Random histories are played on a real (SQLite) database through the whole way: routing, decisions, ladders, outbox.
"""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Database
from storage.tables import alerts, escalations, inbound, outbox, people, sessions
from tests.world.rows import rows, set_aside
from tests.world.town import RESIDENTS, Resident, Town

BARE = ("1", "yes", "take", "2", "3", "more", "none", "done", "later 30m", "Yes", " 1 ")
HOUSE = [
    RESIDENTS[0],
    Resident("Callum", ("service_user",), (("sms", "+447700900002"),)),
    RESIDENTS[2],
    Resident("Morag", ("supervisor",), (("main", "1004"), ("sms", "+447700900004")), key="morag"),
    RESIDENTS[4],
]
DANGER = "I want to kill myself"
WORDS = (
    *BARE,
    "0",
    "7",
    "10",
    "ok",
    "thanks",
    "dunno",
    "HELP",
    "TALK",
    "URGENT",
    "STOP",
    "stop please",
    "START",
    DANGER,
    "",
)

step = st.one_of(
    st.tuples(st.just("writes"), st.just("Rhona"), st.sampled_from(WORDS)),
    st.tuples(st.just("writes"), st.sampled_from([one.name for one in HOUSE]), st.sampled_from(WORDS)),
    st.tuples(st.just("answers with a code"), st.sampled_from(["Rhona", "Morag", "Ewan"]), st.sampled_from(BARE)),
    st.tuples(st.just("waits"), st.just(""), st.sampled_from(["1", "5", "16", "61", "130", "400"])),
    st.tuples(
        st.just("breaks"), st.sampled_from(["Rhona", "Morag", "Ewan"]), st.sampled_from(["off", "refusing", "silent"])
    ),
    st.tuples(st.just("mends"), st.sampled_from(["Rhona", "Morag", "Ewan"]), st.just("")),
    st.tuples(st.just("sends media"), st.sampled_from(["Isla", "Rhona"]), st.just("")),
)


async def facts(town: Town) -> dict[str, object]:
    """What is compared before and after a step, of Rhona."""
    rhona = town.ids["Rhona"]
    open_ones = [row for row in await rows(town, sessions, person_id=rhona) if row["state"] == "open"]
    known = {row["id"]: row for row in await rows(town, escalations)}
    mine = await rows(town, alerts, responder_id=rhona)
    return {
        "question": [row["address_id"] for row in open_ones],
        "asked": {row["id"] for row in await rows(town, outbox, person_id=rhona, purpose="question")},
        "waiting": {
            row["address_id"]
            for row in mine
            if known[row["escalation_id"]]["state"] in ("open", "lapsed") and row["declined_at"] is None
        },
        "states": {key: (row["state"], row["taken_by"]) for key, row in known.items()},
    }


async def play(town: Town, kind: str, name: str, what: str) -> None:
    """One step of a history."""
    match kind:
        case "writes":
            await town.texts(name, what)
        case "answers with a code":
            codes = sorted({row["code"] for row in await rows(town, alerts, responder_id=town.ids[name])})
            await town.texts(name, f"{what} {codes[-1]}" if codes else what)
        case "waits":
            await town.wait(minutes=float(what))
        case "breaks":
            town.phone(name).behave(what, **({"fact": "filtered"} if what == "refusing" else {}))
        case "mends":
            town.phone(name).behave("working")
        case _:
            await town.texts(name, "", kind="media")


async def check_taking(before: dict, after: dict, kind: str, name: str, what: str, town: Town) -> None:
    """A bare answer takes no alert while a question is open at that address."""
    if kind == "writes" and name == "Rhona" and what.strip().lower() in BARE and before["question"]:
        rhona = town.ids["Rhona"]
        for key, (state, taker) in after["states"].items():
            assert (state, taker) == before["states"].get(key, (state, taker)) or taker != rhona


async def check_asking(before: dict, after: dict, kind: str, what: str) -> None:
    """No new question is asked by itself while an alert waits at the address."""
    if kind == "waits" and before["waiting"] and after["waiting"] == before["waiting"] and not before["question"]:
        new = after["asked"] - before["asked"]
        assert not new or float(what) > 130  # in a longer time it may have been answered by others in between


async def check_always(town: Town) -> None:
    """What holds after every step."""
    assert await set_aside(town) == []
    for row in await rows(town, escalations):
        assert row["state"] == "resolved" or row["next_at"] > town.now
    open_ones = [row["person_id"] for row in await rows(town, sessions, state="open")]
    assert len(open_ones) == len(set(open_ones))
    unresolved = [
        (row["person_id"], row["line"]) for row in await rows(town, escalations) if row["state"] != "resolved"
    ]
    assert len(unresolved) == len(set(unresolved))


async def check_stop(town: Town, since: dict[str, int]) -> None:
    """After STOP nothing leaves but the crisis text and the one confirmation."""
    stopped = {row["id"] for row in await rows(town, people) if row["stopped_at"] is not None}
    for name, place in list(since.items()):
        if town.ids[name] not in stopped:
            del since[name]
            continue
        for text in [one.text for one in town.phone(name).texts][place:]:
            assert "999" in text or text.startswith("OK, I have stopped"), text
    for name, person_id in town.ids.items():
        if person_id in stopped:
            since.setdefault(name, len(town.phone(name).texts))


async def history(file: Path, keyring, steps) -> None:
    """Play one history and check every property after every step."""
    database = Database.open(f"sqlite:///{file}")
    try:
        town = await Town.build(database, keyring, residents=HOUSE)
        for name, flow in (("Isla", "daily-check-in"), ("Callum", "daily-check-in"), ("Rhona", "peer-wellness")):
            missed = [{"in_a_row": 1, "policy": "gone-quiet"}]
            await town.schedule(name, flow, "daily at 09:30", missed=missed if name != "Rhona" else [])
        await town.wait(minutes=1)
        stopped_since: dict[str, int] = {}
        for kind, name, what in steps:
            before = await facts(town)
            await play(town, kind, name, what)
            after = await facts(town)
            await check_taking(before, after, kind, name, what, town)
            await check_asking(before, after, kind, what)
            await check_always(town)
            await check_stop(town, stopped_since)
        assert len(await rows(town, inbound)) == town.serial
        assert town.clock.now() - town.now == timedelta()
    finally:
        await database.close()


@settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(step, min_size=4, max_size=14))
def test_whatever_happens_the_promises_hold(migrated_file, keyring, steps):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(shutil.copy(migrated_file, Path(folder) / "blether.db"))
        asyncio.run(asyncio.wait_for(history(file, keyring, steps), 120))  # a loop without an end fails too


async def with_question_and_alert(database, keyring) -> Town:
    """Rhona has her question open and an alert about Isla on the same phone."""
    town = await Town.build(database, keyring, residents=HOUSE)
    await town.schedule("Rhona", "peer-wellness", "daily at 15:00")
    await town.schedule("Isla", "daily-check-in", "daily at 09:30", missed=[{"in_a_row": 1, "policy": "gone-quiet"}])
    await town.wait(hours=6, minutes=2)
    town.phone("Rhona").new()
    return town


async def test_a_bare_1_goes_to_the_open_question_and_the_alert_is_not_taken(database, keyring):
    town = await with_question_and_alert(database, keyring)
    await town.texts("Rhona", "1")
    [row] = await rows(town, escalations, person_id=town.ids["Isla"])
    assert row["state"] == "open"
    assert [one["outcome"] for one in await rows(town, sessions, person_id=town.ids["Rhona"])] == ["told"]


async def test_the_bot_adds_how_to_take_the_alert(database, keyring):
    town = await with_question_and_alert(database, keyring)
    await town.texts("Rhona", "1")
    [code] = {row["code"] for row in await rows(town, alerts, responder_id=town.ids["Rhona"])}
    assert town.phone("Rhona").last == f"To take {code}, text 1 {code}."


async def test_a_1_with_the_code_takes_it_and_leaves_the_question_open(database, keyring):
    town = await with_question_and_alert(database, keyring)
    [code] = {row["code"] for row in await rows(town, alerts, responder_id=town.ids["Rhona"])}
    await town.texts("Rhona", f"1 {code}")
    [row] = await rows(town, escalations, person_id=town.ids["Isla"])
    assert row["taken_by"] == town.ids["Rhona"]
    assert len(await rows(town, sessions, person_id=town.ids["Rhona"], state="open")) == 1
