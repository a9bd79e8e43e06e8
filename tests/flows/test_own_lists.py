"""Questions whose options are the person's own list, and answers of several options, through the engine."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows import (
    Begin,
    Context,
    Do,
    End,
    FlowRunError,
    Heard,
    Interrupt,
    Option,
    Reply,
    Resume,
    Save,
    Say,
    Session,
    Silence,
    Wait,
    advance,
    compile_source,
    reopens,
)
from flows.answers.many import ALL, ENOUGH, NONE
from flows.engine import SETTLE
from flows.offers import MOST_OFFERED, ROOM, offered
from tests.flows.samples import CONTEXT, TOP, play, said, sample

ITEMS = (Option("7f", "Porridge"), Option("8a", "Walk Rab"), Option("9c", "Ring Jo"))
LIST = """
[[steps]]
id = "look"
next = [{ when = "wrap.daily is defined", to = "list" }, { to = "bye" }]
[[steps]]
id = "list"
ask = "Which?"
answer = { type = "many", options_from = "wrap.daily", save = "done" }
next = [{ when = "done", to = "noted" }, { to = "bye" }]
[[steps]]
id = "noted"
do = [{ action = "record", kind = "wrap_done", items = "done" }]
say = "Noted."
next = "bye"
[[steps]]
id = "bye"
say = "Take care."
end = true
"""
ONE = LIST.replace('"many"', '"choice"')


def having(*items: Option | str) -> Context:
    """The usual context with these items on the daily list."""
    return replace(CONTEXT, values={**CONTEXT.values, "wrap": {"daily": items}})


def test_the_items_are_the_options_and_all_and_none_are_buttons_beside_them() -> None:
    question, wait = play(sample(LIST), context=having(*ITEMS)).effects
    assert question == Say("Which?", ITEMS, "many", "ask", (ALL, NONE))
    assert isinstance(question, Say)
    assert [option.id for option in question.buttons] == ["7f", "8a", "9c", "*all", "*none"]
    assert isinstance(wait, Wait)


def test_what_was_done_is_saved_as_the_items_ids_and_handed_to_record() -> None:
    turn = play(sample(LIST), Reply("3 and 1"), context=having(*ITEMS))
    assert turn.effects == (
        Save("done", ("7f", "9c"), "list"),
        Do("record", {"kind": "wrap_done", "items": "done"}, {"done": ("7f", "9c")}),
        Say("Noted."),
        Say("Take care."),
        End("done"),
    )


def test_none_of_them_is_an_answer_and_is_not_said_back() -> None:
    for reply in ("none", "nane the day"):
        turn = play(sample(LIST), Reply(reply), context=having(*ITEMS))
        assert turn.effects == (Save("done", (), "list"), Say("Take care."), End("done"))


def test_one_of_the_items_can_be_chosen_by_number_word_and_button() -> None:
    flow = sample(ONE)
    for event in (Reply("2"), Reply("walk rab"), Reply("", button="8a")):
        assert play(flow, event, context=having(*ITEMS)).effects[0] == Save("done", "8a", "list")
    assert said(play(flow, Reply("walk rob"), context=having(*ITEMS)))[0] == "I've put Walk Rab."


@pytest.mark.parametrize("steps", [LIST, ONE], ids=["many", "choice"])
def test_a_number_means_the_line_that_was_seen_whatever_has_become_of_the_list(steps: str) -> None:
    flow = sample(steps)
    session = Session.from_json(play(flow, context=having(*ITEMS)).session.to_json())
    for now in (having(ITEMS[2], ITEMS[0]), having(Option("new", "Tea"), *ITEMS), having(), CONTEXT):
        saved = advance(flow, session, Reply("2"), now).effects[0]
        assert isinstance(saved, Save)
        assert saved.value in (("8a",), "8a")
        (hint, _) = advance(flow, session, Reply("eh what"), now).effects
        assert isinstance(hint, Say)
        assert hint.options == ITEMS


def test_the_list_is_kept_only_while_the_question_is_open() -> None:
    flow = sample(LIST)
    assert play(flow, context=having(*ITEMS)).session.top.offered == ITEMS
    turn = play(flow, Reply("1"), context=having(*ITEMS))
    assert turn.session.top.offered == ()
    assert "Walk Rab" not in turn.session.to_json()


@pytest.mark.parametrize("daily", [None, (), (Option("7f", " \n "),), "Porridge"])
def test_an_empty_list_is_missing_and_so_is_what_is_no_list(daily: tuple[Option, ...] | str | None) -> None:
    context = replace(CONTEXT, values={"wrap": {"daily": daily}})
    assert said(play(sample(LIST), context=context)) == ["Take care."]
    assert context.offer("wrap.daily") == ()


def test_a_question_that_is_reached_without_its_list_ends_the_run() -> None:
    flow = sample(LIST)
    with pytest.raises(FlowRunError, match="list"):
        advance(replace(flow, first="list"), Session.new(flow), Begin(), CONTEXT)


def test_a_text_prints_the_items_words_and_a_condition_reads_them() -> None:
    steps = LIST.replace(
        'say = "Take care."',
        "say = \"{% if wrap.daily is defined and 'Walk Rab' in wrap.daily %}{{ wrap.daily }}{% endif %}.\"",
    )
    assert said(play(sample(steps), Reply("none"), context=having(*ITEMS))) == ["Porridge, Walk Rab, Ring Jo."]


def test_a_flow_needs_the_list_that_it_takes_options_from() -> None:
    assert sample(LIST).needs.values == {"wrap.daily"}
    unchecked = compile_source(TOP + LIST.replace("wrap.daily is defined", "missed > 1"), "sample.toml")
    assert unchecked.needs.values == {"missed", "wrap.daily"}


@pytest.mark.parametrize(
    ("reply", "words"),
    [("1 3", "Noted."), ("tea, walk", "Noted."), ("2", "Noted."), ("1", "Take care."), ("none", "Take care.")],
)
def test_several_options_of_a_file_are_compared_by_their_ids(reply: str, words: str) -> None:
    steps = LIST.replace('options_from = "wrap.daily"', 'options = ["walk", "rest", "tea"]').replace(
        'when = "done"', "when = \"done == ['walk', 'tea'] or 'rest' in done\""
    )
    assert said(play(sample(steps), Reply(reply), context=having(*ITEMS)))[0] == words


def test_buttons_add_up_and_each_is_said_back_with_those_before() -> None:
    flow, context = sample(LIST), having(*ITEMS)
    first = play(flow, Reply("", button="9c"), context=context)
    assert first.effects == (
        Say("I've put Ring Jo. Anything else?", ITEMS[:2], "plain", "hint", (ENOUGH,)),
        Wait("list", (), SETTLE),
    )
    assert said(play(flow, Reply("", button="9c"), Reply("", button="7f"), context=context)) == [
        "I've put Porridge and Ring Jo. Anything else?"
    ]
    last = play(flow, Reply("", button="9c"), Reply("", button="7f"), Reply("", button="*enough"), context=context)
    assert last.effects[0] == Save("done", ("7f", "9c"), "list")
    assert last.session.top.picked == ()


def test_the_last_button_needs_no_more_asking() -> None:
    presses = [Reply("", button=item.id) for item in ITEMS]
    assert play(sample(LIST), *presses, context=having(*ITEMS)).effects[0] == Save("done", ("7f", "8a", "9c"), "list")


@pytest.mark.parametrize(
    "events",
    [[Silence("end")], [Heard(), Silence("end")], [Reply("eh what"), Reply("what is this")]],
    ids=["silence", "a global word and silence", "not understood"],
)
def test_what_was_pressed_is_never_lost(events: list[Silence | Heard | Reply]) -> None:
    turn = play(sample(LIST), Reply("", button="8a"), *events, context=having(*ITEMS))
    assert turn.effects[0] == Save("done", ("8a",), "list")
    assert turn.session.outcome == "done"


def test_stop_after_a_button_ends_it_and_records_nothing() -> None:
    turn = play(sample(LIST), Reply("", button="8a"), Interrupt("stop"), context=having(*ITEMS))
    assert turn.effects == (End("stopped"),)


def test_a_moment_for_more_is_never_longer_than_the_question_itself() -> None:
    steps = LIST.replace('save = "done" }', 'save = "done" }\nwithin = "10m"\nnudges = []')
    turn = play(sample(steps), Reply("", button="8a"), context=having(*ITEMS))
    assert turn.effects[-1] == Wait("list", (), timedelta(minutes=10))


def test_a_late_button_opens_the_question_again() -> None:
    flow, context = sample(LIST), having(*ITEMS)
    given_up = play(flow, Reply("eh what"), Reply("what is this"), context=context).session
    assert given_up.outcome == "unclear"
    assert reopens(flow, given_up, Reply("", button="8a"))
    assert not reopens(flow, given_up, Reply("thanks for that pal"))
    opened = advance(flow, given_up, Resume(), context).session
    assert said(advance(flow, opened, Reply("", button="8a"), context)) == ["I've put Walk Rab. Anything else?"]


def test_a_nudge_shows_the_list_again() -> None:
    nudge = play(sample(LIST), Silence(0), context=having(*ITEMS)).effects[0]
    assert nudge == Say("Just checking in. Which?", ITEMS, "many", "nudge", (ALL, NONE))


def test_an_item_is_shown_on_one_line_as_it_is() -> None:
    items = (
        Option("a", " Tea\n\n& {{ toast }}\t{% if "),
        "👩\u200d👧 time",
        Option("b", "\x07\u202e"),
        "",
        "👩\u200d👧 time",
    )
    assert offered(items) == (Option("a", "Tea & {{ toast }} {% if"), Option(items[1], items[1]))


def test_a_long_list_is_capped_and_long_items_share_the_room_of_one_text() -> None:
    many = offered(tuple(Option(str(number), "x" * 500) for number in range(30)))
    assert len(many) == MOST_OFFERED
    assert {len(one.text) for one in many} == {ROOM // MOST_OFFERED}
    assert all(one.text.endswith("xx...") for one in many)
    assert offered((Option("a", "x" * 500), Option("b", "y")))[0].text == "x" * 500


@pytest.mark.parametrize("items", [None, "text", 7, {"a": "b"}, (7, None)])
def test_what_is_no_list_offers_nothing(items: object) -> None:
    assert offered(items) == ()
