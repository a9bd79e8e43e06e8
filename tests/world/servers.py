"""The provider servers as tests use them: classes that start, drive and stop the processes, and fixtures.

    async with TelegramServer() as telegram:
        isla = await telegram.user("Isla", started=True)
        await telegram.say(isla, "2")
        (message,) = await telegram.wait_for(isla, contains="hard night")

The fixtures `telegram_server` and `twilio_server` stand on `telegram_process` and `twilio_process`, one process each a
test session (import all four into a conftest). Waiting is on conditions in the server, never by sleeping.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.world.provider.process import (
    PUBLIC_URL,
    ControlError,
    NotInTime,
    ProviderProcess,
    ProviderServer,
)
from tests.world.telegram_server.driver import TELEGRAM_TOKEN, Button, TelegramMessage, TelegramServer
from tests.world.twilio_server.driver import TWILIO_SID, TWILIO_TOKEN, Callback, Text, TwilioServer

__all__ = [
    "PUBLIC_URL",
    "TELEGRAM_TOKEN",
    "TWILIO_SID",
    "TWILIO_TOKEN",
    "Button",
    "Callback",
    "ControlError",
    "NotInTime",
    "ProviderProcess",
    "ProviderServer",
    "TelegramMessage",
    "TelegramServer",
    "Text",
    "TwilioServer",
    "telegram_process",
    "telegram_server",
    "twilio_process",
    "twilio_server",
]


def _running(module: str) -> Iterator[ProviderProcess]:
    process = ProviderProcess(module)
    process.start()
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture(scope="session")
def telegram_process() -> Iterator[ProviderProcess]:
    """The Telegram server's process, one a test session."""
    yield from _running(TelegramServer.module)


@pytest.fixture(scope="session")
def twilio_process() -> Iterator[ProviderProcess]:
    """The Twilio server's process, one a test session."""
    yield from _running(TwilioServer.module)


@pytest.fixture
async def telegram_server(telegram_process: ProviderProcess) -> AsyncIterator[TelegramServer]:
    """A Telegram server that is as new."""
    async with TelegramServer(telegram_process) as server:
        yield server


@pytest.fixture
async def twilio_server(twilio_process: ProviderProcess) -> AsyncIterator[TwilioServer]:
    """A Twilio server that is as new."""
    async with TwilioServer(twilio_process) as server:
        yield server
