"""Texts that came in and whose webhook never reached us: Twilio hardly posts one again, but it lists them all.

Listed by To = each of the account's numbers and by the day they were sent (Twilio compares days only), the newest first,
until they are older than what is asked for. Each is read as its webhook would have been, under the same id.
"""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Final

from twilio.rest.api.v2010.account.message import MessageInstance

from bot.channels.base import Incoming, NoAnswer, Unreadable
from bot.channels.sms.inbound import read_message
from bot.channels.sms.listing import NOT_LISTED, fault_code, moment, newest_first
from bot.channels.sms.way import Way

TIMEOUT: Final = 20.0  # seconds for a page
_UNFINISHED: Final = "receiving"  # Twilio still gathers its parts: it is there the next time


class MissedTexts:
    """What came in to one channel account: to its `numbers`, in E.164."""

    def __init__(self, account: str, account_sid: str, auth_token: str, api_url: str, numbers: Sequence[str]) -> None:
        self.account = account
        self._numbers: Mapping[str, str] = dict.fromkeys(numbers, account)
        self._way = Way(account_sid, auth_token, api_url, timeout=TIMEOUT, connections=1)

    async def since(self, start: datetime) -> list[Incoming | Unreadable] | NoAnswer:
        """Everything that was sent to the account's numbers at `start` or later, the oldest first. Raises nothing for
        what Twilio or a network may do.
        """
        found: list[tuple[datetime, Incoming | Unreadable]] = []
        try:
            for number in self._numbers:
                found += await self._to(number, start)
        except NOT_LISTED as fault:
            return NoAnswer(fault_code(fault))
        return [item for _, item in sorted(found, key=lambda one: one[0])]

    async def _to(self, number: str, since: datetime) -> list[tuple[datetime, Incoming | Unreadable]]:
        found: list[tuple[datetime, Incoming | Unreadable]] = []
        listed = newest_first(self._way.messages(), to=number, date_sent_after=since.date().isoformat())
        async with aclosing(listed):
            async for one in listed:
                sent_at = moment(one.date_sent) or moment(one.date_created)
                if sent_at is not None and sent_at < since:
                    break
                if str(one.direction) == "inbound" and str(one.status) != _UNFINISHED:
                    found.append((sent_at or since, self._read(one, sent_at)))
        # The newest came first: of those sent in the same second, the first comes first.
        return found[::-1]

    def _read(self, one: MessageInstance, sent_at: datetime | None) -> Incoming | Unreadable:
        form = {
            "MessageSid": one.sid,
            "AccountSid": one.account_sid,
            "From": one.from_,
            "To": one.to,
            "Body": one.body,
            "NumMedia": one.num_media,
            "NumSegments": one.num_segments,
            "DateSent": None if sent_at is None else sent_at.isoformat(),
        }
        item = read_message(self._numbers, {name: str(value) for name, value in form.items() if value is not None})
        return replace(item, sent_at=sent_at) if isinstance(item, Incoming) else item

    async def close(self) -> None:
        """Give the connection back."""
        await self._way.close()
