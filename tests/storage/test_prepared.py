"""Statements that go to the driver directly: the same rows, types and errors as SQLAlchemy's own way."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError, ProgrammingError

from storage.database import Database
from storage.errors import NaiveMomentError
from storage.ids import new_id
from storage.prepared import Prepared, inserting, updating
from storage.sets import among
from storage.tables import addresses, audit, channel_accounts, quarantine

NOW = datetime(2026, 6, 22, 8, 30, 0, 123456, tzinfo=UTC)
ACCOUNT = {"key": "sms", "kind": "sms"}
ADDRESSES = Prepared(
    select(addresses).where(addresses.c.account == bindparam("account"), among(addresses.c.value_hash, "hashes"))
)
BY_ID = Prepared(select(addresses.c.id).where(among(addresses.c.id, "ids")).order_by(addresses.c.id))
COLUMNS = ("id", "account", "value_hash", "value_sealed", "blocked_at", "stranger_told_on", "created_at")
NEW = inserting(addresses, *COLUMNS)
BLOCK = updating(addresses, "blocked_at")


def address(place: int = 0, **more: object) -> dict[str, object]:
    row = {
        "id": new_id(NOW),
        "account": "sms",
        "value_hash": bytes([place]) * 32,
        "value_sealed": b"\x00\xff",
        "blocked_at": None,
        "stranger_told_on": date(2026, 6, 22),
        "created_at": NOW.astimezone(timezone(timedelta(hours=1))),
    }
    return row | more


def begin(connection: Connection) -> None:
    connection.execute(insert(channel_accounts), [ACCOUNT])


async def test_rows_are_the_same_as_the_usual_way(database: Database):
    rows = [address(place) for place in range(3)]

    def work(connection: Connection) -> None:
        begin(connection)
        assert NEW.run_many(connection, rows) == 3
        usual = connection.execute(select(addresses).order_by(addresses.c.value_hash)).all()
        ours = ADDRESSES.rows(connection, account="sms", hashes=[row["value_hash"] for row in rows])
        assert sorted(ours, key=lambda row: row.value_hash) == [tuple(row) for row in usual]
        assert ours[0].created_at == NOW
        assert ours[0].created_at.tzinfo is UTC

    await database.run(work)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(wanted=st.sets(st.integers(0, 9)))
async def test_a_set_finds_its_members_and_no_more(database: Database, wanted: set[int]):
    rows = [address(place) for place in range(6)]

    def work(connection: Connection) -> None:
        connection.execute(addresses.delete())
        connection.execute(channel_accounts.delete())
        begin(connection)
        NEW.run_many(connection, rows)
        hashes = [bytes([place]) * 32 for place in wanted]
        found = {row.value_hash[0] for row in ADDRESSES.rows(connection, account="sms", hashes=hashes)}
        assert found == wanted & set(range(6))
        ids = [rows[place]["id"] for place in wanted if place < 6]
        assert [row.id for row in BY_ID.rows(connection, ids=ids)] == sorted(ids)

    await database.run(work)


async def test_text_may_hold_anything(database: Database):
    kinds = Prepared(select(channel_accounts.c.key).where(among(channel_accounts.c.key, "keys")))

    def work(connection: Connection) -> None:
        odd = ['a"b', "c'd", "[]", "é☂", "x,y"]
        connection.execute(insert(channel_accounts), [{"key": key, "kind": "sms"} for key in odd])
        assert {row.key for row in kinds.rows(connection, keys=odd)} == set(odd)
        assert kinds.rows(connection, keys=["a"]) == []

    await database.run(work)


async def test_an_update_touches_its_row_only(database: Database):
    rows = [address(place) for place in range(2)]

    def work(connection: Connection) -> None:
        begin(connection)
        NEW.run_many(connection, rows)
        assert BLOCK.run(connection, b_id=rows[0]["id"], blocked_at=NOW) == 1
        marked = {row.id: row.blocked_at for row in connection.execute(select(addresses))}
        assert marked == {rows[0]["id"]: NOW, rows[1]["id"]: None}

    await database.run(work)


async def test_json_goes_in_and_out(database: Database):
    entries = Prepared(select(audit.c.detail))
    new = inserting(audit, "id", "at", "kind", "detail", "mac", "written_at", "within")
    entry = {"id": new_id(NOW), "at": NOW, "kind": "x.y", "mac": bytes(32), "written_at": NOW, "within": 0}

    def work(connection: Connection) -> None:
        new.run_many(connection, [entry | {"detail": {"b": [1, None], "a": "é"}}])
        assert [row.detail for row in entries.rows(connection)] == [{"a": "é", "b": [1, None]}]

    await database.run(work)


async def test_a_constraint_is_an_integrity_error_and_quotes_nothing(database: Database):
    twice = [address(), address()]
    twice[1]["value_sealed"] = b"canary"

    def work(connection: Connection) -> None:
        begin(connection)
        NEW.run_many(connection, twice)

    with pytest.raises(IntegrityError) as caught:
        await database.run(work)
    assert "canary" not in str(caught.value)
    assert str(twice[0]["id"]) not in str(caught.value)


async def test_a_moment_without_a_zone_is_refused(database: Database):
    def work(connection: Connection) -> None:
        begin(connection)
        NEW.run_many(connection, [address(created_at=NOW.replace(tzinfo=None))])

    with pytest.raises(NaiveMomentError):
        await database.run(work)


async def test_a_failed_statement_leaves_nothing_behind(database: Database):
    def work(connection: Connection) -> None:
        begin(connection)
        NEW.run_many(connection, [address()])
        NEW.run_many(connection, [address(account="not there", place=1)])

    with pytest.raises(IntegrityError):
        await database.run(work)
    assert await database.read(lambda connection: connection.execute(select(addresses)).all()) == []


async def test_reading_cannot_write(database: Database):
    with pytest.raises(Exception, match=r"read.?only") as caught:
        await database.read(
            inserting(quarantine, "id", "kind", "subject_id", "reason", "times", "at").run,
            id=new_id(NOW),
            kind="inbound",
            subject_id=new_id(NOW),
            reason="X",
            times=1,
            at=NOW,
        )
    assert (
        isinstance(caught.value, ProgrammingError)
        or "readonly" in str(caught.value)
        or "read-only" in str(caught.value)
    )


async def test_a_set_is_looked_up_by_the_index(sqlite_url: str):
    """SQLite says how it would go about it; a scan of the whole table would cost more with every person who joins."""
    database = Database.open(sqlite_url)
    by_id = select(addresses.c.value_sealed).where(among(addresses.c.id, "ids"))
    by_hash = select(addresses.c.value_sealed).where(
        addresses.c.account == "sms", among(addresses.c.value_hash, "hashes")
    )

    def plan(connection: Connection) -> list[str]:
        texts = [str(one.compile(dialect=connection.dialect)) for one in (by_id, by_hash)]
        parameters = [("[]",), ("sms", b"")]
        return [
            " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values))
            for words, values in zip(texts, parameters, strict=True)
        ]

    plans = await database.read(plan)
    await database.close()
    assert all("SEARCH addresses USING INDEX" in one for one in plans), plans
