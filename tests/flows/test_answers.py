"""What people type, one table an answer type: taken as it stands, taken and said back, or asked again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers import NotUnderstood, Taken, Unsure, hint, understand
from flows.answers.choice import words_of
from flows.model import Answer, ChoiceAnswer, Option, ScaleAnswer, TextAnswer, YesNoAnswer

SCALE = ScaleAnswer("mood", 0, 10)
ONE_TO_FIVE = ScaleAnswer("energy", 1, 5)
OPTIONS = (
    Option("walk", "A walk", ("stroll",)),
    Option("cuppa", "A cup of tea", ("tea", "brew")),
    Option("phone", "Phone somebody", ("phone call",)),
    Option("rest", "A rest"),
)
CHOICE = ChoiceAnswer("pick", OPTIONS, words_of(OPTIONS))
YES_NO = YesNoAnswer("agreed")
TEXT = TextAnswer("words")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *[("2", 2), ("2.", 2), (" 7 ", 7), ("0", 0), ("10", 10), ("10!", 10), ("(3)", 3), ("07", 7), ("7\n", 7)],
        *[("2/10", 2), ("7 / 10", 7), ("7 out of 10", 7), ("seven oot of ten", 7), ("ten out of ten", 10)],
        *[("two", 2), ("Seven", 7), ("TEN", 10), ("zero", 0), ("nil", 0), ("7\ufe0f\u20e3", 7), ("\uff17", 7)],
    ],
)
def test_a_literal_number_is_taken(typed: str, value: int) -> None:
    assert understand(SCALE, typed) == Taken(value, True, str(value))


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *[("a 2", 2), ("about a 7", 7), ("och about a 6 pal", 6), ("I'd say 4", 4), ("maybe a five", 5), ("7ish", 7)],
        *[("It's a 3 today", 3), ("I think I'm a 2", 2), ("2 x", 2), ("um, 8?", 8), ("probably 5 or 5", 5)],
        *[("2, no sleep", 2), ("3. Rough night", 3), ("1 - really low", 1), ("2\nfeel awful", 2), ("4 thanks", 4)],
    ],
)
def test_a_number_with_words_round_it_is_taken_and_said_back(typed: str, value: int) -> None:
    assert understand(SCALE, typed) == Taken(value, False, str(value))


@pytest.mark.parametrize("typed", ["six or seven", "6 or 7", "6-7", "between 6 and 7", "maybe 6 to 7"])
def test_two_numbers_are_asked_back(typed: str) -> None:
    assert understand(SCALE, typed) == Unsure("Was that 6 or 7? Please text one number.")


@pytest.mark.parametrize("typed", ["11", "99", "-2", "- 2", "eleven", "11/10", "about 12", "123456789"])
def test_a_number_outside_the_scale_is_asked_again_never_bent(typed: str) -> None:
    assert isinstance(understand(SCALE, typed), Unsure | NotUnderstood)


def test_a_number_below_the_scale_is_asked_again() -> None:
    assert understand(ONE_TO_FIVE, "0") == Unsure("The numbers go from 1 to 5. Please text one of those.")


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "",
            " ",
            "???",
            "dunno",
            "I took 2 tablets at 7",
            "2 tablets",
            "took 9",
            "at 7",
            "7.5",
            "7,5",
            "19:00",
            "7pm",
        ],
        *[
            "less than 3",
            "not a 7",
            "more than 5",
            "no more than 2",
            "one of those days",
            "5 or so, or 8",
            "7 7 8 9",
        ],
        *["7+", "<3", "£5", "5 minutes", "1st", "in 2 days", "3 out of 5", "mood: -2", "99999999999999999999", "6/7"],
        *["👍", "aye", "no bad", "7 of us", "half of 10", "0800 1111", "٣", "2" * 2_000, "a " * 5_000],
    ],
)
def test_what_is_no_number_of_the_scale_is_asked_again(typed: str) -> None:
    assert not isinstance(understand(SCALE, typed), Taken)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *[("1", "walk"), ("2.", "cuppa"), ("3)", "phone"), ("four", "rest"), ("b", "cuppa"), ("(b)", "cuppa")],
        *[("B.", "cuppa"), ("walk", "walk"), ("A Walk", "walk"), ("a cup of tea", "cuppa"), ("tea", "cuppa")],
        *[("option two", "cuppa"), ("number 3", "phone"), ("2 A cup of tea", "cuppa"), ("stroll", "walk")],
        *[("the stroll", "walk"), ("phone", "phone"), ("2 - tea", "cuppa")],
    ],
)
def test_an_option_as_it_stands_is_taken(typed: str, value: str) -> None:
    meant = understand(CHOICE, typed)
    assert isinstance(meant, Taken)
    assert (meant.value, meant.sure) == (value, True)


@pytest.mark.parametrize(
    ("typed", "value", "said_back"),
    [
        ("a wlak", "walk", "A walk"),
        ("strol", "walk", "A walk"),
        ("phone somebdy", "phone", "Phone somebody"),
        ("tea please", "cuppa", "A cup of tea"),
        ("I think a walk", "walk", "A walk"),
        ("maybe number 2", "cuppa", "A cup of tea"),
        ("a walk I'd say pal", "walk", "A walk"),
    ],
)
def test_an_option_nearly_said_is_taken_and_said_back(typed: str, value: str, said_back: str) -> None:
    assert understand(CHOICE, typed) == Taken(value, False, said_back)


@pytest.mark.parametrize(
    "typed",
    [
        *["", "?", "5", "0", "e", "z", "not a walk", "no tea", "a swim", "dinnae phone", "who is this", "11", "fone"],
        *["I walked out of the hospital", "tea at my mum's was awful", "walk " * 400],
    ],
)
def test_what_is_no_option_is_asked_again(typed: str) -> None:
    assert isinstance(understand(CHOICE, typed), NotUnderstood)


def test_two_options_are_asked_back() -> None:
    assert understand(CHOICE, "walk or tea") == Unsure("Was that A walk or A cup of tea? Please text one.")


@pytest.mark.parametrize(
    "typed", ["yes", "YES", "y", "Yes.", "aye", "Och aye!", "yeah", "yep", "yup", "yes please", "yesss"]
)
def test_a_plain_yes_is_taken(typed: str) -> None:
    assert understand(YES_NO, typed) == Taken(True, True, "yes")


@pytest.mark.parametrize("typed", ["no", "No.", "n", "naw", "NAH", "nope", "no thanks", "noooo", "no thank you"])
def test_a_plain_no_is_taken(typed: str) -> None:
    assert understand(YES_NO, typed) == Taken(False, True, "no")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *[
            ("ok", True),
            ("okay", True),
            ("sure", True),
            ("👍", True),
            ("👍🏽", True),
            ("aye pal", True),
        ],
        *[("yes I think so", True), ("please do", True), ("no really", False), ("not really", False), ("👎", False)],
        *[("naw pal", False), ("no, I'm okay", False), ("yes I would", True), ("no ta", False)],
    ],
)
def test_nearly_yes_or_no_is_taken_and_said_back(typed: str, value: bool) -> None:
    assert understand(YES_NO, typed) == Taken(value, False, "yes" if value else "no")


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "",
            "fine",
            "maybe",
            "dunno",
            "yes and no",
            "yes no",
            "I'm fine",
            "not yes",
            "no bad",
            "1",
            "who is this",
            "❤",
        ],
        *["yes but not the police", "no idea", "nobody", "yesterday", "know", "yes " * 400],
    ],
)
def test_neither_yes_nor_no_is_asked_again(typed: str) -> None:
    assert isinstance(understand(YES_NO, typed), NotUnderstood)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" hello ", "hello"), ("two\nlines", "two\nlines"), ("a\x00b\x07", "ab"), ("👍", "👍"), ("0", "0")],
)
def test_words_are_kept_as_they_were_written(typed: str, kept: str) -> None:
    assert understand(TEXT, typed) == Taken(kept, True, kept)


@pytest.mark.parametrize("typed", ["", "  \n", "\x00\x01", "\u200b", "\u200d"])
def test_no_words_are_asked_again(typed: str) -> None:
    assert isinstance(understand(TEXT, typed), NotUnderstood)


@pytest.mark.parametrize(
    ("answer", "typed"),
    [(SCALE, "about a 7"), (CHOICE, "a wlak"), (YES_NO, "ok"), (YES_NO, "👍"), (SCALE, "2, no sleep")],
)
def test_an_exact_question_takes_nothing_that_is_not_literal(answer: Answer, typed: str) -> None:
    assert isinstance(understand(answer, typed, exact=True), NotUnderstood)


@pytest.mark.parametrize(("answer", "typed"), [(SCALE, "2"), (CHOICE, "2"), (YES_NO, "aye"), (TEXT, "words")])
def test_an_exact_question_takes_what_is_literal(answer: Answer, typed: str) -> None:
    assert isinstance(understand(answer, typed, exact=True), Taken)


@pytest.mark.parametrize(
    ("answer", "button", "value"),
    [(SCALE, "0", 0), (CHOICE, "rest", "rest"), (YES_NO, "no", False), (YES_NO, "yes", True)],
)
def test_a_button_is_literal(answer: Answer, button: str, value: object) -> None:
    meant = understand(answer, "", button=button, exact=True)
    assert isinstance(meant, Taken)
    assert meant.value == value
    assert meant.sure


@pytest.mark.parametrize("answer", [SCALE, CHOICE, YES_NO, TEXT], ids=["scale", "choice", "yes_no", "text"])
def test_a_button_that_the_question_does_not_have_is_not_understood(answer: Answer) -> None:
    assert isinstance(understand(answer, "7", button="nonsense"), NotUnderstood)


def test_every_type_has_a_hint_of_its_own() -> None:
    hints = {hint(answer) for answer in (SCALE, CHOICE, YES_NO, TEXT)}
    assert len(hints) == 4
    assert hint(ONE_TO_FIVE) == "Please text a number from 1 to 5."


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error_and_never_off_the_scale(typed: str) -> None:
    for answer in (SCALE, ONE_TO_FIVE, CHOICE, YES_NO, TEXT):
        meant = understand(answer, typed)
        if isinstance(meant, Taken) and isinstance(answer, ScaleAnswer):
            assert answer.lowest <= int(meant.value) <= answer.highest
        if isinstance(meant, Taken) and isinstance(answer, ChoiceAnswer):
            assert meant.value in {option.id for option in OPTIONS}


@given(st.integers(-50, 50))
def test_only_numbers_of_the_scale_are_ever_taken(number: int) -> None:
    assert isinstance(understand(SCALE, str(number)), Taken) == (0 <= number <= 10)
