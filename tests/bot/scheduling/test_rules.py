"""When rules fall due, above all where clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.scheduling.rules import (
    DAYS,
    Daily,
    RuleError,
    Weekly,
    next_nominal,
    occurrences,
    parse_rule,
)

LONDON = ZoneInfo("Europe/London")
ZONES = ("Europe/London", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "Pacific/Chatham", "UTC")


def moments(rule: str, zone: str, start: str, count: int) -> list[str]:
    place = ZoneInfo(zone)
    begin = datetime.fromisoformat(start).replace(tzinfo=place)
    found = occurrences(parse_rule(rule), place, begin, count)
    return [nominal.due_at.astimezone(place).isoformat() for nominal in found]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("daily at 09:30", "daily at 09:30"),
        ("  Daily   AT 00:00 ", "daily at 00:00"),
        ("weekly on mon at 23:59", "weekly on mon at 23:59"),
        ("weekly on thu, mon at 09:30", "weekly on mon,thu at 09:30"),
    ],
)
def test_a_rule_is_read_in_any_case_and_spacing(text: str, canonical: str) -> None:
    assert str(parse_rule(text)) == canonical


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("daily", "daily at 09:30"),
        ("", "weekly on mon,thu at 09:30"),
        ("every 3 days", "daily at 09:30"),
        ("daily at 9:30", "two digits"),
        ("daily at 24:00", "23:59"),
        ("daily at 09:60", "23:59"),
        ("daily at ٠٩:٣٠", "two digits"),
        ("weekly on monday at 09:30", "mon tue wed thu fri sat sun"),
        ("weekly on mon, at 09:30", "mon tue wed thu fri sat sun"),
        ("weekly on mon,mon at 09:30", "once"),
        ("weekly on mon at noon", "09:30"),
    ],
)
def test_a_bad_rule_is_told_what_is_right(text: str, right: str) -> None:
    with pytest.raises(RuleError, match=right):
        parse_rule(text)


def test_a_time_in_the_spring_gap_runs_once_that_day_an_hour_later_on_the_wall() -> None:
    assert moments("daily at 01:30", "Europe/London", "2024-03-30T00:00", 3) == [
        "2024-03-30T01:30:00+00:00",
        "2024-03-31T02:30:00+01:00",
        "2024-04-01T01:30:00+01:00",
    ]


def test_a_time_in_the_gap_is_not_lost_to_who_looks_from_inside_the_hour_after_it() -> None:
    after = datetime(2024, 3, 31, 1, 10, tzinfo=UTC)  # 02:10 on the wall, past 01:30, but 01:30 is due at 02:30
    found = next_nominal(parse_rule("daily at 01:30"), LONDON, after)
    assert found is not None
    assert (found.local_date, found.due_at) == (date(2024, 3, 31), datetime(2024, 3, 31, 1, 30, tzinfo=UTC))


def test_a_time_that_comes_twice_in_autumn_runs_once_the_first_time() -> None:
    assert moments("daily at 01:30", "Europe/London", "2024-10-26T12:00", 2) == [
        "2024-10-27T01:30:00+01:00",
        "2024-10-28T01:30:00+00:00",
    ]


def test_the_second_of_the_doubled_hours_brings_nothing_again() -> None:
    between = datetime(2024, 10, 27, 1, 0, tzinfo=UTC)  # 01:00 on the wall, for the second time
    found = next_nominal(parse_rule("daily at 01:30"), LONDON, between, inclusive=True)
    assert found is not None
    assert found.local_date == date(2024, 10, 28)


def test_half_an_hour_of_change_at_lord_howe() -> None:
    # Clocks go from 02:00 to 02:30 on 6 October 2024 and from 02:00 back to 01:30 on 7 April 2024.
    assert moments("daily at 02:10", "Australia/Lord_Howe", "2024-10-05T12:00", 2) == [
        "2024-10-06T02:40:00+11:00",
        "2024-10-07T02:10:00+11:00",
    ]
    assert moments("daily at 01:45", "Australia/Lord_Howe", "2024-04-06T12:00", 2) == [
        "2024-04-07T01:45:00+11:00",
        "2024-04-08T01:45:00+10:30",
    ]


def test_a_change_at_midnight_in_havana() -> None:
    # Clocks go from 00:00 to 01:00 on 10 March 2024 and from 01:00 back to 00:00 on 3 November 2024.
    assert moments("daily at 00:30", "America/Havana", "2024-03-09T12:00", 2) == [
        "2024-03-10T01:30:00-04:00",
        "2024-03-11T00:30:00-04:00",
    ]
    assert moments("daily at 00:30", "America/Havana", "2024-11-02T12:00", 2) == [
        "2024-11-03T00:30:00-04:00",
        "2024-11-04T00:30:00-05:00",
    ]


def test_a_day_that_a_zone_left_out_has_no_occurrence() -> None:
    assert moments("daily at 09:30", "Pacific/Apia", "2011-12-29T00:00", 2) == [
        "2011-12-29T09:30:00-10:00",
        "2011-12-31T09:30:00+14:00",
    ]


def test_the_time_on_the_wall_stays_when_the_clocks_change() -> None:
    assert moments("weekly on sat,sun at 09:30", "Europe/London", "2024-03-30T00:00", 2) == [
        "2024-03-30T09:30:00+00:00",
        "2024-03-31T09:30:00+01:00",
    ]


def test_inclusive_takes_the_moment_itself_and_exclusive_does_not() -> None:
    rule, at = parse_rule("daily at 09:30"), datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    first, second = next_nominal(rule, LONDON, at, inclusive=True), next_nominal(rule, LONDON, at)
    assert first is not None
    assert second is not None
    assert (first.due_at, second.due_at) == (at, at + timedelta(days=1))


def test_a_move_west_does_not_bring_the_same_day_again() -> None:
    rule, done = parse_rule("daily at 09:30"), datetime(2026, 6, 3, 8, 30, tzinfo=UTC)
    new_york = ZoneInfo("America/New_York")
    again = next_nominal(rule, new_york, done)
    found = next_nominal(rule, new_york, done, past=(date(2026, 6, 3), "09:30"))
    assert again is not None
    assert found is not None
    assert again.local_date == date(2026, 6, 3)
    assert found.due_at == datetime(2026, 6, 4, 13, 30, tzinfo=UTC)


def test_the_end_of_the_calendar_ends_it() -> None:
    assert len(moments("daily at 09:30", "UTC", "9999-12-30T00:00", 9)) == 2


rules = st.one_of(
    st.times().map(lambda at: Daily(at.replace(second=0, microsecond=0, tzinfo=None))),
    st.builds(
        lambda days, at: Weekly(tuple(sorted(days)), at.replace(second=0, microsecond=0)),
        st.sets(st.integers(0, len(DAYS) - 1), min_size=1),
        st.times(),
    ),
)


@settings(max_examples=60, deadline=None)
@given(rules, st.sampled_from(ZONES), st.integers(0, 40 * 365 * 24 * 3600))
def test_occurrences_rise_and_come_once_a_day_and_skip_none(rule: Daily | Weekly, zone: str, seconds: int) -> None:
    start = datetime(1995, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    found = list(occurrences(rule, ZoneInfo(zone), start, 40))
    assert all(one.due_at < two.due_at for one, two in pairwise(found))
    days = [one.local_date for one in found]
    asked = range(7) if isinstance(rule, Daily) else rule.days
    span = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1))
    assert days == [day for day in span if day.weekday() in asked]
    assert {one.slot for one in found} == {f"{rule.at:%H:%M}"}


@given(rules)
def test_a_rule_reads_back_from_its_own_text(rule: Daily | Weekly) -> None:
    assert parse_rule(str(rule)) == rule
