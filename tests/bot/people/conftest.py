"""The small service, its configuration applied to an empty database of either kind."""

from pathlib import Path

import pytest

from storage.database import Database
from storage.sealing import Keyring
from tests.bot.people.office import Office


@pytest.fixture
async def office(database: Database, keyring: Keyring, tmp_path: Path) -> Office:
    office = Office(database, keyring, tmp_path)
    await office.apply()
    return office
