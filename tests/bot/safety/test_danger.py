"""What the danger engine hears, and what it lets pass."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.risk import read_danger
from bot.safety.risk.rules import rules
from bot.safety.risk.sentences import LONGEST, sentences


@pytest.mark.parametrize(
    "text",
    [
        "I want to die",
        "i wanna die",
        "I’m going to kill myself",
        "want tae die",
        "gonnae kill masel",
        "ah cannae go on, gonny end it aw",
        "kms tonight, no joke",
        "I W A N T to d i e",
        "k.i.l.l myself",
        "going to k1ll myself",
        "gonna k*ll myself",
        "i want to diiie",
        "killlll myself",
        "I'm going to jump",
        "standing on the bridge",
        "I've been cutting myself again",
        "I have slit my wrists",
        "I have written a suicide note",
        "I can't keep myself safe",
        "the voices are telling me to kill myself",
        "goodbye everyone, this is goodbye",
        "nothing is wrong lol but I want to die",
        "dead good day. I want to die",
        "WANT TO DIE",
        "7, but I want to kill myself",
        "I want\nto die",
        "the film was good. I'm going to kill myself tonight",
        "I used to want to die and tonight I want to die again",
    ],
)
def test_words_of_danger_to_oneself_are_risk(text: str) -> None:
    found = read_danger(text)
    assert (found.level, found.kind) == ("risk", "self")
    assert found.reasons


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I've taken an overdose", "medical"),
        ("took 30 paracetamol", "medical"),
        ("I swallowed a whole bottle of pills", "medical"),
        ("chest pain and I can't breathe", "medical"),
        ("I have taken an overdose and I want to die", "medical"),
        ("he's hitting me", "abuse"),
        ("my husband is hitting me again", "abuse"),
        ("he says he will kill me", "abuse"),
        ("I'm going to kill him tonight", "others"),
        ("my brother says he is going to kill himself", "third"),
    ],
)
def test_other_danger_has_its_kind(text: str, kind: str) -> None:
    found = read_danger(text)
    assert (found.level, found.kind) == ("risk", kind)


@pytest.mark.parametrize(
    "text",
    [
        "I'm not going to kill myself",
        "I don't want to die",
        "I wish I was dead",
        "I can't cope",
        "I feel hopeless",
        "I can't stop crying",
        "the voices are back",
        "I stopped taking my meds",
        "in the film I want to kill myself",
    ],
)
def test_denied_or_past_or_low_is_distress_and_never_nothing(text: str) -> None:
    assert read_danger(text).level == "distress"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "aye",
        "dead good",
        "I used to want to die years ago",  # past and over (labelling rule 5)
        "2",  # an answer: the flow decides what a low number needs
        "no plans to hurt myself",
        "that killed me, lol",
        "murder at the shops",
        "dying for a cuppa",
        "my feet are killing me",
        "I could murder a curry",
        "dying to see you",
        "deadline tomorrow",
        "hanging out with my pal",
        "killing time at the bus stop",
        "cut my hair",
        "jumped in the shower",
        "no bad, ta",
        "pure dead brilliant",
        "the battery is dead",
        "my phone died",
        "I nearly died laughing",
        "went to Killin for the day",
        "watched a murder mystery",
        "suicide prevention training on Monday",
        "slept ok, had my tea, walked the dog",
        "stop",
        "1 K7",
        "done K7 spoke, safe",
        "👍",
        "\x00\u202e\u200b",
    ],
)
def test_ordinary_talk_is_nothing(text: str) -> None:
    assert read_danger(text).level == "none"


def test_an_idiom_does_not_hide_what_follows_it() -> None:
    assert read_danger("my feet are killing me and I want to kill myself").level == "risk"


def test_the_reasons_name_the_words() -> None:
    assert read_danger("So tired. I want to die.").reasons == ("self, wish to die, 10: want to die",)


def test_what_lowered_it_is_named() -> None:
    assert read_danger("I'm not going to kill myself").reasons[0] == (
        "self, intent, 4 (denied by 'not'): going to kill myself"
    )


HARD = [
    "a",
    "i want to ",
    "he is has ",
    "going to ",
    "a b ",
    "0 ",
    "1a",
    "cut my ",
    "my my friend ",
    "took 30 ",
    "s*",
    "\u200b",
    "e\u0301",
    "not want to die ",
    "i am going to kill him and myself with the knife tonight ",
    '"',
    "a\n",
    "k.",
    "!!",
]


@pytest.mark.parametrize("hard", HARD)
def test_a_hundred_kilobytes_are_read_in_good_time(hard: str) -> None:
    text = (hard * 100_000)[:100_000]
    began = time.process_time()
    read_danger(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("hard", HARD)
def test_twice_the_text_is_at_most_twice_the_sentences(hard: str) -> None:
    spelt = rules("en-GB").spelt
    small = len(sentences((hard * 10_000)[:10_000], spelt))
    large = len(sentences((hard * 20_000)[:20_000], spelt))
    assert large <= 2 * small + 2
    longest = max((len(each.words) for each in sentences((hard * 20_000)[:20_000], spelt)), default=0)
    assert longest <= LONGEST


def test_danger_at_either_end_of_a_very_long_text_is_heard() -> None:
    assert read_danger("I want to die. " + "word " * 60_000).level == "risk"
    assert read_danger("word " * 60_000 + ". I want to die").level == "risk"


def test_danger_is_heard_wherever_a_long_sentence_is_cut() -> None:
    for before in range(40, 70):
        assert read_danger("word " * before + "i want to die " + "word " * 40).level == "risk", before


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert read_danger(text).level in ("risk", "distress", "none")
    assert read_danger(f"{text}\nI want to die").level == "risk"


@given(
    st.lists(st.sampled_from([*HARD, "no ", "I want to die. ", "?", "\n", "film ", "lol "]), max_size=200).map("".join)
)
def test_hostile_mixtures_are_read_without_an_error(text: str) -> None:
    assert read_danger(text).level in ("risk", "distress", "none")
