"""At the start only what is pressing is done until what was missed is in."""

import asyncio

from bot.loops import Loops
from tests.bot.delivery.test_sending import post
from tests.world.rows import became
from tests.world.town import Town
from tests.world.waiting import until


async def test_what_is_pressing_leaves_and_the_rest_waits_until_the_missed_texts_are_in(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Callum", "daily-check-in", "daily at 09:29")
    for send_class in ("bulk", "reply", "escalation", "crisis"):
        await post(town, send_class, send_class)
    caught_up = asyncio.Event()
    loops = Loops(town.worker, town.sender, town.clock, caught_up=caught_up)
    loops.start()
    seen: list[str] = []

    def arrived(count: int) -> bool:
        seen.extend(town.phone("Isla").new())
        return len(seen) >= count

    await until(lambda: arrived(2), "what is pressing")
    for _ in range(20):  # each lets every loop run that is ready to
        await database.read(lambda connection: None)
    assert not arrived(3)
    assert await became(town, "Callum") == []
    caught_up.set()
    loops.wake()
    await until(lambda: arrived(4), "the rest")
    await until(lambda: bool(town.phone("Callum").texts), "the check-in")
    await loops.stop()
    assert set(seen[:2]) == {"crisis", "escalation"}
    assert seen[2:] == ["reply", "bulk"]
