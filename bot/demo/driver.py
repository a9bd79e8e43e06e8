"""The demo's hand on the real bot: texts in, time forward, and nothing else.

There are no loops here. After each text, and at each moment at which something is due, everything that is due then is
decided and sent before anything else happens, so that what the page shows is always a moment that could be. The clock
never jumps over a due moment, however fast it goes.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final, Literal, assert_never
from uuid import UUID

from bot.app import App
from bot.channels.base import Incoming
from bot.channels.local import Behaviour, Delivered, LocalChannel
from bot.clock import SimulatedClock, elapsed, pause
from bot.demo.cast import CAST, ZONE
from bot.demo.outlook import Outlook, look_out
from bot.demo.phones import Condition, Phone, phone_at
from bot.demo.scenes import Says, Step, Turns, Until
from bot.demo.story import KEPT, Bookmark, Happened, read_on
from bot.errors import BotError
from bot.logs import logger
from bot.loops import tick

Rate = Literal[0, 1, 60, 600]
RATES: Final[tuple[Rate, ...]] = (0, 1, 60, 600)
STEP: Final = 0.05
"""Real seconds between two looks at a running clock."""
LONGEST_STEP: Final = 1.0
"""A machine that slept does not make up for it."""
AT_ONCE: Final = 32
"""Texts that are decided in one batch."""
MOST_WAITING: Final = 2000
"""Texts that may wait for their turn; whoever sends more is told to slow down."""
_CHANGED: Final = "The scene has just changed. Please try again."
_SECOND: Final = timedelta(seconds=1)
_BEHAVES: Final[Mapping[Condition, Behaviour]] = MappingProxyType(
    {"working": "working", "off": "off", "blocked": "refusing", "out-of-credit": "working"}
)
_log = logger("demo")


class TooManyError(BotError):
    """More texts wait than this demo keeps."""


class ChangedError(BotError):
    """The scene was changed while this waited; it was not done."""


@dataclass(frozen=True, slots=True)
class _Act:
    """Something that somebody does on a phone, and who waits until it is decided."""

    does: Callable[[], Incoming]
    done: asyncio.Future[None]

    def end(self, fault: BaseException | None = None) -> None:
        """Let go of whoever waits, if they still do."""
        if self.done.done():
            return
        if fault is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(fault)


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
    story: deque[Happened] = field(default_factory=lambda: deque[Happened](maxlen=KEPT))
    serial: int = 0
    closing: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _texts: int = 0
    _waiting: deque[_Act] = field(default_factory=deque[_Act])
    _mark: Bookmark = field(default_factory=Bookmark)
    _due: datetime | None = None
    _clockwork: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Show what comes to the phones from now on, and let the clock be set going."""
        for account, channel in self.channels.items():
            channel.listen(partial(self._arrived, account))
        async with self.lock:
            await self._settle()
            self.story.clear()  # what came before is how people joined
        self._clockwork = asyncio.create_task(self._turn())

    async def type_on(self, phone: Phone, text: str) -> None:
        """Somebody sends a text; back when it is decided and answered.

        Raises:
            NotSentError: the phone cannot send as it is.
            TooManyError: too many texts are waiting.
            ChangedError: the scene was changed first.
        """
        await self._act(lambda: phone.types(text, self.next_serial(), self.clock.now()))

    async def press_on(self, phone: Phone, option_id: str) -> None:
        """Somebody presses a button.

        Raises:
            NotFoundError: the phone never had it.
            NotSentError, TooManyError, ChangedError: as for a text.
        """
        await self._act(lambda: phone.presses(option_id, self.next_serial(), self.clock.now()))

    async def turn(self, phone: Phone, condition: Condition) -> None:
        """The phone is switched off or on again, blocks the bot or no longer does, runs out of credit."""
        async with self.lock:
            self._still_here()
            before, phone.condition = phone.condition, condition
            for account, place in phone.actor.places:
                self.channels[account].behave(place, _BEHAVES[condition])
            blocks = (condition == "blocked") - (before == "blocked")
            if blocks:
                serial = self.next_serial()
                await self._take_in(phone.turns(blocked=blocks > 0, serial=serial, now=self.clock.now()))
            else:
                await self._settle()

    async def stage(self, steps: tuple[Step, ...]) -> None:
        """Bring everything to where a scene begins, by the means that anybody has."""
        for step in steps:
            match step:
                case Says(name, text):
                    await self.type_on(self.phones[name], text)
                case Turns(name, condition):
                    await self.turn(self.phones[name], condition)
                case Until(clock):
                    await self.go_to(clock)
                case _:
                    assert_never(step)

    async def go_to(self, clock: str) -> None:
        """On to the next time that London's clocks show this ("22:40"), due moment by due moment."""
        hour, minute = map(int, clock.split(":"))
        here = self.clock.now().astimezone(ZONE)
        target = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if target < here:
            target += timedelta(days=1)
        async with self.lock:
            while self._due is not None and self._due <= target:
                self.clock.set(max(self._due, self.clock.now()))
                await self._settle()
            self.clock.set(max(target, self.clock.now()))
            self._changed()

    async def set_rate(self, rate: Rate) -> None:
        """Let the clock stand (0), or go so many times as fast as a real one."""
        async with self.lock:
            self._still_here()
            self.rate = rate
            self._changed()

    async def jump(self) -> bool:
        """Go to the next moment at which something is due, and do it. False when nothing ever is."""
        async with self.lock:
            self._still_here()
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
            while self._waiting:
                self._waiting.popleft().end(ChangedError(_CHANGED))
            await self.app.inbox.close()

    def say_so(self) -> None:
        """Something beside the demo changed that its page shows."""
        self.serial += 1
        self._changed()

    def next_serial(self) -> int:
        """A number for what comes in next."""
        self._texts += 1
        return self._texts

    def _arrived(self, account: str, delivered: Delivered) -> None:
        phone = phone_at(tuple(self.phones.values()), account, delivered.phone)
        if phone is not None:
            phone.arrives(account, delivered)

    def _still_here(self) -> None:
        if self.closing:
            raise ChangedError(_CHANGED)

    async def _act(self, does: Callable[[], Incoming]) -> None:
        """Whatever waits when the turn comes is decided in one batch, in the order in which it came."""
        self._still_here()
        if len(self._waiting) >= MOST_WAITING:
            raise TooManyError("Too many texts at once. This one was not taken; send it again in a moment.")
        act = _Act(does, asyncio.get_running_loop().create_future())
        self._waiting.append(act)
        async with self.lock:
            while not act.done.done():
                await self._decide([self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))])
        await act.done

    async def _decide(self, acts: list[_Act]) -> None:
        taken: list[tuple[_Act, Incoming]] = []
        for act in acts:
            try:
                taken.append((act, act.does()))
            except BotError as fault:
                act.end(fault)
        try:
            await self._take_in([incoming for _, incoming in taken])
        except Exception as fault:
            for act, _ in taken:
                act.end(fault)
        else:
            for act, _ in taken:
                act.end()

    async def _take_in(self, items: list[Incoming]) -> None:
        try:
            await self.app.inbox.take_in(items)
        finally:
            await self._settle()

    async def _settle(self) -> None:
        """Do everything that is due now, and see how things stand."""
        now = self.clock.now()
        due = await tick(self.app.worker, self.app.sender, now)
        # What still looks due after everything was done waits for something else: it is come back to, not spun on.
        self._due = due if due is None or due > now else now + _SECOND
        self.outlook = await self.app.database.read(look_out, self.names)
        told, self._mark = await self.app.database.read(read_on, self.app.keyring, self.names, self._mark)
        self.story.extend(told)
        self.say_so()

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
