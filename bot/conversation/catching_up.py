"""Texts that were missed are listed and taken in, as if their webhook had come: at start and every five minutes.

They go through the inbox under the provider's own ids, so what is here already has no second effect, and each is read for
danger like any other, however late. An account is asked for what came since it was asked last, and a little before that.
Example: asked last at 09:25:00, a text whose webhook found nobody at 09:27 is taken in at 09:30.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.channels.base import Incoming, NoAnswer, Unreadable
from bot.logs import logger
from storage.asked import Asked, asked, note_asked, unseen
from storage.database import Database

EVERY: Final = 300.0  # real seconds
OVERLAP: Final = timedelta(hours=2)
"""Looked at again each time: a provider may list late, and clocks step."""
AT_FIRST: Final = timedelta(days=1)
"""How far back the first question goes, and never to before the account was made."""
ASKED_ELSEWHERE: Final = timedelta(minutes=4)
AT_ONCE: Final = 50
_log = logger("conversation.catching_up")


class Missed(Protocol):
    """What a provider lists of what came in to one channel account."""

    @property
    def account(self) -> str:
        """The account's key."""
        ...

    async def since(self, start: datetime) -> list[Incoming | Unreadable] | NoAnswer:
        """Everything that came in at `start` or later, the oldest first; never raises for what a provider may do."""
        ...


@dataclass(slots=True)
class CatchingUp:
    """Asks for all accounts of this process. `take_in` returns when what it was given is committed."""

    missed: Sequence[Missed]
    database: Database
    take_in: Callable[[Sequence[Incoming | Unreadable]], Awaitable[None]]
    now: Callable[[], datetime]
    note: Callable[[Sequence[Incoming | Unreadable]], None] = lambda items: None
    """Told of everything that was listed, once it is in."""
    all_asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once every account was asked for."""
    tried: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after the first round, however it went."""
    _asked: set[str] = field(default_factory=set[str])  # accounts that this process has asked for

    async def round(self) -> None:
        """Ask for every account; one that cannot be asked is asked again the next time."""
        try:
            for one in self.missed:
                await self._ask(one)
        finally:
            self.tried.set()
        if len(self._asked) == len(self.missed):
            self.all_asked.set()

    async def _ask(self, missed: Missed) -> None:
        now = self.now()
        known = await self.database.read(asked, missed.account)
        if missed.account in self._asked and _just_now(known, now):
            return
        listed = await missed.since(look_back(known, now))
        if isinstance(listed, NoAnswer):
            _log.warning("missed.not-listed", account=missed.account, code=listed.code)
            return
        new = await self.database.read(unseen, missed.account, [one.provider_id for one in listed])
        items = [one for one in listed if one.provider_id in new]
        if items:
            _log.warning("missed.found", account=missed.account, count=len(items))
        for start in range(0, len(items), AT_ONCE):
            await self.take_in(items[start : start + AT_ONCE])
        await self.database.run_quietly(note_asked, missed.account, now)
        self.note(listed)
        self._asked.add(missed.account)


def look_back(known: Asked, now: datetime) -> datetime:
    """From when on to ask. A text of before the account was made was written to whatever had the number then."""
    start = now - AT_FIRST if known.asked_at is None else min(known.asked_at, now) - OVERLAP
    return start if known.made_at is None else max(start, known.made_at.replace(microsecond=0))


def _just_now(known: Asked, now: datetime) -> bool:
    """Another process asked a moment ago."""
    return known.asked_at is not None and timedelta() <= now - known.asked_at < ASKED_ELSEWHERE
