"""Crisis texts: who is named, when, in how many parts, and in what words."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import ConfigurationError
from bot.people.hours import bank_holidays
from bot.safety.contacts import crisis_region, crisis_regions
from bot.safety.crisis import KINDS, crisis_contacts_line, crisis_text

# 3GPP TS 23.038, 6.2.1: the default alphabet without its extension, which costs two.
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TUESDAY_NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TUESDAY_EVENING = datetime(2026, 11, 24, 19, tzinfo=UTC)


def texts(region: str, now: datetime) -> dict[str, str]:
    return {kind: crisis_text(region, kind, now) for kind in KINDS} | {"contacts": crisis_contacts_line(region, now)}


@pytest.mark.parametrize("region", crisis_regions())
@pytest.mark.parametrize("now", [TUESDAY_NOON, TUESDAY_EVENING])
def test_every_text_is_gsm_7_and_two_parts_at_most(region, now):
    for text in texts(region, now).values():
        assert set(text) <= GSM_7
        assert len(text) <= 306


@pytest.mark.parametrize("region", crisis_regions())
def test_a_text_is_one_part_while_nothing_more_is_open(region):
    assert all(len(text) <= 160 for text in texts(region, TUESDAY_NOON).values())


@pytest.mark.parametrize("now", [TUESDAY_NOON, TUESDAY_EVENING])
def test_every_text_names_those_who_are_always_there(now):
    for text in texts("GB-SCT", now).values():
        for number in ("999", "111", "116 123", "SHOUT to 85258"):
            assert number in text


def test_medical_begins_with_999():
    text = crisis_text("GB-SCT", "medical", TUESDAY_EVENING)
    assert text.startswith("Call 999 now")
    assert text.index("999") < min(text.index(other) for other in ("111", "116 123", "85258"))


@pytest.mark.parametrize("now", [TUESDAY_NOON, TUESDAY_EVENING])
def test_words_to_somebody_hurt_by_another_are_bland(now):
    """Whoever reads over their shoulder learns nothing."""
    text = crisis_text("GB-SCT", "abuse", now)
    assert "0800 027 1234" in text
    for word in ("abuse", "violen", "domestic", "Samaritans", "helpline", "hurt", "safe", "danger", "Breathing"):
        assert word.lower() not in text.lower()


def test_on_a_ward_staff_come_first():
    text = crisis_text("GB-SCT", "ward", TUESDAY_NOON)
    assert text.index("nearest member of staff") < text.index("116 123")


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_claims_to_be_more_than_a_bot_that_sends_nobody(kind):
    text = crisis_text("GB-SCT", kind, TUESDAY_NOON)
    assert "bot" in text or "I can't send help" in text
    assert "we are here" not in text.lower()


# The winter clock: local time is UTC. Open Mon-Thu 18:00-02:00, Fri 18:00-Mon 06:00.
@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-23T17:59", False),
        ("2026-11-23T18:00", True),
        ("2026-11-24T01:59", True),
        ("2026-11-24T02:00", False),
        ("2026-11-27T01:59", True),
        ("2026-11-27T12:00", False),
        ("2026-11-27T18:00", True),
        ("2026-11-28T12:00", True),
        ("2026-11-29T23:59", True),
        ("2026-11-30T05:59", True),
        ("2026-11-30T06:00", False),  # St Andrew's Day: bank holidays change nothing
        ("2026-12-25T19:00", True),
    ],
)
def test_breathing_space_is_named_only_while_it_is_open(at, is_open):
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert ("0800 83 85 87" in crisis_text("GB-SCT", "self", now)) is is_open
    assert ("0800 83 85 87" in crisis_contacts_line("GB-SCT", now)) is is_open


def test_opening_hours_go_by_the_local_clock_in_summer():
    """18:00 in Edinburgh is 17:00 UTC in July."""
    opens = datetime(2026, 7, 1, 17, tzinfo=UTC)
    assert "Breathing Space" in crisis_contacts_line("GB-SCT", opens)
    assert "Breathing Space" not in crisis_contacts_line("GB-SCT", opens - timedelta(minutes=1))


def test_a_region_without_contacts_is_refused_with_the_known_ones():
    with pytest.raises(ConfigurationError, match="GB-SCT"):
        crisis_text("XX", "self", TUESDAY_NOON)


@pytest.mark.parametrize("code", crisis_regions())
def test_a_region_is_whole(code):
    region = crisis_region(code)
    assert set(region.texts) == {*KINDS, "contacts"}
    assert bank_holidays(code, 2026)
    assert region.last_confirmed.year >= 2026
    assert all((contact.open_now is None) == contact.hours.always for contact in region.contacts.values())
