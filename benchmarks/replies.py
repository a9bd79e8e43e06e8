"""Durable replies: from the raw webhook body and its headers to the commit that acknowledges them.

Each person has an open daily check-in and answers 7. Checking Twilio's signature, parsing, reading for danger, locking,
loading, deciding, sealing and saving are all in it; the HTTP server is not. `waiting` of them are there at once.

The floor writes as many rows of the same size into plain tables, unencrypted, one message a transaction: `sqlite3` with
synchronous=FULL, asyncpg with eight connections.
"""

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection, select
from twilio.request_validator import RequestValidator

from benchmarks.clusters import cluster, new_database
from benchmarks.figure import Figure
from benchmarks.floors import plain_asyncpg, plain_sqlite
from bot.channels.sms.inbound import read_message
from bot.channels.sms.signature import is_genuine
from storage.database import Database
from storage.migrating import upgrade
from storage.sealing import Keyring
from storage.tables import metadata
from tests.world.town import Resident, Town

TOKEN = "benchmark-token"
URL = "https://blether.example.org/twilio/message"
OURS = "+447700900100"
BATCHES = 12
SUPERVISOR = Resident("Morag", ("supervisor",), (("main", "1004"),), key="morag")


def _number(place: int) -> str:
    return f"+4477{place:08d}"


def _posted(place: int) -> tuple[bytes, str]:
    """A webhook's body and its signature, as Twilio would send them."""
    form = {
        "MessageSid": f"SM{place:032x}",
        "AccountSid": "AC" + "0" * 32,
        "From": _number(place),
        "To": OURS,
        "Body": "7",
        "NumMedia": "0",
        "NumSegments": "1",
    }
    return urlencode(form).encode(), RequestValidator(TOKEN).compute_signature(URL, form)


async def _take(town: Town, body: bytes, signature: str) -> None:
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    if not is_genuine(TOKEN, URL, fields, signature):
        raise ValueError("the benchmark's own signature is wrong")
    await town.inbox.take_in([read_message({OURS: "sms"}, dict(fields))])


async def measure(address: str, database_name: str, waiting: int, floor: float | None) -> list[Figure]:
    """Replies a second with so many waiting, and with one waiting the median time of one."""
    database = Database.open(address)
    people = waiting * (BATCHES + 1)
    residents = [
        SUPERVISOR,
        *(Resident(f"P{place}", ("service_user",), (("sms", _number(place)),)) for place in range(people)),
    ]
    town = await Town.build(database, Keyring.generate(), datetime(2026, 6, 22, 8, 29, tzinfo=UTC), residents=residents)
    for place in range(people):
        await town.schedule(f"P{place}", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    posted = [_posted(place) for place in range(people)]
    times: list[float] = []
    for batch in range(BATCHES + 1):
        started = time.perf_counter()
        await asyncio.gather(
            *(_take(town, body, signature) for body, signature in posted[batch * waiting : (batch + 1) * waiting])
        )
        times.append(time.perf_counter() - started)
    await database.close()
    warm = times[1:]
    name = f"durable replies, {database_name}, {waiting} waiting"
    figures = [Figure(name, waiting * len(warm) / sum(warm), "replies/s", floor)]
    if waiting == 1:
        figures.append(Figure(f"{name}, p50", statistics.median(warm) * 1000, "ms"))
    return figures


async def rows_of_a_reply(folder: Path) -> tuple[int, int]:
    """How many rows one reply writes or changes, and how many bytes it adds, counted on a real one."""
    file = folder / "count.db"
    upgrade(f"sqlite:///{file}")
    database = Database.open(f"sqlite:///{file}")
    one = Resident("P0", ("service_user",), (("sms", _number(0)),))
    town = await Town.build(
        database, Keyring.generate(), datetime(2026, 6, 22, 8, 29, tzinfo=UTC), residents=[SUPERVISOR, one]
    )
    await town.schedule("P0", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    before = await database.read(_content)
    body, signature = _posted(0)
    await _take(town, body, signature)
    after = await database.read(_content)
    await database.close()
    changed = [row for row in after if row not in before]
    return len(changed), sum(len(row) for row in changed)


def _content(connection: Connection) -> set[str]:
    return {repr((table.name, *row)) for table in metadata.sorted_tables for row in connection.execute(select(table))}


async def figures() -> list[Figure]:
    """The table's lines for both databases."""
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="blether-bench-") as name, cluster() as server:
        folder = Path(name)
        rows, size = await rows_of_a_reply(folder)
        what = f"{rows} rows and {size} bytes a message"
        for database in ("sqlite", "postgresql"):
            if database == "sqlite":
                floor = plain_sqlite(folder, rows, size)
                found.append(Figure(f"floor: plain sqlite3, {what}", floor, "messages/s"))
            else:
                floor = await plain_asyncpg(new_database(server, "floor"), rows, size)
                found.append(Figure(f"floor: plain asyncpg, {what}", floor, "messages/s"))
            for waiting in (1, 32, 128):
                if database == "sqlite":
                    address = f"sqlite:///{folder / f'replies-{waiting}.db'}"
                    upgrade(address)
                else:
                    address = new_database(server, f"replies_{waiting}")
                found += await measure(address, database, waiting, floor)
    return found
