"""Policies: what is shipped, the copy that an escalation keeps, and which policy a severity takes."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escalation.durations import DurationError, parse_duration, write_duration
from bot.escalation.policy import (
    LINES,
    RESPONDERS,
    SEVERITIES,
    SHIPPED_IDS,
    Level,
    Policy,
    PolicyError,
    higher,
    policy_for,
    raised,
)
from bot.escalation.shipped import shipped_policies

SHIPPED = shipped_policies()
# What each shipped policy is meant to be, written out a second time.
SEVERITY_OF = {
    "info": "info",
    "gone-quiet": "concern",
    "concern": "concern",
    "urgent": "urgent",
    "crisis": "crisis",
    "wellness": "concern",
    "wellness-crisis": "crisis",
}


def tells(policy: Policy) -> list[str]:
    return [name for level in policy.levels for name in level.tell]


def test_the_shipped_policies_are_those_of_the_contract():
    assert tuple(SHIPPED) == SHIPPED_IDS
    assert {policy.id: policy.severity for policy in SHIPPED.values()} == SEVERITY_OF


@pytest.mark.parametrize("policy", SHIPPED.values(), ids=SHIPPED)
def test_a_shipped_policy_is_whole(policy):
    assert policy.levels
    assert policy.severity in SEVERITIES
    assert policy.line in LINES
    assert policy.resolve_within > timedelta(0)
    assert all(level.wait > timedelta(0) and level.repeat >= 0 for level in policy.levels)
    assert set(tells(policy)) <= set(RESPONDERS)


def test_no_peer_worker_is_on_a_shipped_urgent_or_crisis_policy():
    grave = [policy for policy in SHIPPED.values() if policy.severity in ("urgent", "crisis")]
    assert grave
    assert all("assigned_peer_worker" not in tells(policy) for policy in grave)


def test_the_wellness_line_tells_supporter_then_deputy_and_nobody_else():
    assert [level.tell for level in SHIPPED["wellness"].levels] == [("wellness_supporter",), ("wellness_deputy",)]


def test_a_wellness_crisis_reaches_on_call_last():
    ladder = [level.tell for level in SHIPPED["wellness-crisis"].levels]
    assert ladder == [("wellness_supporter",), ("wellness_deputy",), ("on_call",)]


def test_somebody_gone_quiet_hears_from_their_peer_worker_first():
    assert [level.tell for level in SHIPPED["gone-quiet"].levels] == [("assigned_peer_worker",), ("named_supervisor",)]


def test_a_crisis_tells_everybody_at_once_and_soon_again():
    (level,) = SHIPPED["crisis"].levels
    assert level.tell == ("on_call", "coordinator")
    assert level.wait <= timedelta(minutes=5)
    assert level.repeat >= 3


def test_the_concern_ladder_climbs_after_half_an_hour():
    """Told at 10:00 and 10:15, the next level at 10:30."""
    assert SHIPPED["concern"].levels[0].lasts == timedelta(minutes=30)


def test_graver_policies_wait_no_longer():
    first = {name: SHIPPED[name].levels[0].wait for name in ("info", "concern", "urgent", "crisis")}
    assert first["info"] >= first["concern"] >= first["urgent"] >= first["crisis"]


@pytest.mark.parametrize("policy", SHIPPED.values(), ids=SHIPPED)
def test_a_copy_reads_back_the_same_through_json(policy):
    assert Policy.from_json(json.loads(json.dumps(policy.as_json()))) == policy


@pytest.mark.parametrize(
    "spoilt",
    [
        {"format": 2},
        {"severity": "grave"},
        {"line": "other"},
        {"resolve_within": "soon"},
        {"levels": [{"tell": ["on_call"]}]},
        {"levels": 7},
    ],
)
def test_a_spoilt_copy_is_refused(spoilt):
    with pytest.raises(PolicyError):
        Policy.from_json(SHIPPED["concern"].as_json() | spoilt)


@pytest.mark.parametrize(
    ("line", "severity", "expected"),
    [
        ("service", "info", "info"),
        ("service", "concern", "concern"),
        ("service", "urgent", "urgent"),
        ("service", "crisis", "crisis"),
        ("wellness", "info", "wellness"),
        ("wellness", "concern", "wellness"),
        ("wellness", "urgent", "wellness"),
        ("wellness", "crisis", "wellness-crisis"),
        ("role", "concern", "concern"),
        ("role", "crisis", "crisis"),
    ],
)
def test_a_line_takes_its_policy_for_a_severity(line, severity, expected):
    policy = policy_for(SHIPPED, line, severity)
    assert (policy.id, policy.line) == (expected, line)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_wellness_matter_never_reaches_the_service(line, severity):
    policy = policy_for(SHIPPED, line, severity)
    private = {"wellness_supporter", "wellness_deputy"} | ({"on_call"} if severity == "crisis" else set())
    assert line != "wellness" or set(tells(policy)) <= private


@pytest.mark.parametrize(
    ("asked", "severity", "expected"),
    [
        ("concern", None, "concern"),
        ("concern", "info", "concern"),
        ("concern", "urgent", "urgent"),
        ("gone-quiet", "concern", "gone-quiet"),
        ("gone-quiet", "crisis", "crisis"),
        ("wellness", "urgent", "wellness"),
        ("wellness", "crisis", "wellness-crisis"),
        ("crisis", "urgent", "crisis"),
    ],
)
def test_a_severity_may_only_raise(asked, severity, expected):
    assert raised(SHIPPED, SHIPPED[asked], severity).id == expected


def test_a_policy_of_the_role_line_rises_to_the_services_ladder_on_its_own_line():
    role = Policy("cover", "concern", "role", timedelta(hours=4), (Level(("line_supervisor",), timedelta(hours=1)),))
    up = raised(SHIPPED, role, "urgent")
    assert (up.id, up.line, up.levels) == ("urgent", "role", SHIPPED["urgent"].levels)


def test_the_higher_of_two_severities():
    assert higher("urgent", "concern") == higher("concern", "urgent") == "urgent"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("4h", timedelta(hours=4)),
        ("2d", timedelta(days=2)),
        ("1h30m", timedelta(minutes=90)),
        ("0m", timedelta(0)),
    ],
)
def test_lengths_of_time_are_read(text, length):
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "15", "m", "1.5h", "-1h", "15 m", "30m1h", "1w", "15M", "\u0661m\n", "9999999d"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(DurationError):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_written_length_reads_back_the_same(seconds):
    assert parse_duration(write_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)
