"""Locks, claims and inserts that differ between databases: with `engines.py` the only file that knows dialects.

On SQLite whoever writes holds the whole database (BEGIN IMMEDIATE), so the locks here are nothing there; SQLAlchemy
leaves FOR UPDATE out for it. Everywhere locks are taken in one order: persons by id, addresses by id, nothing more.
"""

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Table, func, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared
from storage.sets import among

_MIGRATION_LOCK = 0x626C6574686572  # "blether" in ASCII: an advisory lock has a number, not a name


_SQLITE_NOW = Prepared(select(func.strftime(literal("%Y-%m-%d %H:%M:%f"), literal("now")).label("now")))


def database_now(connection: Connection) -> datetime:
    """The database's own clock, aware UTC: leases use it, for it is the only one that all processes share.

    It moves on inside a transaction. SQLite's counts milliseconds, PostgreSQL's microseconds.
    """
    if connection.dialect.name == "sqlite":
        [row] = _SQLITE_NOW.rows(connection)
        return datetime.fromisoformat(row.now).replace(tzinfo=UTC)
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def lock_rows(connection: Connection, table: Table, ids: Collection[UUID]) -> None:
    """Lock the rows of `table` with these `id`s, in id order, until the transaction ends; load their state after it.

    FOR NO KEY UPDATE lets other transactions check foreign keys against them. Ids that are not there are ignored.
    """
    if ids and connection.dialect.name != "sqlite":
        _locking(table).rows(connection, ids=ids)


@cache
def _locking(table: Table) -> Prepared:
    rows = select(table.c.id).where(among(table.c.id, "ids")).order_by(table.c.id)
    return Prepared(rows.with_for_update(key_share=True))


def claim_ids(connection: Connection, ids: Select[UUID], limit: int) -> list[UUID]:
    """The first `limit` ids of a select of ids that nobody else holds, locked until the transaction ends.

    Only rows of the table that the id comes from are locked, not those of tables joined to it.
    """
    (id_column,) = ids.selected_columns
    table: Any = getattr(id_column, "table", None)
    claim = ids.limit(limit).with_for_update(key_share=True, skip_locked=True, of=table)
    return list(connection.execute(claim).scalars())


def insert_new(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    conflict_columns: Sequence[str] = (),
    *,
    conflict_where: ColumnElement[bool] | None = None,
) -> list[UUID]:
    """Insert what is not there yet and return the `id`s that went in, in no promised order.

    `conflict_columns` name the unique constraint or index that may already hold a row, `conflict_where` the condition
    of a partial one; none means any. Another constraint still raises IntegrityError. All rows have the same keys.
    """
    if not rows:
        return []
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(table)
        .on_conflict_do_nothing(index_elements=list(conflict_columns) or None, index_where=conflict_where)
        .returning(table.c.id)
    )
    return list(connection.execute(statement, [dict(row) for row in rows]).scalars())


@contextmanager
def migration_lock(connection: Connection) -> Generator[None]:
    """Let one process at a time change the schema, over several transactions; others wait.

    On SQLite nothing: its write transaction does that by itself.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    key = {"key": _MIGRATION_LOCK}
    connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
    connection.commit()
    try:
        yield
    finally:
        # A connection that broke has lost the lock already.
        if not connection.invalidated:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            connection.commit()


def lock_tables(connection: Connection, names: Sequence[str], patience: float) -> None:
    """Have these tables to ourselves until the transaction ends, all of them or an error that passes: who has some and
    waits for others would stand in the way of transactions that have those and wait for these. Waits so many seconds for
    each at most, as everybody waits behind who waits. On SQLite nothing: one lock holds it all.
    """
    if connection.dialect.name != "sqlite" and names:
        quote = connection.dialect.identifier_preparer.quote
        connection.execute(text(f"SET LOCAL lock_timeout = {round(patience * 1000)}"))
        connection.execute(text(f"LOCK TABLE {', '.join(quote(name) for name in names)} IN ACCESS EXCLUSIVE MODE"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))


def runs_every_migration(connection: Connection) -> bool:
    """Whether `post` migrations may run at start: one process has the whole database, so no old code is left."""
    return connection.dialect.name == "sqlite"


def tables_with_dangling_rows(connection: Connection) -> set[str]:
    """Tables with rows that point at nothing: looked for on SQLite, where migrations run with foreign keys off."""
    if connection.dialect.name != "sqlite":
        return set()
    return {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
