"""The routes on the real bot: what is typed is decided and answered, and time brings what is due."""

import random
import re
import string

from bot.demo.driver import Demo
from storage.audit import audit_of

NAMES = ("Isla", "Callum", "Rhona", "Morag", "Ewan")


async def test_it_stands_at_its_opening_moment_with_empty_phones(watcher):
    state = await watcher.state()
    assert state == {
        "now": "2026-11-24T09:29:00+00:00",
        "phones": {"Isla": [], "Callum": [], "Rhona": [], "Morag": [], "Ewan": []},
        "schedule": [
            {"what": "daily-check-in", "who": "Callum", "due_at": "2026-11-24T09:30:00+00:00"},
            {"what": "daily-check-in", "who": "Isla", "due_at": "2026-11-24T09:30:00+00:00"},
            {"what": "peer-wellness", "who": "Rhona", "due_at": "2026-11-24T09:45:00+00:00"},
            {"what": "wrap-reminder", "who": "Callum", "due_at": "2026-11-24T19:00:00+00:00"},
            {"what": "wrap-reminder", "who": "Isla", "due_at": "2026-11-24T19:00:00+00:00"},
        ],
        "outbox": [],
        "ladder": [],
        "scene": "ordinary-week",
        "earlier": dict.fromkeys(NAMES, 0),
        "behave": dict.fromkeys(NAMES, "working"),
        "story": [],
    }


async def test_the_next_thing_due_is_the_check_in_by_text_and_with_buttons(watcher):
    assert await watcher.jumps() == "2026-11-24T09:30:00+00:00"
    phones = (await watcher.state())["phones"]
    (isla,), (callum,) = phones["Isla"], phones["Callum"]
    assert (isla["from"], isla["at"], isla["options"]) == ("bot", "2026-11-24T09:30:00+00:00", [])
    assert "Isla" in isla["text"]
    assert [one["text"] for one in callum["options"]] == [str(number) for number in range(11)]
    assert len({one["id"] for one in callum["options"]}) == 11


async def test_a_low_answer_climbs_to_the_second_supervisor_and_is_closed(watcher):
    await watcher.jumps()
    await watcher.types("Isla", "2")
    (ladder,) = (await watcher.state())["ladder"]
    assert (ladder["policy"], ladder["state"], ladder["level"], ladder["told"]) == ("concern", "open", 0, ["Morag"])
    assert ladder["next_at"] == "2026-11-24T09:45:00+00:00"

    await watcher.jumps(until="09:45")
    await watcher.types("Ewan", "1")
    (ladder,) = (await watcher.state())["ladder"]
    assert (ladder["state"], ladder["told"]) == ("taken", ["Morag", "Ewan"])
    assert "Ewan has" in (await watcher.said_to("Morag"))[-1]

    await watcher.types("Ewan", f"done {await watcher.code_of('Ewan')} spoke, safe")
    assert (await watcher.state())["ladder"] == []


async def test_a_press_answers_as_words_do(watcher):
    await watcher.jumps()
    await watcher.presses("Callum", "2")
    await watcher.presses("Morag", "I'll take it")
    (ladder,) = (await watcher.state())["ladder"]
    assert ladder["state"] == "taken"
    assert [one["text"] for one in (await watcher.state())["phones"]["Morag"] if one["from"] == "person"] == [
        "I'll take it"
    ]


async def test_a_button_from_earlier_is_told_so_and_changes_nothing(watcher):
    await watcher.jumps()
    await watcher.presses("Callum", "7")
    before = (await watcher.state())["schedule"]
    await watcher.presses("Callum", "1")
    state = await watcher.state()
    assert "earlier" in state["phones"]["Callum"][-1]["text"]
    assert (state["schedule"], state["ladder"]) == (before, [])


async def test_a_peer_workers_low_answer_stays_on_their_own_line(watcher):
    await watcher.jumps(until="09:45")
    await watcher.types("Rhona", "1")
    (ladder,) = (await watcher.state())["ladder"]
    assert (ladder["policy"], ladder["told"]) == ("wellness", ["Ewan"])
    assert await watcher.said_to("Morag") == []


async def test_check_ins_missed_twice_bring_in_the_peer_worker(watcher):
    for _ in range(40):
        await watcher.jumps()
        if any(one["policy"] == "gone-quiet" for one in (await watcher.state())["ladder"]):
            break
    ladders = [one for one in (await watcher.state())["ladder"] if one["policy"] == "gone-quiet"]
    assert ladders
    assert {tuple(one["told"]) for one in ladders} == {("Rhona",)}


async def test_what_comes_next_is_listed_with_who_and_when(watcher):
    await watcher.jumps()
    await watcher.types("Callum", "6")
    assert {(one["what"], one["who"], one["due_at"]) for one in (await watcher.state())["schedule"]} == {
        ("peer-wellness", "Rhona", "2026-11-24T09:45:00+00:00"),
        ("nudge", "Isla", "2026-11-24T11:30:00+00:00"),
        ("wrap-reminder", "Isla", "2026-11-24T19:00:00+00:00"),
        ("wrap-reminder", "Callum", "2026-11-24T19:00:00+00:00"),
        ("daily-check-in", "Isla", "2026-11-25T09:30:00+00:00"),
        ("daily-check-in", "Callum", "2026-11-25T09:30:00+00:00"),
    }
    await watcher.jumps(until="11:30")
    ending = [one for one in (await watcher.state())["schedule"] if one["what"] == "end of waiting"]
    assert ending == [{"what": "end of waiting", "who": "Isla", "due_at": "2026-11-24T15:30:00+00:00"}]


async def test_a_text_that_cannot_leave_yet_stands_in_the_outbox(watcher, demo):
    isla = demo.phones["Isla"].actor.number
    demo.channels["sms"].behave(isla, "off")
    await watcher.jumps()
    (waiting,) = (await watcher.state())["outbox"]
    assert (waiting["phone"], waiting["class"], waiting["state"]) == ("Isla", "check-in", "queued")
    assert waiting["due_at"] > "2026-11-24T09:30:00+00:00"
    demo.channels["sms"].behave(isla, "working")
    await watcher.jumps()
    assert (await watcher.state())["outbox"] == []
    assert len(await watcher.said_to("Isla")) == 1


async def test_words_of_danger_are_answered_at_once_and_tell_everybody_on_call(watcher):
    await watcher.types("Isla", "I want to kill myself")
    assert "999" in (await watcher.said_to("Isla"))[-1]
    (ladder,) = (await watcher.state())["ladder"]
    assert (ladder["policy"], sorted(ladder["told"])) == ("crisis", ["Ewan", "Morag"])


def invented(chance: random.Random) -> str:
    """Words that nobody has thought of."""
    return " ".join(
        "".join(chance.choice(string.ascii_lowercase) for _ in range(chance.randint(6, 12))) for _ in range(5)
    )


async def test_invented_words_are_taken_as_the_real_bot_takes_them(watcher, demo: Demo):
    """Nothing is scripted: words made up here go through danger, routing and the open question, and are kept."""
    words = invented(random.Random())
    await watcher.jumps()
    await watcher.types("Isla", words)
    lines = (await watcher.state())["phones"]["Isla"]
    assert [one["text"] for one in lines if one["from"] == "person"] == [words]
    assert re.search(r"0 .*10", lines[-1]["text"]), "a hint about the question that is open"
    await watcher.types("Isla", "9")
    kinds = [one.kind for one in await demo.app.database.read(audit_of)]
    assert "answer.saved" in kinds
    assert kinds.count("inbound.received") >= 2


async def test_a_phone_that_is_not_there_is_not_found(client):
    answer = await client.post("/demo/phones/Nobody", json={"text": "hello"})
    assert (answer.status_code, set(answer.json())) == (404, {"error"})
    assert (await client.post("/demo/phones/isla", json={"text": "hello"})).status_code == 404


async def test_what_cannot_be_done_is_refused_and_changes_nothing(client, watcher):
    before = await watcher.state()
    on_a_phone = (
        {"text": ""},
        {"text": "x" * 4097},
        {"press": "0" * 32 + ":0"},
        {"text": "a", "press": "b"},
        {},
        [],
        5,
    )
    to_the_clock = ({"rate": 2}, {"rate": True}, {"jump": "back"}, {"rate": 1, "jump": "next"}, {})
    for path, contents in (("phones/Isla", on_a_phone), ("clock", to_the_clock)):
        for content in contents:
            answer = await client.post(f"/demo/{path}", json=content)
            assert (answer.status_code, set(answer.json())) == (422, {"error"}), content
    assert await watcher.state() == before


async def test_odd_texts_are_answered_sensibly(watcher, demo):
    """Nothing of these is set aside as something that failed."""
    for text in ("\N{WAVING HAND SIGN}", "\x00\x07\x1b[31m", "x" * 4096, "<script>alert(1)</script>", "{{ 7 * 7 }}"):
        await watcher.types("Isla", text)
        await watcher.types("Callum", text)
        assert (await watcher.said_to("Isla"))[-1]
        assert (await watcher.said_to("Callum"))[-1]
    assert not [one.kind for one in await demo.app.database.read(audit_of) if "set_aside" in one.kind]


async def test_when_nothing_is_due_any_more_a_jump_stays_where_it_is(watcher):
    for name in ("Isla", "Callum", "Rhona"):
        await watcher.types(name, "STOP")
    before = (await watcher.state())["now"]
    assert (await watcher.state())["schedule"] == []
    assert await watcher.jumps() == before
