"""What Twilio posts to us: a text that came in, or how a sent one fared. Pure, and never raises.

Fields of an incoming text: MessageSid AccountSid From To Body NumMedia NumSegments [OptOutType MediaUrlN]; of a status:
MessageSid MessageStatus To From AccountSid ApiVersion [ErrorCode]. (Twilio: webhook request parameters.)
"""

import hashlib
import json
import re
from collections.abc import Mapping
from uuid import UUID

from bot.channels.base import DeliveryStatus, Incoming, StatusReport, Unreadable
from bot.channels.sms.codes import fact_of_failure
from bot.channels.sms.words import carrier_word

DEFAULT_ACCOUNT = "sms"
STATUS_QUERY = "m"  # the outbox row in the status address

_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}", re.ASCII)
_NUMBER = re.compile(r"\+[1-9][0-9]{5,14}", re.ASCII)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_HEX = re.compile(r"[0-9a-f]{32}", re.ASCII)

_STATUSES: dict[str, DeliveryStatus] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "sending",
    "sent": "sent",
    "delivery_unknown": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "canceled",
}
_NOT_DELIVERED = frozenset({"undelivered", "failed", "canceled"})


def read_message(account_for_number: Mapping[str, str], form: Mapping[str, str]) -> Incoming | Unreadable:
    """The text that came in. A number of ours that is not in `account_for_number` counts as the account `sms`.

    A sender that is no phone number (a short code, a name) cannot be answered and is of kind `other`.
    """
    raw = json.dumps(dict(form))
    account = _account(account_for_number, form.get("To", ""))
    sid, sender = form.get("MessageSid") or form.get("SmsSid") or "", form.get("From", "").strip()
    if _SID.fullmatch(sid) is None or not sender:
        unnamed = f"unnamed-{hashlib.sha256(raw.encode()).hexdigest()[:32]}"
        reason = "NoSender" if _SID.fullmatch(sid) else "NoMessageSid"
        return Unreadable(account, sid if _SID.fullmatch(sid) else unnamed, raw, reason, sender)
    text = _LONE_SURROGATE.sub("\ufffd", form.get("Body", ""))
    return Incoming(
        account=account,
        provider_id=sid,
        sender=sender,
        kind="other" if _NUMBER.fullmatch(sender) is None else "media" if _has_media(form) else "text",
        text=text,
        raw=raw,
        carrier_word=carrier_word(text, form.get("OptOutType", "")),
    )


def read_status(
    account_for_number: Mapping[str, str], form: Mapping[str, str], query: Mapping[str, str]
) -> StatusReport | None:
    """How a text fared; None where nothing of it can be used. `query` is that of the address, with our row in `m`."""
    carried = query.get(STATUS_QUERY, "").lower()
    return status_of(
        _account(account_for_number, form.get("From", "")),
        form.get("MessageSid") or form.get("SmsSid") or "",
        form.get("MessageStatus") or form.get("SmsStatus") or "",
        form.get("ErrorCode", "").strip(),
        UUID(hex=carried) if _HEX.fullmatch(carried) else None,
    )


def status_of(account: str, sid: str, status: str, code: str, message_id: UUID | None) -> StatusReport | None:
    """Twilio's status of a text in our words; None for what is no sid or no status of a sent text."""
    known = _STATUSES.get(status)
    if known is None or _SID.fullmatch(sid) is None:
        return None
    fact = fact_of_failure(code) if known in _NOT_DELIVERED else None
    return StatusReport(account, sid, known, code, fact, message_id)


def _account(account_for_number: Mapping[str, str], number: str) -> str:
    return account_for_number.get(number.strip(), DEFAULT_ACCOUNT)


def _has_media(form: Mapping[str, str]) -> bool:
    return form.get("NumMedia", "").strip() not in ("", "0")
