"""Who may read what. The two lines of support never meet."""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import NotAllowedError
from storage.ids import new_id
from storage.viewing import (
    Category,
    Line,
    Member,
    Relations,
    Role,
    System,
    Themselves,
    Viewer,
    may_read,
    require,
    require_all,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OWNER, VIEWER, TEAM, OTHER_TEAM = (new_id(NOW) for _ in range(4))
CATEGORIES: tuple[Category, ...] = get_args(Category)
LINES: tuple[Line | None, ...] = (None, *get_args(Line))
ROLES: tuple[Role, ...] = get_args(Role)
WHO = {"first_name", "identity", "address"}
IN_TEAM = Relations(teams=frozenset({TEAM}))
Opened = set[tuple[str, Line | None]]


def _member(*roles: Role) -> Member:
    return Member(VIEWER, frozenset((role, TEAM) for role in roles))


def _opened(viewer: Viewer, relations: Relations = IN_TEAM) -> Opened:
    return {
        (category, line)
        for category in CATEGORIES
        for line in LINES
        if may_read(viewer, category, owner=OWNER, line=line, relations=relations)
    }


def _pairs(categories: set[str], *lines: Line | None) -> Opened:
    return {(category, line) for category in categories for line in lines}


EVERYTHING = _pairs(set(CATEGORIES), *LINES)
OF_TEAM = _pairs(WHO, None, "service") | {("escalation_reason", "service")}
ME = frozenset({VIEWER})

TABLE = {
    "blether itself": (System("renders an alert"), IN_TEAM, EVERYTHING),
    "the person": (Themselves(OWNER), IN_TEAM, EVERYTHING),
    "the person as a member": (Member(OWNER), IN_TEAM, EVERYTHING),
    "somebody else by text": (Themselves(VIEWER), IN_TEAM, set[tuple[str, Line | None]]()),
    "a stranger": (_member(), IN_TEAM, set[tuple[str, Line | None]]()),
    "a supervisor of the team": (_member("supervisor"), IN_TEAM, OF_TEAM),
    "a coordinator of the team": (_member("coordinator"), IN_TEAM, OF_TEAM),
    "an evaluator of the team": (_member("evaluator"), IN_TEAM, set[tuple[str, Line | None]]()),
    "an admin of the team": (_member("admin"), IN_TEAM, set[tuple[str, Line | None]]()),
    "another service user of the team": (_member("service_user"), IN_TEAM, set[tuple[str, Line | None]]()),
    "another peer worker of the team": (_member("peer_worker"), IN_TEAM, set[tuple[str, Line | None]]()),
    "a supervisor of another team": (
        Member(VIEWER, frozenset({("supervisor", OTHER_TEAM)})),
        IN_TEAM,
        set[tuple[str, Line | None]](),
    ),
    "the assigned peer worker": (
        _member("peer_worker"),
        Relations(teams=frozenset({TEAM}), assigned_workers=ME),
        _pairs({"first_name"}, None, "service"),
    ),
    "the assigned peer worker who was told": (
        _member("peer_worker"),
        Relations(teams=frozenset({TEAM}), assigned_workers=ME, told=ME),
        _pairs({"first_name"}, None, "service", "role") | _pairs({"escalation_reason"}, "service", "role"),
    ),
    "the wellness supporter or deputy": (
        _member("supervisor"),
        Relations(wellness_supporters=ME),
        _pairs(WHO, None, "wellness") | {("escalation_reason", "wellness")},
    ),
    "the line supervisor": (
        _member("supervisor"),
        Relations(line_supervisors=ME),
        _pairs(WHO, None, "role") | {("escalation_reason", "role")},
    ),
    "the line supervisor who supervises the team too": (
        _member("supervisor"),
        Relations(teams=frozenset({TEAM}), line_supervisors=ME),
        OF_TEAM | _pairs(WHO, "role") | {("escalation_reason", "role")},
    ),
}


@pytest.mark.parametrize("who", TABLE)
def test_each_kind_of_viewer_reads_exactly_this(who: str):
    viewer, relations, expected = TABLE[who]
    assert _opened(viewer, relations) == expected


groups = st.frozensets(st.sampled_from([VIEWER, OWNER, new_id(NOW)]))
teams = st.frozensets(st.sampled_from([TEAM, OTHER_TEAM]))
members = st.builds(
    Member,
    st.just(VIEWER),
    st.frozensets(st.tuples(st.sampled_from(ROLES), st.sampled_from([TEAM, OTHER_TEAM]))),
)
anyhow = st.builds(Relations, teams, groups, groups, groups, groups)


@given(members, anyhow, st.sampled_from(CATEGORIES))
def test_wellness_reaches_nobody_but_the_owner_and_their_wellness_supporters(
    viewer: Member, relations: Relations, category: Category
):
    allowed = may_read(viewer, category, owner=OWNER, line="wellness", relations=relations)
    if VIEWER not in relations.wellness_supporters:
        assert not allowed
    else:
        assert allowed == (category in WHO or category == "escalation_reason")


@given(members, anyhow, st.sampled_from(LINES))
def test_words_answers_plans_and_notes_reach_no_other_person(viewer: Member, relations: Relations, line: Line | None):
    private: tuple[Category, ...] = (
        "words",
        "answer",
        "session_state",
        "wrap",
        "note",
        "consent_words",
        "message_body",
    )
    assert not any(may_read(viewer, one, owner=OWNER, line=line, relations=relations) for one in private)


@given(anyhow, st.sampled_from(CATEGORIES), st.sampled_from(LINES))
def test_a_person_reads_all_of_their_own_and_nothing_of_others(
    relations: Relations, category: Category, line: Line | None
):
    assert may_read(Themselves(OWNER), category, owner=OWNER, line=line, relations=relations)
    assert not may_read(Themselves(VIEWER), category, owner=OWNER, line=line, relations=relations)


@given(
    st.frozensets(st.tuples(st.sampled_from(["evaluator", "admin", "service_user", "peer_worker"]), st.just(TEAM))),
    st.sampled_from(CATEGORIES),
    st.sampled_from(LINES),
)
def test_these_roles_alone_open_nothing(roles: frozenset[tuple[Role, UUID]], category: Category, line: Line | None):
    assert not may_read(Member(VIEWER, roles), category, owner=OWNER, line=line, relations=IN_TEAM)


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_blether_itself_must_say_why(reason: str):
    with pytest.raises(ValueError, match="reason"):
        System(reason)


def test_what_is_not_allowed_names_the_kind_and_nobody():
    with pytest.raises(NotAllowedError) as caught:
        require(_member("evaluator"), "session_state", owner=OWNER, relations=IN_TEAM)
    assert str(caught.value) == "this viewer may not read this person's session state"


def test_what_is_allowed_passes():
    require(_member("supervisor"), "address", owner=OWNER, relations=IN_TEAM)


def test_of_many_owners_each_must_be_allowed():
    known = {OWNER: IN_TEAM}
    require_all(_member("supervisor"), "identity", [OWNER], relations=known)
    with pytest.raises(NotAllowedError):
        require_all(_member("supervisor"), "identity", [OWNER, new_id(NOW)], relations=known)


def test_without_relations_only_blether_itself_and_the_owner_read():
    require_all(System("sends"), "address", [OWNER, VIEWER])
    require_all(Themselves(OWNER), "address", [OWNER])
    with pytest.raises(NotAllowedError):
        require_all(_member("supervisor", "coordinator"), "address", [OWNER])
