"""What somebody does is drawn from the seed and from nothing else; codes are read as a supervisor reads them."""

from collections import Counter

import pytest

from bot.escalation import wording
from tests.faults.script import alert_code, code_held, day_of, mark


def test_the_same_seed_gives_the_same_day():
    assert day_of(7, 3, 2) == day_of(7, 3, 2)
    assert day_of(7, 3, 2) != day_of(8, 3, 2)


def test_every_way_to_spend_a_day_happens_among_two_hundred_people():
    ways = Counter(day_of(1, person, 0).way for person in range(200))
    expected = {"prompt", "twice", "after-nudge", "evening", "silent", "words", "word", "danger", "stop"}
    assert set(ways) == expected
    assert ways["prompt"] > 80


def test_some_answers_are_low():
    low = [day_of(1, person, 0).number <= 2 for person in range(200)]
    assert 10 < sum(low) < 60


def test_marks_are_all_different():
    marks = {mark(person, day, count) for person in range(20) for day in range(20) for count in range(5)}
    assert len(marks) == 2000


@pytest.mark.parametrize("before", ["", "(again) ", "Held up 45 min: ", "(again) Held up 3 h: "])
def test_an_alert_is_known_by_its_code(before):
    assert alert_code(f"{before}K7: I.E. needs a person. Text 1 K7, or choose:") == "K7"
    assert alert_code(wording.you_have("K7", "I.E.")) is None


@pytest.mark.parametrize("text", [wording.you_have("K7", "I.E."), wording.already_yours("K7")])
def test_a_supervisor_knows_what_is_theirs(text):
    assert code_held(text) == "K7"
    assert code_held("K7: I.E. needs a person. Text 1 K7, or choose:") is None
