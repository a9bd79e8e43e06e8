"""Spread is drawn by schedule and day, and stays."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.scheduling.spread import spread_of

MORNING = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@given(st.uuids(), st.dates(), st.integers(0, 86400))
def test_it_lies_from_nothing_to_just_under_the_spread(schedule: UUID, day: date, seconds: int) -> None:
    drawn = spread_of(schedule, day, timedelta(seconds=seconds))
    assert timedelta(0) <= drawn <= timedelta(seconds=max(0, seconds - 1))


def test_it_is_the_same_on_every_machine() -> None:
    assert spread_of(MORNING, date(2026, 6, 3), timedelta(minutes=20)) == timedelta(seconds=705)


def test_days_and_schedules_differ() -> None:
    days = {spread_of(MORNING, date(2026, 6, day), timedelta(hours=1)) for day in range(1, 29)}
    people = {spread_of(UUID(int=n), date(2026, 6, 3), timedelta(hours=1)) for n in range(100)}
    assert len(days) > 20
    assert len(people) > 80
