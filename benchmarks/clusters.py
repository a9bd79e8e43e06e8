"""A PostgreSQL of the benchmark's own, as durable as one in service: commits are on the disk when they are acknowledged."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from storage.migrating import upgrade
from tests.world.postgres import binaries, start_guard


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a server that ends with the block.

    Raises:
        NoPostgresError: none is to be had.
    """
    guard, port = start_guard(binaries(), os.getpid(), durable=True, synced=True)
    try:
        yield f"postgresql://blether@127.0.0.1:{port}"
    finally:
        os.kill(guard, signal.SIGTERM)


def new_database(server: str, name: str) -> str:
    """The address of a new, migrated database on that server."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    upgrade(f"{server}/{name}", post=True)
    return f"{server}/{name}"
