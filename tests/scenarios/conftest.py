"""What scenarios ask for: a service on either kind of database, between the two provider servers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world.servers import telegram_process, telegram_server, twilio_process, twilio_server
from tests.world.service import Service, opened

__all__ = ["telegram_process", "telegram_server", "twilio_process", "twilio_server"]


@pytest.fixture
async def service(tmp_path: Path, telegram_server, twilio_server, database_url: str) -> AsyncIterator[Service]:
    """A service; the test runs once on each kind of database."""
    async with opened(tmp_path, telegram_server, twilio_server, database_url) as one:
        yield one
        await one.finishes()


@pytest.fixture
async def sqlite_service(tmp_path: Path, telegram_server, twilio_server, sqlite_url: str) -> AsyncIterator[Service]:
    """A service on SQLite, where the kind of database makes no difference."""
    async with opened(tmp_path, telegram_server, twilio_server, sqlite_url) as one:
        yield one
        await one.finishes()


@pytest.fixture
async def postgresql_service(
    tmp_path: Path, telegram_server, twilio_server, postgresql_url: str
) -> AsyncIterator[Service]:
    """A service on PostgreSQL."""
    async with opened(tmp_path, telegram_server, twilio_server, postgresql_url) as one:
        yield one
        await one.finishes()
