"""The floors: as many rows of the same size as a reply writes, in plain tables, unencrypted, one message a transaction."""

import asyncio
import sqlite3
import time
from pathlib import Path

import asyncpg

CONNECTIONS = 8
MESSAGES = 1_000


def plain_sqlite(folder: Path, rows: int, size: int) -> float:
    """Messages a second of plain `sqlite3` with synchronous=FULL: so many rows of that many bytes in all."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE written (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
    content = bytes(size // rows)
    started = time.perf_counter()
    for _ in range(MESSAGES):
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(rows):
            connection.execute("INSERT INTO written (content) VALUES (?)", (content,))
        connection.execute("COMMIT")
    taken = time.perf_counter() - started
    connection.close()
    return MESSAGES / taken


async def plain_asyncpg(address: str, rows: int, size: int) -> float:
    """Messages a second of plain asyncpg with eight connections, each writing one message after another."""
    content = bytes(size // rows)
    pool = await asyncpg.create_pool(address, min_size=CONNECTIONS, max_size=CONNECTIONS)
    await pool.execute("CREATE TABLE floor_written (id BIGSERIAL PRIMARY KEY, content BYTEA NOT NULL)")

    async def write(messages: int) -> None:
        async with pool.acquire() as connection:
            for _ in range(messages):
                async with connection.transaction():
                    for _ in range(rows):
                        await connection.execute("INSERT INTO floor_written (content) VALUES ($1)", content)

    await asyncio.gather(*(write(20) for _ in range(CONNECTIONS)))  # warm
    started = time.perf_counter()
    await asyncio.gather(*(write(MESSAGES // CONNECTIONS) for _ in range(CONNECTIONS)))
    taken = time.perf_counter() - started
    await pool.close()
    return MESSAGES / taken
