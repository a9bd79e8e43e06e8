"""What raises and what lowers a fact, and how facts add up."""

import pytest

from bot.safety.risk import read_danger
from bot.safety.risk.danger import read_closely
from bot.safety.risk.rules import rules
from bot.safety.risk.sentences import sentences


def words(text: str) -> list[str]:
    return [" ".join(each.words) for each in sentences(text, rules("en-GB").spelt)]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Ah'm gonnae k1ll masel", ["i am going to kill myself"]),
        ("s u i c i d a l. that's it", ["suicidal", "that is it"]),
        ("im goin tae kil myslef", ["i am going to kill myself"]),
        ("i wnat to d!e", ["i want to die"]),
        ("WHY?? I can’t", ["why", "i can not"]),
        ("i scored 10 of 45", ["i scored 10 of 45"]),
        ("killllll me", ["kill me"]),
        ("ki\u200bll myself", ["kill myself"]),
    ],
)
def test_spelling_is_evened(text: str, known: list[str]) -> None:
    assert words(text) == known


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("no thoughts of hurting myself", "none"),
        ("no, I am going to kill myself", "risk"),
        ("not joking, I'm going to drown myself", "risk"),
        ("I haven't stopped thinking about killing myself", "risk"),
        ("I don't want to hurt myself but I am going to", "risk"),
        ("watched a film about a man who killed himself", "none"),
        ("watched a film and I want to kill myself", "risk"),
        ("the training covered suicide and killing yourself", "none"),
        ("tried to kill myself ten years ago", "none"),
        ("tried to kill myself last night", "risk"),
        ("years ago I felt like jumping and tonight I feel like jumping again", "risk"),
        ("my feet are killing me. I want to die", "risk"),
        ("a line in the song goes \u201ckill me now\u201d", "none"),
    ],
)
def test_scope_of_denial_time_frame_and_idiom(text: str, level: str) -> None:
    assert read_danger(text).level == level


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my brother wants to kill himself", "third"),
        ("I want to kill myself", "self"),
        ("I want to kill him", "others"),
        ("he says he will kill me", "abuse"),
        ("I have swallowed all my tablets and I want to die", "medical"),
    ],
)
def test_whose_danger_it_is(text: str, kind: str) -> None:
    found = read_danger(text)
    assert (found.level, found.kind) == ("risk", kind)


def test_low_words_do_not_add_up_to_danger() -> None:
    assert read_danger("so low. can't cope. no hope left. so lonely. panic attacks. awful night").level == "distress"


def test_small_facts_add_up() -> None:
    assert read_danger("rope").level == "none"
    _, parts = read_closely("I feel so low, and the pills")
    assert {heard.fact.name for part in parts for heard in part.heard} >= {"low", "means named"}
