"""What Twilio posts."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Incoming, StatusReport, Unreadable
from bot.channels.sms.inbound import read_message, read_status
from bot.channels.sms.words import ALSO_ANSWERS, WORDS

NUMBERS = {"+447700900100": "sms", "+447700900101": "alerts"}
SID = "SM0123456789abcdef0123456789abcdef"
ROW = UUID("0198f2c4-7a31-7c55-9a01-5d7b1f0a2c3d")
FORM = {"MessageSid": SID, "From": "+447700900123", "To": "+447700900100", "Body": "2", "NumMedia": "0"}


def read(**changes: str) -> Incoming:
    found = read_message(NUMBERS, {**FORM, **changes})
    assert isinstance(found, Incoming)
    return found


def test_a_text_keeps_its_words_sender_and_number_there() -> None:
    found = read(Body=" Aye, no bad 🙂 ")
    assert (found.account, found.provider_id, found.sender, found.kind) == ("sms", SID, "+447700900123", "text")
    assert found.text == " Aye, no bad 🙂 "
    assert json.loads(found.raw)["Body"] == " Aye, no bad 🙂 "


def test_the_number_texted_says_which_account_it_is() -> None:
    assert read(To="+447700900101").account == "alerts"


def test_a_number_of_ours_that_is_not_configured_still_gets_its_text_read() -> None:
    assert read(To="+447700900999").account == "sms"


def test_a_picture_is_media_with_its_words() -> None:
    found = read(NumMedia="2", Body="see")
    assert (found.kind, found.text) == ("media", "see")


@pytest.mark.parametrize("sender", ["60444", "Vodafone", "whatsapp:+447700900123", "+0"])
def test_a_sender_that_cannot_be_texted_is_nobody_to_answer(sender: str) -> None:
    found = read(From=sender)
    assert (found.kind, found.sender, found.text) == ("other", sender, "2")


@pytest.mark.parametrize(("word", "spelling"), [(word, each) for word, all_ in WORDS.items() for each in all_])
def test_the_carriers_words_are_known_in_any_case(word: str, spelling: str) -> None:
    assert read(Body=f" {spelling.lower()}\n").carrier_word == word


@pytest.mark.parametrize("text", ["stop please", "the end", "I quit smoking", "start again", "help me", ""])
def test_a_word_in_company_is_not_the_carriers(text: str) -> None:
    assert read(Body=text).carrier_word is None


@pytest.mark.parametrize("answer", ALSO_ANSWERS)
def test_yes_is_an_answer_unless_twilio_says_otherwise(answer: str) -> None:
    assert read(Body=answer).carrier_word is None
    assert read(Body=answer, OptOutType="START").carrier_word == "START"


def test_twilios_word_counts_before_the_text() -> None:
    assert read(Body="arrêt", OptOutType="STOP").carrier_word == "STOP"
    assert read(Body="STOP", OptOutType="HELP").carrier_word == "HELP"


@pytest.mark.parametrize("changes", [{"MessageSid": ""}, {"MessageSid": "../../etc"}, {"From": " "}])
def test_a_form_without_sid_or_sender_is_set_aside_under_a_name_that_stays_the_same(changes: dict[str, str]) -> None:
    found = read_message(NUMBERS, {**FORM, **changes})
    assert isinstance(found, Unreadable)
    assert found == read_message(NUMBERS, {**FORM, **changes})
    assert found.provider_id == SID or found.provider_id.startswith("unnamed-")


@given(st.dictionaries(st.sampled_from([*FORM, "OptOutType", "SmsSid"]), st.text()))
def test_no_form_whatever_makes_it_raise(form: dict[str, str]) -> None:
    assert read_message(NUMBERS, form).raw.isascii()
    read_status(NUMBERS, form, form)


STATUS = {"MessageSid": SID, "MessageStatus": "delivered", "From": "+447700900101", "To": "+447700900123"}


def test_a_status_names_the_outbox_row_that_its_address_carried() -> None:
    assert read_status(NUMBERS, STATUS, {"m": ROW.hex}) == StatusReport("alerts", SID, "delivered", message_id=ROW)


@pytest.mark.parametrize("carried", ["", "nonsense", ROW.hex[:-1], str(ROW)])
def test_a_status_without_a_row_of_ours_still_names_the_providers_message(carried: str) -> None:
    report = read_status(NUMBERS, STATUS, {"m": carried})
    assert report is not None
    assert (report.provider_id, report.message_id) == (SID, None)


def test_a_failed_delivery_says_why() -> None:
    report = read_status(NUMBERS, {**STATUS, "MessageStatus": "undelivered", "ErrorCode": "30005"}, {})
    assert report is not None
    assert (report.status, report.code, report.fact) == ("undelivered", "30005", "invalid")


@pytest.mark.parametrize(
    ("told", "status"),
    [("accepted", "queued"), ("scheduled", "queued"), ("delivery_unknown", "sent"), ("read", "read")],
)
def test_twilios_other_statuses_are_ours(told: str, status: str) -> None:
    report = read_status(NUMBERS, {**STATUS, "MessageStatus": told, "ErrorCode": ""}, {})
    assert report is not None
    assert (report.status, report.fact) == (status, None)


@pytest.mark.parametrize("changes", [{"MessageStatus": "received"}, {"MessageStatus": ""}, {"MessageSid": "x"}])
def test_what_is_no_status_of_a_text_is_nothing(changes: dict[str, str]) -> None:
    assert read_status(NUMBERS, {**STATUS, **changes}, {}) is None
