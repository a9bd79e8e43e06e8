"""Driving the Twilio server from a test: phones, callbacks, failures, and waiting on conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.world.provider.process import PUBLIC_URL, NotInTime, ProviderServer

TWILIO_SID = "AC00000000000000000000000000000000"
TWILIO_TOKEN = "test-twilio-auth-token-0123456789"
TWILIO_NUMBER = "+447700900100"
TWILIO_ALERTS_NUMBER = "+447700900101"


@dataclass(frozen=True, slots=True)
class Text:
    """A text that the account took for a phone. `at`: real time, UTC; `status`: of now; `sender`: one of ours."""

    sid: str
    sender: str | None
    to: str
    body: str
    status: str
    error_code: int | None
    num_segments: int
    at: datetime
    status_callback: str | None
    messaging_service_sid: str | None
    history: tuple[str, ...]

    @property
    def delivered(self) -> bool:
        """Whether the phone has it for certain."""
        return self.status == "delivered"


@dataclass(frozen=True, slots=True)
class Callback:
    """A status callback; `answers`: the HTTP status of each attempt to post it (None: no answer)."""

    sid: str
    to: str
    status: str
    error_code: int | None
    at: datetime
    answers: tuple[int | None, ...]


def _text(seen: dict[str, Any]) -> Text:
    return Text(
        sid=seen["sid"],
        sender=seen["from"],
        to=seen["to"],
        body=seen["body"],
        status=seen["status"],
        error_code=seen["error_code"],
        num_segments=seen["num_segments"],
        at=datetime.fromisoformat(seen["at"]),
        status_callback=seen["status_callback"],
        messaging_service_sid=seen["messaging_service_sid"],
        history=tuple(step["status"] for step in seen["history"]),
    )


def _callback(seen: dict[str, Any]) -> Callback:
    return Callback(
        sid=seen["sid"],
        to=seen["to"],
        status=seen["status"],
        error_code=seen["error_code"],
        at=datetime.fromisoformat(seen["at"]),
        answers=tuple(post["status"] for post in seen["posts"]),
    )


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text to one of our numbers; `answers`: the bot's HTTP status at each attempt (None: no answer)."""

    sid: str
    answers: tuple[int | None, ...]


def _inbound(told: dict[str, Any]) -> Inbound:
    return Inbound(told["sid"], tuple(post["status"] for post in told["posts"]))


class TwilioServer(ProviderServer):
    """The Twilio API server and the phones that text the account's numbers."""

    module = "tests.world.twilio_server"
    sending = "Messages.create"
    account_sid = TWILIO_SID
    auth_token = TWILIO_TOKEN
    number = TWILIO_NUMBER
    alerts_number = TWILIO_ALERTS_NUMBER

    async def route(
        self,
        deliver_to: str | list[str],
        *,
        public_url: str = PUBLIC_URL,
        sms_path: str = "/twilio/message",
    ) -> None:
        """Requests for `public_url` are signed for it and go to a local address (several: in turn).

        All numbers post inbound texts to `public_url + sms_path`, which may end in `#rc=5&rp=all`.
        """
        await self.control("route", public_url=public_url, deliver_to=deliver_to, sms_path=sms_path)

    async def own_number(self, number: str, *, sms_url: str | None = None) -> None:
        """Give the account a number, or set where one posts its inbound texts."""
        await self.control("number", number=number, sms_url=sms_url)

    async def service(self, *numbers: str, sid: str | None = None) -> str:
        """A Messaging Service with these numbers; its sid."""
        return (await self.control("service", numbers=list(numbers), sid=sid))["sid"]

    async def phone(
        self, phone: str, *, code: int | None = None, how: str | None = None, delay: float | None = None
    ) -> None:
        """How messages to a phone fare: `code` 21xxx is refused at once, 3xxxx comes back undelivered; or `how`:

        delivered, undelivered, failed, late, late_undelivered, stays_queued (all three until `release`), twice,
        out_of_order, no_callbacks, never, refused. `delay`: seconds between statuses.
        """
        await self.control("phone", phone=phone, code=code, how=how, delay=delay)

    async def release(self, *, phone: str | None = None, sid: str | None = None) -> None:
        """Let held messages go on, those of a phone or one by sid."""
        await self.control("release", phone=phone, sid=sid)

    async def text(
        self,
        phone: str,
        body: str,
        *,
        to: str = TWILIO_NUMBER,
        num_media: int = 0,
        opt_out: bool = True,
        wait: bool = True,
        lost: bool = False,
        forged: bool = False,
    ) -> Inbound:
        """A person texts one of our numbers; with `wait` it returns once the bot has answered (at most 15 s a try).

        `opt_out` False: carrier words mean nothing. `lost`: never posted, only listed. `forged`: a wrong signature.
        """
        arguments = {"from": phone, "to": to, "body": body, "num_media": num_media, "opt_out": opt_out}
        return _inbound(await self.control("text", **arguments, wait=wait, lost=lost, forged=forged))

    async def text_again(self, sid: str) -> Inbound:
        """Post an inbound text once more, with the same MessageSid."""
        return _inbound(await self.control("again", sid=sid))

    async def texts(self, phone: str, *, contains: str = "") -> list[Text]:
        """What the account took for a phone, in order."""
        return [_text(seen) for seen in await self.control("messages", phone=phone, contains=contains)]

    async def outgoing(self, after: int = 0) -> tuple[list[Text], int]:
        """What the account took for any phone since an earlier look, and the place to look from next."""
        told = await self.control("outgoing", after=after)
        return [_text(seen) for seen in told["messages"]], told["next"]

    async def all_messages(self) -> list[dict[str, Any]]:
        """Every message of the account, inbound too, in order."""
        return await self.control("all_messages")

    async def wait_for(self, phone: str, *, count: int = 1, contains: str = "", within: float = 5.0) -> list[Text]:
        """Wait until `count` texts with `contains` in them are there for a phone. Raises NotInTime."""
        found = await self._wait("wait_for", within, phone=phone, count=count, contains=contains)
        return [_text(seen) for seen in found]

    async def callbacks(self) -> list[Callback]:
        """All status callbacks in order."""
        return [_callback(seen) for seen in await self.control("callbacks")]

    async def wait_callbacks(
        self,
        *,
        phone: str | None = None,
        sid: str | None = None,
        status: str | None = None,
        count: int = 1,
        within: float = 5.0,
    ) -> list[Callback]:
        """Wait until `count` callbacks were posted and answered (or given up). Raises NotInTime."""
        found = await self._wait("wait_callbacks", within, phone=phone, sid=sid, status=status, count=count)
        return [_callback(seen) for seen in found]

    async def wait_request(
        self,
        method: str,
        *,
        phone: str | None = None,
        fault: str | None = None,
        count: int = 1,
        within: float = 5.0,
    ) -> list[dict[str, Any]]:
        """Wait for answered requests: Messages.create, Messages.fetch, Messages.list, Account.fetch."""
        return await self._wait("wait_request", within, method=method, phone=phone, fault=fault, count=count)

    async def _wait(self, door: str, within: float, **arguments: Any) -> list[dict[str, Any]]:
        found = await self.control(door, timeout=within, **arguments)
        if found is None:
            phone = arguments.get("phone")
            there = [one.body for one in await self.texts(phone)] if phone else await self.callbacks()
            raise NotInTime(f"{door}: waited {within} s for {arguments}; there is {there}")
        return found

    async def inbound_posts(self) -> list[dict[str, Any]]:
        """All posts of inbound texts: sid, from, to, at, posts (each with its status and when it was answered)."""
        return await self.control("inbound_posts")

    async def opted_out(self) -> list[tuple[str, str]]:
        """The pairs (phone, our number) that STOP blocks."""
        return [(phone, number) for phone, number in await self.control("opted_out")]

    async def account(self, *, status: str | None = None, token: str | None = None, ahead: float | None = None) -> None:
        """Change the account: `status` suspended, a new auth token, its clock `ahead` seconds of the real one."""
        await self.control("account", status=status, token=token, ahead=ahead)
