"""What the check promises: a flow that passed it never fails at run time, whatever is missing and whoever writes what."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from flows import (
    Back,
    Begin,
    Context,
    Event,
    Heard,
    Known,
    Option,
    Reply,
    Resume,
    Session,
    Silence,
    Skip,
    advance,
    check_text,
    compile_source,
)
from tests.flows.samples import NOW, TOP

NAMES = ("mood", "pick", "sure", "words", "some", "day", "at", "long", "count")
ANSWERS = {
    "own": '{ type = "many", save = "some", options_from = "wrap.daily" }',
    "mood": '{ type = "scale", save = "mood", words = "why" }',
    "day": '{ type = "date", save = "day" }',
    "at": '{ type = "time", save = "at" }',
    "long": '{ type = "duration", save = "long" }',
    "count": '{ type = "number", save = "count", max = 24 }',
    "pick": '{ type = "choice", save = "pick", options = ["walk", "rest"] }',
    "sure": '{ type = "yes_no", save = "sure" }',
    "words": '{ type = "text", save = "words" }',
    "some": '{ type = "many", save = "some", options = ["walk", "rest"] }',
}
GOOD_CONDITIONS = [
    *["mood is defined", "mood is not defined", "mood is defined and mood > 5", "mood is not defined or mood < 3"],
    *["sure is defined and not sure", "worker.first_name is defined", "missed >= 2", "times('mood', 7) > 1"],
    *["last('mood') is defined and last('mood') > 3", "mean('mood', 7) is defined and mean('mood', 7) - 1 > 3"],
    *["wrap.daily is defined", "wrap.daily is defined", "some is defined and 'walk' in some"],
    *["day is defined and day < '2026-04-01'", "at is defined and at >= '12:00'", "long is defined and long > '1h'"],
    *["count is defined and count - 0.5 > 2", "why is defined", "why is defined and 'tired' in why"],
    *["words is defined or sure is defined", "not (pick is not defined) and pick in ['walk', 'rest']"],
]
CONDITIONS = [
    *[
        "mood <= 2",
        "pick == 'walk'",
        "pick != 'rest'",
        "sure",
        "not sure",
        "last('mood') > 3",
        "worker.first_name == 'Ewan'",
    ],
    *["some", "some == ['walk']", "some > 1", "'Tea' in wrap.daily", "wrap.daily is not defined"],
    *["day < '2026-04-01'", "day == 'friday'", "at > '7pm'", "long > 2", "long > '1h'", "count > 2", "'tired' in why"],
    *["mood < pick", "pick >= 2", "sure == 'yes'", "'a' in mood", "not (mood is not defined and sure)"],
]
GOOD_TEXTS = [
    *[
        "Hello.",
        "{% if mood is defined %}{{ mood }}{% endif %}!",
        "{{ mood | default('-') }}",
        "{{ person.first_name }}",
    ],
    *["{% if worker.first_name is defined %}{{ worker.first_name }}{% else %}We{% endif %} hope so."],
    *[
        "{% if mean('mood', 7) is defined %}{{ mean('mood', 7) | round }}{% endif %}?",
        "{{ times('mood', 7) + missed }}",
    ],
    *["{% if day is defined and long is defined %}{{ day | as_day }}, {{ long | as_length }}{% endif %}?"],
    *["{% if at is defined %}{{ at | as_time }}, {{ at }}{% endif %}?"],
    *["{% if not sure is defined %}-{% elif mood is defined or sure %}{{ sure }}{% endif %}."],
]
TEXTS = [
    *["{{ day | as_day }}", "{{ at | as_time }}", "{{ long | as_length }}", "{{ mood | as_day }}", "{{ why }}"],
    *["{{ some }}", "{{ some | round }}", "{{ wrap.daily }}"],
    *["{{ mood }}", "{{ pick }}", "{{ mood + 1 }}", "{{ words }}", "{{ worker.first_name }}", "{{ last('mood') }}"],
    *[
        "{{ pick + 1 }}",
        "{{ mood - missed }}",
        "{{ mood | round }}",
        "{% if mood is defined or sure %}{{ mood }}{% endif %}",
    ],
]
STEPS: tuple[str, ...] = ("a", "b", "c", "d", "e")


def rules(targets: list[str], conditions: list[str]) -> str:
    """A way on: the last target without a condition, each before it with one."""
    branches = [f'{{ when = "{when}", to = "{to}" }}' for when, to in zip(conditions, targets, strict=False)]
    return f"next = [{', '.join([*branches, f'{{ to = {chr(34)}{targets[-1]}{chr(34)} }}'])}]"


@st.composite
def flow_texts(draw: st.DrawFn) -> str:
    """The file of a small flow, good or not."""
    # Every name is saved somewhere, so that none is simply unknown; whether it is there is left to the way taken.
    tables = [
        f'[[steps]]\nid = "ask-{name}"\nask = "?"\nanswer = {ANSWERS[name]}\nnext = "a"\notherwise = "a"'
        for name in NAMES
    ]
    tables = tables[(first := draw(st.integers(0, len(NAMES) - 1))) :] + tables[:first]
    for place, name in enumerate(STEPS):
        onward: st.SearchStrategy[str] = st.sampled_from(STEPS[place + 1 :] or STEPS)
        lines = [f'[[steps]]\nid = "{name}"']
        if listed := name != STEPS[-1] and draw(st.integers(0, 3)) == 0:
            guard = draw(st.sampled_from(["wrap.daily is defined", "wrap.daily is defined and missed >= 0", "sure"]))
            lines = [f'[[steps]]\nid = "{name}"\nnext = [{{ when = "{guard}", to = "{name}-own" }}, {{ to = "e" }}]']
            lines.append(f'[[steps]]\nid = "{name}-own"')
        if listed or draw(st.booleans()):
            asked = "own" if listed else draw(st.sampled_from([*NAMES, *NAMES, "own"]))
            lines.append(f'ask = "{draw(st.sampled_from(GOOD_TEXTS * 2 + TEXTS))}"\nanswer = {ANSWERS[asked]}')
            if draw(st.booleans()):
                lines.append(f'otherwise = "{draw(onward)}"')
            if draw(st.integers(0, 3)) == 0:
                lines.append(f'silence = "{draw(onward)}"')
            if draw(st.integers(0, 3)) == 0:
                lines.append("skip = true" if draw(st.booleans()) else f'skip = "{draw(onward)}"')
        else:
            lines.append(f'say = "{draw(st.sampled_from(GOOD_TEXTS * 2 + TEXTS))}"')
        targets = draw(st.lists(onward, min_size=1, max_size=3))
        conditions = draw(st.lists(st.sampled_from(GOOD_CONDITIONS * 2 + CONDITIONS), min_size=2, max_size=2))
        lines.append(rules(targets, conditions) if place < len(STEPS) - 1 else "end = true")
        tables.append("\n".join(lines))
    return TOP + "\n".join(tables) + "\n"


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from([Reply(text) for text in ("2", "7", "walk", "2", "yes", "no", "dunno", "")]),
    st.sampled_from(
        [Reply(text) for text in ("1 2", "all", "none")] + [Reply("", button=one) for one in ("t", "*all")]
    ),
    st.sampled_from([Reply(text) for text in ("friday", "half 7", "an hour", "2 rubbish", "a couple")]),
    st.sampled_from([Silence(0), Silence("end"), Resume(), Heard(), Back(), Skip(), Back()]),
)
CONTEXTS = st.builds(
    lambda worker, earlier, daily: Context(
        {"person": {"first_name": "Isla"}, "missed": 0, "worker": {"first_name": worker}, "wrap": {"daily": daily}},
        {"mood": [(NOW - timedelta(days=ago), ago) for ago in earlier]},
        at=NOW,
    ),
    st.sampled_from([None, "Ewan"]),
    st.lists(st.integers(0, 10), max_size=3),
    st.sampled_from([None, (), (Option("t", "Tea"),), (Option("t", "Tea"), Option("w", "{{ walk }}"))]),
)


@given(text=flow_texts(), turns=st.lists(st.tuples(EVENTS, CONTEXTS), max_size=12), context=CONTEXTS)
@settings(max_examples=400, deadline=None)
def test_a_flow_that_passed_the_check_never_fails_at_run_time(
    text: str, turns: list[tuple[Event, Context]], context: Context
) -> None:
    problems = check_text(text, "sample.toml", Known(frozenset()))
    # A step that nothing leads to is told too, but is no fault of a run.
    if {problem.code for problem in problems if problem.severity == "error"} <= {"F010"}:
        flow = compile_source(text, "sample.toml")
        session = advance(flow, Session.new(flow), Begin(), context).session
        for event, now in turns:
            session = advance(flow, session, event, now).session


def test_enough_of_the_flows_drawn_pass_the_check_to_tell_anything() -> None:
    passed: list[bool] = []

    @given(text=flow_texts())
    @settings(max_examples=100, deadline=None, database=None)
    def draw(text: str) -> None:
        problems = check_text(text, "sample.toml", Known(frozenset()))
        passed.append({problem.code for problem in problems} <= {"F010"})

    draw()
    assert sum(passed) >= 5
    assert not all(passed)


def test_flows_that_take_options_from_a_list_are_among_those_that_pass() -> None:
    passed: list[bool] = []

    @given(text=flow_texts())
    @settings(max_examples=300, deadline=None, database=None)
    def draw(text: str) -> None:
        if "options_from" in text:
            passed.append({problem.code for problem in check_text(text, "sample.toml", Known(frozenset()))} <= {"F010"})

    draw()
    assert any(passed)
    assert not all(passed)
