"""Processes that run: who is there, who was, and whose row is gone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, update

from storage.claims import database_now
from storage.database import Database
from storage.ids import new_id
from storage.processes import FRESH, beat, begin, end, fresh, last_seen
from storage.tables import processes

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def _grow_old(connection: Connection, process_id, ago: timedelta) -> None:
    """As if it had not given a sign of life for so long."""
    moment = database_now(connection) - ago
    connection.execute(update(processes).where(processes.c.id == process_id).values(seen_at=moment))


async def _begun(database: Database, version: str = "1.0", ago: timedelta | None = None):
    process_id = new_id(NOW)
    await database.run(begin, process_id, version, "0003", NOW)
    if ago is not None:
        await database.run(_grow_old, process_id, ago)
    return process_id


async def test_one_that_begins_is_there_and_one_that_ends_is_not(database: Database):
    first, second = await _begun(database, "1.0"), await _begun(database, "1.1")
    there = await database.read(fresh)
    assert [(one.id, one.version, one.revision) for one in there] == [(second, "1.1", "0003"), (first, "1.0", "0003")]
    await database.run(end, second)
    assert [one.id for one in await database.read(fresh)] == [first]


@pytest.mark.parametrize(
    ("ago", "there"), [(FRESH - timedelta(seconds=5), True), (FRESH + timedelta(seconds=1), False)]
)
async def test_one_that_was_killed_counts_as_gone_after_a_minute(database: Database, ago, there):
    await _begun(database, ago=ago)
    assert bool(await database.read(fresh)) is there


async def test_a_sign_of_life_brings_it_back(database: Database):
    process_id = await _begun(database, ago=timedelta(hours=1))
    assert await database.run(beat, process_id)
    assert [one.id for one in await database.read(fresh)] == [process_id]


async def test_one_whose_row_is_gone_is_told_so(database: Database):
    assert not await database.run(beat, new_id(NOW))


async def test_when_any_other_was_seen_last(database: Database):
    mine = await _begun(database)
    assert await database.read(lambda connection: last_seen(connection, other_than=mine)) is None
    await _begun(database, ago=timedelta(hours=2))
    await _begun(database, ago=timedelta(hours=5))
    now, last = await database.read(
        lambda connection: (database_now(connection), last_seen(connection, other_than=mine))
    )
    assert last is not None
    seen = now - last
    assert timedelta(hours=2) <= seen < timedelta(hours=2, minutes=1)


async def test_rows_of_long_ago_go_but_for_the_last_one(database: Database):
    mine = await _begun(database)
    await _begun(database, ago=timedelta(days=30))
    last = await _begun(database, ago=timedelta(days=20))
    await database.run(_grow_old, mine, timedelta(days=40))  # as if all had been off for three weeks
    now = await _begun(database)
    assert await database.read(_ids) == {last, now}
    assert await database.read(lambda connection: last_seen(connection, other_than=now)) is not None


def _ids(connection: Connection) -> set[UUID]:
    return set(connection.execute(select(processes.c.id)).scalars())
