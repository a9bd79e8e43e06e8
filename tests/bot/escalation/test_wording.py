"""The words of alerts and answers: short, in the small alphabet, and never more than was agreed."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.escalation import wording
from flows.model import Option
from flows.wording import is_gsm7, numbered, sms_parts
from storage.records import Reason

ARGUMENTS: dict[str, object] = {
    "code": "K7",
    "codes": ("K7", "M3"),
    "initials": "I.E.",
    "name": "Morag",
    "line": "service",
    "severity": "urgent",
    "policy": "urgent",
    "reason": "asked for contact after a hard night",
    "shared": {"sleep": 2},
    "team": "Leith team",
    "at": "11:05",
    "has_it": True,
    "reached": True,
    "next_seen": "The team is next in on Monday at 9am.",
    "contacts": "In danger: 999 or A&E. To talk, free: Samaritans 116 123.",
    "zone": ZoneInfo("Europe/London"),
    "delay": timedelta(minutes=45),
    "reasons": (Reason(datetime(2026, 6, 2, 8, 31, tzinfo=UTC), "asked for contact", {"sleep": 2}),),
}
TEXTS = {
    name: made
    for name, made in vars(wording).items()
    if inspect.isfunction(made) and made.__module__ == wording.__name__ and not name.startswith("_")
}


def say(made: Callable[..., str], **other: object) -> str:
    wanted = inspect.signature(made).parameters
    return made(**{name: value for name, value in {**ARGUMENTS, **other}.items() if name in wanted})


def alert(**other: object) -> str:
    return say(wording.alert, **other)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_text_is_in_the_small_alphabet_and_two_parts_at_most(name: str) -> None:
    text = say(TEXTS[name]).replace(wording.CODE, "K7")
    assert text
    assert is_gsm7(text)
    assert sms_parts(text) <= 2
    assert "  " not in text.strip()


@pytest.mark.parametrize("name", sorted(name for name in TEXTS if "code" in inspect.signature(TEXTS[name]).parameters))
def test_every_text_names_the_code_of_its_reader(name: str) -> None:
    assert "K7" in say(TEXTS[name])


@pytest.mark.parametrize("severity", ["info", "concern", "urgent", "crisis"])
def test_an_alert_with_its_options_is_one_text_message(severity: str) -> None:
    options = [Option(choice.id, choice.text) for choice in wording.ALERT_OPTIONS]
    text = numbered(alert(severity=severity, reason="asked for contact").replace(wording.CODE, "K7"), options, "choice")
    assert sms_parts(text) == 1
    assert "1 I'll take it\n2 I can't\n3 Tell me more" in text


def test_an_alert_says_whom_why_and_what_was_agreed_to_be_shared() -> None:
    assert alert(severity="concern") == (
        "{code}: I.E. needs a person. Asked for contact after a hard night. sleep 2. Text 1 {code}, or choose:"
    )


def test_a_long_shared_answer_is_cut_in_the_alert_and_whole_in_more() -> None:
    words = "so " * 60 + "tired"
    assert "tired" not in alert(shared={"words": words})
    assert "..." in alert(shared={"words": words})
    told = say(wording.more, reasons=(Reason(datetime(2026, 6, 2, 8, 31, tzinfo=UTC), "low", {"words": words}),))
    assert "tired" in told
    assert "Tue 09:31" in told


@pytest.mark.parametrize("policy", ["wellness-crisis", "their-own-crisis"])
def test_a_wellness_crisis_is_initials_and_needs_a_person_now_and_nothing_else(policy: str) -> None:
    crisis = {"line": "wellness", "severity": "crisis", "policy": policy}
    assert alert(**crisis) == "{code}: I.E. needs a person now. Text 1 {code}, or choose:"
    for text in (alert(**crisis), say(wording.more, **crisis), say(wording.something_new, **crisis)):
        assert "needs a person now" in text
        assert "sleep" not in text
        assert "contact" not in text.lower()
        assert "wellness" not in text.lower()


@pytest.mark.parametrize("made", [wording.unanswered, wording.nobody_to_tell])
def test_coordinators_hear_of_a_wellness_matter_without_a_name(made: Callable[..., str]) -> None:
    assert "wellness matter is" in say(made, line="wellness")
    assert "I.E." not in say(made, line="wellness")
    assert "I.E." in say(made)


def test_help_and_urgent_begin_with_the_contacts() -> None:
    contacts = ARGUMENTS["contacts"]
    assert isinstance(contacts, str)
    assert say(wording.help_).startswith(f"{contacts} Text TALK")
    assert say(wording.urgent).startswith(contacts)


def test_the_media_answer_is_the_one_that_was_asked_for() -> None:
    assert wording.media() == "I can't hear or see these. Please type it, or text TALK. Not safe? 999, or 116 123"


@pytest.mark.parametrize("made", [wording.stranger, wording.no_invitation, wording.not_joined, wording.stopped])
def test_nothing_about_health_goes_to_who_may_be_a_stranger(made: Callable[[], str]) -> None:
    assert not {"health", "wellness", "support", "team", "samaritans", "wrap", "mental"} & set(made().lower().split())


def test_a_reader_without_a_code_is_not_told_to_use_one() -> None:
    for made in (wording.reminder, wording.lapsed, wording.has_it_now, wording.closed_by, wording.something_new):
        text = say(made, code="")
        assert "text 1" not in text.lower()
        assert not text.startswith((" ", ":"))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, ""),
        (0.9, ""),
        (1, "Held up 1 min: "),
        (45, "Held up 45 min: "),
        (180, "Held up 3 h: "),
        (4320, "Held up 3 days: "),
    ],
)
def test_a_late_text_says_how_late(minutes: float, said: str) -> None:
    assert wording.held_up(timedelta(minutes=minutes)) == said


def test_a_hint_for_each_alert_that_waits() -> None:
    assert wording.how_to_take(("K7",)) == "To take K7, text 1 K7."
    assert "K7 and M3" in wording.which_one(("K7", "M3"))
