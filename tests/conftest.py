"""What every test may ask for: a database of either kind, migrated and empty, and a keyring."""

import base64
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.database import Database
from storage.migrating import upgrade
from storage.sealing import Keyring
from tests.world import postgres

# A busy machine is no failure: examples are bounded in number, not by the clock.
settings.register_profile("blether", deadline=None)
settings.load_profile("blether")

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def pytest_configure(config: pytest.Config) -> None:
    """The run's first process makes the folder that its workers share."""
    if not hasattr(config, "workerinput"):
        os.environ[postgres.FOLDER] = tempfile.mkdtemp(prefix="blether-tests-")
        os.environ[postgres.WATCHED] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing is left running or lying about."""
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ[postgres.FOLDER])
        postgres.end_run(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "blether.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite database of this test's own."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'blether.db')}"


@pytest.fixture
def postgresql_url() -> str:
    """The address of this worker's PostgreSQL database, migrated and emptied."""
    address = postgres.worker_database(WORKER)
    postgres.empty(address)
    return address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database; the test runs once on each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database, migrated and empty; the test runs once on each kind."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def keyring() -> Keyring:
    """A keyring with a fixed master key."""
    return Keyring.from_secret(base64.b64encode(bytes(range(32))))
