"""Words that always work, and sentences that merely hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.words import Word, global_word, is_carriers_stop


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        " Stop. ",
        "STOP!!",
        "“stop”",
        "stoap",
        "STOOOPPP",
        "s t o p",
        "S.T.O.P",
        "ＳＴＯＰ",
        "stop 🛑",
        "/stop",
        "/stop@leith_bot",
        "stop please",
        "please stop",
        "Please STOP!",
        "stop stop stop",
        "stop texting me",
        "stop this",
        "stop it",
        "can you stop texting me please",
        "please stop sending me these texts, thank you",
        "ok stop now",
        "STOPALL",
        "unsubscribe",
        "unsubscribe me please",
        "opt out",
        "st\u200bop",
    ],
)
def test_stop_is_heard_in_any_case_and_in_polite_company(text: str) -> None:
    found = global_word(text)
    assert found is not None
    assert found.name == "STOP"


@pytest.mark.parametrize(
    "text",
    [
        "I can't stop crying",
        "the bus stop",
        "don't stop",
        "I want it all to stop",
        "make it stop",
        "please make it stop",
        "stop it all",
        "stop me",
        "please stop me",
        "stop the pain",
        "stop everything",
        "non-stop",
        "stopped",
        "I should stop drinking",
        "stop smoking",
        "it won't stop",
        "stop him",
        "you need to stop",
        "stops",
        "pit stop",
        "I had to stop the car",
        "",
    ],
)
def test_a_sentence_that_holds_stop_is_not_stop(text: str) -> None:
    assert global_word(text, over_carrier=True) is None


@pytest.mark.parametrize("text", ["CANCEL", "end", "Quit", "REVOKE"])
def test_other_carriers_words_stop_on_sms_and_are_ordinary_elsewhere(text: str) -> None:
    assert global_word(text, over_carrier=True) == Word("STOP", carriers=True)
    assert global_word(text) is None


@pytest.mark.parametrize(
    ("text", "carriers"),
    [("stop", True), (" STOP ", True), ("stop please", False), ("STOP!!", False), ("stoap", False)],
)
def test_it_is_flagged_whether_the_carrier_took_it(text: str, carriers: bool) -> None:
    assert global_word(text, over_carrier=True) == Word("STOP", carriers=carriers)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("START", ""),
        ("start.", ""),
        ("/start", ""),
        ("unstop", ""),
        ("START AB12CD", "AB12CD"),
        ("Start ab12cd.", "ab12cd"),
        ("/start aB-1_2", "aB-1_2"),
        ("/start@leith_bot aB12", "aB12"),
        ('start "AB12CD"', "AB12CD"),
    ],
)
def test_start_brings_its_code_as_typed(text: str, code: str) -> None:
    assert global_word(text) == Word("START", code=code)


@pytest.mark.parametrize("text", ["yes", "YES", "start the day well", "restart", "start!now please go"])
def test_yes_and_sentences_are_not_start(text: str) -> None:
    assert global_word(text, over_carrier=True) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("help", "HELP"),
        ("Help!", "HELP"),
        ("/help", "HELP"),
        ("INFO", "INFO"),
        ("talk", "TALK"),
        ("Talk.", "TALK"),
        ("/talk@leith_bot", "TALK"),
        ("URGENT!!!", "URGENT"),
    ],
)
def test_a_word_is_the_whole_text(text: str, name: str) -> None:
    found = global_word(text)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "text", ["help me with this", "can we talk", "not urgent", "done", "later", "1", "2", "3", "menu", "back"]
)
def test_other_words_are_none(text: str) -> None:
    assert global_word(text) is None


def test_flows_may_offer_yes_and_no_carriers_stop() -> None:
    assert [is_carriers_stop(word) for word in ("End", "cancel!", "opt-out", "yes", "no", "the end")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert global_word(text) == global_word(text)
    assert global_word("stop " + "a" * 200_000 + text) is None


@pytest.mark.parametrize("text", ["WRAP", "wrap", " Wrap. ", "/wrap", "/wrap@blether_bot"])
def test_wrap_alone_opens_the_list(text: str) -> None:
    word = global_word(text)
    assert word is not None
    assert (word.name, word.rest) == ("WRAP", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("WRAP ADD walk Rab", "walk Rab"),
        ("wrap add: Ring my sister (07700 900123)", "Ring my sister (07700 900123)"),
        ("/wrap add two\nlines", "two\nlines"),
        ("WRAP ADD stop scrolling at 10", "stop scrolling at 10"),
        ("WRAP ADD " + "x" * 5000, "x" * 5000),
    ],
)
def test_wrap_add_brings_words_of_any_length(text: str, words: str) -> None:
    word = global_word(text)
    assert word is not None
    assert (word.name, word.rest) == ("WRAP", words)


@pytest.mark.parametrize("text", ["wrap up warm", "I will wrap the presents", "wrapped", "my WRAP is great"])
def test_wrap_in_a_sentence_is_no_word(text: str) -> None:
    assert global_word(text) is None
