"""A database that is held by another, breaks off, or cuts connections half-way."""

import asyncio
import sqlite3

from tests.faults.injecting.mischief import Mischief


async def locked(m: Mischief) -> None:
    """Another process holds the SQLite file's write lock for a while, now and then longer than anybody waits for it."""
    seconds = m.chance.uniform(*m.sizes.lock)
    connection = await asyncio.to_thread(_begin, m)
    try:
        await asyncio.sleep(seconds)
    finally:
        connection.rollback()
        connection.close()
    m.note("SQLite locked")


def _begin(m: Mischief) -> sqlite3.Connection:
    connection = sqlite3.connect(m.world.file, timeout=60, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


async def restarted(m: Mischief) -> None:
    """PostgreSQL breaks off in the middle of everything and comes back."""
    if m.world.cluster is not None:
        await m.world.cluster.restart(m.chance.uniform(*m.sizes.away))
        m.note("PostgreSQL restarted")


async def connections_cut(m: Mischief) -> None:
    """Connections to PostgreSQL end in the middle of whatever they do."""
    if m.world.cluster is not None:
        for _ in range(3):
            await asyncio.to_thread(m.world.cluster.cut)
            await asyncio.sleep(m.chance.random())
        m.note("connections cut")
