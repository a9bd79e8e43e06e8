"""The seen messages are heard as well as they were: a change that loses some of it fails here."""

import pytest

from tests.risk.scoring import MESSAGES, Rate, is_unseen, marked, messages, rate


@pytest.fixture(scope="module")
def seen():
    return marked(row for row in messages(MESSAGES) if not is_unseen(row))


@pytest.mark.parametrize(
    ("label", "levels", "floor"),
    [("risk", ("risk",), 0.97), ("risk", ("risk", "distress"), 0.985), ("distress", ("distress", "risk"), 0.84)],
)
def test_danger_is_found_as_often_as_before(seen, label, levels, floor):
    assert rate(seen, label, *levels).value >= floor


@pytest.mark.parametrize(("levels", "ceiling"), [(("risk",), 0.02), (("risk", "distress"), 0.05)])
def test_ordinary_messages_alarm_no_more_than_before(seen, levels, ceiling):
    assert rate(seen, "none", *levels).value <= ceiling


def test_an_interval_is_wilsons():
    low, high = Rate(8, 10).interval()
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)


def test_a_third_is_kept_unseen():
    rows = messages(MESSAGES)
    assert 0.3 < sum(is_unseen(row) for row in rows) / len(rows) < 0.37
