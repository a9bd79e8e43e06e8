"""What one process at a time may hold: a SQLite file as a whole, or on PostgreSQL a task with a name."""

import fcntl
import hashlib
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from storage.engines import open_watched_engine
from storage.errors import AlreadyHeldError

IDLE: Final = 6.0
"""Seconds after which the server takes a task from a process that does not look after it: one that stands still, or
whose network is gone."""


@contextmanager
def only_process(url: URL) -> Generator[bool]:
    """Hold the database for this process while inside. True if it is surely the only one (SQLite), False where many
    may run side by side (PostgreSQL). The lock goes with the process, however it ends.

    Raises:
        AlreadyHeldError: another process runs on this file.
    """
    if url.get_backend_name() != "sqlite" or url.database is None:
        yield False
        return
    beside = Path(f"{url.database}.lock")
    with beside.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyHeldError("another process already runs on this SQLite file: stop it first") from None
        yield True


class Task:
    """A task that one process at a time does. On SQLite there is one process: the task is always its own.

    On PostgreSQL it is an advisory lock of a connection of its own, and ends with it: when the process dies, when the
    connection is cut, and (PostgreSQL 14 and newer) when the server has heard nothing for `IDLE` seconds. Not for two
    threads at once.
    """

    def __init__(self, url: URL, name: str) -> None:
        self.alone = url.get_backend_name() == "sqlite"
        self._url = url
        self._key = int.from_bytes(hashlib.sha256(f"blether task {name}".encode()).digest()[:8], "big", signed=True)
        self._engine: Engine | None = None
        self._connection: Connection | None = None

    def have(self) -> bool:
        """Whether it is ours at this moment, as the server says; taken where it is free. Blocks a few seconds at most.
        False too where the server cannot be asked.
        """
        if self.alone:
            return True
        try:
            return self._ask(self._connected())
        except SQLAlchemyError:
            self.let_go()
            return False

    def let_go(self) -> None:
        """Give it up: the next process that asks has it."""
        connection, engine = self._connection, self._engine
        self._connection = self._engine = None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()
        if engine is not None:
            engine.dispose()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._engine = open_watched_engine(self._url)
            self._connection = self._engine.connect()
            version = self._connection.dialect.server_version_info
            if version is not None and int(version[0]) >= 14:
                self._connection.execute(text(f"SET idle_session_timeout = '{IDLE:.0f}s'"))
        return self._connection

    def _ask(self, connection: Connection) -> bool:
        """The lock is looked up, not only asked for: a session takes its own lock as often as it likes, and a pooler
        may have put us on another session.
        """
        held = connection.execute(
            text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
                " AND objsubid = 1 AND (classid::bigint << 32 | objid::bigint) = :key"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ),
            {"key": self._key},
        ).scalar_one()
        return bool(held) or bool(
            connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar_one()
        )
