"""★ Who may read what is sealed. Every read of a sealed column takes a viewer and asks here; this is the only place.

Read `RULES`: what a viewer is to the owner (`Standing`), the kinds of things that opens, and on which lines. Nothing
is readable that no rule opens. Roles alone open nothing: admin, evaluator, peer worker and service user have no rule.

The two lines of support stay apart: on the `wellness` line only the owner and their wellness supporter or deputy have
a rule, so neither a line supervisor nor a coordinator learns as much as whose matter it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, assert_never
from uuid import UUID

from storage.errors import NotAllowedError

Role = Literal["service_user", "peer_worker", "supervisor", "coordinator", "evaluator", "admin"]
Line = Literal["service", "wellness", "role"]
Category = Literal[
    "first_name",
    "identity",  # full names and reference
    "address",  # numbers and chats
    "words",  # what somebody texted
    "answer",
    "session_state",
    "escalation_reason",  # the reason and what was shared with it
    "wrap",
    "note",
    "consent_words",
    "message_body",  # what blether texted; the owner is who it was for
]
Standing = Literal[
    "owner", "team_supervisor", "team_coordinator", "wellness_supporter", "line_supervisor", "assigned_worker", "told"
]


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the service who looks, with their roles as (role, team id)."""

    person_id: UUID
    roles: frozenset[tuple[Role, UUID]] = frozenset()


@dataclass(frozen=True, slots=True)
class Themselves:
    """A person who looks at their own, by text or by a link."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class System:
    """blether itself; `reason` says what for, in plain words without anything personal.

    Raises:
        ValueError: the reason is empty.
    """

    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("blether reads what is sealed only for a reason")


Viewer = Member | Themselves | System


@dataclass(frozen=True, slots=True)
class Relations:
    """Who stands how to the owner of a thing, at this moment; the same whoever looks."""

    teams: frozenset[UUID] = frozenset()  # where the owner is a member
    assigned_workers: frozenset[UUID] = frozenset()  # peer workers assigned to the owner now
    wellness_supporters: frozenset[UUID] = frozenset()  # the owner's wellness supporter and deputy
    line_supervisors: frozenset[UUID] = frozenset()
    told: frozenset[UUID] = frozenset()  # people this very thing was shared with (told of the escalation)


_NONE = Relations()


@dataclass(frozen=True, slots=True)
class Rule:
    """`standing` opens `categories` when the thing belongs to one of `lines` (None: to no line)."""

    standing: Standing
    categories: frozenset[Category]
    lines: frozenset[Line | None]


def _rule(standing: Standing, categories: tuple[Category, ...], *lines: Line | None) -> Rule:
    return Rule(standing, frozenset(categories), frozenset(lines))


_WHO: tuple[Category, ...] = ("first_name", "identity", "address")
_ALL: tuple[Category, ...] = (
    *_WHO,
    *("words", "answer", "session_state", "escalation_reason", "wrap", "note", "consent_words", "message_body"),
)

RULES: tuple[Rule, ...] = (
    _rule("owner", _ALL, None, "service", "wellness", "role"),
    _rule("team_supervisor", _WHO, None, "service"),
    _rule("team_supervisor", ("escalation_reason",), "service"),
    _rule("team_coordinator", _WHO, None, "service"),
    _rule("team_coordinator", ("escalation_reason",), "service"),
    _rule("wellness_supporter", _WHO, None, "wellness"),
    _rule("wellness_supporter", ("escalation_reason",), "wellness"),
    _rule("line_supervisor", _WHO, None, "role"),
    _rule("line_supervisor", ("escalation_reason",), "role"),
    _rule("assigned_worker", ("first_name",), None, "service"),
    _rule("told", ("first_name", "escalation_reason"), "service", "role"),
)


def may_read(
    viewer: Viewer, category: Category, *, owner: UUID, line: Line | None = None, relations: Relations
) -> bool:
    """Whether `viewer` may read a thing of this kind that belongs to `owner` and to `line` (None: to no line)."""
    match viewer:
        case System():
            return True
        case Themselves(person_id):
            standings: set[Standing] = {"owner"} if person_id == owner else set()
        case Member():
            standings = _standings(viewer, owner, relations)
        case _:
            assert_never(viewer)
    return any(rule.standing in standings and category in rule.categories and line in rule.lines for rule in RULES)


def require(viewer: Viewer, category: Category, *, owner: UUID, line: Line | None = None, relations: Relations) -> None:
    """Nothing, when `may_read` allows it.

    Raises:
        NotAllowedError: it does not. The text names the kind of thing, nobody.
    """
    if not may_read(viewer, category, owner=owner, line=line, relations=relations):
        raise NotAllowedError(f"this viewer may not read this person's {category.replace('_', ' ')}")


def require_all(
    viewer: Viewer,
    category: Category,
    owners: Iterable[UUID],
    *,
    line: Line | None = None,
    relations: Mapping[UUID, Relations] | None = None,
) -> None:
    """`require` for many owners at once; who is not in `relations` has none: only blether itself and the owner read.

    Raises:
        NotAllowedError: for one of them it is not allowed.
    """
    known = relations or {}
    for owner in owners:
        require(viewer, category, owner=owner, line=line, relations=known.get(owner, _NONE))


def _standings(viewer: Member, owner: UUID, relations: Relations) -> set[Standing]:
    me = viewer.person_id
    facts: dict[Standing, bool] = {
        "owner": me == owner,
        "team_supervisor": _has_role(viewer, "supervisor", relations.teams),
        "team_coordinator": _has_role(viewer, "coordinator", relations.teams),
        "wellness_supporter": me in relations.wellness_supporters,
        "line_supervisor": me in relations.line_supervisors,
        "assigned_worker": me in relations.assigned_workers,
        "told": me in relations.told,
    }
    return {standing for standing, holds in facts.items() if holds}


def _has_role(viewer: Member, role: Role, teams: frozenset[UUID]) -> bool:
    return any((role, team) in viewer.roles for team in teams)
