"""A bot with nothing to do rests: its loops do not wake each other, or themselves, for ever."""

import asyncio

from bot.loops import Loops
from tests.world.town import Town


async def test_with_nothing_due_no_transaction_is_committed(database, keyring):
    town = await Town.build(database, keyring)
    await town.settle()
    loops = Loops(town.worker, town.sender, town.clock)
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1

    database.on_commit(count)
    loops.start()
    for _ in range(50):  # each turn lets every loop run that is ready to
        await database.read(lambda connection: None)
        await asyncio.sleep(0)
    assert loops.alive
    await loops.stop()
    assert commits == 0


async def test_a_message_is_sent_with_few_commits_and_then_there_is_rest(database, keyring):
    town = await Town.build(database, keyring)
    loops = Loops(town.worker, town.sender, town.clock)
    commits, arrived = 0, asyncio.Event()

    def count() -> None:
        nonlocal commits
        commits += 1

    town.channels["sms"].listen(lambda delivered: arrived.set())
    database.on_commit(count)
    loops.start()
    await town.inbox.take_in([town.incoming("sms", "+447700900001", "HELP")])
    async with asyncio.timeout(20):
        await arrived.wait()
    for _ in range(50):
        await database.read(lambda connection: None)
        await asyncio.sleep(0)
    await loops.stop()
    assert commits <= 4  # taken in, settled, and room for one that found its work done by another round
