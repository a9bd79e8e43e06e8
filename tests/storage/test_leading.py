"""One leader at a time, and another one soon when it is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import Connection, text

from storage.database import Database
from storage.engines import parse_address
from storage.holding import Task
from storage.leading import Leader
from tests.world.phones import PATIENCE
from tests.world.waiting import free_port

pytestmark = pytest.mark.postgres


@pytest.fixture
async def two(postgresql_url: str) -> AsyncIterator[tuple[Leader, Leader]]:
    """The leader of a task, and another process that waits for it."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(Leader(postgresql_url, "lamp"))
        assert await first.is_mine()
        yield first, await stack.enter_async_context(Leader(postgresql_url, "lamp"))


@pytest.fixture
async def admin(postgresql_url: str) -> AsyncIterator[Database]:
    """Another connection to the same database."""
    opened = Database.open(postgresql_url, threads=1)
    yield opened
    await opened.close()


def _cut_holder(connection: Connection) -> int:
    """End the sessions that hold an advisory lock; how many it were."""
    ended = connection.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    )
    return len(ended.all())


async def test_only_one_has_the_task(two):
    first, second = two
    assert not await second.is_mine()
    assert await first.is_mine()
    assert await first.is_mine()
    assert not await second.is_mine()


async def test_tasks_of_other_names_are_free(two, postgresql_url: str):
    async with Leader(postgresql_url, "kettle") as other:
        assert await other.is_mine()


async def test_one_that_ends_is_followed(postgresql_url: str):
    async with Leader(postgresql_url, "lamp") as first:
        assert await first.is_mine()
        second = await Leader(postgresql_url, "lamp").__aenter__()
        assert not await second.is_mine()
    await asyncio.wait_for(second.until_mine(), PATIENCE)
    await second.__aexit__()


async def _looks_no_more(leader: Leader) -> None:
    """It does not look after its task for a while, so that it cannot take it back."""
    leader._ending.set()
    if leader._keeping is not None:
        await leader._keeping


async def test_one_whose_connection_is_cut_knows_it_and_does_not_take_it_back_from_who_followed(two, admin: Database):
    first, second = two
    assert not await second.is_mine()
    await _looks_no_more(first)
    assert await admin.run(_cut_holder) == 1
    await asyncio.wait_for(second.until_mine(), PATIENCE)
    assert not await first.is_mine()
    await first.until_lost()


async def test_it_notices_by_itself_that_it_lost_the_task(two, admin: Database):
    first, second = two
    await _looks_no_more(first)
    await admin.run(_cut_holder)
    await asyncio.wait_for(second.until_mine(), PATIENCE)
    first._ending.clear()
    first._keeping = asyncio.create_task(first._keep())
    await asyncio.wait_for(first.until_lost(), PATIENCE)


async def test_one_that_stands_still_loses_it(postgresql_url: str, monkeypatch: pytest.MonkeyPatch):
    still = Task(parse_address(postgresql_url), "lamp")  # nobody looks after it: a process that is stopped
    monkeypatch.setattr("storage.holding.IDLE", 1.0)
    assert still.have()
    monkeypatch.undo()
    async with Leader(postgresql_url, "lamp") as second:
        await asyncio.wait_for(second.until_mine(), PATIENCE)
        assert not still.have()
    still.let_go()


async def test_a_database_that_is_away_means_no():
    async with Leader(f"postgresql://nobody@127.0.0.1:{free_port()}/none", "lamp") as leader:
        assert not await leader.is_mine()


async def test_on_sqlite_the_only_process_is_the_leader(sqlite_url: str):
    async with Leader(sqlite_url, "lamp") as leader:
        assert await leader.is_mine()
        await leader.until_mine()
