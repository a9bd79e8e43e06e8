"""Days, times, lengths, numbers and phone numbers as people type them. It is Wednesday 18 March 2026, 10:20, in Leith."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import FlowRunError
from flows.answers import NotUnderstood, Taken, Understanding, Unsure, hint, options, shape, understand
from flows.answers.lengths import written_length
from flows.model import Answer, DateAnswer, DurationAnswer, NumberAnswer, PhoneAnswer, TimeAnswer

NOW = datetime(2026, 3, 18, 10, 20, tzinfo=ZoneInfo("Europe/London"))
DATE, TIME, DURATION, PHONE = DateAnswer("day"), TimeAnswer("at"), DurationAnswer("long"), PhoneAnswer("phone")
MEALS, STEPS, ANY = NumberAnswer("meals", 0, 24), NumberAnswer("steps", 0, 5_000), NumberAnswer("any")
EVERY: tuple[Answer, ...] = (DATE, TIME, DURATION, PHONE, MEALS, ANY)


def read(answer: Answer, typed: str, *, exact: bool = False, now: datetime = NOW) -> Understanding:
    return understand(answer, typed, exact=exact, moment=now)


def value(answer: Answer, typed: str, *, exact: bool = False, now: datetime = NOW) -> object:
    """The value taken, or None."""
    meant = read(answer, typed, exact=exact, now=now)
    return meant.value if isinstance(meant, Taken) else None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        *[
            ("today", 18),
            ("the day", 18),
            ("the night", 18),
            ("the morn", 19),
            ("tmrw", 19),
            ("tomorrow at half 7", 19),
        ],
        *[("yestreen", 17), ("day efter the morn", 20), ("frieday", 20), ("friday 3pm", 20), ("friday is good", 20)],
        *[("friday cos I'm off", 20), ("friday?", 20), ("this coming friday", 20), ("next tuesday", 24)],
        *[("friday next week", 27), ("next week on friday", 27), ("friday week", 27), ("in a couple of days", 20)],
        *[
            ("a week the morn", 26),
            ("2 days ago", 16),
            ("fri the 20th", 20),
            ("20th march, friday", 20),
            ("20/3/26", 20),
        ],
        *[
            ("the twentieth", 20),
            ("twenty first of march", 21),
            ("20.3.2026", 20),
            ("last monday", 16),
            ("20 mrach", 20),
        ],
        *[("tomorrow, thursday", 19), ("early friday", 20), ("20th ish", 20), ("in ten days", 28)],
    ],
)
def test_a_day_of_this_march_is_taken(typed: str, day: int) -> None:
    assert value(DATE, typed) == f"2026-03-{day}"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        *[("the 17th", "2026-04-17"), ("17 march", "2027-03-17"), ("29 feb", "2028-02-29"), ("5/4", "2026-04-05")],
        *[("a fortnight on friday", "2026-04-03"), ("a week on monday", "2026-03-30"), ("25 dec", "2026-12-25")],
    ],
)
def test_a_day_without_a_year_is_the_next_one(typed: str, day: str) -> None:
    assert value(DATE, typed) == day


@pytest.mark.parametrize(
    "typed",
    [
        *["wednesday", "next friday", "next week", "the weekend", "march", "20", "3/20", "31 april", "friday 21st"],
        *["fri or sat", "fri-sun", "no friday", "any day but friday", "before friday", "fridays", "is friday ok?"],
        *[
            "mon then",
            "sat on the couch",
            "I may go",
            "tomorrow friday",
            "a week past friday",
            "my birthday is 20 march",
        ],
        *["friday 10-12", "wednesday week", "1 week", "", "\u0663/3", "\u00b2", "99/99/9999", "1 " * 400],
    ],
)
def test_no_one_day_is_asked_again(typed: str) -> None:
    assert value(DATE, typed) is None


def test_today_is_the_persons_own() -> None:
    late = datetime(2026, 6, 30, 23, 10, tzinfo=UTC)
    assert value(DATE, "today", now=late.astimezone(ZoneInfo("Europe/London"))) == "2026-07-01"
    assert value(DATE, "today", now=late) == "2026-06-30"


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        *[("7pm", "19:00"), ("7p.m.", "19:00"), ("7 30 pm", "19:30"), ("1930", "19:30"), ("0730", "07:30")],
        *[
            ("7", "19:00"),
            ("11", "11:00"),
            ("12", "12:00"),
            ("12am", "00:00"),
            ("half-seven", "19:30"),
            ("10", "22:00"),
        ],
        *[
            ("half ten", "10:30"),
            ("half ten at night", "22:30"),
            ("quarter tae nine", "20:45"),
            ("ten to six", "17:50"),
        ],
        *[
            ("quarter to 1", "12:45"),
            ("seven forty five", "19:45"),
            ("7 in the mornin", "07:00"),
            ("the night at 7", "19:00"),
        ],
        *[
            ("teatime the morn", "17:00"),
            ("thursday 9am", "09:00"),
            ("7pm works for me", "19:00"),
            ("sevenish", "19:00"),
        ],
        *[
            ("in two hours' time", "12:20"),
            ("in hauf an oor", "10:50"),
            ("an hour from now", "11:20"),
            ("19h30", "19:30"),
        ],
    ],
)
def test_a_time_is_taken(typed: str, time: str) -> None:
    assert value(TIME, typed) == time


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "7 or 8",
            "7 to 8",
            "after 7",
            "by 7",
            "back of seven",
            "evening",
            "lunchtime",
            "soon",
            "half an hour",
            "in 5",
        ],
        *["I am 7", "7 hours", "room 7", "25:00", "1960", "7:65", "7am 7pm", "13am", "3 at night", "not 7", "7 no 8"],
        *["what time?", "in an hour or two", "9 yesterday", "usually 7", "the morn", "", "\u0663", "7 " * 400],
    ],
)
def test_no_one_time_is_asked_again(typed: str) -> None:
    assert value(TIME, typed) is None


def test_an_hour_is_counted_in_real_time_over_changes_of_the_clocks() -> None:
    london = ZoneInfo("Europe/London")
    back, forward = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert value(TIME, "in an hour", now=back.astimezone(london)) == "01:30"
    assert value(TIME, "in 2 hours", now=forward.astimezone(london)) == "03:30"


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        *[("2 hours", 120), ("2h30", 150), ("an oor and a hauf", 90), ("½ hour", 30), ("hour and a quarter", 75)],
        *[("three quarters of an hour", 45), ("couple o oors", 120), ("1 hour 20", 80), ("twenty-five minutes", 25)],
        *[("1 week and 3 days", 14_400), ("about 2 hours", 120), ("2 hours but tired", 120), ("3 mintues", 3)],
    ],
)
def test_a_length_is_taken_in_seconds(typed: str, minutes: int) -> None:
    assert value(DURATION, typed) == minutes * 60


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "2",
            "1:30",
            "2-3 hours",
            "an hour or two",
            "more than 2 hours",
            "in 2 hours",
            "2 hours ago",
            "every 2 hours",
        ],
        *["just a minute", "all day", "a while", "2 months", "7 days a week", "2 ours", "0 minutes", "1 hour 90", ""],
    ],
)
def test_no_one_length_is_asked_again(typed: str) -> None:
    assert value(DURATION, typed) is None


@pytest.mark.parametrize(
    ("answer", "typed", "number"),
    [
        *[
            (MEALS, "six hours", 6),
            (MEALS, "2½", 2.5),
            (MEALS, "half a dozen", 6),
            (MEALS, "nane", 0),
            (MEALS, "twa", 2),
        ],
        *[(MEALS, "a couple of times", 2), (MEALS, "just the one", 1), (MEALS, "twenty four", 24), (ANY, "365", 365)],
        *[(STEPS, "1,200", 1_200), (STEPS, "two hundred and fifty", 250), (STEPS, "a thousand", 1_000)],
    ],
)
def test_a_number_is_taken(answer: NumberAnswer, typed: str, number: float) -> None:
    taken = value(answer, typed)
    assert taken == number
    assert isinstance(taken, int) == (number == int(number))


@pytest.mark.parametrize(
    "typed",
    [
        *["no", "a few", "3,5", "-2", "3rd", "7:30", "1/2", "no 3", "1e1", "nan", "3 meals a day", "3 of them", "25"],
        *["the one", "half an hour", "3 quarters", "more than 3", "5 or 6", "3 days ago", "", "\u0663", "9" * 300],
    ],
)
def test_no_number_is_asked_again(typed: str) -> None:
    assert value(MEALS, typed) is None


def test_a_number_below_nought_is_taken_where_it_may_be() -> None:
    assert value(NumberAnswer("cold", -20, 40), "minus 5") == -5
    assert isinstance(read(NumberAnswer("cold", -20, 40), "-25"), Unsure)


@pytest.mark.parametrize(
    "typed",
    [
        *["07700 900123", "+44 (0)7700 900123", "0044 7700 900123", "077 00 90 01 23", "ma number is 07700 900123"],
        *["07700 900123 after 6pm", "07700 900123 but not after 9", "07700 900123 or 07700900123", "07700–900–123"],
    ],
)
def test_a_phone_number_is_taken(typed: str) -> None:
    assert value(PHONE, typed) == "+447700900123"


@pytest.mark.parametrize(
    "typed",
    [
        *["07700 90012", "07700 9001234", "O7700 900123", "07700 90l123", "0131 496 0123 ext 4", "496 0123", "999"],
        *["07700 900123 / 07700 900124", "not 07700 900123", "07700 900123 is wrong", "my sister's 07700 900123"],
        *["+1 202 555 0123", "20/03/2026", "is it 07700 900123?", "", "0" * 900],
    ],
)
def test_no_one_phone_number_is_asked_again(typed: str) -> None:
    assert value(PHONE, typed) is None


@pytest.mark.parametrize(
    ("answer", "plain"),
    [(DATE, "20/3/2026"), (TIME, "7pm"), (DURATION, "1 hour 30 minutes"), (PHONE, "07700 900123"), (MEALS, "2.5")],
)
def test_an_exact_question_takes_the_plain_value_and_nothing_round_it(answer: Answer, plain: str) -> None:
    assert value(answer, plain, exact=True) == value(answer, plain) is not None
    for wrapped in (f"about {plain}", f"{plain}?", f"not {plain}", f"{plain} x", f"{plain} or so"):
        assert isinstance(read(answer, wrapped, exact=True), NotUnderstood | Unsure)


@pytest.mark.parametrize(
    ("answer", "typed", "said_back"),
    [
        *[
            (DATE, "the morn", "Thursday 19 March"),
            (DATE, "1 feb", "Monday 1 February 2027"),
            (TIME, "half 7", "7:30pm"),
        ],
        *[(TIME, "midnight", "midnight"), (DURATION, "an oor an a hauf", "1 hour 30 minutes"), (MEALS, "twa", "2")],
        *[(PHONE, "its 0131 496 0123", "0131 496 0123"), (PHONE, "its 07700900123", "07700 900123")],
    ],
)
def test_what_was_not_literal_is_said_back_in_plain_words(answer: Answer, typed: str, said_back: str) -> None:
    meant = read(answer, typed)
    assert isinstance(meant, Taken)
    assert meant.as_words == said_back


def test_every_type_has_a_hint_of_its_own_and_no_buttons() -> None:
    assert len({hint(answer) for answer in EVERY}) == len(EVERY)
    assert hint(MEALS) == "Please text a number from 0 to 24."
    assert {(options(answer), shape(answer)) for answer in EVERY} == {((), "plain")}


def test_days_and_times_cannot_be_read_without_a_moment() -> None:
    for answer in (DATE, TIME):
        with pytest.raises(FlowRunError):
            understand(answer, "today")


def test_a_length_in_a_file_is_days_hours_and_minutes() -> None:
    assert [written_length(text) for text in ("30m", "6h", "1d 12h", "2 hours", "", "h")] == [
        *(1_800, 21_600, 129_600),
        *(None, None, None),
    ]


WORDS = st.sampled_from(
    [
        *[
            "7",
            "half",
            "seven",
            "past",
            "to",
            "the",
            "morn",
            "friday",
            "20th",
            "march",
            "in",
            "a",
            "an",
            "hour",
            "week",
        ],
        *["on", "next", "not", "or", "20/3", "?", ",", "1.5", "hours", "07700", "900123", "no", "two", "quarter", "of"],
        *["ago", "days", "dozen", "-"],
    ]
)


@given(st.text(max_size=80) | st.lists(WORDS, max_size=9).map(" ".join), st.integers(1_500_000_000, 4_000_000_000))
def test_any_text_is_read_without_an_error_and_values_have_their_form(typed: str, seconds: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo("Europe/London"))
    day, time = value(DATE, typed, now=now), value(TIME, typed, now=now)
    assert day is None or datetime.fromisoformat(str(day)).date().isoformat() == day
    assert time is None or datetime.strptime(str(time), "%H:%M").strftime("%H:%M") == time  # noqa: DTZ007 (no date in it)
    long = value(DURATION, typed)
    assert long is None or (isinstance(long, int) and long > 0)
    number = value(MEALS, typed)
    assert number is None or (isinstance(number, int | float) and 0 <= number <= 24)
    assert value(PHONE, typed) is None or str(value(PHONE, typed)).startswith("+44")
