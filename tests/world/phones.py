"""Phones of a scenario: `await isla.gets("How is today")`, `await isla.says("2")`; what nobody looked at is left over.

A phone stands for one person on one channel. Every wait is one on the provider's server, bounded, never a sleep.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from tests.world.servers import TelegramMessage, TelegramServer, Text, TwilioServer

PATIENCE = 15.0
"""Seconds that a text may take to arrive before it counts as lost: generous, for machines that are busy."""


@dataclass(frozen=True, slots=True)
class Got:
    """A text on a phone. `key`: the provider's name for it; `sender`: the number it came from, on SMS."""

    key: str
    text: str
    sender: str = ""

    @property
    def code(self) -> str:
        """The code of an alert: its first word."""
        found = re.match(r"(?:\(again\) )?(?:Held up [^:]+: )?([A-Z][2-9]):", self.text)
        if found is None:
            raise AssertionError(f"no alert: {self.text!r}")
        return found[1]


class Phone(ABC):
    """One person's phone on one channel."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.looked_at: list[Got] = []
        self._ignored: list[str] = []

    @property
    def last(self) -> Got:
        """The text that was looked at last."""
        return self.looked_at[-1]

    async def gets(self, words: str, *, within: float = PATIENCE) -> Got:
        """Wait for a text with these words that nobody looked at yet, and look at it.

        Raises:
            NotInTime: it did not come.
        """
        before = {one.key for one in self.looked_at}
        count = 1 + sum(words in one.text for one in self.looked_at)
        found = [one for one in await self._wait_for(words, count, within) if one.key not in before]
        self.looked_at.append(found[0])
        return found[0]

    def looks_at(self, earlier: Got) -> None:
        """Look at an earlier text again, so that its buttons are the ones that are pressed."""
        self.looked_at.remove(earlier)
        self.looked_at.append(earlier)

    async def unread(self) -> list[str]:
        """The texts that nobody looked at, in order."""
        before = {one.key for one in self.looked_at}
        left = [one.text for one in await self._all() if one.key not in before]
        return [text for text in left if not any(words in text for words in self._ignored)]

    def ignores(self, words: str) -> None:
        """Texts with these words may come or not, now and later."""
        self._ignored.append(words)

    async def has_only(self, words: str, count: int = 1) -> None:
        """Exactly so many texts with these words have come so far."""
        found = [one.text for one in await self._all() if words in one.text]
        assert len(found) == count, f"{self.name}: {found}"

    @abstractmethod
    async def says(self, text: str) -> None:
        """Write to the bot."""

    @abstractmethod
    async def _wait_for(self, words: str, count: int, within: float) -> list[Got]: ...

    @abstractmethod
    async def _all(self) -> list[Got]: ...


class SmsPhone(Phone):
    """A phone that texts. It answers the number that wrote last."""

    def __init__(self, name: str, number: str, twilio: TwilioServer) -> None:
        super().__init__(name)
        self.number, self._twilio = number, twilio

    async def says(self, text: str) -> None:
        """Text the bot, and see that it takes it."""
        told = await self._twilio.text(self.number, text, to=self._where)
        assert told.answers[-1] == 200, told

    async def says_and_hears_no_more(self, text: str) -> str:
        """Text a bot that goes down over it: no 2xx. The text's sid, to be posted again."""
        told = await self._twilio.text(self.number, text, to=self._where)
        assert told.answers[-1] is None, told
        return told.sid

    @property
    def _where(self) -> str:
        return self.last.sender if self.looked_at else self._twilio.number

    async def _wait_for(self, words: str, count: int, within: float) -> list[Got]:
        return _texts(await self._twilio.wait_for(self.number, count=count, contains=words, within=within))

    async def _all(self) -> list[Got]:
        return _texts(await self._twilio.texts(self.number))


def _texts(found: list[Text]) -> list[Got]:
    return [Got(one.sid, one.body, one.sender or "") for one in found]


class TelegramPhone(Phone):
    """A Telegram chat with the bot."""

    def __init__(self, name: str, chat: int, telegram: TelegramServer) -> None:
        super().__init__(name)
        self.chat, self._telegram = chat, telegram

    async def opens(self, code: str) -> None:
        """Open the invitation's link and press Start."""
        await self._telegram.start(self.chat, code)

    async def says(self, text: str) -> None:
        """Write to the bot."""
        await self._telegram.say(self.chat, text)

    async def presses(self, button: str) -> None:
        """Press a button by its words, under the text that was looked at last."""
        await self._telegram.press(self.chat, button, message_id=int(self.last.key))

    async def sends(self, kind: str, caption: str | None = None) -> None:
        """A voice note, photo and the like."""
        await self._telegram.send_media(self.chat, kind, caption=caption)

    async def _wait_for(self, words: str, count: int, within: float) -> list[Got]:
        found = await self._telegram.wait_for(self.chat, count=count, contains=words, within=within)
        return _messages(found)

    async def _all(self) -> list[Got]:
        return _messages(await self._telegram.messages(self.chat))


def _messages(found: list[TelegramMessage]) -> list[Got]:
    return [Got(str(one.message_id), one.text) for one in found]
