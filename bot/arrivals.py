"""What comes in, in time or late: the inbox, what was missed, and what is told after nobody was there to hear it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot.channels.base import Incoming, Unreadable
from bot.conversation.catching_up import EVERY, CatchingUp, Missed
from bot.conversation.inbox import Inbox
from bot.conversation.work import Worker
from bot.delivery import telegram_gap
from bot.delivery.away import ComingBack
from bot.delivery.telegram_gap import TelegramGap
from bot.housekeeping import Housekeeping
from bot.logs import logger

FIRST: Final = 10.0  # real seconds that all but the pressing work waits at start for what was missed
BRIEFLY: Final = timedelta(minutes=1)
"""After a shorter gap, a crash and its restart, there is little to miss: a bot that is killed every few seconds must
still get to its ordinary work."""
AFTER_A_BRIEF_ONE: Final = 1.0  # real seconds
_log = logger("arrivals")


class Arrivals:
    """The ways in of one process. `telegram`: the account's key; `polling`: it is asked, not brought by webhook."""

    def __init__(
        self,
        worker: Worker,
        inbox: Inbox,
        now: Callable[[], datetime],
        process_id: UUID,
        *,
        missed: Sequence[Missed],
        telegram: str | None,
        polling: bool,
    ) -> None:
        self._inbox = inbox
        self._polling = telegram is not None and polling
        self._by_webhook = telegram is not None and not polling
        self._all_heard = asyncio.Event()
        self.caught_up = asyncio.Event()
        """Set when what was missed is in, or has been waited for long enough."""
        self._gap = None if telegram is None else TelegramGap(worker, telegram, now)
        self._coming_back = ComingBack(worker, process_id, telegram, now)
        self._catching_up = CatchingUp(missed, worker.database, self.take_in, now, self._coming_back.note)

    def keep_up(self, housekeeping: Housekeeping) -> None:
        """The rounds that this needs."""
        housekeeping.every(EVERY, "missed", self._catching_up.round)
        if self._by_webhook and self._gap is not None:
            housekeeping.every(telegram_gap.EVERY, "hearing", self._gap.heard)

    async def begin(self) -> None:
        """Before anything is sent: what an absence before this start asks for."""
        await self._coming_back.begin()

    async def take_in(self, items: Sequence[Incoming | Unreadable]) -> None:
        """Return when all of these are committed. Raises as the inbox does."""
        await self._inbox.take_in(items)
        self._coming_back.note(items)

    async def heard(self, nothing_more: bool) -> None:
        """Telegram answered a question; with `nothing_more` it has nothing left to bring."""
        if self._gap is not None:
            await self._gap.heard()
        if nothing_more:
            self._all_heard.set()

    async def catch_up(self, then: Callable[[], None]) -> None:
        """Wait for what was missed, a little; call `then` so that the other work goes on. After an absence, wait longer,
        and say who wrote.
        """
        heard = [self._all_heard] if self._polling else []
        first = [asyncio.ensure_future(one.wait()) for one in (self._catching_up.tried, *heard)]
        try:
            gap = self._coming_back.gap
            brief = gap is not None and gap < BRIEFLY
            await asyncio.wait(first, timeout=AFTER_A_BRIEF_ONE if brief else FIRST)
        finally:
            for one in first:
                one.cancel()
            self.caught_up.set()
            then()
        asked = [self._catching_up.all_asked, *heard]
        try:
            await self._coming_back.finish(asked, nothing_else=not self._by_webhook)
        except Exception as fault:  # the notices leave as they are
            _log.error("away.not-told", error=type(fault).__name__, exc_info=fault)
