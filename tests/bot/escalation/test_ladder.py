"""The walk up a ladder, by the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.escalation.ladder import (
    FOOT,
    SHORTEST_WAIT,
    Position,
    Responders,
    Telling,
    lapse_at,
    later_at,
    next_telling,
    remind_at,
    rises,
    who,
)

MORAG, EWAN, AILSA, PEER = (UUID(int=n) for n in range(1, 5))
TEN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rung:
    tell: tuple[str, ...]
    wait: timedelta
    repeat: int


CONCERN = (
    Rung(("named_supervisor",), 15 * MINUTE, 1),
    Rung(("on_call", "coordinator"), 15 * MINUTE, 4),
)
TEAM = Responders(named_supervisors=(MORAG, EWAN), coordinators=(AILSA,))


def climb(
    levels: Sequence[Rung], people: Responders, times: int, position: Position = FOOT
) -> list[tuple[str, Telling]]:
    at, told = TEN, []
    for _ in range(times):
        telling = next_telling(levels, position, lambda tell, turn: who(tell, turn, people))
        told.append((f"{at:%H:%M}", telling))
        at, position = telling.next_at(at), telling.position
    return told


def test_nobody_answers_the_shipped_concern() -> None:
    told = climb(CONCERN, TEAM, 10)
    assert [(at, telling.people) for at, telling in told[:3]] == [
        ("10:00", (MORAG,)),
        ("10:15", (EWAN,)),
        ("10:30", (MORAG, EWAN, AILSA)),
    ]
    assert [at for at, _ in told[3:]] == ["10:45", "11:00", "11:15", "11:30", "11:45", "12:00", "12:15"]
    assert {telling.people for _, telling in told[2:]} == {(MORAG, EWAN, AILSA)}


def test_unanswered_is_said_once_after_the_last_repeat() -> None:
    assert [at for at, telling in climb(CONCERN, TEAM, 40) if telling.unanswered] == ["11:45"]


def test_a_level_that_is_nobody_is_passed_over_at_once_and_noted() -> None:
    at, telling = climb(CONCERN, Responders(coordinators=(AILSA,)), 1)[0]
    assert (at, telling.people, telling.nobody, telling.level) == ("10:00", (AILSA,), (0,), 1)


def test_a_level_that_empties_between_its_tellings_is_left_at_once() -> None:
    begun = climb(CONCERN, TEAM, 1)[0][1].position
    telling = next_telling(CONCERN, begun, lambda tell, turn: who(tell, turn, Responders(coordinators=(AILSA,))))
    assert (telling.people, telling.nobody, telling.level) == ((AILSA,), (0,), 1)


def test_nobody_at_all_is_an_alarm_and_is_tried_again() -> None:
    told = climb(CONCERN, Responders(), 3)
    assert [(at, telling.people, telling.nobody, telling.unanswered) for at, telling in told] == [
        ("10:00", (), (0, 1), True),
        ("10:15", (), (0, 1), False),
        ("10:30", (), (0, 1), False),
    ]


def test_whoever_comes_on_later_is_told_although_nobody_was_there_before() -> None:
    position = climb(CONCERN, Responders(), 1)[0][1].position
    assert climb(CONCERN, TEAM, 1, position)[0][1].people == (MORAG, EWAN, AILSA)


def test_when_the_last_level_is_nobody_the_last_one_that_is_somebody_is_told_on() -> None:
    people = Responders(named_supervisors=(MORAG,), on_call=())
    told = climb(CONCERN, people, 4)
    assert [telling.people for _, telling in told] == [(MORAG,)] * 4
    assert [telling.unanswered for _, telling in told] == [False, False, True, False]


def test_named_supervisors_take_turns_and_begin_again() -> None:
    told = climb((Rung(("named_supervisor",), MINUTE, 4),), TEAM, 5)
    assert [telling.people[0] for _, telling in told] == [MORAG, EWAN, MORAG, EWAN, MORAG]


def test_on_call_is_the_rota_where_there_is_one() -> None:
    assert who(("on_call",), 0, Responders(named_supervisors=(MORAG,), on_call=(EWAN,))) == (EWAN,)
    assert who(("on_call",), 3, Responders(named_supervisors=(MORAG, EWAN))) == (MORAG, EWAN)


def test_every_role_and_a_person_by_key() -> None:
    people = Responders(PEER, (MORAG,), (AILSA,), UUID(int=11), UUID(int=12), UUID(int=13), None, {"ewan": EWAN})
    roles = ("assigned_peer_worker", "wellness_supporter", "wellness_deputy", "line_supervisor", "person:ewan")
    assert who(roles, 0, people) == (PEER, UUID(int=11), UUID(int=12), UUID(int=13), EWAN)
    assert who(("person:nobody", "unheard_of"), 0, people) == ()


def test_nobody_is_told_twice_in_one_telling() -> None:
    assert who(("named_supervisor", "coordinator", "on_call"), 0, Responders(None, (MORAG,), (MORAG,))) == (MORAG,)


def test_a_ladder_without_levels_is_a_fault() -> None:
    with pytest.raises(ValueError, match="nobody"):
        next_telling((), FOOT, lambda tell, turn: (MORAG,))


def test_taken_is_reminded_then_lapses() -> None:
    reminded = remind_at(TEN, timedelta(hours=4))
    assert reminded == TEN + timedelta(hours=4)
    assert lapse_at(reminded, timedelta(hours=4)) == reminded + timedelta(hours=1)
    assert lapse_at(reminded, 30 * MINUTE) == reminded + 15 * MINUTE
    assert lapse_at(reminded, timedelta(0)) == reminded + MINUTE


def test_later_is_held_to_what_the_severity_allows() -> None:
    assert later_at(TEN, timedelta(hours=2), "crisis") == TEN + 30 * MINUTE
    assert later_at(TEN, timedelta(hours=3), "urgent") == TEN + timedelta(hours=2)
    assert later_at(TEN, timedelta(hours=3), "concern") == TEN + timedelta(hours=3)


def test_severity_only_rises() -> None:
    assert rises("concern", "crisis")
    assert not rises("urgent", "urgent")
    assert not rises("crisis", "info")


rungs = st.builds(
    Rung,
    st.lists(st.sampled_from(("named_supervisor", "on_call", "coordinator", "person:ewan")), min_size=1).map(tuple),
    st.integers(0, 60).map(lambda minutes: minutes * MINUTE),
    st.integers(0, 3),
)
present = st.builds(
    Responders,
    named_supervisors=st.lists(st.sampled_from((MORAG, EWAN)), unique=True).map(tuple),
    coordinators=st.sampled_from(((), (AILSA,))),
    on_call=st.sampled_from((None, (), (EWAN,))),
    by_key=st.sampled_from(({}, {"ewan": EWAN})),
)


@settings(deadline=None)
@given(st.lists(rungs, min_size=1, max_size=4), st.lists(present, min_size=1, max_size=25))
def test_whoever_comes_and_goes_somebody_there_is_told_and_time_goes_on(
    levels: list[Rung], shifts: list[Responders]
) -> None:
    position, unanswered = FOOT, 0
    for people in shifts:
        telling = next_telling(levels, position, lambda tell, turn, people=people: who(tell, turn, people))
        anybody = any(who(level.tell, 0, people) for level in levels)
        assert bool(telling.people) == anybody
        assert telling.wait >= SHORTEST_WAIT
        assert telling.position.level >= position.level
        unanswered += telling.unanswered
        position = telling.position
    assert unanswered <= 1
