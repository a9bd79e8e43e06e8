"""Four processes on one PostgreSQL get one person's texts at once by webhook: each reply counts once and none is lost."""

import asyncio

import pytest
from sqlalchemy import func, select, text

from storage.keys import Keys
from storage.sealing import Keyring
from storage.sessions import load_history
from storage.tables import inbound, outbox, people
from storage.viewing import System
from tests.world.household import CHECK_IN, ISLA, KEY
from tests.world.service import Service

TEXTS = 40
COUNTING = """
id = "counting"
version = 1
title = "Counting"
audience = "service_user"
language = "en-GB"
[reply]
within = "6h"
[[steps]]
id = "number"
ask = "Any number from 0 to 99, please."
answer = { type = "scale", min = 0, max = 99, save = "number" }
next = [{ when = "number == 99", to = "over" }, { to = "number" }]
[[steps]]
id = "over"
say = "That is all."
end = true
"""


@pytest.mark.postgres
async def test_every_text_counts_once_whichever_process_gets_it(postgresql_service: Service):
    service = postgresql_service
    service.configure(CHECK_IN.replace("daily-check-in", "counting"), mode="webhook", flows={"counting.toml": COUNTING})
    service.sms_path += "#rc=5&rp=all"
    await service.imports(ISLA)
    isla = service.sms(ISLA)
    await service.starts(4)
    await service.time("09:30")
    await isla.gets("Any number")
    isla.ignores("Any number")

    before = await service.reads(_deadlocks)
    await asyncio.gather(*(_comes_twice(service, str(number)) for number in range(1, TEXTS + 1)))

    seqs, answered, asked = await service.reads(_counted)
    assert seqs == list(range(1, TEXTS + 1))
    assert sorted(answered) == list(range(1, TEXTS + 1))
    assert asked == TEXTS + 1
    assert service.complaints() == []
    assert await service.reads(_deadlocks) == before
    await service.stops()  # what is still to be sent waits for the next start


async def _comes_twice(service: Service, words: str) -> None:
    told = await service.twilio.text(ISLA.phone, words, wait=False)
    again = await service.twilio.text_again(told.sid)
    assert again.answers[-1] == 200


def _deadlocks(connection) -> int:
    """How many PostgreSQL has broken up in this database, which `Database.run` would hide by running again."""
    return connection.execute(
        text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    ).scalar_one()


def _counted(connection) -> tuple[list[int], list[float], int]:
    keys = Keys(Keyring.from_secret(KEY), connection)
    isla = connection.execute(select(people.c.id).where(people.c.key.is_(None))).scalar_one()
    seqs = connection.execute(select(inbound.c.seq).where(inbound.c.person_id == isla).order_by(inbound.c.seq))
    history = load_history(connection, keys, System("a test"), [isla], {("counting", "number")})
    values = [value for entries in history.values() for _, value in entries]
    questions = select(func.count()).select_from(outbox).where(outbox.c.purpose == "question")
    return list(seqs.scalars()), values, connection.execute(questions).scalar_one()
