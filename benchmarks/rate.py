"""How much of a provider's rate is used: a burst of 600 messages to 300 chats, with a Telegram server that enforces 30
messages a second and one a second to a chat, and refuses what is too fast with 429.

The server writes down when each message came. The share is what came between the first and the last, of 30 a second.
"""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from benchmarks.clusters import cluster, new_database
from benchmarks.figure import Figure
from benchmarks.live import live
from benchmarks.population import Crowd, chat_of, filled, move_in
from storage import outbox
from storage.ids import new_id
from storage.keys import Keys
from storage.migrating import upgrade
from storage.records import Body, Message
from storage.sealing import Keyring
from tests.world.household import KEY

CHATS: Final = 300
EACH: Final = 2
ALLOWED: Final = 30.0
PATIENCE: Final = 60.0


async def measure(address: str, name: str, processes: int) -> list[Figure]:
    """The figures with so many processes on one database."""
    now, keyring = datetime.now(UTC), Keyring.from_secret(KEY)
    crowd = await filled(address, move_in, keyring, now, count=CHATS, staffed=False)
    async with live(address) as service:
        for place in range(CHATS):
            await service.telegram.user(f"P{place}", started=True, user_id=int(chat_of(place)))
        await service.telegram.limits(on=True, overall=ALLOWED, per_chat=1.0, burst=1)
        await service.starts(processes)
        await service.writes(_burst, keyring, crowd)
        await service.telegram.wait_request("sendMessage", count=CHATS * EACH, status=200, within=PATIENCE)
        requests = await service.telegram.requests()
        await service.stops()
    return _figures(requests, f"Telegram's rate, {name}, {_counted(processes)}")


def _counted(processes: int) -> str:
    return "1 process" if processes == 1 else f"{processes} processes"


def _burst(connection: Connection, keyring: Keyring, crowd: Crowd) -> None:
    keys = Keys(keyring, connection)
    keys.fetch(crowd.people)
    now = datetime.now(UTC)
    new = [
        Message(
            id=new_id(now),
            address_id=address_id,
            person_id=person_id,
            send_class="check-in",
            purpose="reply",
            body=Body(f"How is today, from 0 (really hard) to 10 (really good)? ({number})"),
            due_at=now,
            created_at=now,
        )
        for number in range(EACH)
        for person_id, address_id in zip(crowd.people, crowd.addresses, strict=True)
    ]
    outbox.put(connection, keys, new)


def _figures(requests: Sequence[dict[str, Any]], what: str) -> list[Figure]:
    sent = [one for one in requests if one["name"] == "sendMessage"]
    at = sorted(datetime.fromisoformat(one["at"]) for one in sent if one["status"] == 200)
    refused = sum(one["status"] == 429 for one in sent)
    used = (len(at) - 1) / (at[-1] - at[0]).total_seconds()
    return [
        Figure(f"{what}, {len(at)} messages to {CHATS} chats", used, "messages/s", ALLOWED),
        Figure(f"{what}, refused with 429", refused, "messages"),
    ]


async def on_sqlite() -> list[Figure]:
    """One process on SQLite."""
    with tempfile.TemporaryDirectory(prefix="blether-bench-") as folder:
        address = f"sqlite:///{Path(folder) / 'rate.db'}"
        upgrade(address)
        return await measure(address, "sqlite", 1)


async def on_postgresql() -> list[Figure]:
    """Three processes on PostgreSQL."""
    with cluster() as server:
        return await measure(new_database(server, "rate"), "postgresql", 3)


async def figures() -> list[Figure]:
    """The lines of the table."""
    return [*await on_sqlite(), *await on_postgresql()]
