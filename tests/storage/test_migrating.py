"""The migrations make exactly the tables; `pre` and `post` run when they may."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from storage import migrating
from storage.columns import metadata
from storage.engines import open_engine, parse_address
from storage.errors import MigrationError
from storage.migrating import Migration, current, migrations, pending, upgrade
from storage.migrations import __main__ as drafting
from tests.conftest import WORKER
from tests.world import postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/blank.db"
        return
    with postgres.empty_database(WORKER) as address:
        yield address


def _engine(address: str) -> Engine:
    return open_engine(parse_address(address), "write")


def _ask(address: str, question: Any) -> Any:
    engine = _engine(address)
    try:
        with engine.connect() as connection:
            return question(connection)
    finally:
        engine.dispose()


def test_alembic_finds_no_difference_between_the_tables_and_the_migrated_schema(blank: str):
    upgrade(blank, post=True)

    def difference(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    assert _ask(blank, difference) == []


def _schema(connection: Connection) -> dict[str, Any]:
    found = inspect(connection)
    return {
        table: {
            "checks": sorted((one["name"], one["sqltext"]) for one in found.get_check_constraints(table)),
            "indexes": sorted(
                (one["name"], one["unique"], one["column_names"], str(_condition(one)))
                for one in found.get_indexes(table)
            ),
            "uniques": sorted((one["name"], one["column_names"]) for one in found.get_unique_constraints(table)),
            "keys": sorted((one["name"], one["referred_table"]) for one in found.get_foreign_keys(table)),
            "columns": sorted(
                (one["name"], str(one["type"]), one["nullable"], str(one["default"]))
                for one in found.get_columns(table)
            ),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def _condition(index: Any) -> object:
    options = index.get("dialect_options", {})
    return options.get("sqlite_where", options.get("postgresql_where", ""))


def test_defaults_checks_partial_indexes_and_keys_are_those_of_the_tables(blank: str, tmp_path: Path):
    if blank.startswith("sqlite"):
        _compare(blank, f"sqlite:///{tmp_path}/made.db")
    else:
        with postgres.empty_database(WORKER) as made:
            _compare(blank, made)


def _compare(migrated: str, made: str) -> None:
    upgrade(migrated, post=True)
    engine = _engine(made)
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()
    expected = _ask(made, _schema)
    assert expected
    assert _ask(migrated, _schema) == expected


def test_upgrading_says_what_ran_and_a_second_time_nothing(blank: str):
    known = migrations()
    assert _ask(blank, pending) == known
    assert _ask(blank, current) is None
    assert upgrade(blank, post=True) == [one.name for one in known]
    assert upgrade(blank, post=True) == []
    assert _ask(blank, pending) == []
    assert _ask(blank, current) == known[-1].name


async def test_processes_that_start_at_once_upgrade_once(blank: str):
    ran = await asyncio.gather(*(asyncio.to_thread(upgrade, blank) for _ in range(4)))
    assert sorted(len(names) for names in ran)[:3] == [0, 0, 0]
    assert max(ran, key=len) == [one.name for one in migrations() if not one.post or blank.startswith("sqlite")]


def test_a_database_of_a_newer_version_is_refused(blank: str):
    upgrade(blank, post=True)
    engine = _engine(blank)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(MigrationError, match="newer"):
        upgrade(blank)


PRE, POST = Migration("0001", "0001_pre_a", False), Migration("0002", "0002_post_b", True)


def test_without_leave_only_what_comes_before_the_first_post_one_is_due():
    assert migrating._due([PRE, POST], post=False) == [PRE]
    assert migrating._due([PRE, POST], post=True) == [PRE, POST]
    assert migrating._due([], post=False) == []


def test_a_pre_migration_behind_a_post_one_is_refused_with_the_command_that_helps():
    with pytest.raises(MigrationError, match=r"0003_pre_c waits behind 0002_post_b.*db upgrade --post"):
        migrating._due([POST, Migration("0003", "0003_pre_c", False)], post=False)


@pytest.mark.parametrize("name", ["0001_whole_way", "2_pre_a", "0002-pre-a", "x"])
def test_a_file_whose_name_does_not_say_when_it_may_run_is_refused(name: str):
    with pytest.raises(MigrationError, match="must be called"):
        migrating._named(name)


def test_each_migration_says_the_number_that_its_name_does():
    folder = Path(migrating.__file__).with_name("migrations") / "versions"
    files = sorted(folder.glob("[0-9]*.py"))
    said = [re.findall(r'^(?:down_)?revision\b.*= ["\']?(\w+)', file.read_text(), re.MULTILINE) for file in files]
    before = ["None", *(file.stem[:4] for file in files)]
    assert said == [[file.stem[:4], last] for file, last in zip(files, before, strict=False)]


def test_rows_that_would_point_at_nothing_stop_the_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    address = f"sqlite:///{tmp_path}/torn.db"

    def tear(connection: Connection, _revision: str, _also: Path | None) -> None:
        connection.exec_driver_sql("CREATE TABLE boats (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE crews (boat INTEGER REFERENCES boats (id))")
        connection.exec_driver_sql("INSERT INTO crews VALUES (7)")

    monkeypatch.setattr(migrating, "_run", tear)
    with pytest.raises(MigrationError, match="rows of crews"):
        upgrade(address)
    assert _ask(address, lambda connection: inspect(connection).get_table_names()) == []


def test_nothing_is_left_to_draft():
    with pytest.raises(SystemExit, match="nothing to draft"):
        drafting.difference()
