"""Twilio's error codes: the one place that knows them. Pure.

A code comes back at once (an answer to sending) or later (`ErrorCode` of a status callback). Codes change: an unknown
21xxx is final for this message, an unknown 30xxx may be tried again, and a person should look at either.
Source: Twilio's error and warning dictionary.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.channels.base import Fact, Outcome, Refused, TryLater, Unknown


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says. `wait`: the text was not taken and may be tried again, not before that."""

    fact: Fact
    wait: timedelta | None = None


_NO_SUCH_NUMBER = Meaning("invalid")
_SETUP = Meaning("setup")
_OUR_FAULT = Meaning("our_fault")
_ACCOUNT = Meaning("account")
_UNREACHABLE = Meaning("unreachable")
_FILTERED = Meaning("filtered")
_QUEUE_FULL = Meaning("unreachable", wait=timedelta(minutes=1))

CODES: dict[int, Meaning] = {
    20003: _ACCOUNT,  # authentication failed, or the account is suspended
    20005: _ACCOUNT,  # account not active
    20404: _ACCOUNT,  # no such account
    30002: _ACCOUNT,  # account suspended
    20429: Meaning("unreachable", wait=timedelta(seconds=1)),  # too many requests, never processed
    21611: _QUEUE_FULL,  # the sender's queue is full
    30001: _QUEUE_FULL,
    21211: _NO_SUCH_NUMBER,  # not a valid number
    21614: _NO_SUCH_NUMBER,  # not a mobile number
    30005: _NO_SUCH_NUMBER,  # unknown destination
    30006: _NO_SUCH_NUMBER,  # landline or unreachable carrier
    21610: Meaning("opted_out"),  # the person texted STOP
    21212: _SETUP,  # not a valid sender
    21606: _SETUP,  # the sender cannot send texts
    21408: _SETUP,  # region not permitted
    21612: _SETUP,  # sender and receiver do not go together
    21608: _SETUP,  # trial account, number not verified
    21703: _SETUP,  # messaging service without a sender
    30024: _SETUP,  # sender not provisioned with the carrier
    30034: _SETUP,  # sender not registered
    21602: _OUR_FAULT,  # no text
    21603: _OUR_FAULT,  # no sender given
    21604: _OUR_FAULT,  # no receiver given
    21617: _OUR_FAULT,  # longer than 1,600 characters
    30003: _UNREACHABLE,  # phone off or out of reach
    30008: _UNREACHABLE,  # unknown error at the carrier
    30036: _UNREACHABLE,  # validity period over
    30004: _FILTERED,  # blocked by the receiver's carrier
    30007: _FILTERED,  # filtered as unwanted
}


def meaning_of(code: int) -> Meaning:
    """What a code says; an unknown 30xxx is a phone out of reach, any other unknown one a fault of the request."""
    known = CODES.get(code)
    if known is not None:
        return known
    return _UNREACHABLE if 30000 <= code < 31000 else _OUR_FAULT


def is_known(code: int) -> bool:
    """Whether the table has the code; one that it has not is worth a line in the log."""
    return code in CODES


def outcome_of(status: int, code: int | None) -> Outcome:
    """What an answer to sending means. `code` is Twilio's own; None where the body had none (a proxy, an error page).

    429 was never processed, and is the whole sender's limit. 5xx and 408 may have been. Any other status without a code
    did not come from the API at all, so the way to it is set up wrongly.
    """
    own = code if code is not None and code >= 10_000 else None
    shown = str(own or status)
    if status == 429 or (own is not None and own in CODES and CODES[own].wait is not None and status < 500):
        meaning = CODES.get(own or 0, CODES[20429])
        return TryLater(code=shown, after=meaning.wait, whole_account=True)
    if status >= 500 or status == 408:
        return Unknown(code=shown)
    if status == 401:
        return Refused(code=shown, fact="account")
    if own is None:
        return Refused(code=shown, fact="setup")
    return Refused(code=shown, fact=meaning_of(own).fact)


def fact_of_failure(code: str) -> Fact:
    """What the `ErrorCode` of an undelivered or failed text says; without one the phone was out of reach."""
    return meaning_of(int(code)).fact if code.isascii() and code.isdigit() and len(code) < 9 else "unreachable"
