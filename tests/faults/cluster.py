"""PostgreSQL of a run's own, so that it can be broken off and cut without hurting any other test."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from tests.world.postgres import binaries, start_guard
from tests.world.postgres_guard import wait_for_end_of
from tests.world.waiting import until

_NAME = "blether_faults"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server with one empty database."""

    guard: int
    port: int

    @property
    def address(self) -> str:
        """Of the database."""
        return f"postgresql://blether@127.0.0.1:{self.port}/{_NAME}"

    async def restart(self, away: float) -> None:
        """Break the server off as a power cut would, and start it again after `away` seconds."""
        os.kill(self.guard, signal.SIGUSR1)
        await asyncio.sleep(away)
        os.kill(self.guard, signal.SIGUSR2)
        await until(lambda: asyncio.to_thread(self._answers), "PostgreSQL to come back", within=30)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def cut(self, *, advisory_only: bool = False) -> int:
        """Break the connections of the bot in the middle of whatever they do; how many. `advisory_only`: those that
        hold an advisory lock, which is how a process knows that it is the leader.
        """
        holders = " AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)"
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'blether%'"
        )
        with psycopg.connect(self.address, autocommit=True) as connection:
            row = connection.execute(query + (holders if advisory_only else "")).fetchone()
        return row[0] if row else 0


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster while inside.

    Raises:
        NoPostgresError: no PostgreSQL is to be had.
    """
    guard, port = start_guard(binaries(), os.getpid(), durable=True)
    try:
        with psycopg.connect(f"postgresql://blether@127.0.0.1:{port}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {_NAME}")
        yield Cluster(guard, port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(guard, signal.SIGTERM)
            wait_for_end_of(guard)
