"""A flow that calls another: run to its end, back with its answers, checked as far as the other is there."""

from dataclasses import replace

import pytest

from flows import (
    ACTIONS,
    Back,
    Begin,
    Context,
    Do,
    End,
    Event,
    Flow,
    FlowRunError,
    Heard,
    Interrupt,
    Known,
    Reply,
    Resume,
    Save,
    Say,
    Session,
    Silence,
    Turn,
    advance,
    check_text,
    load_text,
)
from flows.actions import BeginFlow
from flows.rehearsal import Rehearsal, sample_values
from tests.flows.samples import CONTEXT, TOP, said, sample

CALLER = """
[[steps]]
id = "hello"
say = "Hello."
next = "sleep"
[[steps]]
id = "sleep"
call = "sleep-check"
next = [{ when = "sleep <= 2", to = "low" }, { to = "food" }]
[[steps]]
id = "low"
say = "A hard night: {{ sleep }}."
next = "food"
[[steps]]
id = "food"
ask = "Did you eat?"
answer = { type = "yes_no", save = "ate" }
next = "bye"
[[steps]]
id = "bye"
say = "You slept {{ sleep }}."
end = true
"""
SLEEP = """
[[steps]]
id = "sleep"
ask = "How did you sleep, 0 to 10?"
answer = { type = "scale", save = "sleep" }
next = [{ when = "sleep <= 2", to = "tell" }, { to = "thanks" }]
[[steps]]
id = "tell"
do = [{ action = "escalate", policy = "concern", reason = "a hard night" }]
next = "thanks"
[[steps]]
id = "thanks"
say = "Thanks."
end = "said"
"""


def named(flow_id: str, steps: str) -> Flow:
    return load_text(TOP.replace('"sample"', f'"{flow_id}"') + steps, f"{flow_id}.toml")


CALLED = named("sleep-check", SLEEP)
FLOW = load_text(TOP + CALLER, "sample.toml", Known(frozenset({"concern"}), callable={"sleep-check": CALLED}))
SHELF = {flow.id: flow for flow in (FLOW, CALLED)}


def library(flow: str, version: int | None) -> Flow | None:
    return SHELF.get(flow)


def talk(*events: Event) -> list[Turn]:
    """Begin and these events, each on the session as it would be read back from storage."""
    turns = [advance(FLOW, Session.new(FLOW), Begin(), CONTEXT, library)]
    for event in events:
        session = Session.from_json(turns[-1].session.to_json())
        turns.append(advance(SHELF[session.top.flow], session, event, CONTEXT, library))
    return turns


def test_a_call_runs_the_other_flow_and_comes_back_with_its_answers() -> None:
    asked, back, over = talk(Reply("7"), Reply("yes"))
    assert said(asked) == ["Hello.", "How did you sleep, 0 to 10?"]
    assert [frame.flow for frame in asked.session.frames] == ["sample", "sleep-check"]
    assert back.effects[0] == Save("sleep", 7, "sleep", of=("sleep-check", 1))
    assert said(back) == ["Thanks.", "Did you eat?"]
    assert [dict(frame.answers) for frame in back.session.frames] == [{"sleep": 7}]
    assert over.effects == (Save("ate", True, "food"), Say("You slept 7."), End("done"))


def test_branches_after_a_call_see_its_answers() -> None:
    turn = talk(Reply("1"))[-1]
    assert said(turn) == ["Thanks.", "A hard night: 1.", "Did you eat?"]
    assert [effect.action for effect in turn.effects if isinstance(effect, Do)] == ["escalate"]


@pytest.mark.parametrize(
    ("event", "outcome"),
    [(Silence("end"), "missed"), (Interrupt("stop"), "stopped"), (Interrupt("danger"), "interrupted")],
)
def test_silence_stop_and_danger_inside_a_call_end_it_all(event: Event, outcome: str) -> None:
    assert talk(event)[-1].effects == (End(outcome),)


def test_a_late_reply_opens_the_question_inside_the_call_again() -> None:
    assert said(talk(Silence("end"), Resume(), Reply("7"))[-1]) == ["Thanks.", "Did you eat?"]
    assert talk(Heard(), Silence("end"))[-1].effects == (End("unclear"),)


def test_back_does_not_reach_behind_a_call_so_that_nothing_is_done_twice() -> None:
    turns = talk(Reply("1"), Back(), Reply("yes"))
    assert said(turns[2]) == ["There is nothing before this one. Did you eat?"]
    assert sum(isinstance(effect, Do) for turn in turns for effect in turn.effects) == 1


def test_a_flow_that_is_called_and_not_there_cannot_go_on() -> None:
    with pytest.raises(FlowRunError):
        advance(FLOW, Session.new(FLOW), Begin(), CONTEXT)
    session = talk()[0].session
    with pytest.raises(FlowRunError):
        advance(CALLED, session, Reply("7"), CONTEXT, lambda flow, version: None)
    assert session.top.flow == "sleep-check"


def test_flows_that_call_each_other_for_ever_are_stopped() -> None:
    ring = {
        one: named(one, f'[[steps]]\nid = "on"\ncall = "{other}"\nend = true\n')
        for one, other in (("ping", "pong"), ("pong", "ping"))
    }
    with pytest.raises(FlowRunError):
        advance(ring["ping"], Session.new(ring["ping"]), Begin(), CONTEXT, lambda flow, version: ring.get(flow))


def test_a_flow_says_which_flows_it_calls() -> None:
    assert FLOW.needs.flows == {"sleep-check"}
    assert CALLED.needs.flows == frozenset()


def codes(steps: str, known: Known) -> list[str]:
    return [one.code for one in check_text(TOP + steps, "sample.toml", known) if one.severity == "error"]


CONCERN = frozenset({"concern"})


def test_names_that_come_back_are_checked_as_far_as_the_flow_is_there() -> None:
    there = Known(CONCERN, callable={"sleep-check": CALLED})
    assert codes(CALLER, there) == []
    assert codes(CALLER, Known(CONCERN)) == ["F017"] * 3  # it may not have been saved: then it must be guarded
    guarded = CALLER.replace('"sleep <= 2"', '"sleep is defined and sleep <= 2"').replace(
        "{{ sleep }}", "{{ sleep | default(0) }}"
    )
    assert codes(guarded, Known(CONCERN)) == []
    assert codes(CALLER.replace("You slept {{ sleep }}", "You slept {{ slep }}"), there) == ["F016"]
    skipped = named("sleep-check", SLEEP.replace('save = "sleep" }', 'save = "sleep" }\nskip = "thanks"'))
    assert codes(CALLER, replace(there, callable={"sleep-check": skipped})) == ["F017"] * 3


def test_a_call_of_a_flow_that_is_not_there_or_leads_back_is_told() -> None:
    assert codes(CALLER, Known(CONCERN, frozenset({"menu"}))) == ["F031"]
    rounds = named("sleep-check", '[[steps]]\nid = "on"\ncall = "sample"\nend = true\n')
    assert "F031" in codes(CALLER, Known(CONCERN, callable={"sleep-check": rounds}))


def test_a_welcome_calls_nothing() -> None:
    steps = '[[steps]]\nid = "on"\ncall = "menu"\nend = true\n'
    problems = check_text(TOP.replace('"sample"', '"welcome"') + steps, "welcome.toml", Known(CONCERN))
    assert [one.code for one in problems] == ["F024"]


def test_a_rehearsal_calls_the_flows_it_is_given() -> None:
    rehearsal = Rehearsal(FLOW, Context(sample_values(FLOW)), SHELF)
    rehearsal.begin()
    assert [one.text for one in rehearsal.reply("7") if isinstance(one, Say)] == ["Thanks.", "Did you eat?"]


BEGINS = """
[[steps]]
id = "on"
do = [{ action = "begin", flow = "sleep-check", after = "24h" }]
say = "More tomorrow."
end = true
"""


def test_begin_names_a_flow_and_how_much_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIONS, "begin", BeginFlow)
    flow = sample(BEGINS)
    (do, *_) = advance(flow, Session.new(flow), Begin(), CONTEXT).effects
    assert do == Do("begin", {"flow": "sleep-check", "after": "24h"})
    assert codes(BEGINS, Known(CONCERN, frozenset({"sleep-check"}))) == []
    assert codes(BEGINS, Known(CONCERN, frozenset({"menu"}))) == ["F031"]
    assert codes(BEGINS.replace("24h", "tomorrow"), Known(CONCERN)) == ["F005"]
