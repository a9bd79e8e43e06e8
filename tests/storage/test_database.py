"""A transaction is a function run whole: committed or nothing, run again when that may help, never lost."""

import asyncio
import sqlite3
import stat
import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from storage.database import ATTEMPTS, Database
from storage.errors import ConnectionLostError, DatabaseAddressError, DatabaseClosedError
from storage.ids import new_id
from tests.storage.conftest import BOATS, CREWS

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LIMIT = 20  # seconds; nothing here takes one


def moor(connection: Connection, name: str, berth: int | None = None) -> UUID:
    made = new_id(NOW)
    connection.execute(insert(BOATS).values(id=made, name=name, berth=berth))
    return made


def names(connection: Connection) -> list[str]:
    return list(connection.execute(select(BOATS.c.name).order_by(BOATS.c.name)).scalars())


async def test_what_work_returns_comes_back(harbour: Database):
    made = await harbour.run(moor, "Isla", berth=3)
    assert isinstance(made, UUID)
    assert await harbour.read(names) == ["Isla"]


async def test_an_error_in_work_is_raised_and_nothing_is_kept(harbour: Database):
    def moor_and_fail(connection: Connection) -> None:
        moor(connection, "Isla")
        raise LookupError("no berth")

    with pytest.raises(LookupError, match="no berth"):
        await harbour.run(moor_and_fail)
    assert await harbour.read(names) == []


async def test_work_runs_on_a_database_thread(harbour: Database):
    def where(_connection: Connection) -> str:
        return threading.current_thread().name

    assert (await harbour.run(where)).startswith("database")


async def test_a_read_cannot_write(harbour: Database):
    with pytest.raises(DBAPIError):
        await harbour.read(moor, "Isla")
    assert await harbour.read(names) == []
    await harbour.run(moor, "Isla")  # and the next write can


async def test_a_read_sees_one_unchanging_view(harbour: Database):
    loop = asyncio.get_running_loop()
    looked, moored = asyncio.Event(), threading.Event()

    def look_twice(connection: Connection) -> tuple[list[str], list[str]]:
        first = names(connection)
        loop.call_soon_threadsafe(looked.set)
        moored.wait(LIMIT)
        return first, names(connection)

    looking = asyncio.create_task(harbour.read(look_twice))
    async with asyncio.timeout(LIMIT):
        await looked.wait()
        await harbour.run(moor, "Isla")
        moored.set()
        assert await looking == ([], [])
    assert await harbour.read(names) == ["Isla"]


async def test_foreign_keys_hold(harbour: Database):
    def crew(connection: Connection) -> None:
        connection.execute(insert(CREWS).values(id=new_id(NOW), boat_id=new_id(NOW)))

    with pytest.raises(IntegrityError):
        await harbour.run(crew)


async def test_a_commit_calls_back_in_the_event_loop_before_the_caller_goes_on(harbour: Database):
    seen: list[tuple[str, bool]] = []
    harbour.on_commit(lambda: seen.append((threading.current_thread().name, asyncio.current_task() is not None)))
    await harbour.run(moor, "Isla")
    assert seen == [(threading.current_thread().name, True)]


async def test_neither_a_read_nor_a_failed_write_calls_back(harbour: Database):
    calls: list[int] = []
    harbour.on_commit(lambda: calls.append(1))
    await harbour.read(names)
    await harbour.run(moor, "Isla")
    with pytest.raises(IntegrityError):
        await harbour.run(moor, "Isla")
    assert calls == [1]


async def test_a_callback_that_fails_hurts_neither_the_commit_nor_the_others(
    harbour: Database, caplog: pytest.LogCaptureFixture
):
    def fails() -> None:
        raise ValueError("+447700900123")

    calls: list[int] = []
    harbour.on_commit(fails)
    harbour.on_commit(lambda: calls.append(1))
    await harbour.run(moor, "Isla")
    assert calls == [1]
    assert "ValueError" in caplog.text
    assert "+447700900123" not in caplog.text


async def test_cancelling_who_waits_neither_stops_nor_loses_the_transaction(harbour: Database):
    loop = asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), threading.Event()
    calls: list[int] = []
    harbour.on_commit(lambda: calls.append(1))

    def slowly(connection: Connection) -> None:
        moor(connection, "Isla")
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(LIMIT)

    waiting = asyncio.create_task(harbour.run(slowly))
    async with asyncio.timeout(LIMIT):
        await begun.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go_on.set()
        await harbour.close()
    assert calls == [1]
    again = Database.open(harbour.url.render_as_string(hide_password=False))
    assert await again.read(names) == ["Isla"]
    await again.close()


async def test_work_that_is_queued_survives_cancelling_too(sqlite_url: str):
    database = Database.open(sqlite_url)
    await database.run(BOATS.create)
    hold = threading.Event()
    first = asyncio.create_task(database.run(lambda _connection: hold.wait(LIMIT)))
    second = asyncio.create_task(database.run(moor, "Isla"))
    await database.read(lambda _connection: None)  # by then both are handed in
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    hold.set()
    assert await first
    assert await database.run(names) == ["Isla"]
    await database.close()


async def test_an_error_that_nobody_waits_for_is_logged_without_its_text(
    harbour: Database, caplog: pytest.LogCaptureFixture
):
    loop = asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), threading.Event()

    def fails(_connection: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(LIMIT)
        raise LookupError("Isla")

    waiting = asyncio.create_task(harbour.run(fails))
    async with asyncio.timeout(LIMIT):
        await begun.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go_on.set()
        await harbour.close()
    assert "LookupError" in caplog.text
    assert "Isla" not in caplog.text


async def test_the_callers_context_goes_along(harbour: Database):
    bound: ContextVar[str] = ContextVar("bound")
    bound.set("escalation K7")
    assert await harbour.run(lambda _connection: bound.get()) == "escalation K7"


async def test_after_closing_no_work_is_taken(database: Database):
    await database.close()
    with pytest.raises(DatabaseClosedError):
        await database.run(names)
    with pytest.raises(DatabaseClosedError):
        await database.read(names)
    await database.close()


async def test_a_command_needs_no_event_loop(harbour: Database):
    await asyncio.to_thread(harbour.run_sync, moor, "Isla")
    assert await asyncio.to_thread(harbour.read_sync, names) == ["Isla"]


async def test_many_writers_at_once_all_get_through(harbour: Database):
    await asyncio.gather(*(harbour.run(moor, f"boat {number:02}") for number in range(40)))
    assert await harbour.read(names) == [f"boat {number:02}" for number in range(40)]


async def test_a_constraints_error_shows_no_value(harbour: Database):
    await harbour.run(moor, "+447700900123", berth=7)
    for name, berth in (("+447700900123", 8), ("Morag Example", -4711)):
        with pytest.raises(IntegrityError) as caught:
            await harbour.run(moor, name, berth=berth)
        shown = f"{caught.value!s} {caught.value!r} {caught.value.orig!s} {caught.value.orig!r}"
        assert "447700900123" not in shown
        assert "Morag" not in shown
        assert "4711" not in shown


async def test_a_constraints_error_names_the_constraint(harbour: Database):
    with pytest.raises(IntegrityError, match="ck_boats_berth"):
        await harbour.run(moor, "Isla", berth=-1)


async def test_a_value_the_database_cannot_read_is_not_shown(harbour: Database):
    def compare(connection: Connection) -> Any:
        return connection.execute(text("SELECT CAST(:words AS integer)"), {"words": "Morag Example"}).scalar()

    if harbour.dialect_name == "postgresql":
        with pytest.raises(DBAPIError) as caught:
            await harbour.run(compare)
        assert "Morag" not in f"{caught.value!s} {caught.value.orig!s}"
    else:
        assert await harbour.run(compare) == 0  # SQLite reads anything as a number


async def test_a_value_of_a_wrong_type_is_not_shown(harbour: Database):
    class Words:
        def __repr__(self) -> str:
            return "Morag Example"

    def store(connection: Connection) -> None:
        connection.execute(insert(BOATS).values(id=new_id(NOW), name=Words()))

    with pytest.raises(StatementError) as caught:
        await harbour.run(store)
    assert "Morag" not in str(caught.value)


async def test_a_busy_sqlite_is_tried_again(sqlite_url: str):
    database = Database.open(sqlite_url)
    await database.run(BOATS.create)
    runs: list[int] = []

    def busy_at_first(connection: Connection) -> None:
        runs.append(1)
        moor(connection, "Isla")
        if len(runs) < 3:
            connection.execute(text("PRAGMA busy_timeout = 0"))
            busy = sqlite3.OperationalError("database is locked")
            busy.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
            raise DBAPIError("…", None, busy)

    await database.run(busy_at_first)
    assert len(runs) == 3
    assert await database.run(names) == ["Isla"]
    await database.close()


async def test_an_error_that_stays_is_raised_after_so_many_runs(sqlite_url: str):
    database = Database.open(sqlite_url)
    runs: list[int] = []

    def always_busy(_connection: Connection) -> None:
        runs.append(1)
        busy = sqlite3.OperationalError("database is locked")
        busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise DBAPIError("…", None, busy)

    with pytest.raises(DBAPIError):
        await database.run(always_busy)
    assert len(runs) == ATTEMPTS
    await database.close()


async def test_sqlite_waits_for_another_process_that_writes(sqlite_url: str, tmp_path: Path):
    database = Database.open(sqlite_url)
    await database.run(BOATS.create)
    other = sqlite3.connect(tmp_path / "blether.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(database.run(moor, "Isla"))
    assert await database.read(names) == []  # readers are not held up
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing
    assert await database.read(names) == ["Isla"]
    await database.close()


async def test_sqlite_is_set_up_to_lose_nothing(sqlite_url: str):
    database = Database.open(sqlite_url)

    def settings(connection: Connection) -> dict[str, Any]:
        wanted = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}

    written = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000, "query_only": 0}
    assert await database.run(settings) == written
    assert await database.read(settings) == {**written, "query_only": 1}
    await database.close()


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.glob("new.db*")}


async def test_a_new_sqlite_file_is_its_owners_alone(tmp_path: Path):
    database = Database.open(f"sqlite:///{tmp_path}/new.db")
    await database.run(BOATS.create)
    modes = _modes(tmp_path)
    assert modes.pop("new.db") == 0o600
    assert set(modes.values()) == {0o600}
    await database.close()


@pytest.mark.postgres
async def test_a_deadlock_is_run_again(postgresql_url: str):
    database = Database.open(postgresql_url)
    await database.run(BOATS.create)
    try:
        one, other = await database.run(moor, "one"), await database.run(moor, "other")
        both_hold_one = threading.Barrier(2)
        runs: list[str] = []

        def rename(connection: Connection, first: UUID, second: UUID, suffix: str) -> None:
            runs.append(suffix)
            connection.execute(update(BOATS).where(BOATS.c.id == first).values(berth=None))
            if len(runs) <= 2:
                both_hold_one.wait(LIMIT)
            connection.execute(update(BOATS).where(BOATS.c.id == second).values(name=BOATS.c.name + suffix))

        async with asyncio.timeout(LIMIT):
            await asyncio.gather(
                database.run(rename, one, other, "-a"),
                database.run(rename, other, one, "-b"),
            )
        assert len(runs) >= 3  # one of them at least twice; a busy server may find another deadlock on the way
        assert await database.read(names) == ["one-b", "other-a"]
    finally:
        await database.run(BOATS.drop)
        await database.close()


@pytest.mark.postgres
async def test_a_connection_lost_before_the_commit_is_run_again(postgresql_url: str):
    database = Database.open(postgresql_url)
    await database.run(BOATS.create)
    try:
        runs: list[int] = []

        def cut_off_at_first(connection: Connection) -> None:
            runs.append(1)
            moor(connection, "Isla")
            if len(runs) == 1:
                pid = connection.execute(select(func.pg_backend_pid())).scalar_one()
                with psycopg.connect(postgresql_url, autocommit=True) as other:
                    other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            assert names(connection) == ["Isla"]

        await database.run(cut_off_at_first)
        assert len(runs) == 2
        assert await database.read(names) == ["Isla"]
    finally:
        await database.run(BOATS.drop)
        await database.close()


@pytest.mark.postgres
async def test_a_connection_lost_every_time_has_a_name_of_its_own(postgresql_url: str):
    database = Database.open(postgresql_url)

    def cut_off(connection: Connection) -> None:
        pid = connection.execute(select(func.pg_backend_pid())).scalar_one()
        with psycopg.connect(postgresql_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        connection.execute(select(1))

    with pytest.raises(ConnectionLostError):
        await database.run(cut_off)
    await database.close()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("blether.db", "not a URL"),
        ("", "not a URL"),
        ("mysql://example/db", "mysql is not"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite:///a.db?mode=ro", "must name a file"),
        ("sqlite:////nowhere/at/all/blether.db", "folder"),
    ],
)
def test_an_address_that_cannot_be_used_is_named(address: str, says: str):
    with pytest.raises(DatabaseAddressError, match=says):
        Database.open(address)


def test_an_address_with_a_password_is_not_repeated():
    with pytest.raises(DatabaseAddressError) as caught:
        Database.open("postgresql//blether:s3cret@example/db")
    assert "s3cret" not in str(caught.value)


def test_a_relative_address_is_taken_from_where_blether_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    database = Database.open("sqlite:///blether.db")
    assert database.url.database == str(tmp_path / "blether.db")
    database.close_sync()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_postgresql_address_gets_our_driver(scheme: str):
    database = Database.open(f"{scheme}://blether:s3cret@127.0.0.1/blether")
    assert database.dialect_name == "postgresql"
    assert database.url.drivername == "postgresql+psycopg"
    assert "s3cret" not in str(database.url)
    database.close_sync()


def test_a_file_that_cannot_be_written_is_said_in_words(tmp_path: Path):
    file = tmp_path / "blether.db"
    file.write_bytes(b"this is no database, and long enough to be looked at" * 20)
    database = Database.open(f"sqlite:///{file}")
    with pytest.raises(ConnectionLostError, match="could not be opened"):
        database.read_sync(lambda connection: connection.execute(select(1)))
    database.close_sync()
