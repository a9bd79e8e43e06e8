"""Staffed hours and quiet hours, over bank holidays and clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.hours import (
    HoursError,
    Quiet,
    Span,
    after_quiet,
    end_of_staffed_half_day,
    in_quiet,
    is_staffed,
    next_seen_sentence,
    next_staffed,
    parse_quiet,
    parse_staffed,
)

LONDON = ZoneInfo("Europe/London")
OFFICE = parse_staffed("mon-fri 09:00-17:00")
NIGHTS = parse_staffed("mon-thu 18:00-02:00, fri 18:00-24:00, sat-sun 00:00-24:00, mon 00:00-06:00")
QUIET = parse_quiet("21:00-09:00")
moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda past: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=past))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def test_days_have_their_spans():
    hours = parse_staffed("Mon-Thu 09:00 - 12:30, mon-thu 13:30-17:00 , fri 09:00-12:00")
    assert hours.days[0] == (Span(540, 750), Span(810, 1020))
    assert hours.days[4] == (Span(540, 720),)
    assert hours.days[5] == ()


def test_an_end_before_its_start_is_on_the_next_day():
    assert parse_staffed("sat 18:00-02:00").days[5] == (Span(1080, 1560),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "weekdays",
        "mon-fri",
        "mon-fri 9-5",
        "mon-fri 09:00-17:60",
        "mon-fri 24:00-17:00",
        "mon-fri 09:00-24:01",
        "mon-fry 09:00-17:00",
        "fri-mon 09:00-17:00",
        "mon 09:00-09:00",
        "mon-fri 09:00-17:00,",
        "mon-fri 09:00-17:00; sat 09:00-12:00",
        "mon-fri 09:00-17:00, tue 16:00-18:00",
        "sun 18:00-02:00, mon 01:00-05:00",
    ],
)
def test_what_is_no_hours_is_refused(text):
    with pytest.raises(HoursError):
        parse_staffed(text)


@pytest.mark.parametrize(
    ("at", "staffed"),
    [
        ("2026-11-24T08:59", False),
        ("2026-11-24T09:00", True),
        ("2026-11-24T16:59", True),
        ("2026-11-24T17:00", False),
        ("2026-11-28T12:00", False),
    ],
)
def test_the_start_counts_and_the_end_does_not(at, staffed):
    assert is_staffed(OFFICE, london(at), LONDON, "GB-SCT") is staffed


@pytest.mark.parametrize(
    "day",
    [
        "2026-12-25",  # Christmas
        "2026-12-28",  # Boxing Day, a Saturday, kept on Monday
        "2027-01-01",
        "2027-01-04",  # 2 January, a Saturday, kept on Monday: a holiday in Scotland only
        "2026-11-30",  # St Andrew's Day
        "2026-08-03",  # the summer holiday in Scotland
    ],
)
def test_nobody_is_in_on_a_bank_holiday(day):
    noon = london(f"{day}T12:00")
    assert not is_staffed(OFFICE, noon, LONDON, "GB-SCT")
    assert is_staffed(OFFICE, noon, LONDON, None)


def test_a_bank_holiday_elsewhere_is_a_day_like_others():
    assert is_staffed(OFFICE, london("2026-08-31T12:00"), LONDON, "GB-SCT")  # England's summer holiday


def test_hogmanay_is_staffed_and_the_four_days_after_are_not():
    assert is_staffed(OFFICE, london("2026-12-31T16:00"), LONDON, "GB-SCT")
    assert next_staffed(OFFICE, london("2026-12-31T17:00"), LONDON, "GB-SCT") == london("2027-01-05T09:00")


def test_always_is_always_on_christmas_day_too():
    hours, christmas = parse_staffed("always"), london("2026-12-25T03:00")
    assert is_staffed(hours, christmas, LONDON, "GB-SCT")
    assert next_staffed(hours, christmas, LONDON, "GB-SCT") == christmas


def test_a_night_that_begins_before_a_bank_holiday_is_staffed_to_its_end():
    hours = parse_staffed("mon-sun 18:00-02:00")
    assert is_staffed(hours, london("2026-12-25T01:00"), LONDON, "GB-SCT")
    assert not is_staffed(hours, london("2026-12-25T19:00"), LONDON, "GB-SCT")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-24T08:00", "2026-11-24T09:00"),
        ("2026-11-24T17:00", "2026-11-25T09:00"),
        ("2026-11-27T17:30", "2026-12-01T09:00"),  # Monday is St Andrew's Day
    ],
)
def test_the_next_staffed_moment(at, expected):
    assert next_staffed(OFFICE, london(at), LONDON, "GB-SCT") == london(expected)


def test_nine_oclock_stays_nine_oclock_over_the_spring_gap():
    """Clocks go forward on Sunday 29 March 2026: 09:00 is 09:00 UTC on Friday, 08:00 UTC on Monday."""
    assert next_staffed(OFFICE, utc("2026-03-27T08:00"), LONDON, "GB-SCT") == utc("2026-03-27T09:00")
    assert next_staffed(OFFICE, utc("2026-03-27T18:00"), LONDON, "GB-SCT") == utc("2026-03-30T08:00")


def test_nine_oclock_stays_nine_oclock_over_the_autumn_fold():
    """Clocks go back on Sunday 25 October 2026: 09:00 is 08:00 UTC on Friday, 09:00 UTC on Monday."""
    assert next_staffed(OFFICE, utc("2026-10-23T07:00"), LONDON, "GB-SCT") == utc("2026-10-23T08:00")
    assert next_staffed(OFFICE, utc("2026-10-23T18:00"), LONDON, "GB-SCT") == utc("2026-10-26T09:00")


def test_a_night_over_the_autumn_fold_is_an_hour_longer():
    hours = parse_staffed("sat 22:00-06:00")
    assert is_staffed(hours, utc("2026-10-25T05:59"), LONDON, None)
    assert not is_staffed(hours, utc("2026-10-25T06:00"), LONDON, None)


@given(moments, st.sampled_from([OFFICE, NIGHTS]))
def test_the_next_staffed_moment_is_staffed_and_not_before(at, hours):
    following = next_staffed(hours, at, LONDON, "GB-SCT")
    assert following >= at
    assert is_staffed(hours, following, LONDON, "GB-SCT")
    assert following == at or not is_staffed(hours, at, LONDON, "GB-SCT")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-24T08:00", "2026-11-24T13:00"),
        ("2026-11-24T09:00", "2026-11-24T13:00"),
        ("2026-11-24T10:00", "2026-11-24T17:00"),
        ("2026-11-24T13:00", "2026-11-24T17:00"),
        ("2026-11-24T14:00", "2026-11-25T13:00"),
        ("2026-11-27T18:00", "2026-12-01T13:00"),  # over the weekend and St Andrew's Day
        ("2026-12-24T14:00", "2026-12-29T13:00"),
    ],
)
def test_the_end_of_the_next_staffed_half_day(at, expected):
    assert end_of_staffed_half_day(OFFICE, london(at), LONDON, "GB-SCT") == london(expected)


def test_a_lunch_break_in_the_middle_is_left_out_of_the_halves():
    hours = parse_staffed("tue 09:00-12:30, tue 13:30-17:00")
    assert end_of_staffed_half_day(hours, london("2026-11-24T08:00"), LONDON, None) == london("2026-11-24T12:30")
    assert end_of_staffed_half_day(hours, london("2026-11-24T12:40"), LONDON, None) == london("2026-11-24T17:00")


def test_always_has_halves_at_noon_and_midnight():
    hours = parse_staffed("always")
    assert end_of_staffed_half_day(hours, london("2026-11-24T15:00"), LONDON, None) == london("2026-11-25T12:00")


@given(moments)
def test_the_end_of_a_half_day_is_ahead_and_just_staffed_before(at):
    end = end_of_staffed_half_day(OFFICE, at, LONDON, "GB-SCT")
    assert end > at
    assert is_staffed(OFFICE, end - timedelta(minutes=1), LONDON, "GB-SCT")


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        ("2026-11-24T10:00", "The team is in now, until 5pm."),
        ("2026-11-24T07:00", "The team is next in today at 9am."),
        ("2026-11-24T17:00", "The team is next in tomorrow at 9am."),
        ("2026-11-20T18:00", "The team is next in on Monday at 9am."),
        ("2026-12-24T18:00", "The team is next in on Tuesday at 9am."),
    ],
)
def test_when_the_team_is_next_seen(now, sentence):
    assert next_seen_sentence(OFFICE, london(now), LONDON, "GB-SCT") == sentence


def test_a_week_off_has_its_date():
    hours = parse_staffed("mon 09:30-12:00")
    now = london("2026-11-23T12:00")  # the Monday after is St Andrew's Day
    assert next_seen_sentence(hours, now, LONDON, "GB-SCT") == "The team is next in on Monday 7 December at 9.30am."


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        ("2026-11-24T01:00", "The team is in now, until 2am."),
        ("2026-11-27T19:00", "The team is in now, until Monday at 6am."),
        ("2026-11-27T03:00", "The team is next in today at 6pm."),
    ],
)
def test_a_night_team_is_told_of_rightly(now, sentence):
    assert next_seen_sentence(NIGHTS, london(now), LONDON, None) == sentence


def test_noon_and_midnight_have_words():
    hours = parse_staffed("tue 12:00-24:00")
    assert (
        next_seen_sentence(hours, london("2026-11-24T08:00"), LONDON, None) == "The team is next in today at 12 noon."
    )
    assert (
        next_seen_sentence(hours, london("2026-11-24T13:00"), LONDON, None) == "The team is in now, until 12 midnight."
    )


def test_a_team_that_is_always_in_says_so():
    assert next_seen_sentence(parse_staffed("always"), london("2026-12-25T03:00"), LONDON, "GB-SCT") == (
        "The team is in day and night."
    )


def test_times_are_told_by_the_readers_clock():
    """17:00 in London is 18:00 in Madrid."""
    sentence = next_seen_sentence(OFFICE, london("2026-11-24T10:00"), LONDON, "GB-SCT", ZoneInfo("Europe/Madrid"))
    assert sentence == "The team is in now, until 6pm."


@given(moments, st.sampled_from([OFFICE, NIGHTS]))
def test_the_sentence_has_gsm_7_letters_only(now, hours):
    sentence = next_seen_sentence(hours, now, LONDON, "GB-SCT")
    assert sentence.isascii()
    assert sentence.endswith(".")


def test_quiet_hours_are_read():
    assert parse_quiet(" 21:00 - 09:00 ") == Quiet(time(21), time(9))


@pytest.mark.parametrize("text", ["", "21-9", "21:00", "21:00-24:00", "21:00-21:00", "25:00-09:00", "night"])
def test_what_is_no_quiet_hours_is_refused(text):
    with pytest.raises(HoursError):
        parse_quiet(text)


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("08:59", True), ("09:00", False)],
)
def test_quiet_hours_go_over_midnight(at, quiet):
    assert in_quiet(QUIET, london(f"2026-11-24T{at}"), LONDON) is quiet


def test_quiet_hours_within_a_day():
    assert in_quiet(parse_quiet("13:00-14:00"), london("2026-11-24T13:30"), LONDON)
    assert not in_quiet(parse_quiet("13:00-14:00"), london("2026-11-24T14:00"), LONDON)


@pytest.mark.parametrize(
    ("at", "after"),
    [
        ("2026-11-24T12:00", "2026-11-24T12:00"),
        ("2026-11-24T22:00", "2026-11-25T09:00"),
        ("2026-11-25T03:00", "2026-11-25T09:00"),
        ("2026-03-28T22:15", "2026-03-29T09:00"),  # the night of the spring gap
        ("2026-10-24T22:15", "2026-10-25T09:00"),  # the night of the autumn fold
    ],
)
def test_what_falls_in_quiet_hours_waits_until_they_are_over(at, after):
    assert after_quiet(QUIET, london(at), LONDON) == london(after)


def test_in_the_second_of_an_hour_that_comes_twice_quiet_ends_in_the_second():
    """01:45 comes at 00:45 and at 01:45 UTC; who asks at 01:30 UTC waits for the latter."""
    quiet = parse_quiet("22:00-01:45")
    assert after_quiet(quiet, utc("2026-10-25T01:30"), LONDON) == utc("2026-10-25T01:45")


@given(moments, st.sampled_from(["21:00-09:00", "13:00-14:30", "22:00-01:30"]))
def test_after_quiet_hours_it_is_not_quiet(at, text):
    quiet = parse_quiet(text)
    after = after_quiet(quiet, at, LONDON)
    assert at <= after <= at + timedelta(hours=14)
    assert not in_quiet(quiet, after, LONDON)
