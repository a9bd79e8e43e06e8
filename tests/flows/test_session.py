"""A session as JSON: there and back, older formats, and what is no session."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import Option, Reply, Session, SessionFormatError
from flows.session import UPGRADES, Frame
from tests.flows.samples import play, sample

VALUES = st.one_of(st.booleans(), st.integers(), st.text(), st.lists(st.text()).map(tuple))
FRAMES = st.builds(
    Frame,
    flow=st.text(),
    version=st.integers(1, 99),
    step=st.none() | st.text(),
    waiting=st.booleans(),
    attempts=st.integers(0, 9),
    heard=st.booleans(),
    answers=st.dictionaries(st.text(), VALUES),
    offered=st.lists(st.builds(Option, st.text(), st.text()), max_size=3).map(tuple),
    picked=st.lists(st.text(), max_size=3).map(tuple),
)
SESSIONS = st.builds(
    Session,
    frames=st.lists(FRAMES, min_size=1, max_size=3).map(tuple),
    status=st.sampled_from(["open", "suspended", "ended"]),
    outcome=st.none() | st.text(),
)


@given(SESSIONS)
def test_a_session_comes_back_from_json_as_it_was(session: Session) -> None:
    assert Session.from_json(session.to_json()) == session


def test_a_stored_session_names_its_format() -> None:
    assert json.loads(play(sample(), Reply("7")).session.to_json())["format"] == 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "{}", '{"format":1}', '{"format":1,"status":"open","outcome":null,"frames":[]}', "[" * 100_000],
)
def test_what_is_no_session_is_refused(text: str) -> None:
    with pytest.raises(SessionFormatError):
        Session.from_json(text)


def test_a_format_from_the_future_is_refused() -> None:
    stored = {**json.loads(play(sample()).session.to_json()), "format": 2}
    with pytest.raises(SessionFormatError, match="format"):
        Session.from_json(json.dumps(stored))


def test_an_older_format_is_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade(whole: dict[str, Any]) -> dict[str, Any]:
        return {**whole, "format": 1, "status": whole["state"]}

    monkeypatch.setitem(UPGRADES, 0, upgrade)
    session = play(sample()).session
    stored = json.loads(session.to_json())
    older = {**stored, "format": 0, "state": stored.pop("status")}
    assert Session.from_json(json.dumps(older)) == session
