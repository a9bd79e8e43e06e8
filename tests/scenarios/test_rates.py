"""Several processes share one account's rate: Telegram never has to say "too many", and what is pressing leaves first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, insert, select

from storage.ids import new_id
from storage.keys import Keys
from storage.outbox import put
from storage.people import address_row
from storage.records import Address, Body, Message, Purpose, SendClass
from storage.sealing import Keyring
from storage.tables import addresses, outbox
from tests.world.household import KEY
from tests.world.service import Service
from tests.world.waiting import until

CHATS = 90
ALERTS = 5


def move_in(connection: Connection, chats: Sequence[int], now: datetime) -> list[UUID]:
    """Addresses for these chats, nobody's."""
    keys = Keys(Keyring.from_secret(KEY), connection)
    places = [Address(new_id(now), "main", "telegram", str(chat), None, 0) for chat in chats]
    connection.execute(insert(addresses), [address_row(keys, place, now) for place in places])
    return [place.id for place in places]


def write(
    connection: Connection,
    places: Sequence[UUID],
    text: str,
    now: datetime,
    send_class: SendClass = "bulk",
    purpose: Purpose = "reply",
) -> None:
    """A message to each of these addresses."""
    keys = Keys(Keyring.from_secret(KEY), connection)
    messages = [
        Message(
            id=new_id(now),
            address_id=place,
            person_id=None,
            send_class=send_class,
            purpose=purpose,
            body=Body(text),
            due_at=now,
            created_at=now,
        )
        for place in places
    ]
    put(connection, keys, messages)


def left(connection: Connection) -> int:
    """How many have not been accepted."""
    return connection.execute(select(func.count()).where(outbox.c.state != "accepted")).scalar_one()


def sent(connection: Connection) -> int:
    """How many have."""
    return connection.execute(select(func.count()).where(outbox.c.state == "accepted")).scalar_one()


async def attempts(service: Service) -> list[tuple[datetime, int, str, str]]:
    """(when, status, chat, text) of every message that the server was handed, in order."""
    return [
        (datetime.fromisoformat(one["at"]), one["status"], one["target"], one["parameters"]["text"])
        for one in await service.telegram.requests()
        if one["name"] == "sendMessage"
    ]


async def is_sent(service: Service, wanted: int) -> bool:
    """Whether so many have been."""
    return await service.reads(sent) >= wanted


@pytest.mark.postgres
async def test_three_processes_send_as_one_may_and_an_alert_waits_for_none_of_it(postgresql_service: Service):
    service = postgresql_service
    service.configure(mode="webhook")
    await service.starts(3)
    chats = [await service.telegram.user(f"U{place}", started=True) for place in range(CHATS + ALERTS)]
    places = await service.writes(move_in, chats, service.now)
    await service.writes(write, places[:CHATS], "hello", service.now)
    await until(lambda: is_sent(service, 10), "the first to be sent")
    await service.writes(write, places[CHATS:], "help", service.now, "crisis", "crisis")
    await until(lambda: is_sent(service, CHATS + ALERTS), "all to be sent", within=60)

    seen = await attempts(service)
    assert {status for _, status, _, _ in seen} == {200}
    assert sorted(chat for _, _, chat, _ in seen) == sorted(map(str, chats))
    texts = [text for _, _, _, text in seen]
    behind_them = len(texts) - 1 - max(place for place, text in enumerate(texts) if text == "help")
    assert behind_them > CHATS / 4, "the alerts waited for what was not pressing"
    span = seen[-1][0] - seen[0][0]
    assert span >= timedelta(seconds=(CHATS - 30) / 30), "faster than the server allows"
    await service.stops()
