"""What Twilio's codes say."""

from datetime import timedelta

import pytest

from bot.channels.base import Fact, Refused, TryLater, Unknown
from bot.channels.sms.codes import CODES, fact_of_failure, is_known, outcome_of


@pytest.mark.parametrize(
    ("code", "fact"),
    [(21211, "invalid"), (21614, "invalid"), (21610, "opted_out"), (21606, "setup"), (21408, "setup"),
     (21608, "setup"), (21602, "our_fault"), (21617, "our_fault"), (20003, "account"), (30007, "filtered")],
)  # fmt: skip
def test_a_known_refusal_becomes_its_fact(code: int, fact: Fact) -> None:
    assert outcome_of(401 if code == 20003 else 400, code) == Refused(str(code), fact)


@pytest.mark.parametrize("code", [21999, 21000, 63038])
def test_an_unknown_refusal_is_final_for_this_text_and_says_nothing_about_the_address(code: int) -> None:
    assert outcome_of(400, code) == Refused(str(code), "our_fault")
    assert not is_known(code)


@pytest.mark.parametrize("code", [20429, None])
def test_a_429_was_never_processed(code: int | None) -> None:
    assert outcome_of(429, code) == TryLater(str(code or 429), timedelta(seconds=1), whole_account=True)


@pytest.mark.parametrize("status", [400, 429])
def test_a_full_queue_is_tried_later_and_slower(status: int) -> None:
    assert outcome_of(status, 21611) == TryLater("21611", timedelta(minutes=1), whole_account=True)


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (502, None), (503, 20503), (599, None), (408, None)])
def test_a_server_error_leaves_the_outcome_unknown(status: int, code: int | None) -> None:
    assert outcome_of(status, code) == Unknown(str(code or status))


@pytest.mark.parametrize("status", [302, 403, 404, 407])
def test_an_answer_that_is_not_the_apis_means_a_wrong_set_up(status: int) -> None:
    assert outcome_of(status, None) == Refused(str(status), "setup")


def test_wrong_credentials_without_a_code_are_the_accounts() -> None:
    assert outcome_of(401, None) == Refused("401", "account")


@pytest.mark.parametrize(
    ("code", "fact"),
    [("30003", "unreachable"), ("30008", "unreachable"), ("30005", "invalid"), ("30006", "invalid"),
     ("30004", "filtered"), ("30007", "filtered"), ("30034", "setup"), ("30002", "account"), ("30001", "unreachable"),
     ("30999", "unreachable"), ("21610", "opted_out"), ("", "unreachable"), ("none", "unreachable"),
     ("٣٠٠٠٥", "unreachable"), ("9" * 5000, "unreachable")],
)  # fmt: skip
def test_a_failed_delivery_says_why(code: str, fact: Fact) -> None:
    assert fact_of_failure(code) == fact


def test_every_code_has_five_digits() -> None:
    assert all(10_000 <= code <= 99_999 for code in CODES)
