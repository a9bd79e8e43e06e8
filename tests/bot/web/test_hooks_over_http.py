"""Webhooks as the providers post them: over HTTP, with their signatures, their repeats and their patience."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.channels.base import Accepted, Incoming, Outgoing, StatusReport, Unreadable
from bot.channels.sms.client import SmsChannel
from bot.channels.telegram.client import TelegramChannel
from bot.web.hooks import telegram_route, twilio_message_route, twilio_status_route
from tests.world.servers import PUBLIC_URL, TelegramServer, TwilioServer

SECRET, MORAG, WITHIN = "s3cret-of-the-hook", "+447700900123", 10.0
ASK_AGAIN = "/twilio/message#rc=5&rp=all"


class Inbox:
    """What was taken in, after as many failures as the test asks for."""

    def __init__(self) -> None:
        self.items: list[Incoming | Unreadable] = []
        self.statuses: list[StatusReport] = []
        self.forged: list[str] = []
        self.failures = 0
        self._changed = asyncio.Condition()

    async def take_in(self, items: list[Incoming | Unreadable]) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError
        self.items += items
        await self._tell()

    async def take_status(self, report: StatusReport) -> None:
        self.statuses.append(report)
        await self._tell()

    async def on_forged(self, source: str) -> None:
        self.forged.append(source)
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN), self._changed:
            await self._changed.wait_for(condition)

    @property
    def texts(self) -> list[str]:
        return [item.text for item in self.items if isinstance(item, Incoming) and item.kind == "text"]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The app on a free loopback port."""
    opened = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        yield f"http://127.0.0.1:{opened.getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, WITHIN)


@pytest.fixture
async def telegram(telegram_server: TelegramServer, inbox: Inbox) -> AsyncIterator[TelegramServer]:
    """A Bot API server whose updates are posted to the hook."""
    channel = TelegramChannel("main", telegram_server.token, telegram_server.url, timeout=2.0)
    route = telegram_route("main", SECRET, inbox.take_in, inbox.on_forged, after_commit=channel.after_commit)
    async with served(Starlette(routes=[route])) as url:
        await telegram_server.route(url)
        await channel.set_webhook(f"{PUBLIC_URL}/telegram/main", SECRET)
        yield telegram_server
        await channel.delete_webhook()
    await channel.close()
    assert await telegram_server.problems() == []


@pytest.fixture
async def twilio(twilio_server: TwilioServer, inbox: Inbox) -> AsyncIterator[TwilioServer]:
    """A Twilio API server whose texts and statuses are posted to the hooks."""
    numbers = {twilio_server.number: "sms", twilio_server.alerts_number: "alerts"}
    token = twilio_server.auth_token
    routes = [
        twilio_message_route(token, PUBLIC_URL, numbers, inbox.take_in, inbox.on_forged),
        twilio_status_route(token, PUBLIC_URL, numbers, inbox.take_status, inbox.on_forged),
    ]
    async with served(Starlette(routes=routes)) as url:
        await twilio_server.route(url, sms_path=ASK_AGAIN)
        yield twilio_server
    assert await twilio_server.problems() == []


async def test_a_text_on_telegram_is_taken_in(telegram: TelegramServer, inbox: Inbox) -> None:
    isla = await telegram.user(started=True)
    await telegram.say(isla, "no bad")
    await inbox.until(lambda: "no bad" in inbox.texts)
    await telegram.wait_confirmed()


async def test_an_update_that_could_not_be_committed_comes_again(telegram: TelegramServer, inbox: Inbox) -> None:
    isla = await telegram.user(started=True)
    inbox.failures = 1
    await telegram.say(isla, "no bad")
    await inbox.until(lambda: "no bad" in inbox.texts)
    assert 503 in [post["status"] for post in await telegram.posts()]


async def test_a_text_by_sms_is_taken_in(twilio: TwilioServer, inbox: Inbox) -> None:
    got = await twilio.text(MORAG, "Aye & 2 +1\nno bad 🙂")
    (item,) = inbox.items
    assert isinstance(item, Incoming)
    assert (item.provider_id, item.sender, item.account, item.text) == (got.sid, MORAG, "sms", "Aye & 2 +1\nno bad 🙂")
    assert got.answers == (200,)


async def test_a_text_to_the_alerts_number_is_that_accounts(twilio: TwilioServer, inbox: Inbox) -> None:
    await twilio.text(MORAG, "1", to=twilio.alerts_number)
    assert [item.account for item in inbox.items] == ["alerts"]


async def test_a_picture_by_sms_is_media(twilio: TwilioServer, inbox: Inbox) -> None:
    await twilio.text(MORAG, "look", num_media=1)
    assert [item.kind for item in inbox.items if isinstance(item, Incoming)] == ["media"]


async def test_the_carriers_word_is_told(twilio: TwilioServer, inbox: Inbox) -> None:
    await twilio.text(MORAG, "Stop")
    assert [item.carrier_word for item in inbox.items if isinstance(item, Incoming)] == ["STOP"]


async def test_a_text_that_could_not_be_committed_comes_again(twilio: TwilioServer, inbox: Inbox) -> None:
    inbox.failures = 1
    got = await twilio.text(MORAG, "2")
    assert got.answers == (503, 200)
    assert inbox.texts == ["2"]


async def test_a_forged_text_is_refused_and_told(twilio: TwilioServer, inbox: Inbox) -> None:
    got = await twilio.text(MORAG, "2", forged=True)
    assert set(got.answers) == {403}
    assert inbox.items == []
    assert set(inbox.forged) == {"127.0.0.1"}


@pytest.mark.parametrize(("code", "status", "fact"), [(None, "delivered", None), (30005, "undelivered", "invalid")])
async def test_how_a_text_fared_comes_back_to_its_outbox_row(
    twilio: TwilioServer, inbox: Inbox, code: int | None, status: str, fact: str | None
) -> None:
    if code is not None:
        await twilio.phone(MORAG, code=code)
    sms = SmsChannel(
        "sms", twilio.account_sid, twilio.auth_token, twilio.url, f"{PUBLIC_URL}/twilio/status",
        from_number=twilio.number,
    )  # fmt: skip
    message = Outgoing(uuid4(), MORAG, "How are you?")
    outcome = await sms.send(message)
    await sms.close()
    assert isinstance(outcome, Accepted)
    await inbox.until(lambda: any(report.status == status for report in inbox.statuses))
    last = next(report for report in inbox.statuses if report.status == status)
    assert (last.message_id, last.provider_id, last.fact) == (message.message_id, outcome.provider_id, fact)
    assert inbox.forged == []
