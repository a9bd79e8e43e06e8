"""The people of a run: they read their phones and answer, each as their script says, and keep what they did."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Literal

import httpx

from tests.faults.house import Keeper, Resident, keepers, residents
from tests.faults.script import Day, Way, alert_code, code_held, day_of, mark, resolves, takes
from tests.faults.world import World
from tests.world.servers import ControlError

Intent = Literal["answer", "again", "words", "word", "danger", "stop", "start", "alert"]
_LOOK = 0.15  # seconds between two looks at all phones
QUESTION, NUDGE, HINT = "How is today", "Just checking in", "Please text a number"
_AT_ONCE = (QUESTION,)
_ANSWERED_AT: dict[Way, tuple[str, ...]] = {
    "prompt": _AT_ONCE,
    "twice": _AT_ONCE,
    "stop": _AT_ONCE,
    "word": _AT_ONCE,
    "after-nudge": (NUDGE,),
    "words": (HINT,),
}
"""The words of the bot at which somebody gives their number."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody sent. `provider_id` is Telegram's update id or Twilio's sid; `at` is real time.

    `question`: the provider's id of the question that it is the first answer to, so that it must count.
    """

    account: str
    provider_id: str
    who: str
    intent: Intent
    text: str
    at: datetime
    day: int
    question: str = ""


@dataclass(slots=True)
class Standing:
    """Where somebody stands today: what they got and what they already did."""

    asked_by: str = ""
    answered: bool = False
    stopped: bool = False
    done: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Crowd:
    """All people of a world. `acts` is what they did, in the order in which they did it."""

    world: World
    seed: int
    acts: list[Act] = field(default_factory=list[Act])
    day: int = 0
    evening: bool = False
    chance: Random = field(default_factory=Random)
    _people: dict[str, Resident] = field(default_factory=dict[str, Resident])
    _keepers: dict[str, Keeper] = field(default_factory=dict[str, Keeper])
    _stands: defaultdict[str, Standing] = field(default_factory=lambda: defaultdict(Standing))
    _told: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    _closed: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _marks: Counter[str] = field(default_factory=Counter[str])
    _doing: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _seen: list[int] = field(default_factory=lambda: [0, 0])
    _silent: bool = False

    def know_all(self) -> None:
        """Look up everybody's phone or chat, of those who have one by now."""
        self.chance = Random(f"{self.seed} crowd")
        chats = self.world.chats
        for person in residents(self.world.people):
            self._people[person.phone or str(chats.get(person.reference))] = person
        for keeper in keepers(self.world.people):
            self._keepers[keeper.phone or str(chats.get(keeper.key))] = keeper

    async def send(self, person: Resident, intent: Intent, text: str) -> None:
        """Have somebody send a text now."""
        at = next(at for at, one in self._people.items() if one is person or one == person)
        await self._send(at, person.reference, intent, text)

    # The day.

    def new_day(self, day: int) -> None:
        """The next morning: yesterday's answers are no longer owed; who stopped begins again."""
        self.day, self.evening = day, False
        for at, person in self._people.items():
            before = self._stands.get(at)
            self._stands[at] = Standing(stopped=before.stopped if before else False)
            if before and before.stopped:
                self._do(self._begins_again(at, person))

    def at_noon(self) -> None:
        """What people say of their own accord."""
        for at, person in self._people.items():
            today = self._today(person)
            if today.way == "word":
                self._say(at, person, "word", today.word, after=today.haste)
            elif today.way == "danger":
                self._say(at, person, "danger", "I want to kill myself, {mark}", after=today.haste)

    def in_the_evening(self) -> None:
        """Late answers."""
        self.evening = True
        for at, person in self._people.items():
            stands, today = self._stands[at], self._today(person)
            if today.way == "evening" and stands.asked_by:
                self._answer(at, person, today)
            elif today.way == "stop" and not stands.stopped:
                stands.stopped = True
                self._say(at, person, "stop", "STOP", after=today.haste)

    async def _begins_again(self, at: str, person: Resident) -> None:
        await asyncio.sleep(self.chance.random())
        await self._send(at, person.reference, "start", "START")
        self._stands[at].stopped = False

    async def send_badly(self, person: Resident, *, posted_late: bool) -> None:
        """Two texts of one person, of which the first is not posted to the bot: after the second one (`posted_late`), or
        never, so that only the provider's list has it.
        """
        twilio = self.world.twilio
        first, second = (f"hello there, {self._mark(person.reference)}" for _ in range(2))
        sent_at = datetime.now(UTC)
        told = await twilio.text(person.phone, first, lost=True)
        self.acts.append(Act("sms", told.sid, person.reference, "words", first, sent_at, self.day))
        await self._send(person.phone, person.reference, "words", second)
        if posted_late:
            await twilio.text_again(told.sid)

    # Reading.

    async def live(self) -> None:
        """Read all phones again and again until cancelled."""
        while True:
            with contextlib.suppress(httpx.HTTPError, ControlError):
                await self.look()
            await asyncio.sleep(_LOOK)

    async def look(self) -> None:
        """Read what is new on every phone."""
        texts, self._seen[0] = await self.world.twilio.outgoing(self._seen[0])
        for one in texts:
            self._reads(one.to, one.body, one.sid)
        messages, self._seen[1] = await self.world.telegram.outgoing(self._seen[1])
        for chat, message in messages:
            self._reads(str(chat), message.text, str(message.message_id))

    def _reads(self, at: str, text: str, message: str) -> None:
        if self._silent:
            return
        if at in self._people:
            self._person_reads(at, self._people[at], text, message)
        elif at in self._keepers:
            self._keeper_reads(at, self._keepers[at], text)

    def _person_reads(self, at: str, person: Resident, text: str, message: str) -> None:
        stands, today = self._stands[at], self._today(person)
        if QUESTION in text or HINT in text:
            stands.asked_by = message
        if any(words in text for words in _ANSWERED_AT.get(today.way, ())):
            self._answer(at, person, today)
        elif QUESTION in text and today.way == "words":
            self._say(at, person, "words", "no bad the day, {mark}", after=today.haste, once="words")

    def _keeper_reads(self, at: str, keeper: Keeper, text: str) -> None:
        code = alert_code(text)
        if code is not None:
            telling = self._told[at, code]
            self._told[at, code] += 1
            if takes(self.seed, keeper.key, code, telling):
                self._do(self._later(at, keeper.key, "alert", f"1 {code}", self.chance.random()))
            return
        held = code_held(text)
        if held and (at, held) not in self._closed and resolves(self.seed, keeper.key, held):
            self._closed.add((at, held))
            words = f"done {held} spoke, {self._mark(keeper.key)}"
            self._do(self._later(at, keeper.key, "alert", words, 1 + self.chance.random()))

    def _today(self, person: Resident) -> Day:
        return day_of(self.seed, person.number, self.day)

    # Writing.

    def _answer(self, at: str, person: Resident, today: Day) -> None:
        stands = self._stands[at]
        if stands.answered or stands.stopped:
            return
        stands.answered = True
        to = stands.asked_by
        self._do(self._later(at, person.reference, "answer", str(today.number), today.haste, question=to))
        if today.way == "twice":
            self._do(self._later(at, person.reference, "again", str(today.second), today.haste + 0.2))

    def _say(self, at: str, person: Resident, intent: Intent, text: str, *, after: float, once: str = "") -> None:
        if self._silent or (once and once in self._stands[at].done):
            return
        self._stands[at].done.add(once)
        words = text.replace("{mark}", self._mark(person.reference))
        self._do(self._later(at, person.reference, intent, words, after))

    def _mark(self, who: str) -> str:
        self._marks[who] += 1
        number = int(who.rpartition("-")[2])
        return mark(number, self.day, self._marks[who])

    async def _later(self, at: str, who: str, intent: Intent, text: str, seconds: float, *, question: str = "") -> None:
        await asyncio.sleep(seconds)
        await self._send(at, who, intent, text, question=question)

    async def _send(self, at: str, who: str, intent: Intent, text: str, *, question: str = "") -> None:
        sent_at, day = datetime.now(UTC), self.day
        for _ in range(20):  # a provider that hangs keeps its own people waiting too
            try:
                account, provider_id = await self._hand_over(at, text)
            except httpx.HTTPError:
                await asyncio.sleep(0.5)
                continue
            self.acts.append(Act(account, provider_id, who, intent, text, sent_at, day, question))
            return

    async def _hand_over(self, at: str, text: str) -> tuple[str, str]:
        twilio, telegram = self.world.twilio, self.world.telegram
        if at.startswith("+"):
            to = twilio.alerts_number if at in self._keepers else twilio.number
            told = await twilio.text(at, text, to=to, wait=False, opt_out=False)
            return ("alerts" if at in self._keepers else "sms"), told.sid
        sent: list[dict[str, Any]] = await telegram.control("say", chat=int(at), text=text)
        return "main", str(sent[0]["update_id"])

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def falls_silent(self) -> None:
        """Nobody begins anything new; what was begun is finished."""
        self._silent = True
        while self._doing:
            await asyncio.wait(self._doing)
