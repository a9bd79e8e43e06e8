"""The provider servers, as separate processes, and channels that talk to them."""

from collections.abc import AsyncIterator, Iterator
from socket import socket

import pytest

from bot.channels.telegram.client import TelegramChannel
from tests.world.listener import listening
from tests.world.servers import (
    TelegramServer,
    TwilioServer,
    telegram_process,
    telegram_server,
    twilio_process,
    twilio_server,
)

__all__ = ["telegram_process", "telegram_server", "twilio_process", "twilio_server"]


@pytest.fixture
async def telegram(telegram_server: TelegramServer) -> AsyncIterator[TelegramServer]:
    """A Telegram Bot API server that holds every request to what the real one takes."""
    yield telegram_server
    assert await telegram_server.problems() == []


@pytest.fixture
async def twilio(twilio_server: TwilioServer) -> AsyncIterator[TwilioServer]:
    """A Twilio API server that holds every request to what the real one takes."""
    async with listening() as bot:
        await twilio_server.route(bot.url)
        yield twilio_server
    assert await twilio_server.problems() == []


@pytest.fixture
async def channel(telegram: TelegramServer) -> AsyncIterator[TelegramChannel]:
    """The bot's channel to that server, with a short time-out."""
    made = TelegramChannel("main", telegram.token, telegram.url, timeout=1.0)
    yield made
    await made.close()


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nothing listens."""
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
