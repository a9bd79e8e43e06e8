"""UUIDv7: what the RFC says, and what the order is worth."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ids import new_id, time_of

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone


def test_the_version_is_7_and_the_variant_that_of_the_rfc():
    made = new_id(NOW)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_the_first_48_bits_are_the_milliseconds_of_the_rfcs_example():
    # RFC 9562, appendix A.6: 2022-02-22 14:22:22-05:00 is 0x017F22E279B0.
    moment = datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(timedelta(hours=-5)))
    assert new_id(moment).hex.startswith("017f22e279b07")


@given(moments)
def test_the_time_comes_back_in_whole_milliseconds(moment: datetime):
    expected = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert time_of(new_id(moment)) == expected


@given(moments, moments)
def test_ids_of_different_milliseconds_sort_by_time(one: datetime, other: datetime):
    earlier, later = sorted((one, other))
    if time_of(new_id(earlier)) < time_of(new_id(later)):
        assert new_id(earlier) < new_id(later)
        assert new_id(earlier).hex < new_id(later).hex


def test_a_thousand_ids_of_one_moment_all_differ():
    assert len({new_id(NOW) for _ in range(1000)}) == 1000


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        new_id(NOW.replace(tzinfo=None))


def test_a_time_before_1970_is_refused():
    with pytest.raises(ValueError, match="1970"):
        new_id(datetime(1969, 12, 31, tzinfo=UTC))


def test_the_time_of_another_kind_of_uuid_is_refused():
    with pytest.raises(ValueError, match="UUIDv7"):
        time_of(uuid.uuid4())
