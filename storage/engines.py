"""From a database's address to SQLAlchemy engines. Besides `claims.py` the only file that knows dialects.

Errors are cleansed here: parameters are hidden, and PostgreSQL's messages, which quote values ("Key (phone)=(+44…)
already exists", "invalid input syntax … "), are cut to the code, table and constraint.
"""

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from storage.errors import ConnectionLostError, DatabaseAddressError

BUSY_TIMEOUT = 30  # seconds that SQLite waits for another process's lock
_OLDEST_SQLITE = (3, 35)  # RETURNING
_QUOTES_VALUES = ("22", "23")  # classes of SQLSTATE whose messages quote the values: data exceptions, constraints

Purpose = Literal["write", "read", "migrate"]
if TYPE_CHECKING:
    from psycopg import AsyncConnection

    BareConnection = AsyncConnection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Engines:
    """What work runs on: `write` and `read` may share connections (PostgreSQL) or not (SQLite)."""

    write: Engine
    read: Engine


def parse_address(address: str) -> URL:
    """The URL with the driver we use: `sqlite:///relative.db`, `sqlite:////abs.db`, `postgresql://…`.

    Raises:
        DatabaseAddressError: not a URL, another kind of database, SQLite in memory, a folder that is not there.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        # The text is not repeated: it may hold a password.
        raise DatabaseAddressError(
            "the database address is not a URL like sqlite:///blether.db or postgresql://…"
        ) from None
    kind = url.get_backend_name()
    if kind == "postgresql" or url.drivername == "postgres":
        return url.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise DatabaseAddressError(f"{kind} is not a database blether knows: sqlite or postgresql")
    return _sqlite_url(url)


def _sqlite_url(url: URL) -> URL:
    if url.query or url.database in (None, "", ":memory:") or str(url.database).startswith("file:"):
        raise DatabaseAddressError("the SQLite address must name a file, as in sqlite:///blether.db, and nothing else")
    file = Path(str(url.database)).absolute()
    if not file.parent.is_dir():
        raise DatabaseAddressError(f"the folder of the database is not there: {file.parent}")
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise DatabaseAddressError(f"SQLite 3.35 or newer is needed; this is {sqlite3.sqlite_version}")
    return URL.create("sqlite+pysqlite", database=str(file))


def open_engines(url: URL, *, writers: int, readers: int) -> Engines:
    """The engines for a running service; `url` from `parse_address`."""
    if url.get_backend_name() == "sqlite":
        return Engines(
            write=open_engine(url, "write", connections=writers),
            read=open_engine(url, "read", connections=readers),
        )
    engine = open_engine(url, "write", connections=writers)
    # One snapshot for a whole read, as SQLite gives it anyway.
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(write=engine, read=reading)


def open_engine(url: URL, purpose: Purpose, *, connections: int = 1) -> Engine:
    """One engine with at most `connections` connections. `migrate` is `write` with SQLite's foreign keys off: a table
    is changed there by copying and dropping it, which would otherwise take the rows that point at it along.
    """
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": connections, "max_overflow": 0}
    if url.get_backend_name() == "sqlite":
        _make_private(Path(str(url.database)))
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False}, **options)
        _prepare_sqlite(engine, purpose)
    else:
        settings = {"application_name": "blether", "options": "-c timezone=UTC"}
        engine = create_engine(url, connect_args=settings, isolation_level="READ COMMITTED", **options)
    event.listen(engine, "handle_error", _cleanse_context)
    return engine


def _watched(name: str) -> dict[str, Any]:
    """Both sides notice within seconds that the other one is out of reach."""
    options = {
        "timezone": "UTC",
        "statement_timeout": "3s",
        "tcp_keepalives_idle": "2",
        "tcp_keepalives_interval": "1",
        "tcp_keepalives_count": "3",
    }
    return {
        "connect_timeout": 3,
        "tcp_user_timeout": 3_000,  # milliseconds that sent bytes may stay without an answer
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        "application_name": name,
        "options": " ".join(f"-c {key}={value}" for key, value in options.items()),
    }


def open_watched_engine(url: URL) -> Engine:
    """An engine of one connection outside transactions, for what must be noticed when it breaks: the server ends it soon
    after the network is gone, and we give up on a server that does not answer. PostgreSQL only.
    """
    engine = create_engine(
        url,
        connect_args=_watched("blether"),
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
    )
    event.listen(engine, "handle_error", _cleanse_context)
    return engine


def has_other_processes(url: URL) -> bool:
    """Whether several processes may run on this database."""
    return url.get_backend_name() != "sqlite"


async def open_bare(url: URL) -> "BareConnection":
    """A connection of the driver itself, outside transactions, for LISTEN and NOTIFY. PostgreSQL only.

    Raises:
        psycopg.Error: the server cannot be reached.
    """
    from psycopg import AsyncConnection  # who runs on SQLite does without it

    return await AsyncConnection.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True, **_watched("blether")
    )


def _make_private(file: Path) -> None:
    """A new database file is its owner's alone (SQLite gives its -wal and -shm the same mode)."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare_sqlite(engine: Engine, purpose: Purpose) -> None:
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own BEGIN would come late and deferred; ours is below.
        connection.isolation_level = None
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA foreign_keys = {'OFF' if purpose == 'migrate' else 'ON'}")
            if purpose == "read":
                connection.execute("PRAGMA query_only = ON")
        except sqlite3.DatabaseError as fault:  # a listener's errors are not made SQLAlchemy's: a full disk, a lock
            raise ConnectionLostError(
                f"the database could not be opened ({fault.sqlite_errorname}):"
                " is it a database, is there room on the disk, and may this user write there?"
            ) from fault

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if purpose == "read" else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


def sqlstate_of(error: BaseException | None) -> str | None:
    """PostgreSQL's five-letter code of a driver's error; None for any other error."""
    return getattr(error, "sqlstate", None)


def is_passing(error: BaseException) -> bool:
    """Whether the same work may go through when it is run again: a deadlock, a serialisation error, a lock that was not
    had in time, SQLite busy.

    Source: PostgreSQL's manual, appendix A (40P01, 40001, 55P03); SQLite's result codes 5 (BUSY) and 6 (LOCKED), whose
    extended forms keep the code in the lowest byte.
    """
    if not isinstance(error, DBAPIError):
        return False
    if sqlstate_of(error.orig) in ("40P01", "40001", "55P03"):
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def raise_cleansed(connection: Connection, error: Exception) -> NoReturn:
    """Raise a driver's error as SQLAlchemy would have: for statements that went to the driver directly.

    Raises:
        DBAPIError: always; its class says what it is. A connection that is lost is let go.
    """
    dialect = connection.dialect
    lost = dialect.is_disconnect(cast(Any, error), connection.connection.dbapi_connection, None)
    ours = DBAPIError.instance(
        None,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    _cleanse(error, ours)
    if lost:
        connection.invalidate(error)
    raise ours from error


def _cleanse_context(context: ExceptionContext) -> None:
    if context.sqlalchemy_exception is not None:
        _cleanse(context.original_exception, context.sqlalchemy_exception)


def _cleanse(driver_error: BaseException, ours: BaseException) -> None:
    state = sqlstate_of(driver_error)
    if state is None:
        return
    diag: Any = getattr(driver_error, "diag", None)
    if state.startswith(_QUOTES_VALUES):
        where = [f"{kind} {name}" for kind, name in _places(diag) if name]
        text = " ".join(["the values were refused,", *where])
    else:
        text = str(getattr(diag, "message_primary", None) or "the database refused")
    driver_error.args = (f"{state}: {text}",)
    ours.args = (f"({type(driver_error).__name__}) {state}: {text}",)


def _places(diag: Any) -> tuple[tuple[str, str | None], ...]:
    return (
        ("table", getattr(diag, "table_name", None)),
        ("column", getattr(diag, "column_name", None)),
        ("constraint", getattr(diag, "constraint_name", None)),
    )
