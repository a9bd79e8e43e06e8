"""A reply that one process has written another one sends, long before it would have looked by itself."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.conversation.work import Worker
from bot.delivery.send import Sender
from bot.loops import Loops
from storage.database import Database
from storage.notifying import Notifier
from tests.world.town import Town

HOUR = 3600.0


class Sending:
    """A process that sends, and looks by itself once an hour only."""

    def __init__(self, town: Town, url: str) -> None:
        self.database = Database.open(url)
        worker = Worker(self.database, town.keyring, town.worker.house)
        sender = Sender(worker, dict(town.sender.channels), town.sender.throttles, lambda point: None)
        self.loops = Loops(worker, sender, town.clock, poll=HOUR)
        self.notifier = Notifier(self.database.url, self.loops.wake, self.loops.anything_to_do)

    async def __aenter__(self) -> "Sending":
        self.loops.start()
        await self.notifier.__aenter__()
        await self.notifier.listening.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.notifier.__aexit__()
        await self.loops.stop()
        await self.database.close()


@pytest.mark.postgres
async def test_either_process_sends_what_the_other_has_committed(postgresql_url: str, keyring):
    async with AsyncExitStack() as stack:
        database = Database.open(postgresql_url)
        stack.push_async_callback(database.close)
        town = await Town.build(database, keyring)
        writing = Loops(town.worker, town.sender, town.clock)  # not started: it takes in, and sends nothing
        notifier = await stack.enter_async_context(Notifier(database.url, lambda: None, writing.anything_to_do))
        database.on_commit(notifier.committed)
        await stack.enter_async_context(Sending(town, postgresql_url))
        arrived: asyncio.Queue[str] = asyncio.Queue()
        town.channels["sms"].listen(lambda delivered: arrived.put_nowait(delivered.text))
        for _ in range(3):  # the second and third find the other process asleep
            await town.inbox.take_in([town.incoming("sms", "+447700900001", "HELP")])
            async with asyncio.timeout(20):
                await arrived.get()
