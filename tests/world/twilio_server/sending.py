"""POST Messages: what is refused, and with which code; what is taken goes to the carrier."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tests.world.twilio_server.account import Account, Behaviour, TwilioMessage
from tests.world.twilio_server.carrier import carry
from tests.world.twilio_server.errors import RestError

LONGEST_BODY = 1600
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_KNOWN = {
    "To",
    "From",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
    "ContentVariables",
    "StatusCallback",
    "ApplicationSid",
    "MaxPrice",
    "ProvideFeedback",
    "Attempt",
    "ValidityPeriod",
    "ForceDelivery",
    "ContentRetention",
    "AddressRetention",
    "SmartEncoded",
    "PersistentAction",
    "TrafficType",
    "ShortenUrls",
    "ScheduleType",
    "SendAt",
    "SendAsMms",
    "RiskCheck",
}
"""The parameters of CreateMessage in Twilio's published OpenAPI."""
_NOT_BUILT = {"MediaUrl", "ContentSid", "SendAt", "ScheduleType", "ApplicationSid"}


def create(account: Account, form: dict[str, str]) -> TwilioMessage:
    """Check a request as Twilio does and start the message on its way. Raises RestError."""
    _note_odd_parameters(account, form)
    to = _recipient(form)
    sender, service = _sender(account, form)
    body = _body(form)
    if to == sender:
        raise RestError(21266, fault=True)
    callback = _callback(form)
    behaviour = account.behaviours.get(to, Behaviour())
    if behaviour.how == "refused" and behaviour.code is not None:
        raise RestError(behaviour.code)
    senders = [sender] if sender else account.services[service or ""]
    if any((to, one) in account.opted_out for one in senders):
        raise RestError(21610)
    now = account.now()
    message = account.add(
        TwilioMessage(
            sid=account.new_sid(),
            sender=sender,
            to=to,
            body=body,
            direction="outbound-api",
            status="accepted" if sender is None else "queued",
            created=now,
            updated=now,
            service_sid=service,
            callback=callback,
        )
    )
    account.later(carry(account, message, behaviour, senders[0]))
    return message


def _note_odd_parameters(account: Account, form: dict[str, str]) -> None:
    unknown = sorted(form.keys() - _KNOWN)
    if unknown:
        account.journal.problem(f"create: parameters that Twilio does not know: {', '.join(unknown)}")
    for name in sorted(form.keys() & _NOT_BUILT):
        account.journal.problem(f"create: {name} is not built in this server")


def _recipient(form: dict[str, str]) -> str:
    to = form.get("To", "").strip()
    if not to:
        raise RestError(21604, fault=True)
    if not _E164.fullmatch(to):
        raise RestError(21211, fault=True)
    return to


def _sender(account: Account, form: dict[str, str]) -> tuple[str | None, str | None]:
    """The number that sends (None: the service will choose) and the service. Raises RestError."""
    sender, service = form.get("From", "").strip(), form.get("MessagingServiceSid", "").strip()
    if not sender and not service:
        raise RestError(21603, fault=True)
    if service and service not in account.services:
        raise RestError(21701, fault=True)
    if service and not account.services[service]:
        raise RestError(21703, fault=True)
    if sender and not (_E164.fullmatch(sender) or _ALPHANUMERIC.fullmatch(sender)):
        raise RestError(21212, fault=True)
    if sender and sender not in account.numbers:
        raise RestError(21606, fault=True)
    return sender or None, service or None


def _body(form: dict[str, str]) -> str:
    body = form.get("Body", "")
    if not body.strip():
        raise RestError(21602, fault=True)
    if len(body) > LONGEST_BODY:
        raise RestError(21617, fault=True)
    return body


def _callback(form: dict[str, str]) -> str | None:
    callback = form.get("StatusCallback", "").strip()
    if not callback:
        return None
    parts = urlsplit(callback)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RestError(21609, fault=True)
    return callback
