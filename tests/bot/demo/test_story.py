"""What happened and why, told from rows: the reasons that a ladder can have."""

from datetime import timedelta

import pytest

from bot.demo.story import spoken


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (15, "15 minutes"), (60, "1 hour"), (90, "90 minutes"), (120, "2 hours"), (1440, "1 day")],
)
def test_lengths_are_said_as_people_say_them(minutes, words):
    assert spoken(timedelta(minutes=minutes)) == words


async def test_who_cannot_is_named_as_the_reason(watcher):
    await watcher.plays("nobody-answers")
    await watcher.types("Morag", "2")
    assert (await watcher.story())[-2:] == ["Morag can't take it.", "Told Ewan because Morag can't."]


async def test_taking_reminding_and_closing_are_told_with_names(watcher):
    await watcher.plays("nobody-answers")
    await watcher.types("Morag", "1")
    await watcher.jumps(until="13:30")
    await watcher.types("Morag", f"done {await watcher.code_of('Morag')} spoke with her")
    told = [words for words in await watcher.story() if words.startswith("Morag")]
    assert told == [
        "Morag has it. Everybody who was told before knows.",
        "Morag was reminded: it is not closed yet.",
        "Morag closed it. Everybody who was told knows.",
    ]


async def test_words_that_people_wrote_are_not_in_it(watcher):
    await watcher.types("Isla", "WRAP ADD Feed the herons")
    await watcher.types("Isla", "I want to end my life")
    whole = " ".join(await watcher.story())
    assert "Isla put something on their own list." in whole
    assert "herons" not in whole
    assert "end my life" not in whole


async def test_a_missed_check_in_is_told_once(watcher):
    await watcher.jumps(until="15:30")
    assert (await watcher.story()).count("Isla did not answer the daily check-in: one missed in a row.") == 1
