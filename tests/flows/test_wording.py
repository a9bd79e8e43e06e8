"""How many text messages a text takes, and how SMS shows options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import Option, is_gsm7, numbered, sms_parts
from flows.answers.many import ALL, NONE


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        *[("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 459, 3), ("a" * 460, 4)],
        *[
            ("€" * 80, 1),
            ("€" * 81, 2),
            ("a" * 151 + "€" + "a" * 153, 2),
            ("a" * 152 + "€" + "a" * 152, 3),
            ("a" * 152 + "€" * 77, 3),
        ],
        *[("\u2019" + "a" * 69, 1), ("\u2019" + "a" * 70, 2), ("\u2019" + "a" * 133, 2), ("\u2019" + "a" * 134, 3)],
        *[("👍" * 35, 1), ("👍" * 36, 2), ("👍" * 66, 2), ("👍" * 67, 3)],
    ],
)
def test_parts_of_a_text_message(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "small"), [("It's £5, okay? é", True), ("[a] {b} ~ €", True), ("It\u2019s", False), ("ç", False)]
)
def test_the_small_alphabet(text: str, small: bool) -> None:
    assert is_gsm7(text) is small


@given(st.text(max_size=400), st.text(max_size=5))
def test_more_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert sms_parts(text) <= sms_parts(text + more)


def test_several_options_are_numbered_lines_and_buttons_beside_them_have_no_number() -> None:
    options = (Option("walk", "A walk"), Option("rest", "A rest"), ALL, NONE)
    assert numbered("Which?", options, "many") == "Which?\n1 A walk\n2 A rest"


def test_a_choice_is_numbered_lines() -> None:
    options = (Option("walk", "A walk"), Option("rest", "A rest"))
    assert numbered("What would help?", options, "choice") == "What would help?\n1 A walk\n2 A rest"


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Shall somebody phone?", "Shall somebody phone? Text YES or NO."),
        ("Shall somebody phone? Text yes or no.", "Shall somebody phone? Text yes or no."),
        ("Do you know yesterday's news?", "Do you know yesterday's news? Text YES or NO."),
    ],
)
def test_yes_or_no_is_said_unless_the_question_says_it(question: str, shown: str) -> None:
    assert numbered(question, (Option("yes", "Yes"), Option("no", "No")), "yes_no") == shown


@pytest.mark.parametrize("shape", ["plain", "scale"])
def test_a_scale_and_plain_words_stay_as_they_are(shape) -> None:
    assert numbered("How is today, 0 to 10?", (Option("0", "0"),), shape) == "How is today, 0 to 10?"
