"""advance(): each cell of its transition table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows import (
    Begin,
    Context,
    Do,
    End,
    Event,
    FlowRunError,
    Heard,
    Interrupt,
    Reply,
    Resume,
    Save,
    Say,
    Session,
    Silence,
    Wait,
    advance,
    reopens,
)
from flows.engine import UNCLEAR
from flows.model import Branch, Onward, Telling
from flows.running import STEP_LIMIT
from tests.flows.samples import CONTEXT, MOOD, play, said, sample

WAIT = Wait("mood", (timedelta(hours=1), timedelta(hours=2)), timedelta(hours=6))


def test_begin_asks_the_first_question_and_waits() -> None:
    turn = play(sample())
    question, wait = turn.effects
    assert isinstance(question, Say)
    assert (question.text, question.shape, question.kind) == ("Hi Isla. How is today, 0 to 10?", "scale", "ask")
    assert [option.id for option in question.options] == [str(number) for number in range(11)]
    assert wait == WAIT
    assert turn.session.waiting


def test_begin_again_changes_nothing() -> None:
    begun = play(sample())
    assert play(sample(), Begin()) == replace(begun, effects=())


def test_a_low_answer_escalates_before_the_words_with_the_shared_value() -> None:
    turn = play(sample(), Reply("2"))
    assert turn.effects == (
        Save("mood", 2, "mood"),
        Do("escalate", {"policy": "concern", "reason": "low answer", "share": ["mood"]}, {"mood": 2}),
        Say("I am telling Leith team."),
        Say("Take care."),
        End("done"),
    )
    assert (turn.session.status, turn.session.outcome) == ("ended", "done")


def test_an_answer_that_was_not_literal_is_said_back() -> None:
    assert said(play(sample(), Reply("about a 7"))) == ["I've put 7.", "Take care."]


def test_a_literal_answer_is_not_said_back() -> None:
    assert said(play(sample(), Reply("7"))) == ["Take care."]


def test_a_button_is_its_options_id() -> None:
    assert play(sample(), Reply("", button="1")).effects[0] == Save("mood", 1, "mood")


def test_a_button_of_something_else_is_not_understood() -> None:
    assert said(play(sample(), Reply("7", button="yes"))) == ["Please text a number from 0 to 10."]


def test_not_understood_gets_one_hint_and_the_wait_begins_again() -> None:
    turn = play(sample(), Reply("dunno"))
    hint, wait = turn.effects
    assert isinstance(hint, Say)
    assert (hint.text, hint.kind) == ("Please text a number from 0 to 10.", "hint")
    assert len(hint.options) == 11
    assert wait == WAIT
    assert turn.session.top.attempts == 1


def test_the_last_attempt_not_understood_ends_kindly_as_unclear() -> None:
    turn = play(sample(), Reply("dunno"), Reply("eh"))
    assert turn.effects == (Say(UNCLEAR, kind="close"), End("unclear"))
    assert turn.session.resumable


def test_the_last_attempt_not_understood_goes_to_otherwise() -> None:
    flow = sample(MOOD.replace('next = [{ when = "mood', 'otherwise = "bye"\nnext = [{ when = "mood'))
    turn = play(flow, Reply("dunno"), Reply("eh"))
    assert turn.effects == (Say("Take care."), End("done"))
    assert not turn.session.resumable


def test_attempts_begin_anew_at_each_question() -> None:
    steps = MOOD.replace('{ to = "bye" }]', '{ to = "more" }]') + (
        '[[steps]]\nid = "more"\nask = "More?"\nanswer = { type = "yes_no", save = "more" }\nnext = "bye"\n'
    )
    turn = play(sample(steps), Reply("dunno"), Reply("7"), Reply("dunno"))
    assert said(turn) == ["Please text YES or NO."]


def test_a_nudge_asks_again_and_leaves_the_waits_alone() -> None:
    turn = play(sample(), Silence(0))
    (nudge,) = turn.effects
    assert isinstance(nudge, Say)
    assert (nudge.text, nudge.kind) == ("Just checking in. Hi Isla. How is today, 0 to 10?", "nudge")
    assert turn.session == play(sample()).session


def test_a_nudge_that_the_question_does_not_have_is_nothing() -> None:
    assert play(sample(), Silence(2)).effects == ()
    assert play(sample(), Silence(-1)).effects == ()


def test_silence_to_the_end_is_missed_and_says_nothing() -> None:
    turn = play(sample(), Silence("end"))
    assert turn.effects == (End("missed"),)
    assert turn.session.resumable


@pytest.mark.parametrize("event", [Reply("dunno"), Heard()], ids=["not understood", "a global word or media"])
def test_silence_after_any_sign_of_the_person_is_unclear_not_missed(event: Reply | Heard) -> None:
    assert play(sample(), event, Silence("end")).effects == (End("unclear"),)


def test_heard_says_nothing_and_leaves_the_question_open() -> None:
    turn = play(sample(), Heard())
    assert turn.effects == ()
    assert turn.session.waiting


@pytest.mark.parametrize("before", [[Silence("end")], [Reply("dunno"), Reply("eh")]], ids=["missed", "unclear"])
def test_a_late_2_still_escalates(before: list[Silence | Reply]) -> None:
    resumed = play(sample(), *before, Resume())
    assert resumed.effects == (WAIT,)
    assert (resumed.session.status, resumed.session.outcome, resumed.session.top.attempts) == ("open", None, 0)
    turn = play(sample(), *before, Resume(), Reply("2"))
    assert [effect.action for effect in turn.effects if isinstance(effect, Do)] == ["escalate"]


@pytest.mark.parametrize(
    ("events", "reply", "opens"),
    [
        ([Silence("end")], "who is this", True),
        ([Heard(), Silence("end")], "who is this", True),
        ([Reply("dunno"), Silence("end")], "sorry, was asleep", True),
        ([Reply("dunno"), Reply("eh")], "who is this", False),
        ([Reply("dunno"), Reply("eh")], "about a 2", True),
        ([Reply("dunno"), Reply("eh")], "2", True),
        ([Reply("7")], "2", False),
        ([Interrupt("stop")], "2", False),
        ([], "2", False),
    ],
)
def test_a_late_reply_opens_what_was_left_but_chatter_is_not_asked_again(
    events: list[Event], reply: str, opens: bool
) -> None:
    flow = sample()
    assert reopens(flow, play(flow, *events).session, Reply(reply)) is opens


def test_resume_of_a_session_that_came_to_its_end_is_nothing() -> None:
    ended = play(sample(), Reply("7"))
    assert play(sample(), Reply("7"), Resume()) == replace(ended, effects=())


def test_resume_of_an_open_session_is_nothing() -> None:
    assert play(sample(), Resume()).effects == ()


def test_a_suspended_session_goes_on_at_its_question() -> None:
    flow = sample()
    suspended = replace(play(flow).session, status="suspended")
    assert advance(flow, suspended, Reply("7"), CONTEXT).effects == ()
    assert advance(flow, suspended, Resume(), CONTEXT).effects == (WAIT,)


@pytest.mark.parametrize(("why", "outcome"), [("stop", "stopped"), ("danger", "interrupted"), ("replaced", "replaced")])
def test_an_interrupt_ends_the_session_at_once_and_for_good(why, outcome) -> None:
    turn = play(sample(), Interrupt(why))
    assert turn.effects == (End(outcome),)
    assert (turn.session.status, turn.session.resumable) == ("ended", False)


def test_an_interrupt_before_begin_ends_it_too() -> None:
    flow = sample()
    assert advance(flow, Session.new(flow), Interrupt("stop"), CONTEXT).effects == (End("stopped"),)


def test_an_interrupt_after_missed_closes_it_without_effects() -> None:
    turn = play(sample(), Silence("end"), Interrupt("replaced"))
    assert turn.effects == ()
    assert (turn.session.outcome, turn.session.resumable) == ("missed", False)


def test_a_reply_after_the_end_is_nothing() -> None:
    assert play(sample(), Reply("7"), Reply("2")).effects == ()


def test_a_reply_or_silence_before_begin_is_nothing() -> None:
    flow = sample()
    for event in (Reply("2"), Silence(0), Silence("end"), Heard()):
        assert advance(flow, Session.new(flow), event, CONTEXT).effects == ()


def test_another_version_of_the_flow_is_refused() -> None:
    flow = sample()
    with pytest.raises(FlowRunError):
        advance(replace(flow, version=2), play(flow).session, Reply("7"), CONTEXT)


def test_more_steps_in_a_turn_than_the_limit_end_the_run() -> None:
    flow = sample()
    for_ever = Telling("round", (), (), Onward((Branch(None, "round"),)))
    with pytest.raises(FlowRunError, match=str(STEP_LIMIT)):
        play(replace(flow, steps={"round": for_ever}, first="round"))


def test_a_missing_value_that_is_printed_ends_the_run() -> None:
    with pytest.raises(FlowRunError):
        play(sample(), context=Context({}))


def test_the_variant_of_the_context_picks_the_wording() -> None:
    flow = sample(MOOD.replace('say = "Take care."', 'say = ["Take care.", "Bye for now."]'))
    words = [said(play(flow, Reply("7"), context=replace(CONTEXT, variant=number))) for number in range(3)]
    assert words == [["Take care."], ["Bye for now."], ["Take care."]]


def test_an_exact_question_takes_only_literal_answers() -> None:
    flow = sample(MOOD.replace('next = [{ when = "mood', 'exact = true\nnext = [{ when = "mood'))
    assert said(play(flow, Reply("about a 2"))) == ["Please text a number from 0 to 10."]
    assert play(flow, Reply("2")).effects[0] == Save("mood", 2, "mood")


def test_a_question_may_set_its_own_waits_and_attempts() -> None:
    own = 'within = "1d 2h"\nnudges = []\nattempts = 1\nnext = [{ when = "mood'
    flow = sample(MOOD.replace('next = [{ when = "mood', own))
    assert play(flow).effects[1] == Wait("mood", (), timedelta(days=1, hours=2))
    assert play(flow, Reply("dunno")).effects[-1] == End("unclear")


def test_an_escalation_never_fails_for_a_value_that_is_not_there() -> None:
    flow = sample(
        MOOD.replace('say = "I am telling {{ team.name }}."', 'say = "I am telling them."').replace(
            'next = [{ when = "mood', 'otherwise = "low"\nnext = [{ when = "mood'
        )
    )
    turn = play(flow, Reply("dunno"), Reply("eh"))
    assert turn.effects[0] == Do("escalate", {"policy": "concern", "reason": "low answer", "share": ["mood"]}, {})
