"""Twilio's HTTP client at the configured address."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from bot.channels.base import Outgoing, Unknown
from bot.channels.sms.client import SmsChannel
from tests.world.listener import Listener, listening


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as made:
        made.usual, made.media_type = 201, "application/json"
        yield made


async def sent(listener: Listener, path: str = "") -> object:
    sms = SmsChannel("sms", "AC0", "token", listener.url + path, "https://x.example/s", from_number="+447700900100")
    try:
        async with asyncio.timeout(5):
            return await sms.send(Outgoing(uuid4(), "+447700900123", "2"))
    finally:
        await sms.close()


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", "true", '{"sid": "SM'])
async def test_a_201_that_is_no_answer_leaves_the_outcome_unknown(listener: Listener, body: str) -> None:
    listener.content = body
    assert await sent(listener) == Unknown("UnreadableAnswerError")


@pytest.mark.parametrize("body", ["{}", '{"sid": null}', '{"sid": 7}', '{"sid": ""}'])
async def test_a_201_without_a_sid_leaves_the_outcome_unknown(listener: Listener, body: str) -> None:
    listener.content = body
    assert await sent(listener) == Unknown("NoMessageSid")


async def test_a_path_in_the_configured_address_stays_in_front(listener: Listener) -> None:
    await sent(listener, "/behind/")
    assert [heard.path for heard in listener.heard] == ["/behind/2010-04-01/Accounts/AC0/Messages.json"]
