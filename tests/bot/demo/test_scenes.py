"""Each scene: the state in which it begins, and that what follows is the bot's own doing."""

import pytest

from bot.demo.scenes import SCENES

BEGINS = {
    "ordinary-week": ("09:29", {}),
    "hard-day": ("09:30", {"Isla": 1, "Callum": 1}),
    "nobody-answers": ("09:30", {"Isla": 4, "Callum": 1, "Morag": 1}),
    "supervisor-away": ("09:30", {"Isla": 1, "Callum": 1}),
    "lost-text": ("09:29", {}),
    "danger": ("22:40", {"Isla": 4, "Callum": 4, "Rhona": 2}),
    "stop": ("09:30", {"Isla": 1, "Callum": 1}),
}


def test_every_scene_has_its_beginning_here():
    assert set(BEGINS) == set(SCENES)


@pytest.mark.parametrize("scene", BEGINS)
async def test_a_scene_begins_as_it_says_and_again_after_a_reset(watcher, client, scene):
    clock, bubbles = BEGINS[scene]
    await watcher.plays(scene)
    begun = await watcher.state()
    assert (begun["scene"], begun["now"][11:16]) == (scene, clock)
    assert {name: len(lines) for name, lines in begun["phones"].items() if lines} == bubbles
    await watcher.jumps()
    await watcher.types("Rhona", "TALK")
    assert (await client.post("/demo/reset", json={})).status_code == 200
    again = await watcher.state()
    assert (again["now"], again["schedule"]) == (begun["now"], begun["schedule"])
    assert {name: len(lines) for name, lines in again["phones"].items() if lines} == bubbles


async def test_a_scene_that_is_not_there_changes_nothing(watcher, client):
    before = await watcher.state()
    for content in ({"scene": "nowhere"}, {"scene": "own-flow"}, {"scene": 5}, {}):
        answer = await client.post("/demo/scene", json=content)
        assert (answer.status_code, set(answer.json())) == (422, {"error"}), content
    assert await watcher.state() == before


async def test_nobody_answers_climbs_to_the_end_and_isla_is_told(watcher):
    await watcher.plays("nobody-answers")
    await watcher.jumps(until="11:15")
    assert "nobody has answered yet" in (await watcher.said_to("Isla"))[-1]
    story = await watcher.story()
    assert "Told Morag, who comes first on the ladder." in story
    assert "Told Ewan because Morag did not answer in 15 minutes." in story
    assert "Told Ewan and Morag again because Ewan and Morag did not answer in 15 minutes." in story
    assert story[-1] == "Nobody answered on any step: Isla was told so, honestly."


async def test_a_supervisor_who_cannot_be_reached_is_passed_over_at_once(watcher):
    await watcher.plays("supervisor-away")
    begun = (await watcher.state())["now"]
    await watcher.types("Isla", "TALK")
    assert "Told Ewan because no text reaches Morag." in await watcher.story()
    assert any("needs a person" in text for text in await watcher.said_to("Ewan"))
    assert (await watcher.state())["now"] == begun
    assert await watcher.said_to("Morag") == []


async def test_a_text_that_does_not_arrive_is_not_held_against_anybody(watcher):
    await watcher.plays("lost-text")
    await watcher.jumps()
    assert await watcher.said_to("Isla") == []
    assert "please phone" in (await watcher.said_to("Morag"))[-1]
    await watcher.jumps(until="15:30")
    assert not [words for words in await watcher.story() if words.startswith("Isla did not answer")]


async def test_danger_at_night_tells_everybody_on_call(watcher):
    await watcher.plays("danger")
    await watcher.types("Isla", "I want to end my life")
    assert "999" in (await watcher.said_to("Isla"))[-1]
    (ladder,) = (await watcher.state())["ladder"]
    assert (ladder["policy"], sorted(ladder["told"])) == ("crisis", ["Ewan", "Morag"])
    assert "Told Ewan and Morag, who come first on the ladder." in await watcher.story()


async def test_stop_ends_everything_and_start_begins_again(watcher):
    await watcher.plays("stop")
    await watcher.types("Callum", "STOP")
    assert "Callum" not in {one["who"] for one in (await watcher.state())["schedule"]}
    await watcher.types("Callum", "START")
    assert "Callum" in {one["who"] for one in (await watcher.state())["schedule"]}
    assert (await watcher.story())[-2:] == [
        "Callum said STOP: no more texts, and nobody asks why.",
        "Callum began again with START.",
    ]


async def test_an_ordinary_evening_brings_the_list_in_the_persons_own_words(watcher):
    await watcher.jumps(until="09:30")
    await watcher.types("Isla", "7")
    await watcher.presses("Callum", "8")
    await watcher.jumps(until="19:00")
    reminder = (await watcher.said_to("Isla"))[-1]
    assert "WRAP" in reminder
    assert "Porridge" not in reminder
    await watcher.types("Isla", "WRAP")
    assert "Porridge and a pot of tea" in (await watcher.said_to("Isla"))[-1]
    await watcher.types("Isla", "1 and 3")
    assert (await watcher.story())[-1] == "Isla ticked 2 things on their own list."


async def test_the_old_scenes_database_goes_with_it(watcher, house):
    for scene in ("stop", "hard-day", "stop"):
        await watcher.plays(scene)
    assert len(list(house.folder.glob("demo-*.db"))) == 1


async def test_what_waited_while_the_scene_changed_is_told_so(house, client):
    """A text to the scene that has just gone is neither lost silently nor taken into the next one."""
    before = house.demo
    await house.play("stop")
    assert before.closing
    answer = await client.post("/demo/phones/Isla", json={"text": "7"})
    assert answer.status_code == 200
    assert [one.text for one in before.phones["Isla"].lines] == []
