"""A real `blether run` on a database filled before, between the Telegram and the Twilio server, on the real clock."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.world.servers import TelegramServer, TwilioServer
from tests.world.service import Service


@dataclass(slots=True)
class Live(Service):
    """A service without the switches of tests: its time is the machine's."""

    @property
    def _switches(self) -> dict[str, str]:
        return {}


@asynccontextmanager
async def live(address: str, *tables: str) -> AsyncIterator[Live]:
    """A service on the database at `address`, configured with these further tables and not started; gone after the block."""
    with tempfile.TemporaryDirectory(prefix="blether-bench-") as folder:
        async with TelegramServer() as telegram, TwilioServer() as twilio:
            service = Live(Path(folder), telegram, twilio, address)
            service.configure(*tables)
            try:
                yield service
            finally:
                await service.closes()
