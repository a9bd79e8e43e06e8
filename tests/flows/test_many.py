"""Several of some options, as people type it: taken as it stands, taken and said back, or asked again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers import NotUnderstood, Taken, Understanding, Unsure, beside, hint, options, shape, understand
from flows.answers.choice import own_words, text_words
from flows.answers.many import ALL, NONE
from flows.answers.reading import Picked
from flows.model import ChoiceAnswer, ManyAnswer, Option

ITEMS = (
    Option("p", "Porridge"),
    Option("w", "Walk Rab round the park"),
    Option("c", "Ring Catriona, before tea"),
    Option("t", "Tablets at 9"),
)
EVERY = ("p", "w", "c", "t")


def many(*items: Option) -> ManyAnswer:
    return ManyAnswer("done", items, text_words(items))


LIST = many(*ITEMS)
TWO = many(*ITEMS[:2])
ONE = many(ITEMS[0])
LONG = many(*(Option(f"i{number}", f"Thing {chr(96 + number) * 3}") for number in range(1, 21)))


def ids(meant: Understanding) -> tuple[tuple[str, ...], bool]:
    """What was taken and whether it was sure."""
    assert isinstance(meant, Taken), meant
    assert isinstance(meant.value, tuple)
    return meant.value, meant.sure


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        *[("1", "p"), ("1 3", "pc"), ("1,3", "pc"), ("1, 3", "pc"), ("1 and 3", "pc"), ("1 & 3", "pc"), ("1+3", "pc")],
        *[("1 n 3", "pc"), ("1and3", "pc"), ("1, 2, and 4", "pwt"), ("3 1", "pc"), ("1 1 3", "pc"), ("1\n3", "pc")],
        *[
            ("1 3!", "pc"),
            ("(1) (3)", "pc"),
            ("01 3", "pc"),
            ("1\ufe0f\u20e3 3\ufe0f\u20e3", "pc"),
            ("4, 3, 2, 1", "pwct"),
        ],
        *[("porridge", "p"), ("PORRIDGE.", "p"), ("walk rab round the park", "w"), ("ring catriona, before tea", "c")],
        *[("porridge, tablets at 9", "pt"), ("Porridge and ring Catriona, before tea", "pc")],
        *[
            ("all", "pwct"),
            ("All of them", "pwct"),
            ("everything", "pwct"),
            ("the lot", "pwct"),
            ("a' of them", "pwct"),
        ],
        *[("all 4", "pwct"), ("all four of them", "pwct"), ("did them all", "pwct"), ("I did it all today", "pwct")],
        *[("none", ""), ("None.", ""), ("nane", ""), ("none of them", ""), ("nothing", ""), ("nothing yet", "")],
        *[("none the day", ""), ("not yet", ""), ("0", ""), ("none so far, sorry", "")],
        *[("I haven't done any", ""), ("nothing today pal", "")],
    ],
)
def test_what_is_said_as_it_stands_is_taken(typed: str, chosen: str) -> None:
    assert ids(understand(LIST, typed)) == (tuple(chosen), True)


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        *[("I did 1 and 3", "pc"), ("1 and 3 done", "pc"), ("number 1 pal", "p"), ("numbers 1, 3 and 4 so far", "pct")],
        *[("one and three", "pc"), ("wan n twa", "pw"), ("1st and 3rd", "pc"), ("1. 3.", "pc"), ("1.3", "pc")],
        *[
            ("1 3 x", "pc"),
            ("aye 1 and 2", "pw"),
            ("1 to 3", "pwc"),
            ("2 tae 4", "wct"),
            ("1-2", "pw"),
            ("1-3", "pwc"),
            ("1 - 4", "pwct"),
            ("1-3-4", "pct"),
        ],
        *[("poridge", "p"), ("porridge please", "p"), ("the walk", "w"), ("walk", "w"), ("walk and porridge", "pw")],
        *[("rang catriona", None), ("catriona", "c"), ("had my porridge and the tablets", "pt")],
        *[("all but 2", "pct"), ("everything except the walk", "pct"), ("all of them bar 1 and 4", "wc")],
    ],
)
def test_what_is_nearly_said_is_taken_and_said_back(typed: str, chosen: str | None) -> None:
    meant = understand(LIST, typed)
    if chosen is None:
        assert isinstance(meant, NotUnderstood)
        return
    assert ids(meant) == (tuple(chosen), False)
    assert isinstance(understand(LIST, typed, exact=True), NotUnderstood)


@pytest.mark.parametrize(
    ("answer", "typed", "asked"),
    [
        (LIST, "13", "Was that 1 and 3? Please put a space between the numbers."),
        (LIST, "124", "Was that 1, 2 and 4? Please put a space between the numbers."),
        (LIST, "no", "Was that none of them? If so, text NONE. If not, text the numbers."),
        (LIST, "no thanks", "Was that none of them? If so, text NONE. If not, text the numbers."),
        (LIST, "5", "The numbers go from 1 to 4. Please text the ones you mean."),
        (LIST, "1 5", "The numbers go from 1 to 4. Please text the ones you mean."),
        (LIST, "3 to 1", "The numbers go from 1 to 4. Please text the ones you mean."),
        (LIST, "I did 1 and 9", "The numbers go from 1 to 4. Please text the ones you mean."),
        (LIST, "yes", "Was that all of them? If so, text ALL. If not, text the numbers."),
        (LIST, "done", "Was that all of them? If so, text ALL. If not, text the numbers."),
        (LONG, "25", "The numbers go from 1 to 20. Please text the ones you mean."),
        (LONG, "thing", "Please text the numbers, such as 1 3, or ALL or NONE."),
        (ONE, "2", "Please text 1, or NONE."),
    ],
)
def test_what_is_not_clear_is_asked_back(answer: ManyAnswer, typed: str, asked: str) -> None:
    assert understand(answer, typed) == Unsure(asked)


@pytest.mark.parametrize(
    "typed",
    [
        *["", "?", "dunno", "who is this", "two of them", "2 of them", "about 2", "2/4", "1/3", "3 out of 4", "at 9"],
        *["not the walk", "porridge but not the walk", "no porridge", "couldn't do 3", "1+", "-", "7pm", "£2", "1:30"],
        *[
            "all good",
            "all right",
            "a lot",
            "all day",
            "some",
            "1 or 3",
            "did half of 2",
            "I walked out of the hospital",
        ],
        *["all but Tuesday", "nothing matters", "none of your business", "1 3 " * 400, "\u0663", "1 and swim"],
    ],
)
def test_what_is_no_option_is_asked_again(typed: str) -> None:
    assert isinstance(understand(LIST, typed), NotUnderstood)


@pytest.mark.parametrize(
    ("typed", "chosen"), [("1, 3", "pc"), ("Porridge and 3.", "pc"), ("2", "w"), ("porridge, tablets at 9", "pt")]
)
def test_an_exact_question_takes_a_plain_list_and_nothing_else(typed: str, chosen: str) -> None:
    assert ids(understand(LIST, typed, exact=True)) == (tuple(chosen), True)
    for wrapped in (f"maybe {typed}", f"{typed}?", f"not {typed}", f"{typed} x", f"all but {typed}"):
        assert isinstance(understand(LIST, wrapped, exact=True), NotUnderstood)


def test_both_is_all_of_two_and_of_nothing_else() -> None:
    assert ids(understand(TWO, "both of them")) == (("p", "w"), True)
    assert isinstance(understand(LIST, "both"), NotUnderstood)
    assert isinstance(understand(LIST, "all three"), NotUnderstood)


@pytest.mark.parametrize("typed", ["1", "yes", "done", "aye", "did it", "👍", "all", "porridge"])
def test_a_list_of_one_is_done_by_a_yes(typed: str) -> None:
    assert ids(understand(ONE, typed))[0] == ("p",)


def test_thirteen_is_a_number_of_a_long_list() -> None:
    assert ids(understand(LONG, "13 20")) == (("i13", "i20"), True)


def test_two_items_that_fit_the_same_word_are_asked_back() -> None:
    walks = many(Option("a", "Walk Rab"), Option("b", "Walk to the shop"), Option("c", "Tea"))
    assert understand(walks, "walk") == Unsure("Was that 1 or 2? Please text the number.")
    same = many(Option("a", "Tea"), Option("b", "tea!"), Option("c", "Porridge"))
    assert not isinstance(understand(same, "tea"), Taken)


@pytest.mark.parametrize("typed", ["none", "all", "yes"])
def test_a_word_that_is_an_item_of_the_person_and_means_something_else_too_is_asked_back(typed: str) -> None:
    odd = many(Option("a", "None"), Option("b", "All"), Option("c", "Tea"))
    assert isinstance(understand(odd, typed), Unsure)


def test_a_number_is_the_line_it_stands_on_even_if_an_item_says_so() -> None:
    odd = (Option("a", "2"), Option("b", "1"), Option("c", "a"))
    assert ids(understand(many(*odd), "2")) == (("b",), False)
    assert ids(understand(many(*odd), "1 3")) == (("a", "c"), True)
    pick = ChoiceAnswer("pick", odd, own_words(odd))
    assert understand(pick, "2") == Taken("b", True, "1")


def test_letters_are_not_read_where_the_items_are_the_persons_own() -> None:
    own = replace(LIST, options_from="wrap.daily")
    for typed in ("b", "a c", "d"):
        assert not isinstance(understand(own, typed), Taken)


def test_the_items_said_back_are_words_in_the_order_of_the_list() -> None:
    meant = understand(LIST, "4, walk and porridge")
    assert isinstance(meant, Taken)
    assert meant.as_words == "Porridge, Walk Rab round the park and Tablets at 9"


def test_hints_fit_the_length_of_the_list() -> None:
    assert [hint(answer) for answer in (ONE, TWO, LIST)] == [
        "Please text 1, or NONE.",
        "Please text the numbers, such as 1 2, or ALL or NONE.",
        "Please text the numbers, such as 1 3, or ALL or NONE.",
    ]


def test_buttons_beside_the_options_are_all_and_none() -> None:
    assert (options(LIST), beside(LIST), shape(LIST)) == (ITEMS, (ALL, NONE), "many")
    assert beside(ONE) == (NONE,)


@pytest.mark.parametrize(
    ("picked", "button", "meant"),
    [
        ((), "w", Picked(("w",), "Walk Rab round the park")),
        (("w",), "p", Picked(("p", "w"), "Porridge and Walk Rab round the park")),
        (("w",), "w", Picked(("w",), "Walk Rab round the park")),
        (("w", "p"), "*enough", ("p", "w")),
        (("p", "w", "c"), "t", EVERY),
        ((), "*all", EVERY),
        (("w",), "*all", EVERY),
        (("w",), "*none", ()),
        ((), "*enough", None),
        ((), "nonsense", None),
    ],
)
def test_buttons_add_up_until_that_is_all(
    picked: tuple[str, ...], button: str, meant: Picked | tuple[str, ...] | None
) -> None:
    found = understand(LIST, "", button=button, picked=picked)
    if isinstance(meant, tuple):
        assert ids(found) == (meant, True)
    else:
        assert found == (meant or NotUnderstood())


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [("that's all", "w"), ("no", "w"), ("none", "w"), ("thanks", "w"), ("done", "w"), ("3", "wc"), ("all", "pwct")],
)
def test_words_after_buttons_belong_to_the_same_answer(typed: str, chosen: str) -> None:
    assert ids(understand(LIST, typed, picked=("w",)))[0] == tuple(chosen)


OWN = st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=20).map(
    lambda texts: tuple(Option(f"id{place}", text) for place, text in enumerate(texts))
)


@given(OWN, st.text(max_size=60) | st.sampled_from(["1", "1 2", "all", "none", "1-3", "all but 1"]))
def test_any_text_on_any_list_is_read_without_an_error(items: tuple[Option, ...], typed: str) -> None:
    known = [option.id for option in items]
    for picked in ((), tuple(known[:1])):
        meant = understand(many(*items), typed, picked=picked)
        if isinstance(meant, Taken):
            assert isinstance(meant.value, tuple)
            assert list(meant.value) == [one for one in known if one in meant.value]
            assert set(picked) <= set(meant.value)
    pick = ChoiceAnswer("pick", items, own_words(items))
    chosen = understand(pick, typed)
    assert not isinstance(chosen, Taken) or chosen.value in known


@given(OWN, st.data())
def test_the_numbers_shown_always_mean_the_lines_they_stand_on(items: tuple[Option, ...], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(1, len(items)), min_size=1, max_size=5, unique=True))
    meant = understand(many(*items), " ".join(map(str, places)))
    if isinstance(meant, Taken):
        assert meant.value == tuple(items[place - 1].id for place in sorted(places))
    else:  # only where an item is itself called by these numbers
        assert isinstance(meant, Unsure)
        assert any(option.text.strip()[:1].isdigit() or not option.text.isascii() for option in items)
    first = understand(ChoiceAnswer("pick", items, own_words(items)), str(places[0]))
    assert isinstance(first, Taken)
    assert first.value == items[places[0] - 1].id


def test_an_answer_with_options_of_a_file_knows_their_ids_and_other_words() -> None:
    walk = Option("walk", "A stroll", ("wander",))
    answer = ManyAnswer("pick", (walk, Option("tea", "A cuppa")), text_words([replace(walk, also=("wander", "walk"))]))
    for typed in ("walk", "wander", "a stroll"):
        assert ids(understand(answer, typed))[0] == ("walk",)
