"""What one process commits another one is woken for; nothing hangs on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import Connection, text

from storage.database import Database
from storage.engines import parse_address
from storage.notifying import Notifier
from tests.world.phones import PATIENCE
from tests.world.waiting import until


class Woken:
    """Counts how often somebody was woken."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        """Once more."""
        self.times += 1


async def _yes() -> bool:
    return True


async def _no() -> bool:
    return False


class Pair:
    """Two processes of one database."""

    def __init__(self, url: str) -> None:
        self.url, self.stack = parse_address(url), AsyncExitStack()
        self.one_woken, self.other_woken = Woken(), Woken()

    async def open(self, is_needed=_yes) -> "Pair":
        """Both listen."""
        self.one = await self.stack.enter_async_context(Notifier(self.url, self.one_woken, is_needed))
        self.other = await self.stack.enter_async_context(Notifier(self.url, self.other_woken, _no))
        await self.both_listen()
        return self

    async def both_listen(self) -> None:
        """Wait until they do, and until what they were woken for by that is over."""
        async with asyncio.timeout(PATIENCE):
            await self.one.listening.wait()
            await self.other.listening.wait()
            await until(lambda: self.one._mine and self.other._mine, "both to be able to tell")

    async def wakes_the_other(self) -> bool:
        """Whether a commit of the one wakes the other."""
        before = self.other_woken.times
        self.one.committed()
        await until(lambda: self.other_woken.times > before, "the other to be woken")
        return True


@pytest.fixture
async def pair(postgresql_url: str) -> AsyncIterator[Pair]:
    """Two processes that listen."""
    made = await Pair(postgresql_url).open()
    async with made.stack:
        yield made


pytestmark = pytest.mark.postgres


async def test_a_commit_wakes_the_other_process_and_not_its_own(pair: Pair):
    own = pair.one_woken.times
    assert await pair.wakes_the_other()
    pair.other._is_needed = _yes
    pair.other.committed()
    await until(lambda: pair.one_woken.times > own, "the one to be woken in its turn")
    assert pair.one_woken.times == own + 1


async def test_many_commits_within_a_moment_are_told_once(pair: Pair):
    before = pair.other_woken.times
    for _ in range(100):
        pair.one.committed()
    await pair.wakes_the_other()
    assert pair.other_woken.times - before == 1


async def test_nobody_is_woken_where_nothing_is_left_to_do(postgresql_url: str):
    looked = asyncio.Event()

    async def done_already() -> bool:
        looked.set()
        return False

    pair = await Pair(postgresql_url).open(done_already)
    async with pair.stack:
        before = pair.other_woken.times
        pair.one.committed()
        async with asyncio.timeout(PATIENCE):
            await looked.wait()
        pair.one._is_needed = _yes
        await pair.wakes_the_other()
        assert pair.other_woken.times == before + 1


def _cut_all(connection: Connection) -> int:
    """End every other session of this database."""
    ended = connection.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )
    return len(ended.all())


async def test_connections_that_are_cut_are_opened_again_and_what_was_missed_is_looked_for(
    pair: Pair, postgresql_url: str
):
    admin = Database.open(postgresql_url, threads=1)
    before = pair.other_woken.times
    assert await admin.run(_cut_all) >= 4
    await admin.close()
    await until(lambda: pair.other_woken.times > before, "the other to look for what it missed")
    await pair.both_listen()
    assert await pair.wakes_the_other()


async def test_a_look_that_fails_is_no_end(pair: Pair):
    async def fails() -> bool:
        pair.one._is_needed = _yes
        raise RuntimeError("the database is away")

    pair.one._is_needed = fails
    pair.one.committed()
    await until(lambda: pair.one._is_needed is _yes, "it to have looked")
    assert await pair.wakes_the_other()


async def test_on_sqlite_there_is_nobody_to_wake(sqlite_url: str):
    async with Notifier(parse_address(sqlite_url), Woken(), _yes) as alone:
        alone.committed()
        assert alone._tasks == []
