"""The demo's hand on the real bot: texts in, time forward, and nothing else.

There are no loops here. After each text, and at each moment at which something is due, everything that is due then is
decided and sent before anything else happens, so that what the page shows is always a moment that could be. The clock
never jumps over a due moment, however fast it goes.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from bot.app import App
from bot.channels.base import Incoming
from bot.channels.local import Delivered, LocalChannel
from bot.clock import SimulatedClock, elapsed, pause
from bot.demo.cast import CAST
from bot.demo.outlook import Outlook, look_out
from bot.demo.phones import Phone, phone_at
from bot.logs import logger
from bot.loops import tick

Rate = Literal[0, 1, 60, 600]
RATES: Final[tuple[Rate, ...]] = (0, 1, 60, 600)
STEP: Final = 0.05
"""Real seconds between two looks at a running clock."""
LONGEST_STEP: Final = 1.0
"""A machine that slept does not make up for it."""
_SECOND: Final = timedelta(seconds=1)
_log = logger("demo")


@dataclass(slots=True)
class Demo:
    """A bot on a simulated clock, with phones. `names` gives the phone of each person.

    `serial` counts the changes; whoever waits for the next one takes `news` first, then looks, then waits for it.
    """

    app: App
    clock: SimulatedClock
    channels: Mapping[str, LocalChannel]
    phones: Mapping[str, Phone] = field(
        default_factory=lambda: MappingProxyType({actor.name: Phone(actor) for actor in CAST})
    )
    names: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    rate: Rate = 0
    outlook: Outlook = field(default_factory=Outlook)
    serial: int = 0
    closing: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _texts: int = 0
    _due: datetime | None = None
    _clockwork: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Show what comes to the phones from now on, and let the clock be set going."""
        for account, channel in self.channels.items():
            channel.listen(partial(self._arrived, account))
        async with self.lock:
            await self._settle()
        self._clockwork = asyncio.create_task(self._turn())

    async def type_on(self, phone: Phone, text: str) -> None:
        """Somebody sends a text; back when it is decided and answered."""
        async with self.lock:
            await self._take_in(phone.types(text, self.next_serial(), self.clock.now()))

    async def press_on(self, phone: Phone, option_id: str) -> None:
        """Somebody presses a button.

        Raises:
            NotFoundError: the phone never had it.
        """
        async with self.lock:
            await self._take_in(phone.presses(option_id, self.next_serial(), self.clock.now()))

    async def set_rate(self, rate: Rate) -> None:
        """Let the clock stand (0), or go so many times as fast as a real one."""
        async with self.lock:
            self.rate = rate
            self._changed()

    async def jump(self) -> bool:
        """Go to the next moment at which something is due, and do it. False when nothing ever is."""
        async with self.lock:
            if self._due is None:
                return False
            self.clock.set(max(self._due, self.clock.now()))
            await self._settle()
            return True

    async def end(self) -> None:
        """Stop the clock and let go of whoever watches; the bot itself is closed by who opened it."""
        self.closing = True
        self.news.set()
        if self._clockwork is not None:
            self._clockwork.cancel()
            await asyncio.gather(self._clockwork, return_exceptions=True)
        async with self.lock:
            await self.app.inbox.close()

    def next_serial(self) -> int:
        """A number for what comes in next."""
        self._texts += 1
        return self._texts

    def _arrived(self, account: str, delivered: Delivered) -> None:
        phone = phone_at(tuple(self.phones.values()), account, delivered.phone)
        if phone is not None:
            phone.arrives(account, delivered)

    async def _take_in(self, item: Incoming) -> None:
        try:
            await self.app.inbox.take_in([item])
        finally:
            await self._settle()

    async def _settle(self) -> None:
        """Do everything that is due now, and see how things stand."""
        now = self.clock.now()
        due = await tick(self.app.worker, self.app.sender, now)
        # What still looks due after everything was done waits for something else: it is come back to, not spun on.
        self._due = due if due is None or due > now else now + _SECOND
        self.outlook = await self.app.database.read(look_out, self.names)
        self.serial += 1
        self._changed()

    async def _turn(self) -> None:
        """Move time on while the clock goes; whole seconds only, so that times read well."""
        last, owed = elapsed(), 0.0
        while True:
            await pause(STEP)
            now = elapsed()
            passed, last = min(now - last, LONGEST_STEP), now
            owed = owed + passed * self.rate if self.rate else 0.0
            whole = timedelta(seconds=int(owed))
            if not whole:
                continue
            owed -= whole.total_seconds()
            try:
                await self._advance(self.clock.now() + whole)
            except Exception as fault:
                _log.error("clock.failed", error=type(fault).__name__, exc_info=fault)
                await self.set_rate(0)

    async def _advance(self, target: datetime) -> None:
        """Go on to `target`, due moment by due moment; people may text between two of them."""
        while True:
            async with self.lock:
                now = self.clock.now()
                if self.rate == 0 or now >= target:
                    return
                if self._due is None or self._due > target:
                    self.clock.set(target)
                    self._changed()
                    return
                self.clock.set(max(self._due, now))
                await self._settle()

    def _changed(self) -> None:
        news, self.news = self.news, asyncio.Event()
        news.set()
