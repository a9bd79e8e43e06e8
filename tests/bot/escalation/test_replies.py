"""Answers to alerts: what is one, unmistakably, and what is not."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escalation.replies import (
    CODES,
    AlertAnswer,
    Cannot,
    Done,
    Later,
    More,
    NoCodeLeftError,
    Take,
    Tried,
    new_code,
    read_answer,
    read_code,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize("text", ["1", " 1. ", "take", "Take it", "I'll take it", "yes", "YES!", "1️⃣"])
def test_a_bare_take(text: str) -> None:
    found = read_answer(text)
    assert found == Take()
    assert found.bare


@pytest.mark.parametrize(
    "text",
    [
        "1 K7",
        "1 k7",
        "1K7",
        "K7 1",
        "k 7 1",
        "1 K 7",
        "take k7",
        "K7 take",
        "yes k7",
        "k7 yes",
        "'1 k7'",
        "“1 K7”",
        "1, K7!",
        "1 k-7",
        "take k7 please",
        "1 k7 thanks",
        "I'll take K7",
        "1\nK7",
        "１ Ｋ７",
    ],
)
def test_a_take_with_its_code_in_any_case_and_spacing(text: str) -> None:
    assert read_answer(text) == Take("K7")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("2", Cannot()),
        ("can't", Cannot()),
        ("can’t", Cannot()),
        ("cant k7", Cannot("K7")),
        ("2 K7", Cannot("K7")),
        ("I can't", Cannot()),
        ("cannae", Cannot()),
        ("3", More()),
        ("more", More()),
        ("more k7", More("K7")),
        ("K7 3", More("K7")),
        ("none", Tried()),
        ("None K7", Tried("K7")),
        ("k7 none", Tried("K7")),
    ],
)
def test_cannot_more_and_tried(text: str, answer: AlertAnswer) -> None:
    assert read_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("done", Done()),
        ("Done.", Done()),
        ("done k7", Done("K7")),
        ("K7 done", Done("K7")),
        ("done K7 spoke, safe", Done("K7", "spoke, safe")),
        ("done k 7 spoke, safe", Done("K7", "spoke, safe")),
        ("“Done k7: Spoke. Safe.”", Done("K7", "Spoke. Safe")),
        ("done, spoke to her", Done(None, "spoke to her")),
        ("k7 done rang twice", Done("K7", "rang twice")),
        ("done a 2 hour call", Done(None, "a 2 hour call")),
        ("done K7", Done("K7")),
        ("done 7 calls", Done(None, "7 calls")),
    ],
)
def test_done_keeps_what_follows_as_typed(text: str, answer: AlertAnswer) -> None:
    assert read_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("later", Later(None, 30 * MINUTE)),
        ("later 30m", Later(None, 30 * MINUTE)),
        ("later K7 2h", Later("K7", 2 * HOUR)),
        ("later 1 hour", Later(None, HOUR)),
        ("later k7", Later("K7", 30 * MINUTE)),
        ("later 2h k7", Later("K7", 2 * HOUR)),
        ("K7 later 45 mins", Later("K7", 45 * MINUTE)),
        ("later in half an hour", Later(None, 30 * MINUTE)),
        ("later an hour", Later(None, HOUR)),
        ("later 99h", Later(None, 24 * HOUR)),
    ],
)
def test_later_says_for_how_long(text: str, answer: AlertAnswer) -> None:
    assert read_answer(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "OK K7",
        "thanks",
        "thanks k7",
        "👍",
        "1 cup of tea",
        "1 cuppa",
        "yes please",
        "K7",
        "7",
        "11",
        "1 2",
        "2 more",
        "later tomorrow",
        "later 0m",
        "later 5",
        "no",
        "done's",
        "doner kebab",
        "undone",
        "abandoned",
        "more of the same",
        "none of them",
        "take care",
        "take 2 tablets",
        "1 I7",
        "1 K1",
        "1 K0",
        "1 K77",
        "1 KK7",
        "тake",
        "can't complain",
        "maybe 1 k7",
        "not done",
    ],
)
def test_what_is_not_unmistakable_is_no_answer(text: str) -> None:
    assert read_answer(text) is None


def test_there_are_168_codes_and_none_looks_like_a_number() -> None:
    assert len(set(CODES)) == 168
    assert not any(sign in code for code in CODES for sign in "ILOSZ01")


@given(st.sampled_from(CODES), st.sampled_from(["{0} {1}", "{1} {0}", "{0}{1}"]), st.booleans(), st.booleans())
def test_every_code_is_read_back(code: str, form: str, small: bool, apart: bool) -> None:
    typed = f"{code[0]} {code[1]}" if apart and form != "{0}{1}" else code
    typed = typed.lower() if small else typed
    assert read_answer(form.format("1", typed)) == Take(code)
    assert read_answer(form.format("2", typed)) == Cannot(code)
    assert read_code(typed) == code


def test_a_new_code_is_none_of_those_taken() -> None:
    taken = set(CODES) - {"K7", "M3"}
    assert {new_code(taken, lambda free, at=at: at) for at in (0, 1)} == {"K7", "M3"}


def test_a_code_is_picked_among_all_that_are_free() -> None:
    assert new_code(set(), lambda free: free - 1) == CODES[-1]


def test_no_code_left_is_an_error_and_no_code_twice() -> None:
    with pytest.raises(NoCodeLeftError):
        new_code(set(CODES), lambda free: 0)


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = read_answer(text)
    assert found is None or found.code is None or found.code in CODES
    assert read_answer("take " + "k7 " * 40_000) is None
