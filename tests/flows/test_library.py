"""The shipped flows: their transcripts, their length on a phone, and any order of events through them."""

from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import (
    Begin,
    Context,
    Do,
    End,
    Event,
    Flow,
    Heard,
    Interrupt,
    Known,
    Option,
    Reply,
    Resume,
    Say,
    Session,
    Silence,
    Wait,
    advance,
    check_text,
    is_gsm7,
    numbered,
    read_library,
    sms_parts,
)
from flows.engine import UNCLEAR
from flows.load import shipped, shipped_transcripts
from flows.offers import offered
from flows.rehearsal import Rehearsal, sample_values
from flows.transcripts import Transcript, read, run
from tests.flows.samples import NOW

LIBRARY = read_library()
POLICIES = frozenset({"info", "gone-quiet", "concern", "urgent", "crisis", "wellness", "wellness-crisis"})
TRANSCRIPTS = [(flow, one) for flow in LIBRARY.values() for one in read(shipped_transcripts(flow.id) or "")]


def test_the_flows_of_this_version_are_shipped_under_their_ids() -> None:
    assert set(LIBRARY) == {"welcome", "daily-check-in", "peer-wellness", "wrap-reminder", "wrap-daily"}
    assert {name for name, _ in shipped()} == {f"{flow_id}.toml" for flow_id in LIBRARY}
    assert {flow.audience for flow in LIBRARY.values()} == {"service_user", "peer_worker"}


def test_every_toml_file_of_the_library_is_a_flow_or_its_transcripts() -> None:
    names = {one.name for one in resources.files("flows").joinpath("library").iterdir() if one.name.endswith(".toml")}
    assert names == {f"{flow_id}{end}" for flow_id in LIBRARY for end in (".toml", ".transcripts.toml")}


@pytest.mark.parametrize(("name", "content"), list(shipped()), ids=lambda one: one if isinstance(one, str) else "")
def test_a_shipped_flow_has_no_problem_but_promises_not_proved(name: str, content: bytes) -> None:
    assert {problem.code for problem in check_text(content, name, Known(POLICIES))} == {"F023"}


@pytest.mark.parametrize(
    ("flow", "transcript"), TRANSCRIPTS, ids=[f"{flow.id}: {one.name}" for flow, one in TRANSCRIPTS]
)
def test_a_shipped_flow_talks_as_its_transcript_says(flow: Flow, transcript: Transcript) -> None:
    assert run(flow, transcript) == []


@pytest.mark.parametrize("flow_id", ["daily-check-in", "peer-wellness"])
def test_the_first_text_of_a_check_in_fits_one_sms_with_a_long_name_and_a_nudge(flow_id: str) -> None:
    values = {**sample_values(LIBRARY[flow_id]), "person": {"first_name": "Bartholomew-James"}}
    rehearsal = Rehearsal(LIBRARY[flow_id], Context(values))
    for effect in [*rehearsal.begin(), *rehearsal.nudge()]:
        if isinstance(effect, Say):
            assert sms_parts(numbered(effect.text, effect.options, effect.shape)) == 1


@pytest.mark.parametrize("flow_id", ["daily-check-in", "peer-wellness"])
def test_nothing_on_a_lock_screen_speaks_of_health_or_role(flow_id: str) -> None:
    rehearsal = Rehearsal(LIBRARY[flow_id], Context(sample_values(LIBRARY[flow_id])))
    words = " ".join(
        effect.text.lower() for effect in [*rehearsal.begin(), *rehearsal.nudge()] if isinstance(effect, Say)
    )
    for word in (
        "health",
        "mood",
        "wellness",
        "mental",
        "wrap",
        "peer",
        "worker",
        "support",
        "recovery",
        "team",
        "low",
    ):
        assert word not in words


def test_the_reminder_on_a_lock_screen_is_one_line_and_the_word_to_text() -> None:
    flow = LIBRARY["wrap-reminder"]
    for worker in ({}, {"first_name": "Ewan"}):
        effects = Rehearsal(flow, Context({**sample_values(flow), "worker": worker})).begin()
        assert effects == [Say("Your list is ready. Text WRAP."), End("told")]


@pytest.mark.parametrize("items", [None, (), (Option("1", " \n "),)])
def test_with_nothing_on_the_list_the_reminder_says_nothing(items: tuple[Option, ...] | None) -> None:
    flow = LIBRARY["wrap-reminder"]
    assert Rehearsal(flow, Context({"wrap": {"daily": items}})).begin() == [End("empty")]


OWN_TEXTS = st.text(max_size=80) | st.sampled_from(
    ["{{ person }}", "{% if", "stop", "HELP", "none", "all", "2", "1 3", "a\nb", "👍🏽", "", "\u200d", "yes", "x" * 900]
)
OWN_LISTS = st.lists(OWN_TEXTS, max_size=25).map(
    lambda texts: tuple(Option(f"id{place}", text) for place, text in enumerate(texts))
)


@given(items=OWN_LISTS, replies=st.lists(st.sampled_from(["1", "1 3", "all", "none", "25", "tea", "yes"]), max_size=4))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_on_a_list_it_is_shown_as_it_is_and_only_what_was_shown_is_done(
    items: tuple[Option, ...], replies: list[str]
) -> None:
    flow = LIBRARY["wrap-daily"]
    rehearsal = Rehearsal(flow, Context({**sample_values(flow), "wrap": {"daily": items}}))
    asked = next(effect for effect in rehearsal.begin() if isinstance(effect, Say))
    shown = numbered(asked.text, asked.options, asked.shape)
    assert len(shown) <= 1_600
    assert shown.count("\n") == len(asked.options) <= 20
    assert bool(asked.options) == any(offered((item,)) for item in items)
    for number, option in enumerate(asked.options, start=1):
        assert f"\n{number} {option.text}" in shown
        kept = " ".join({one.id: one.text for one in items}[option.id].split())
        assert kept.startswith(option.text.removesuffix("...")) or not kept.isprintable()
    for reply in replies:
        for effect in rehearsal.reply(reply):
            if isinstance(effect, Do):
                assert effect.action == "record"
                done = effect.shared["done"]
                assert isinstance(done, tuple)
                assert set(done) <= {option.id for option in asked.options}
            if isinstance(effect, Say):
                assert len(numbered(effect.text, effect.options, effect.shape)) <= 1_600


def test_the_list_never_speaks_of_what_was_not_done() -> None:
    flow = LIBRARY["wrap-daily"]
    for reply in ("1", "none", "1 2", "all but 3"):
        for variant in range(6):
            rehearsal = Rehearsal(flow, Context(sample_values(flow), variant=variant))
            rehearsal.begin()
            words = " ".join(one.text.lower() for one in rehearsal.reply(reply) if isinstance(one, Say))
            assert words
            for word in (
                "sister",
                "not done",
                "missed",
                "left",
                "still",
                "only",
                "tomorrow",
                "of 3",
                "two",
                "2",
                "forg",
            ):
                assert word not in words


REPLIES = [
    "0",
    "2",
    "3",
    "5",
    "7",
    "10",
    "11",
    "about a 2",
    "2 or 3",
    "yes",
    "no",
    "aye",
    "dunno",
    "",
    "👍",
    "x" * 2_000,
    "1 3",
    "all",
    "none",
]
EVENTS = st.one_of(
    st.just(Begin()),
    st.sampled_from([Reply(text) for text in REPLIES]),
    st.builds(Reply, text=st.text(max_size=40), button=st.sampled_from([None, "yes", "2", "1", "*all", "*enough"])),
    st.sampled_from([Silence(0), Silence(1), Silence(7), Silence("end"), Heard(), Resume()]),
    st.sampled_from([Interrupt("stop"), Interrupt("danger"), Interrupt("replaced")]),
)


@given(
    flow=st.sampled_from(list(LIBRARY.values())),
    events=st.lists(EVENTS, max_size=15),
    variant=st.integers(0, 5),
    worker=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_any_order_of_events_raises_nothing_and_comes_to_an_end(
    flow: Flow, events: list[Event], variant: int, worker: bool
) -> None:
    values = {**sample_values(flow), "caseload": 3 if worker else None, "worker": {}}
    context = Context(values, at=NOW, variant=variant)
    session = Session.new(flow)
    for event in [Begin(), *events, *[Silence("end")] * 8]:
        before = session
        turn = advance(flow, session, event, context)
        session = Session.from_json(turn.session.to_json())
        _sensible(before, session, turn.effects)
    assert session.status == "ended"
    assert session.outcome


def _sensible(before: Session, after: Session, effects: tuple[object, ...]) -> None:
    """A turn waits or ends, last of all and never both; texts are short, plain, and for any phone."""
    for effect in effects:
        if isinstance(effect, Say):
            assert effect.text.strip()
            assert is_gsm7(effect.text)
            assert sms_parts(numbered(effect.text, effect.options, effect.shape)) <= 2
    closing = [effect for effect in effects if isinstance(effect, Wait | End)]
    assert len(closing) <= 1
    assert not closing or effects[-1] == closing[0]
    assert after.waiting == (after.status == "open")
    if before.status == "ended" and after.status == "ended":
        assert effects == ()


@pytest.mark.parametrize(("flow_id", "highest"), [("daily-check-in", 2), ("peer-wellness", 3)])
@pytest.mark.parametrize("number", range(11))
def test_a_low_answer_always_reaches_a_person_and_a_higher_one_never(flow_id: str, highest: int, number: int) -> None:
    flow = LIBRARY[flow_id]
    for write in (str, lambda value: f"about a {value}", lambda value: f"{value}/10"):
        rehearsal = Rehearsal(flow, Context(sample_values(flow)))
        rehearsal.begin()
        done = [effect for effect in rehearsal.reply(write(number)) if isinstance(effect, Do)]
        assert len(done) == (1 if number <= highest else 0)


def test_the_welcome_consents_only_to_a_plain_yes() -> None:
    flow = LIBRARY["welcome"]
    given_by: dict[str, list[bool]] = {}
    for reply in ("yes", "aye", "no", "nah", "ok", "👍", "maybe", "what"):
        rehearsal = Rehearsal(flow, Context(sample_values(flow)))
        rehearsal.begin()
        given_by[reply] = [effect.arguments["given"] for effect in rehearsal.reply(reply) if isinstance(effect, Do)]
    assert given_by == {
        "yes": [True],
        "aye": [True],
        "no": [False],
        "nah": [False],
        "ok": [],
        "👍": [],
        "maybe": [],
        "what": [],
    }


def test_the_kind_words_at_the_end_fit_any_phone() -> None:
    assert is_gsm7(UNCLEAR)
    assert sms_parts(UNCLEAR) == 1
