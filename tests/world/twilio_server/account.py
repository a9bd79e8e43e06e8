"""The account: its numbers and services, the messages it knows, and how each phone behaves."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.world.provider.addresses import Addresses
from tests.world.provider.faults import Faults
from tests.world.provider.journal import Journal, stamp
from tests.world.twilio_server.errors import ERROR_WORDS
from tests.world.twilio_server.segments import segments

ACCOUNT_SID = "AC00000000000000000000000000000000"
AUTH_TOKEN = "test-twilio-auth-token-0123456789"
NUMBERS = ("+447700900100", "+447700900101")
"""The account's own numbers unless a test sets others."""
API_VERSION = "2010-04-01"
FINAL = {"delivered", "undelivered", "failed", "canceled", "received"}
Json = dict[str, Any]


@dataclass(slots=True)
class TwilioMessage:
    """One Message resource; times are UTC."""

    sid: str
    sender: str | None
    to: str
    body: str
    direction: str
    status: str
    created: datetime
    updated: datetime
    sent: datetime | None = None
    service_sid: str | None = None
    num_media: int = 0
    error_code: int | None = None
    callback: str | None = None
    at: str = field(default_factory=stamp)
    history: list[Json] = field(default_factory=list)

    def move(self, status: str, now: datetime, error_code: int | None = None) -> None:
        """The status goes on; date_sent is set when it leaves the queue."""
        self.status, self.updated, self.error_code = status, now, error_code
        if self.sent is None and status not in {"accepted", "queued", "sending"}:
            self.sent = now
        self.history.append({"status": status, "at": stamp()})

    def seen(self) -> Json:
        """What the control door tells of it."""
        return {
            "sid": self.sid,
            "from": self.sender,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "error_code": self.error_code,
            "num_segments": segments(self.body),
            "status_callback": self.callback,
            "messaging_service_sid": self.service_sid,
            "at": self.at,
            "history": self.history,
        }


@dataclass(slots=True)
class Behaviour:
    """What happens to messages for a phone: refused at once, or a plan of statuses."""

    how: str = "delivered"
    code: int | None = None
    delay_s: float = 0.01


@dataclass(slots=True)
class Number:
    """One of the account's numbers and the address that its inbound texts are posted to."""

    number: str
    sms_url: str = ""


class Account:
    """All state of the server: one account."""

    def __init__(self, sid: str = ACCOUNT_SID, token: str = AUTH_TOKEN) -> None:
        self.sid = sid
        self.token = token
        self.status = "active"
        self.journal = Journal()
        self.faults = Faults()
        self.addresses = Addresses()
        self.numbers: dict[str, Number] = {one: Number(one) for one in NUMBERS}
        self.services: dict[str, list[str]] = {}
        self.behaviours: dict[str, Behaviour] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.messages: dict[str, TwilioMessage] = {}
        self.callbacks: list[Json] = []
        self.inbound_posts: list[Json] = []
        self.released: set[str] = set()
        self.ahead = timedelta()
        self.born = self.now()
        self._tasks: set[asyncio.Task[None]] = set()

    def now(self) -> datetime:
        """The account's time: the real clock, moved by `ahead`; whole seconds as in the API."""
        return (datetime.now(UTC) + self.ahead).replace(microsecond=0)

    def add(self, message: TwilioMessage) -> TwilioMessage:
        """Keep a message."""
        self.messages[message.sid] = message
        self.journal.changed()
        return message

    def new_sid(self, prefix: str = "SM") -> str:
        """A new identifier: two letters and 32 hex digits."""
        return prefix + secrets.token_hex(16)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the requests, until done or `end`."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """Stop everything that runs beside the requests."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.journal.changed()

    def group_of(self, number: str) -> set[str]:
        """The senders that an opt-out to `number` covers: the number, and those of its Messaging Service."""
        covered = {number}
        for members in self.services.values():
            if number in members:
                covered.update(members)
        return covered

    def resource(self, message: TwilioMessage) -> Json:
        """The Message as the API shows it (Twilio's published OpenAPI, api.v2010.account.message)."""
        uri = f"/{API_VERSION}/Accounts/{self.sid}/Messages/{message.sid}"
        waits = message.service_sid is not None and message.sender is None
        return {
            "account_sid": self.sid,
            "api_version": API_VERSION,
            "body": message.body,
            "date_created": format_datetime(message.created),
            "date_sent": format_datetime(message.sent) if message.sent else None,
            "date_updated": format_datetime(message.updated),
            "direction": message.direction,
            "error_code": message.error_code,
            "error_message": ERROR_WORDS.get(message.error_code) if message.error_code else None,
            "from": message.sender,
            "messaging_service_sid": message.service_sid,
            "num_media": str(message.num_media),
            "num_segments": "0" if waits else str(segments(message.body)),
            "price": None,
            "price_unit": "USD",
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": message.to,
            "uri": f"{uri}.json",
        }

    def own_resource(self) -> Json:
        """The account as the API shows it."""
        uri = f"/{API_VERSION}/Accounts/{self.sid}"
        return {
            "auth_token": self.token,
            "date_created": format_datetime(self.born),
            "date_updated": format_datetime(self.born),
            "friendly_name": "Leith Peer Support",
            "owner_account_sid": self.sid,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"messages": f"{uri}/Messages.json"},
            "type": "Full",
            "uri": f"{uri}.json",
        }
