"""Asking Telegram for updates, with the offset moved only after what came is committed.

1. `getUpdates` is posted through a pool of our own: python-telegram-bot's Updater confirms before handlers have run,
   and `Bot.get_updates` raises for the whole list when one update cannot be read.
2. Each raw object is read alone; the list is handed to `take_in`, which returns only when it is committed.
3. Only then does the offset move past the list, so that the next question confirms it. When `take_in` raises, the
   same updates come again. The offset is kept in memory only: after a start Telegram gives what was not confirmed.
4. Then come the courtesies (`after_commit`), which nothing waits for.

Of several processes one asks, the leader: Telegram ends a question with 409 when another one is asked. One that is no
longer the leader leaves the question it has open.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from random import SystemRandom
from typing import Protocol, TypeVar, cast

from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.request import RequestData

# Not exported, yet what RequestData is made of; posting a form as the library does is what every Bot API server takes.
from telegram.request._requestparameter import RequestParameter

from bot.channels.base import Incoming, Unreadable
from bot.channels.telegram.request import FloodError, bot_url, pool
from bot.channels.telegram.updates import ALLOWED_UPDATES, read_update, update_id
from bot.clock import pause
from bot.delivery.retry import wait_before
from bot.logs import logger

T = TypeVar("T")
TakeIn = Callable[[list[Incoming | Unreadable]], Awaitable[None]]
AfterCommit = Callable[[Sequence[Incoming | Unreadable]], None]
OnHeard = Callable[[bool], Awaitable[None]]
"""Called after each question that was answered, and what came of it committed: with True if nothing more waits there."""

LIMIT = 100  # Bot API: at most 100 updates an answer
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)
SLOW = timedelta(seconds=20)  # a wrong token does not mend itself in a second
CONFLICTING = timedelta(
    seconds=3
)  # the question of a leader that has gone ends with the next one; a stranger's does not

_CHANCE = SystemRandom()
_log = logger("channels.telegram.poller")


class Leading(Protocol):
    """Whose turn it is to ask."""

    async def until_mine(self) -> None:
        """Return when it is ours."""
        ...

    async def until_lost(self) -> None:
        """Return when it is no longer ours."""
        ...


class Poller:
    """One bot's way in by long polling. `long_poll` and `timeout` are seconds; `chance` gives fractions in [0, 1)."""

    def __init__(
        self,
        account: str,
        token: str,
        api_url: str,
        take_in: TakeIn,
        *,
        after_commit: AfterCommit | None = None,
        on_heard: OnHeard | None = None,
        leader: Leading | None = None,
        long_poll: int = 30,
        timeout: float = 10.0,
        chance: Callable[[], float] = _CHANCE.random,
        pause: Callable[[float], Awaitable[None]] = pause,
    ) -> None:
        self.account = account
        self.failures = 0  # in a row; 0 while all is well
        self._url = f"{bot_url(api_url, token)}/getUpdates"
        self._request = pool(1, timeout, read_timeout=long_poll + timeout)
        self._take_in, self._after_commit, self._on_heard = take_in, after_commit, on_heard
        self._leader = leader
        self._long_poll, self._chance, self._pause = long_poll, chance, pause
        self._offset: int | None = None
        self._answered = False
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    async def run(self) -> None:
        """Ask and take in until `stop()`, while it is ours to ask."""
        self._ended.clear()
        try:
            while not self._stopping.is_set():
                if self._leader is not None:
                    await self._until_stopped(self._leader.until_mine())
                    if self._stopping.is_set():
                        break
                wait = await self._round()
                if wait is not None:
                    await self._until_stopped(self._pause(wait.total_seconds()))
        finally:
            await self._request.shutdown()
            self._ended.set()

    async def stop(self) -> None:
        """Stop asking at once, finish what was handed to `take_in`, and return when `run()` has ended."""
        self._stopping.set()
        await self._ended.wait()

    async def _round(self) -> timedelta | None:
        """One question and what follows; the time to wait before the next one, None for at once."""
        try:
            lost = () if self._leader is None else (self._leader.until_lost(),)
            given = await self._until_stopped(self._ask(), *lost)
        except TelegramError as fault:
            return self._trouble("poll.failed", fault)
        if not given:
            self.failures = 0
            if given is not None:
                await self._heard(given)
            return None
        items = [read_update(self.account, raw) for raw in given]
        try:
            await self._take_in(items)
        except Exception as fault:
            return self._trouble("poll.not-committed", fault)
        wait = self._committed(given, items)
        await self._heard(given)
        return wait

    async def _heard(self, given: list[object]) -> None:
        self._answered = True
        if self._on_heard is not None:
            await self._on_heard(len(given) < LIMIT)

    def _committed(self, given: list[object], items: list[Incoming | Unreadable]) -> timedelta | None:
        numbers = [number for number in map(update_id, given) if number is not None]
        if self._after_commit is not None:
            self._after_commit(items)
        if not numbers:
            # Nothing in the list has a number to confirm it by: it would come again at once, for ever.
            return self._trouble("poll.unnumbered", ValueError())
        self.failures = 0
        self._offset = max(numbers) + 1
        return None

    async def _ask(self) -> list[object]:
        asked: dict[str, object] = {
            "timeout": self._long_poll if self._answered else 0,  # first, what has waited
            "limit": LIMIT,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if self._offset is not None:
            asked["offset"] = self._offset
        form = RequestData([RequestParameter.from_input(name, value) for name, value in asked.items()])
        return cast("list[object]", await self._request.post(self._url, form))

    async def _until_stopped(self, work: Awaitable[T], *also: Awaitable[object]) -> T | None:
        """The result of `work`; None when stopped first, or one of `also` came first. What is cut off was not confirmed,
        so nothing is lost.
        """
        task = asyncio.ensure_future(work)
        ends: list[asyncio.Future[object]] = [asyncio.ensure_future(one) for one in (self._stopping.wait(), *also)]
        try:
            await asyncio.wait((task, *ends), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            for running in (task, *ends):
                running.cancel()
            await asyncio.gather(task, *ends, return_exceptions=True)

    def _trouble(self, event: str, fault: Exception) -> timedelta:
        self.failures += 1
        after = fault.after if isinstance(fault, FloodError) else None
        first = SLOW if isinstance(fault, InvalidToken) else CONFLICTING if isinstance(fault, Conflict) else FIRST_WAIT
        wait = wait_before(
            self.failures,
            self._chance(),
            after,
            first=first,
            longest=LONGEST_WAIT,
        )
        cause = type(fault.__cause__ or fault).__name__
        _log.warning(event, account=self.account, error=cause, attempt=self.failures, seconds=wait.total_seconds())
        return wait
