"""Of several processes one asks Telegram: when it is killed, stands still or loses its connection, another one does."""

import signal

import pytest
from sqlalchemy import Connection, text

from storage.processes import fresh
from tests.world.phones import PATIENCE, TelegramPhone
from tests.world.service import Running, Service
from tests.world.waiting import until

pytestmark = pytest.mark.postgres
MINE = (
    "FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def leaders(connection: Connection) -> set[int]:
    """The server's numbers of the connections that hold a task."""
    return set(connection.execute(text(f"SELECT pid {MINE}")).scalars())


def cut_leaders(connection: Connection) -> int:
    """End their connections; how many it were."""
    return len(connection.execute(text(f"SELECT pg_terminate_backend(pid) {MINE}")).all())


async def stand_by(service: Service, place: int = 1) -> Running:
    """One more process, which waits to be the leader."""
    before = len(await service.reads(fresh))
    more = service._start(place, None)
    service.running.append(more)

    async def is_there() -> bool:
        return len(await service.reads(fresh)) > before

    await until(is_there, "one more process", within=PATIENCE * 2)
    return more


async def talks(morag: TelegramPhone) -> None:
    """What she writes is taken in and answered."""
    await morag.says("HELP")
    await morag.gets("Samaritans")


async def polls_at_once(service: Service) -> int:
    """How often Telegram ended a question because another one was asked."""
    return sum(1 for one in await service.telegram.requests() if one["status"] == 409)


async def test_when_the_leader_is_killed_another_process_asks(postgresql_service: Service):
    service = postgresql_service
    service.configure()
    await service.starts()
    morag = await service.chat("Morag", started=True)
    await talks(morag)
    await stand_by(service)
    await talks(morag)
    assert await polls_at_once(service) == 0
    await service.settles()  # what a killed process has in hand is its own for a minute
    first = service.running.pop(0)
    first.process.kill()
    assert await first.ended() == -signal.SIGKILL
    await talks(morag)
    await service.telegram.wait_polling(within=PATIENCE)


async def test_when_the_leader_stands_still_another_process_asks_and_goes_on_when_it_wakes(postgresql_service: Service):
    service = postgresql_service
    service.configure()
    await service.starts()
    morag = await service.chat("Morag", started=True)
    await stand_by(service)
    still = service.running[0].process
    before = await service.reads(leaders)
    still.send_signal(signal.SIGSTOP)

    async def another() -> bool:
        return bool(await service.reads(leaders) - before)

    await until(another, "another leader", within=PATIENCE * 2)
    try:
        await talks(morag)
    finally:
        still.send_signal(signal.SIGCONT)
    await talks(morag)


async def test_when_the_leaders_connection_is_cut_one_of_them_asks_and_never_two(postgresql_service: Service):
    service = postgresql_service
    service.configure()
    await service.starts()
    morag = await service.chat("Morag", started=True)
    await stand_by(service)
    for _ in range(3):
        before = await service.reads(leaders)
        assert await service.writes(cut_leaders) >= 1

        async def another(before: set[int] = before) -> bool:
            return bool(await service.reads(leaders) - before)

        await until(another, "a leader", within=PATIENCE)
        await talks(morag)
    assert len(await service.reads(leaders)) >= 1
    assert await polls_at_once(service) <= 3  # at most the question that was open when the connection was cut
