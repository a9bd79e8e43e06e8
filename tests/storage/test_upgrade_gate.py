"""What may change under an old version, what waits until it is gone, and what the old version makes of it."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, text, update

from storage import migrating
from storage.claims import database_now
from storage.database import Database
from storage.errors import MigrationError
from storage.ids import new_id
from storage.migrating import migrations, pending, upgrade
from storage.processes import FRESH, begin, end
from storage.tables import processes
from tests.conftest import WORKER
from tests.world import postgres

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
KNOWN = migrations()[-1].revision
PRE, POST = f"{int(KNOWN) + 1:04}", f"{int(KNOWN) + 2:04}"
FILE = """
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.execute("{sql}")
"""


@pytest.fixture
def following(tmp_path: Path) -> Path:
    """The migrations of a version to come: one `pre`, one `post`."""
    for revision, before, name, sql in (
        (PRE, KNOWN, "pre_more", "ALTER TABLE people ADD COLUMN of_the_next_version INTEGER"),
        (POST, PRE, "post_less", "ALTER TABLE people DROP COLUMN crisis_told_at"),
    ):
        (tmp_path / f"{revision}_{name}.py").write_text(FILE.format(revision=revision, before=before, sql=sql))
    return tmp_path


@pytest.fixture
def address() -> Iterator[str]:
    """A database of this version."""
    with postgres.empty_database(WORKER) as made:
        upgrade(made)
        yield made


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    """It, opened."""
    opened = Database.open(address, threads=1)
    yield opened
    opened.close_sync()


def _runs(database: Database, version: str, revision: str) -> UUID:
    process_id = new_id(NOW)
    database.run_sync(begin, process_id, version, revision, NOW)
    return process_id


def test_post_is_refused_while_a_process_runs_that_does_not_know_it(address: str, database: Database, following: Path):
    upgrade(address, also=following)
    _runs(database, "0.1.0", KNOWN)
    _runs(database, "0.2.0", POST)
    with pytest.raises(MigrationError, match=rf"{POST}_post_less .* 1 of its processes \(version 0.1.0\).* --post"):
        upgrade(address, also=following, post=True)
    assert [one.revision for one in database.read_sync(pending, following)] == [POST]


def test_post_runs_when_the_old_one_has_ended_or_was_killed_a_minute_ago(
    address: str, database: Database, following: Path
):
    ended, killed = _runs(database, "0.1.0", KNOWN), _runs(database, "0.1.0", KNOWN)
    database.run_sync(end, ended)

    def grow_old(connection: Connection) -> None:
        moment = database_now(connection) - FRESH - timedelta(seconds=1)
        connection.execute(update(processes).where(processes.c.id == killed).values(seen_at=moment))

    database.run_sync(grow_old)
    _runs(database, "0.2.0", POST)
    assert upgrade(address, also=following, post=True) == [f"{PRE}_pre_more", f"{POST}_post_less"]


def test_the_old_version_goes_on_and_starts_again_after_pre_and_not_after_post(
    address: str, database: Database, following: Path
):
    assert upgrade(address, also=following) == [f"{PRE}_pre_more"]
    assert database.read_sync(pending) == []
    assert upgrade(address) == []
    upgrade(address, also=following, post=True)
    with pytest.raises(MigrationError, match="newer"):
        database.read_sync(pending)
    with pytest.raises(MigrationError, match="newer"):
        upgrade(address)


def test_what_is_to_be_done_then_is_of_the_same_transaction(address: str, database: Database, following: Path):
    def fails(connection: Connection) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        upgrade(address, also=following, then=fails)
    assert [one.revision for one in database.read_sync(pending, following)] == [PRE, POST]


async def test_a_transaction_that_has_begun_is_waited_for(address: str, database: Database, following: Path):
    asked = asyncio.create_task(asyncio.to_thread(upgrade, address, also=following))

    def hold(connection: Connection) -> None:
        connection.execute(text("SELECT id FROM people FOR UPDATE"))
        connection.execute(text("SELECT pg_sleep(0.5)"))  # longer than the first try waits

    await database.run(hold)
    assert await asked == [f"{PRE}_pre_more"]


async def test_tables_that_are_never_free_are_an_error_that_says_so(
    address: str, database: Database, following: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(migrating, "PATIENCE", (0.05, 0.05))

    def hold(connection: Connection) -> None:
        connection.execute(text("SELECT id FROM people FOR UPDATE"))
        with pytest.raises(MigrationError, match="never out of the way"):
            upgrade(address, also=following)

    await database.run(hold)
    assert [one.revision for one in database.read_sync(pending, following)] == [PRE, POST]
