"""Locks, claims and inserts mean the same on both databases."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from storage.claims import claim_ids, database_now, insert_new, lock_rows
from storage.database import Database
from storage.ids import new_id
from tests.storage.conftest import BOATS, CREWS

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LIMIT = 20  # seconds; nothing here takes one
IDS = [new_id(NOW + timedelta(seconds=number)) for number in range(4)]


def moor_all(connection: Connection) -> None:
    connection.execute(insert(BOATS), [{"id": one, "name": f"boat {n}", "berth": n} for n, one in enumerate(IDS)])


def by_berth(connection: Connection, limit: int) -> list[UUID]:
    return claim_ids(connection, select(BOATS.c.id).order_by(BOATS.c.berth), limit)


async def test_the_databases_clock_is_aware_utc_and_goes_on_inside_a_transaction(database: Database):
    def three_times(connection: Connection) -> list[datetime]:
        return [database_now(connection) for _ in range(3)]

    first, second, third = await database.run(three_times)
    assert first.tzinfo is UTC
    assert first <= second <= third
    assert third - first < timedelta(seconds=5)
    assert first > NOW - timedelta(days=3650)


async def test_a_claim_takes_the_first_ones_in_order(harbour: Database):
    await harbour.run(moor_all)
    assert await harbour.run(by_berth, 2) == IDS[:2]


async def test_a_claim_by_itself_changes_nothing_for_the_next_transaction(harbour: Database):
    await harbour.run(moor_all)
    assert await harbour.run(by_berth, 2) == await harbour.run(by_berth, 2)


async def test_a_claim_over_a_join_locks_only_the_claimed_table(harbour: Database):
    await harbour.run(moor_all)
    crew = new_id(NOW)

    def claim(connection: Connection) -> list[UUID]:
        connection.execute(insert(CREWS).values(id=crew, boat_id=IDS[0]))
        return claim_ids(connection, select(CREWS.c.id).join(BOATS, BOATS.c.id == CREWS.c.boat_id), 5)

    assert await harbour.run(claim) == [crew]


async def _while_first_is_held(harbour: Database, hold: Callable[..., object], *args: object):
    """Run `hold` in a transaction that stays open until the returned function is called."""
    loop = asyncio.get_running_loop()
    held, let_go = asyncio.Event(), threading.Event()

    def holding(connection: Connection) -> None:
        hold(connection, *args)
        loop.call_soon_threadsafe(held.set)
        let_go.wait(LIMIT)

    task = asyncio.create_task(harbour.run(holding))
    await held.wait()
    return task, let_go


@pytest.fixture
async def pool(postgresql_url: str):
    """PostgreSQL with the storage tests' tables: several writers at once."""
    database = Database.open(postgresql_url)
    await database.run(BOATS.metadata.create_all)
    await database.run(moor_all)
    yield database
    await database.run(BOATS.metadata.drop_all)
    await database.close()


@pytest.mark.postgres
async def test_two_claims_at_once_never_share_a_row(pool: Database):
    async with asyncio.timeout(LIMIT):
        task, let_go = await _while_first_is_held(pool, by_berth, 2)
        assert await pool.run(by_berth, 3) == IDS[2:]
        let_go.set()
        await task


@pytest.mark.postgres
async def test_a_locked_row_holds_up_who_would_change_it_but_not_who_points_at_it(pool: Database):
    def point_at(connection: Connection) -> None:
        connection.execute(insert(CREWS).values(id=new_id(NOW), boat_id=IDS[0]))

    def sink(connection: Connection) -> None:
        connection.execute(update(BOATS).where(BOATS.c.id == IDS[0]).values(berth=99))

    async with asyncio.timeout(LIMIT):
        task, let_go = await _while_first_is_held(pool, lock_rows, BOATS, IDS[:2])
        await pool.run(point_at)
        sinking = asyncio.create_task(pool.run(sink))
        assert await pool.run(by_berth, 4) == IDS[2:]
        assert not sinking.done()
        let_go.set()
        await asyncio.gather(task, sinking)


@pytest.mark.postgres
async def test_locks_in_whatever_order_they_are_asked_for_do_not_deadlock(pool: Database):
    runs: list[int] = []

    def lock_and_touch(connection: Connection, ids: list[UUID]) -> None:
        runs.append(1)
        lock_rows(connection, BOATS, ids)
        for one in ids:
            connection.execute(update(BOATS).where(BOATS.c.id == one).values(name=BOATS.c.name))

    async with asyncio.timeout(LIMIT):
        await asyncio.gather(*(pool.run(lock_and_touch, IDS[::step]) for step in (1, -1) * 20))
    assert len(runs) == 40


async def test_locking_rows_that_are_not_there_or_none_is_no_error(harbour: Database):
    def lock(connection: Connection, ids: list[UUID]) -> int:
        lock_rows(connection, BOATS, ids)
        return 1

    assert await harbour.run(lock, [new_id(NOW)]) == 1
    assert await harbour.run(lock, []) == 1


def _rows(*names: str) -> list[dict[str, object]]:
    return [{"id": new_id(NOW), "name": name} for name in names]


async def test_only_what_is_new_goes_in(harbour: Database):
    first, second = _rows("Isla", "Morag"), _rows("Morag", "Ewan", "Isla")
    assert set(await harbour.run(insert_new, BOATS, first, ["name"])) == {row["id"] for row in first}
    assert await harbour.run(insert_new, BOATS, second, ["name"]) == [second[1]["id"]]


async def test_the_same_twice_in_one_batch_goes_in_once(harbour: Database):
    rows = _rows("Isla", "Isla")
    assert await harbour.run(insert_new, BOATS, rows, ["name"]) == [rows[0]["id"]]


async def test_a_batch_of_thousands_goes_in(harbour: Database):
    rows = _rows(*(f"boat {number}" for number in range(2500)))
    assert len(await harbour.run(insert_new, BOATS, rows, ["name"])) == 2500


async def test_nothing_to_insert_is_no_error(harbour: Database):
    assert await harbour.run(insert_new, BOATS, [], ["name"]) == []


async def test_another_constraint_is_still_an_error(harbour: Database):
    await harbour.run(insert_new, BOATS, [{"id": new_id(NOW), "name": "Isla", "berth": 1}], ["name"])
    with pytest.raises(IntegrityError):
        await harbour.run(insert_new, BOATS, [{"id": new_id(NOW), "name": "Ewan", "berth": 1}], ["name"])


async def test_without_columns_any_conflict_leaves_a_row_out(harbour: Database):
    await harbour.run(insert_new, BOATS, [{"id": new_id(NOW), "name": "Isla", "berth": 1}])
    assert await harbour.run(insert_new, BOATS, [{"id": new_id(NOW), "name": "Ewan", "berth": 1}]) == []


async def test_a_partial_index_is_named_by_its_condition(harbour: Database):
    def index(connection: Connection) -> None:
        connection.execute(
            text(f"CREATE UNIQUE INDEX uq_crews_free ON {CREWS.name} (boat_id) WHERE boat_id IS NOT NULL")
        )

    await harbour.run(moor_all)
    await harbour.run(index)
    rows = [{"id": new_id(NOW), "boat_id": IDS[0]} for _ in range(2)]

    def insert_both(connection: Connection) -> list[UUID]:
        return insert_new(connection, CREWS, rows, ["boat_id"], conflict_where=CREWS.c.boat_id.is_not(None))

    assert await harbour.run(insert_both) == [rows[0]["id"]]
