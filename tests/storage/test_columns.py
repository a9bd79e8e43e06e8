"""Column types behave alike on both databases."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, cast, insert, select

from storage.columns import Id, Json, Moment, metadata
from storage.database import Database
from storage.errors import NaiveMomentError
from storage.ids import new_id

NOON = datetime(2026, 7, 1, 12, 0, 0, 1, tzinfo=UTC)
THINGS = Table(
    "things_of_the_column_tests",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("at", Moment),
    Column("facts", Json),
    Column("place", Integer),
)


@pytest.fixture
async def things(database: Database):
    await database.run(THINGS.create)
    yield database
    await database.run(THINGS.drop)


def _put(connection: Connection, *rows: Mapping[str, object]) -> None:
    for place, row in enumerate(rows):
        connection.execute(insert(THINGS).values(id=new_id(NOON), place=place, **row))


def _column(connection: Connection, name: str) -> list[object]:
    return list(connection.execute(select(THINGS.c[name]).order_by(THINGS.c.place)).scalars())


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        NOON.replace(microsecond=0),
        NOON.replace(microsecond=999_999),
        datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"), fold=1),
        datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=10, minutes=30))),
    ],
)
async def test_a_moment_comes_back_as_the_same_moment_in_utc(things: Database, moment: datetime):
    await things.run(_put, {"at": moment})
    (found,) = await things.read(_column, "at")
    assert found == moment.astimezone(UTC)
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


async def test_no_moment_stays_none(things: Database):
    await things.run(_put, {"at": None, "facts": None})
    assert await things.read(_column, "at") == [None]


async def test_a_moment_without_a_zone_is_refused_by_name(things: Database):
    with pytest.raises(NaiveMomentError, match="zone"):
        await things.run(_put, {"at": NOON.replace(tzinfo=None)})


async def test_moments_compare_in_sql_whatever_zone_they_came_in(things: Database):
    half_past_eleven_utc = datetime(2026, 7, 1, 12, 30, tzinfo=ZoneInfo("Europe/London"))
    await things.run(_put, {"at": half_past_eleven_utc}, {"at": NOON}, {"at": NOON + timedelta(microseconds=1)})

    def up_to(connection: Connection, moment: datetime) -> int:
        return len(connection.execute(select(THINGS.c.id).where(THINGS.c.at <= moment)).all())

    assert await things.read(up_to, NOON.astimezone(ZoneInfo("Australia/Lord_Howe"))) == 2


async def test_moments_sort_by_time_to_the_microsecond(things: Database):
    moments = [NOON + timedelta(microseconds=step) for step in (3, 0, 999_999, 1_000_000, 1)]
    await things.run(_put, *({"at": moment} for moment in moments))

    def in_order(connection: Connection) -> list[datetime]:
        return list(connection.execute(select(THINGS.c.at).order_by(THINGS.c.at)).scalars())

    assert await things.read(in_order) == sorted(moments)


async def test_ids_come_back_as_uuids_and_sort_alike(things: Database):
    await things.run(_put, {}, {}, {})
    found = await things.read(_column, "id")
    assert all(isinstance(one, UUID) for one in found)

    def in_order(connection: Connection) -> list[UUID]:
        return list(connection.execute(select(THINGS.c.id).order_by(THINGS.c.id)).scalars())

    assert await things.read(in_order) == sorted(found, key=str)


async def test_json_is_written_with_sorted_keys_at_every_depth(things: Database):
    await things.run(_put, {"facts": {"b": [{"z": 1, "a": "é"}], "a": None}})

    def raw(connection: Connection) -> str:
        return connection.execute(select(cast(THINGS.c.facts, Text))).scalar_one()

    written = await things.read(raw)
    assert written.index('"a"') < written.index('"b"') < written.rindex('"a"') < written.index('"z"')
    assert await things.read(_column, "facts") == [{"a": None, "b": [{"a": "é", "z": 1}]}]


async def test_json_none_is_null(things: Database):
    await things.run(_put, {"facts": None})

    def without(connection: Connection) -> int:
        return len(connection.execute(select(THINGS.c.id).where(THINGS.c.facts.is_(None))).all())

    assert await things.read(without) == 1


async def test_a_value_inside_json_can_be_compared(things: Database):
    await things.run(_put, {"facts": {"n": 1}}, {"facts": {"n": 2}})

    def with_two(connection: Connection) -> list[int]:
        return list(connection.execute(select(THINGS.c.place).where(THINGS.c.facts["n"].as_integer() == 2)).scalars())

    assert await things.read(with_two) == [1]


def test_every_constraint_of_every_table_has_a_name():
    import storage.tables

    assert storage.tables.metadata is metadata
    unnamed = [table.name for table in metadata.tables.values() for one in table.constraints if not one.name]
    assert metadata.tables
    assert unnamed == []
