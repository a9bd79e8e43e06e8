"""Telegram's way in by long polling, against a Bot API server in a process of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.channels.base import Incoming, Unreadable
from bot.channels.telegram.client import TelegramChannel
from bot.channels.telegram.poller import AfterCommit, Poller
from tests.world.servers import TelegramServer

WITHIN = 5.0  # seconds that a test waits for something to happen


class Inbox:
    """What was handed over, list by list; may be told to fail or to take its time."""

    def __init__(self) -> None:
        self.lists: list[list[Incoming | Unreadable]] = []
        self.committed: list[Incoming | Unreadable] = []
        self.failures = 0
        self.open = asyncio.Event()
        self.open.set()
        self._changed = asyncio.Condition()

    async def take_in(self, items: list[Incoming | Unreadable]) -> None:
        self.lists.append(items)
        await self._tell()
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        self.committed += items
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, condition: Callable[["Inbox"], bool]) -> None:
        async with asyncio.timeout(WITHIN), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    @property
    def texts(self) -> list[str]:
        return [item.text for item in self.committed if isinstance(item, Incoming)]


class Waits:
    """Back-off that takes no time and is written down."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def waits() -> Waits:
    return Waits()


@asynccontextmanager
async def polling(
    telegram: TelegramServer, inbox: Inbox, waits: Waits, *, after_commit: AfterCommit | None = None, token: str = ""
) -> AsyncIterator[Poller]:
    poller = Poller(
        "main", token or telegram.token, telegram.url, inbox.take_in, after_commit=after_commit, long_poll=5,
        timeout=1.0, chance=lambda: 0.5, pause=waits,
    )  # fmt: skip
    running = asyncio.create_task(poller.run())
    try:
        yield poller
    finally:
        async with asyncio.timeout(WITHIN):
            await poller.stop()
            await running


async def test_texts_come_in_order_and_are_confirmed(telegram: TelegramServer, inbox: Inbox, waits: Waits) -> None:
    isla = await telegram.user(started=True)
    async with polling(telegram, inbox, waits):
        for words in ("aye", "naw", "🙂"):
            await telegram.say(isla, words)
        await inbox.until(lambda box: box.texts[-3:] == ["aye", "naw", "🙂"])
        await telegram.wait_confirmed()
    assert waits.seconds == []


async def test_nothing_is_confirmed_before_the_commit(telegram: TelegramServer, inbox: Inbox, waits: Waits) -> None:
    isla = await telegram.user(started=True)
    inbox.open.clear()
    async with polling(telegram, inbox, waits):
        await telegram.say(isla, "2")
        await inbox.until(lambda box: len(box.lists) == 1)
        assert await telegram.pending() != []
        inbox.open.set()
        await inbox.until(lambda box: "2" in box.texts)
        await telegram.wait_confirmed()


async def test_what_could_not_be_committed_comes_again(telegram: TelegramServer, inbox: Inbox, waits: Waits) -> None:
    isla = await telegram.user(started=True)
    inbox.failures = 2
    async with polling(telegram, inbox, waits) as poller:
        await telegram.say(isla, "2")
        await inbox.until(lambda box: "2" in box.texts)
        await telegram.wait_confirmed()
        assert poller.failures == 0
    ids = [[item.provider_id for item in items] for items in inbox.lists]
    assert ids[0][0] == ids[1][0] == ids[2][0]
    assert waits.seconds == [0.75, 1.5]


async def test_a_new_start_gets_what_was_not_confirmed(telegram: TelegramServer, inbox: Inbox, waits: Waits) -> None:
    isla = await telegram.user(started=True)
    inbox.failures = 1_000
    async with polling(telegram, inbox, waits):
        await telegram.say(isla, "2")
        await inbox.until(lambda box: len(box.lists) >= 1)
    again = Inbox()
    async with polling(telegram, again, waits):
        await again.until(lambda box: "2" in box.texts)


async def test_a_malformed_update_is_set_aside_and_its_neighbours_come_through(
    telegram: TelegramServer, inbox: Inbox, waits: Waits
) -> None:
    isla = await telegram.user(started=True)
    await telegram.say(isla, "before")
    broken: dict[str, Any] = {"message": {"chat": {"id": isla, "type": "private"}, "text": "I cannae go on"}}
    number = await telegram.raw_update(broken)
    await telegram.say(isla, "after")
    async with polling(telegram, inbox, waits):
        await inbox.until(lambda box: {"before", "after"} <= set(box.texts))
        await telegram.wait_confirmed()
    (aside,) = [item for item in inbox.committed if isinstance(item, Unreadable)]
    assert (aside.provider_id, aside.sender) == (str(number), str(isla))
    assert "I cannae go on" in aside.raw


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway", "truncated", "cut", "drop_after", "drop_before"])
async def test_after_a_failed_question_it_asks_again_later(
    telegram: TelegramServer, inbox: Inbox, waits: Waits, kind: str
) -> None:
    isla = await telegram.user(started=True)
    await telegram.say(isla, "2")
    await telegram.fail(kind, method="getUpdates", times=3)
    async with polling(telegram, inbox, waits):
        await inbox.until(lambda box: "2" in box.texts)
    assert waits.seconds == [0.75, 1.5, 3.0]


async def test_a_429_is_waited_out(telegram: TelegramServer, inbox: Inbox, waits: Waits) -> None:
    isla = await telegram.user(started=True)
    await telegram.say(isla, "2")
    await telegram.fail("rate_limited", method="getUpdates", retry_after=9)
    async with polling(telegram, inbox, waits):
        await inbox.until(lambda box: "2" in box.texts)
    assert len(waits.seconds) == 1
    assert 9 <= waits.seconds[0] < 10


async def test_a_webhook_in_the_way_is_not_hammered(
    telegram: TelegramServer, inbox: Inbox, waits: Waits, channel: TelegramChannel
) -> None:
    isla = await telegram.user(started=True)
    await telegram.fail("refuse", method="getUpdates", code=409, description="Conflict: terminated by other getUpdates")
    await telegram.say(isla, "2")
    async with polling(telegram, inbox, waits):
        await inbox.until(lambda box: "2" in box.texts)
    assert waits.seconds == [2.25]


async def test_stopping_cuts_the_long_poll_short_and_loses_nothing(
    telegram: TelegramServer, inbox: Inbox, waits: Waits
) -> None:
    async with polling(telegram, inbox, waits) as poller:
        isla = await telegram.user(started=True)
        async with asyncio.timeout(2.0):  # the long poll itself would take five seconds
            await poller.stop()
    await telegram.say(isla, "2")
    again = Inbox()
    async with polling(telegram, again, waits):
        await again.until(lambda box: "2" in box.texts)


async def test_stopping_waits_for_what_is_being_committed(telegram: TelegramServer, inbox: Inbox, waits: Waits) -> None:
    isla = await telegram.user(started=True)
    inbox.open.clear()
    async with polling(telegram, inbox, waits) as poller:
        await telegram.say(isla, "2")
        await inbox.until(lambda box: len(box.lists) == 1)
        stopping = asyncio.create_task(poller.stop())
        await asyncio.wait([stopping], timeout=0.05)
        assert not stopping.done()
        inbox.open.set()
        async with asyncio.timeout(WITHIN):
            await stopping
    assert len(inbox.committed) == len(inbox.lists[0])


async def test_a_poller_that_never_ran_can_be_stopped(telegram: TelegramServer, inbox: Inbox) -> None:
    async with asyncio.timeout(WITHIN):
        await Poller("main", telegram.token, telegram.url, inbox.take_in).stop()


async def test_courtesies_come_only_after_the_commit(telegram: TelegramServer, inbox: Inbox, waits: Waits) -> None:
    told: list[int] = []
    isla = await telegram.user(started=True)
    inbox.failures = 1
    async with polling(telegram, inbox, waits, after_commit=lambda items: told.append(len(inbox.committed))):
        await telegram.say(isla, "2")
        await inbox.until(lambda box: "2" in box.texts)
        await telegram.wait_confirmed()
    assert told[0] >= 1


async def test_the_bot_leaves_a_group_that_it_is_put_into(
    telegram: TelegramServer, inbox: Inbox, waits: Waits, channel: TelegramChannel
) -> None:
    isla = await telegram.user(started=True)
    group = await telegram.group()
    async with polling(telegram, inbox, waits, after_commit=channel.after_commit):
        await telegram.place_bot(group, sender=isla)
        await telegram.wait_request("leaveChat", status=200)
    assert await telegram.membership(group) == "left"
