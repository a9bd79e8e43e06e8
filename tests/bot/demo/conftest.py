"""A demo on stage, and its routes over HTTP without a socket."""

import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from bot.demo.driver import Demo
from bot.demo.theatre import BLANK, Theatre, theatre
from bot.demo.web import demo_app
from tests.bot.demo.watching import Watcher

MONDAY = date(2026, 11, 23)


@pytest.fixture
async def house(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Theatre]:
    """A theatre at 09:29 on Tuesday 24 November 2026, on a database that is migrated already, for speed."""
    shutil.copy(migrated_file, tmp_path / BLANK)
    async with theatre(tmp_path, MONDAY) as playing:
        yield playing


@pytest.fixture
def demo(house: Theatre) -> Demo:
    """What it begins with: an ordinary week."""
    return house.demo


@pytest.fixture
async def client(house: Theatre) -> AsyncIterator[AsyncClient]:
    """The demo's routes."""
    transport = ASGITransport(demo_app(house), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as asking:
        yield asking


@pytest.fixture
def watcher(client: AsyncClient) -> Watcher:
    """Somebody who plays with it."""
    return Watcher(client)
