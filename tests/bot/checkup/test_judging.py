"""From what was seen to findings, at their edges."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.checkup import judging
from bot.checkup.finding import Finding, some

NOW = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "state"), [(0, "ok"), (2, "ok"), (-2, "ok"), (2.1, "fail"), (-2.1, "fail")])
@pytest.mark.parametrize("same", [True, False])
def test_two_seconds_of_skew_are_the_most(seconds, state, same):
    assert judging.clock(timedelta(seconds=seconds), same=same).state == state


@pytest.mark.parametrize(("days", "state"), [(0, "ok"), (90, "ok"), (91, "warn")])
def test_crisis_contacts_are_gone_through_every_ninety_days(days, state):
    confirmed = date(2026, 1, 1)
    assert judging.crisis_contacts("GB-SCT", confirmed, confirmed + timedelta(days=days)).state == state


@pytest.mark.parametrize(("minutes", "odd"), [(5, True), (59, True), (61, False)])
def test_a_webhook_that_failed_lately_is_odd(minutes, odd):
    address = "https://blether.example.org/telegram/main"
    found = judging.webhook(address, address, NOW - timedelta(minutes=minutes), 3, NOW)
    assert (found is not None) == odd


def test_migrations_for_after_an_update_name_their_command():
    found = judging.migrations("0003_pre_a", [], ["0004_post_b"])
    assert (found.state, "db upgrade --post" in found.mend) == ("warn", True)


def test_a_line_has_what_to_do_only_where_there_is_something():
    assert Finding("ok", "clock", "one").line == "ok clock: one"
    assert Finding("fail", "clock", "two", "set them").line == "fail clock: two; set them"


def test_many_names_are_cut_short():
    assert some([f"p-{number}" for number in range(7, 0, -1)]) == "p-1, p-2, p-3, p-4, p-5 and 2 more"
