"""SMS's way out: Twilio's client over one pool of connections.

What came of a text:
    201                                                         Accepted
    4xx                                                         by its code, in `codes.py`
    429                                                         TryLater
    no connection made                                          TryLater
    everything else: time-out, reset, 5xx, no JSON              Unknown

What nobody knows the outcome of can be looked for (`finding.py`), over connections of its own.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import aiohttp
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.rest.api.v2010.account.message import MessageInstance

from bot.channels.base import Accepted, LookedUp, NoAnswer, Outcome, Outgoing, Refused, Style, TryLater, Unknown
from bot.channels.sms.codes import is_known, outcome_of
from bot.channels.sms.finding import find
from bot.channels.sms.inbound import STATUS_QUERY
from bot.channels.sms.listing import NOT_LISTED, fault_code
from bot.channels.sms.way import Way
from bot.channels.sms.writing import as_text_message
from bot.logs import logger

ASK_AGAIN = (
    "#rc=5&rp=all"  # Twilio: connection overrides; have a callback that failed made again. Not part of what is signed.
)
LOOK_UPS = 4  # connections for looking up what is pressing, and as many for the rest
SHORTEST_VALIDITY, LONGEST_VALIDITY = 6, 36_000  # seconds; Twilio takes 1 to 36,000 and advises more than 5

_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)

_log = logger("channels.sms")


class SmsChannel:
    """One sender: a number in E.164, or a messaging service. `timeout` in seconds for a whole request."""

    style: Style = "sms"

    def __init__(
        self,
        account: str,
        account_sid: str,
        auth_token: str,
        api_url: str,
        status_url: str,
        *,
        from_number: str = "",
        messaging_service_sid: str = "",
        timeout: float = 15.0,
        connections: int = 8,
    ) -> None:
        """Raises:
        ValueError: neither a number nor a messaging service to send from.
        """
        if not from_number and not messaging_service_sid:
            raise ValueError("a sender is needed: a number or a messaging service")
        self.account = account
        self._status_url = status_url
        self._from_number, self._service = from_number, messaging_service_sid

        def way(connections: int) -> Way:
            return Way(account_sid, auth_token, api_url, timeout=timeout, connections=connections)

        self._sending = way(connections)
        self._looking = {pressing: way(LOOK_UPS) for pressing in (True, False)}

    async def send(self, message: Outgoing, *, valid_for: timedelta | None = None) -> Outcome:
        """Send one text, options as numbered lines. Raises nothing for what Twilio or a network may do.

        `valid_for`: how long Twilio may keep it queued before giving up; its own ten hours if None.
        """
        try:
            sent = await self._post(message, valid_for)
        except TwilioRestException as fault:
            return self._answered(fault.status, fault.code)
        except TwilioServiceException as fault:
            return self._answered(fault.status, fault.code)
        except _NEVER_LEFT as fault:
            return TryLater(code=type(fault).__name__)
        except aiohttp.InvalidURL:
            return Refused(code="InvalidURL", fact="setup")
        except (aiohttp.ClientError, TimeoutError, OSError, TwilioException) as fault:
            return Unknown(code=type(fault).__name__)
        return self._taken(sent)

    async def _post(self, message: Outgoing, valid_for: timedelta | None) -> MessageInstance:
        return await self._sending.messages().create_async(
            to=message.to,
            body=as_text_message(message),
            from_=values.unset if self._service else self._from_number,
            messaging_service_sid=self._service or values.unset,
            status_callback=status_address(self._status_url, message.message_id),
            validity_period=values.unset if valid_for is None else _validity(valid_for),
        )

    @property
    def looks_up(self) -> bool:
        """Twilio lists what it took."""
        return True

    async def look_up(self, message: Outgoing, since: datetime, *, pressing: bool, within: float) -> LookedUp:
        """Look for a text with the same words to the same number."""
        messages = self._looking[pressing].messages()
        sender = "" if self._service else self._from_number
        try:
            async with asyncio.timeout(within):
                return await find(messages, message, since, account=self.account, sender=sender)
        except NOT_LISTED as fault:
            return NoAnswer(fault_code(fault))

    def _answered(self, status: int, code: object) -> Outcome:
        own = code if isinstance(code, int) and code != status else None
        if own is not None and not is_known(own):
            _log.warning("sms.unknown-code", account=self.account, code=str(own))
        return outcome_of(status, own)

    def _taken(self, sent: MessageInstance) -> Outcome:
        if not isinstance(sent.sid, str) or not sent.sid:
            return Unknown(code="NoMessageSid")
        if sent.status == "failed" and isinstance(sent.error_code, int):
            return self._answered(400, sent.error_code)
        parts = str(sent.num_segments or "")
        return Accepted(provider_id=sent.sid, parts=max(1, int(parts)) if parts.isdecimal() else 1)

    async def close(self) -> None:
        """Give the connections back."""
        for way in (self._sending, *self._looking.values()):
            await way.close()


def status_address(status_url: str, message_id: UUID) -> str:
    """Where Twilio tells how a text fared: the address carries the outbox row, which settles an unknown outcome."""
    return f"{status_url}?{STATUS_QUERY}={message_id.hex}{ASK_AGAIN}"


def _validity(valid_for: timedelta) -> int:
    return min(max(int(valid_for.total_seconds()), SHORTEST_VALIDITY), LONGEST_VALIDITY)
