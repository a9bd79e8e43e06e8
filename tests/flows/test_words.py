"""BACK, SKIP, what silence leads to, and words after a number."""

from datetime import timedelta

import pytest

from flows import (
    Back,
    Begin,
    Context,
    Do,
    End,
    Event,
    FlowRunError,
    Reply,
    Save,
    Say,
    Session,
    Silence,
    Skip,
    Turn,
    Wait,
    advance,
    check_text,
    reopens,
)
from flows.check import Known
from flows.rehearsal import Rehearsal, sample_values
from tests.flows.samples import CONTEXT, NOW, TOP, play, said, sample

TALK = """
[[steps]]
id = "mood"
ask = "How is today, 0 to 10?"
answer = { type = "scale", save = "mood", words = "why" }
next = [{ when = "mood <= 2", to = "tell" }, { to = "food" }]
[[steps]]
id = "tell"
do = [{ action = "escalate", policy = "concern", reason = "low answer", share = ["mood", "why"] }]
say = "I am telling them."
next = "food"
[[steps]]
id = "food"
ask = "Did you eat?"
answer = { type = "yes_no", save = "ate" }
skip = true
next = [{ when = "ate is defined and ate", to = "when" }, { to = "bye" }]
[[steps]]
id = "when"
ask = "What time?"
answer = { type = "time", save = "at" }
silence = "bye"
skip = "bye"
next = "bye"
[[steps]]
id = "bye"
say = "Take care{% if why is defined %}, {{ why }}{% endif %}."
end = true
"""
FLOW = sample(TALK)


def done(turn: Turn) -> list[str]:
    """The actions of a turn."""
    return [effect.action for effect in turn.effects if isinstance(effect, Do)]


def all_done(*events: Event) -> list[str]:
    """The actions of a whole conversation."""
    return [action for count in range(len(events) + 1) for action in done(play(FLOW, *events[:count]))]


def test_the_flow_has_no_problem() -> None:
    assert check_text(TOP + TALK, "sample.toml", Known(frozenset({"concern"}))) == []


def test_back_undoes_the_last_answer_and_asks_again() -> None:
    turn = play(FLOW, Reply("7"), Back())
    assert said(turn) == ["How is today, 0 to 10?"]
    assert isinstance(turn.effects[-1], Wait)
    assert (turn.session.top.step, dict(turn.session.top.answers)) == ("mood", {})
    again = play(FLOW, Reply("7"), Back(), Reply("6"))
    assert again.effects[0] == Save("mood", 6, "mood", instead=True)
    assert play(FLOW, Reply("7"), Back(), Reply("6"), Reply("yes")).effects[0] == Save("ate", True, "food")


def test_back_goes_as_far_as_the_first_question_and_no_further() -> None:
    turn = play(FLOW, Reply("7"), Reply("yes"), Back(), Back())
    assert turn.session.top.step == "mood"
    assert not turn.session.top.answers
    first = play(FLOW, Reply("7"), Reply("yes"), Back(), Back(), Back())
    assert said(first) == ["There is nothing before this one. How is today, 0 to 10?"]
    assert first.session.waiting


def test_back_neither_undoes_nor_repeats_what_was_done() -> None:
    low = (Reply("2"), Back(), Reply("1"))
    assert all_done(*low) == ["escalate"]
    assert all_done(*low, Back(), Reply("0"), Back(), Reply("2")) == ["escalate"]
    assert said(play(FLOW, *low))[0] == "I am telling them."
    assert all_done(Reply("7"), Back(), Reply("1")) == ["escalate"]


def test_back_goes_behind_a_question_that_was_skipped() -> None:
    turn = play(FLOW, Reply("7"), Reply("yes"), Back(), Back(), Reply("5"), Back())
    assert turn.session.top.step == "mood"


def test_back_when_nothing_is_open_changes_nothing() -> None:
    ended = play(FLOW, Reply("7"), Reply("no"))
    assert ended.session.status == "ended"
    for event in (Back(), Skip()):
        assert advance(FLOW, ended.session, event, CONTEXT) == Turn(ended.session, ())


def test_somebody_who_goes_back_is_not_missed() -> None:
    turn = play(FLOW, Reply("7"), Back(), Silence("end"))
    assert turn.effects == (End("unclear"),)


def test_skip_leaves_a_question_without_an_answer() -> None:
    turn = play(FLOW, Reply("7"), Skip())
    assert turn.effects == (Say("Take care."), End("done"))
    assert dict(turn.session.top.answers) == {"mood": 7}


def test_skip_may_lead_to_a_step_of_its_own() -> None:
    assert play(FLOW, Reply("7"), Reply("yes"), Skip()).effects == (Say("Take care."), End("done"))


def test_a_question_that_cannot_be_skipped_says_so_and_counts_no_attempt() -> None:
    turn = play(FLOW, Skip(), Skip(), Skip())
    assert said(turn) == ["I do need an answer to this one. Please text a number from 0 to 10."]
    assert (turn.session.top.attempts, turn.session.waiting) == (0, True)


def test_silence_may_lead_to_a_step() -> None:
    assert play(FLOW, Reply("7"), Reply("yes"), Silence("end")).effects == (Say("Take care."), End("done"))


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        *[("2 rubbish", "rubbish"), ("2, no sleep at all", "no sleep at all"), ("2/10 Pure rubbish", "Pure rubbish")],
        *[("7 but Knackered!", "but Knackered!"), ("7", None), ("7 x", None), ("a 7 I think", None)],
    ],
)
def test_words_after_a_number_are_kept_where_the_question_saves_them(reply: str, words: str | None) -> None:
    saved = {one.name: one.value for one in play(FLOW, Reply(reply)).effects if isinstance(one, Save)}
    assert saved.get("why") == words


def test_the_words_are_shared_and_gone_when_another_number_comes_without() -> None:
    (escalate,) = [effect for effect in play(FLOW, Reply("2 rubbish")).effects if isinstance(effect, Do)]
    assert escalate.shared == {"mood": 2, "why": "rubbish"}
    turn = play(FLOW, Reply("2 rubbish"), Back(), Reply("3"))
    assert dict(turn.session.top.answers) == {"mood": 3}


def test_a_time_is_read_on_the_persons_own_clock_and_needs_their_zone() -> None:
    assert "person.zone" in FLOW.needs.values
    there = Context({"person": {"zone": "Asia/Tokyo"}}, at=NOW)
    turn = play(FLOW, Reply("7"), Reply("yes"), Reply("in an hour"), context=there)
    assert turn.effects[0] == Save("at", "19:30", "when")
    lost = Context({"person": {"zone": "Nowhere/Atall"}}, at=NOW)
    with pytest.raises(FlowRunError):
        play(FLOW, Reply("7"), Reply("yes"), Reply("in an hour"), context=lost)


def test_a_late_time_opens_the_question_again_only_if_it_is_one() -> None:
    steps = TALK.replace('silence = "bye"\n', "")
    flow = sample(steps)
    left = play(flow, Reply("7"), Reply("yes"), Reply("eh"), Reply("eh")).session
    assert left.outcome == "unclear"
    assert reopens(flow, left, Reply("7pm"))
    assert reopens(flow, left, Reply("7pm"), CONTEXT)
    assert not reopens(flow, left, Reply("thanks"), CONTEXT)


def test_a_rehearsal_keeps_time_and_knows_the_words() -> None:
    rehearsal = Rehearsal(FLOW, Context(sample_values(FLOW)))
    rehearsal.begin()
    rehearsal.reply("7")
    assert [type(one) for one in rehearsal.back()] == [Say, Wait]
    rehearsal.reply("7")
    rehearsal.reply("yes")
    rehearsal.pass_time(timedelta(hours=1))
    saved = rehearsal.reply("in an hour")[0]
    assert saved == Save("at", "11:30", "when")
    assert Rehearsal(FLOW, Context(sample_values(FLOW))).skip() == []


def test_a_session_of_before_these_words_is_read_and_one_without_them_is_written_as_before() -> None:
    session = play(FLOW).session
    assert '"trail"' not in session.to_json()
    deep = play(FLOW, Reply("2"), Back(), Reply("1"), Reply("yes"), Back()).session
    assert Session.from_json(deep.to_json()) == deep


def test_a_conversation_that_goes_round_stays_small_and_back_reaches_twenty_answers() -> None:
    flow = sample('[[steps]]\nid = "on"\nask = "More?"\nanswer = { type = "yes_no", save = "more" }\nnext = "on"\n')
    long = play(flow, *[Reply("yes")] * 60).session
    assert len(long.top.trail) == 20
    back = play(flow, *[Reply("yes")] * 60, *[Back()] * 21)
    assert said(back) == ["There is nothing before this one. More?"]
    assert len(back.session.to_json()) < 3_000


LENGTHS = """
[[steps]]
id = "long"
ask = "How long?"
answer = { type = "duration", save = "long" }
next = [{ when = "long >= '2h'", to = "day" }, { to = "short" }]
[[steps]]
id = "short"
say = "Only {{ long | as_length }}."
end = "short"
[[steps]]
id = "day"
ask = "Which day?"
answer = { type = "date", save = "day" }
next = [{ when = "day < '2026-04-01'", to = "soon" }, { when = "day in ['2026-04-02']", to = "later" }, { to = "later" }]
[[steps]]
id = "soon"
say = "See you {{ day | as_day }}."
end = "soon"
[[steps]]
id = "later"
say = "Not before {{ day | as_day }}."
end = "later"
"""


@pytest.mark.parametrize(
    ("replies", "words", "outcome"),
    [
        (["half an hour"], "Only 30 minutes.", "short"),
        (["a day", "friday"], "See you Friday 6 March.", "soon"),
        (["2 hours", "2 april"], "Not before Thursday 2 April.", "later"),
    ],
)
def test_days_and_lengths_are_compared_as_they_are_written(replies: list[str], words: str, outcome: str) -> None:
    assert check_text(TOP + LENGTHS, "sample.toml", Known(frozenset())) == []
    flow = sample(LENGTHS)
    turn = advance(flow, Session.new(flow), Begin(), CONTEXT)
    for reply in replies:
        turn = advance(flow, turn.session, Reply(reply), CONTEXT)
    assert (said(turn)[-1], turn.session.outcome) == (words, outcome)
