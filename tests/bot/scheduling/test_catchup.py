"""What becomes of occurrences that fell due, also after an outage."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.scheduling.catchup import WRITTEN_AT_MOST, Begin, CaughtUp, Skip, catch_up, decide_due
from bot.scheduling.rules import Nominal, next_nominal, parse_rule

LONDON = ZoneInfo("Europe/London")
DAILY = parse_rule("daily at 09:30")
MONDAY = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
GRACE = timedelta(hours=2)


def first() -> Nominal:
    found = next_nominal(DAILY, LONDON, MONDAY, inclusive=True)
    assert found is not None
    return found


def caught_up(now: datetime, grace: timedelta = GRACE) -> CaughtUp:
    return catch_up(DAILY, LONDON, first(), now, grace)


def test_it_begins_up_to_its_grace_and_not_a_second_later() -> None:
    assert decide_due(first(), MONDAY, MONDAY + GRACE, GRACE) == Begin(first(), MONDAY)
    late = decide_due(first(), MONDAY, MONDAY + GRACE + timedelta(seconds=1), GRACE)
    assert late == Skip(first(), MONDAY, "late")


def test_nothing_is_due_before_its_time() -> None:
    found = caught_up(MONDAY - timedelta(seconds=1))
    assert (found.rows, found.next) == ((), first())


def test_on_time_it_begins_and_the_next_waits() -> None:
    found = caught_up(MONDAY)
    assert found.rows == (Begin(first(), MONDAY),)
    assert found.next_due_at == MONDAY + timedelta(days=1)


def test_after_three_days_off_only_todays_begins() -> None:
    found = caught_up(MONDAY + timedelta(days=3, minutes=45))
    reasons = [row.reason if isinstance(row, Skip) else "begins" for row in found.rows]
    assert reasons == ["late", "late", "late", "begins"]


def test_after_an_outage_past_the_grace_nothing_begins() -> None:
    found = caught_up(MONDAY + timedelta(days=3, hours=3))
    assert all(isinstance(row, Skip) for row in found.rows)
    assert len(found.rows) == 4


def test_of_two_within_a_long_grace_the_older_is_overtaken() -> None:
    older, newer = caught_up(MONDAY + timedelta(days=1), grace=timedelta(days=3)).rows
    assert isinstance(older, Skip)
    assert older.reason == "overtaken"
    assert isinstance(newer, Begin)


def test_a_very_long_outage_writes_the_newest_rows_and_counts_the_others() -> None:
    found = caught_up(MONDAY + timedelta(days=364))
    assert len(found.rows) == WRITTEN_AT_MOST
    assert found.unwritten == 365 - WRITTEN_AT_MOST
    assert isinstance(found.rows[-1], Begin)


def test_spread_and_quiet_hours_move_when_it_is_due_and_not_its_key() -> None:
    def later(nominal: Nominal) -> datetime:
        return nominal.due_at + timedelta(minutes=7)

    early = catch_up(DAILY, LONDON, first(), MONDAY + timedelta(minutes=6), GRACE, later)
    found = catch_up(DAILY, LONDON, first(), MONDAY + timedelta(minutes=7), GRACE, later)
    assert early.rows == ()
    assert found.rows == (Begin(first(), MONDAY + timedelta(minutes=7)),)
    assert found.next is not None
    assert found.next_due_at == found.next.due_at + timedelta(minutes=7)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 80 * 24 * 60), st.integers(0, 5 * 24 * 60))
def test_at_most_the_newest_begins_and_only_within_grace(minutes: int, grace: int) -> None:
    now = MONDAY + timedelta(minutes=minutes)
    found = caught_up(now, timedelta(minutes=grace))
    assert not any(isinstance(row, Begin) for row in found.rows[:-1])
    assert all(now - row.due_at <= timedelta(minutes=grace) for row in found.rows if isinstance(row, Begin))
    assert len(found.rows) + found.unwritten == minutes // (24 * 60) + 1
    assert found.next_due_at is not None
    assert found.next_due_at > now
