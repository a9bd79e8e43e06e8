"""The provider servers as processes: they start, hang, stop, and never outlive the test run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.world.servers import TelegramServer, TwilioServer

ROOT = Path(__file__).resolve().parents[2]


async def test_a_server_starts_and_stops_with_its_block() -> None:
    async with TelegramServer() as server:
        url = server.url
        assert await server.problems() == []
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/bot{server.token}/getMe")


async def test_reset_forgets_everything(twilio_server: TwilioServer) -> None:
    await twilio_server.text("+447700900111", "hello", lost=True)
    await twilio_server.control("reset")
    assert await twilio_server.all_messages() == []


async def test_a_frozen_server_takes_connections_and_says_nothing(telegram_server: TelegramServer) -> None:
    telegram_server.process.freeze()
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(f"{telegram_server.url}/bot{telegram_server.token}/getMe", timeout=0.3)
    finally:
        telegram_server.process.thaw()
    assert await telegram_server.problems() == []


@pytest.mark.parametrize("module", ["tests.world.telegram_server", "tests.world.twilio_server"])
def test_a_server_ends_when_its_standard_input_closes(module: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", module, "--port", "0"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline().startswith("http://127.0.0.1:")
            process.stdin.close()
            assert process.wait(10) == 0
        finally:
            process.kill()
