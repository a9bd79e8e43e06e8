"""The phones on the page: what came to each and what was written on it, and how both reach the bot.

A phone stands for everything that one person has: texts and, where they joined it, Telegram. What is typed goes back the
way the newest message came. What goes to the bot has the form that the providers' own hand-over has.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import Final, Literal

from bot.channels.base import Incoming, Option, Press
from bot.channels.local import Delivered
from bot.channels.sms.words import carrier_word
from bot.demo.cast import ACCOUNTS, Actor
from bot.errors import BotError, NotFoundError

LONGEST: Final = 4096
"""Characters that one text may have (Telegram's limit)."""
KEPT: Final = 300
"""Bubbles that a phone keeps, the newest; how many went before them is counted."""
KEPT_BUTTONS: Final = 2000
Condition = Literal["working", "off", "blocked", "out-of-credit"]
"""`off`: nothing comes or goes. `blocked`: the person blocked the bot, or the number is no longer theirs. `out-of-credit`:
texts still come, as they do in life, and none can be sent."""
CONDITIONS: Final[tuple[Condition, ...]] = ("working", "off", "blocked", "out-of-credit")


class NotSentError(BotError):
    """The phone as it is cannot send; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One bubble. `options` are buttons that can be pressed: on a text message the choices stand in its words."""

    at: datetime
    by: Literal["bot", "person"]
    way: Literal["telegram", "sms"]
    text: str
    options: tuple[Option, ...] = ()
    sent: bool = True


@dataclass(slots=True)
class Phone:
    """One person's phone. `earlier`: bubbles that came before `lines` and are no longer kept."""

    actor: Actor
    lines: list[Line] = field(default_factory=list[Line])
    condition: Condition = "working"
    earlier: int = 0
    _buttons: dict[str, tuple[str, Press, str]] = field(default_factory=dict[str, tuple[str, Press, str]])

    @property
    def account(self) -> str:
        """Where what is typed now goes: the way the newest message came, of two at once the one they like best."""
        from_bot = (one for one in reversed(self.lines) if one.by == "bot")
        first = next(from_bot, None)
        newest = {first.way, *(one.way for one in takewhile(lambda one: one.at == first.at, from_bot))} if first else ()
        accounts = [account for account, _ in self.actor.places]
        return next((one for one in accounts if ACCOUNTS[one] in newest), accounts[0])

    @property
    def way(self) -> Literal["telegram", "sms"]:
        """How what is typed now is sent."""
        return ACCOUNTS[self.account]

    def arrives(self, account: str, delivered: Delivered) -> None:
        """A message from the bot is on the screen."""
        way = ACCOUNTS[account]
        options: tuple[Option, ...] = ()
        if way == "telegram":
            message_id = delivered.message.message_id
            options = tuple(
                Option(f"{message_id.hex}:{place}", one.text) for place, one in enumerate(delivered.options)
            )
            for place, one in enumerate(options):
                self._buttons[one.id] = (account, Press(message_id, place), one.text)
            for oldest in list(self._buttons)[: max(0, len(self._buttons) - KEPT_BUTTONS)]:
                del self._buttons[oldest]
        self._show(Line(delivered.at, "bot", way, delivered.text, options))

    def types(self, text: str, serial: int, now: datetime) -> Incoming:
        """The person sends these words: they are on the screen, and what the bot is handed is returned.

        Raises:
            NotSentError: the phone is off or out of credit; the words stand on the screen as not sent.
        """
        account = self.account
        self._send(Line(now, "person", ACCOUNTS[account], text))
        return self.says(account, text, serial, now)

    def says(self, account: str, text: str, serial: int, now: datetime) -> Incoming:
        """What the bot is handed for these words, which do not show on the screen."""
        return Incoming(
            account=account,
            provider_id=f"demo-{serial}",
            sender=dict(self.actor.places)[account],
            kind="text",
            text=text,
            raw=json.dumps({"text": text}),
            sent_at=now,
            carrier_word=carrier_word(text) if ACCOUNTS[account] == "sms" else None,
        )

    def presses(self, option_id: str, serial: int, now: datetime) -> Incoming:
        """The person presses a button that is, or was, on the screen.

        Raises:
            NotFoundError: this phone never had that button.
            NotSentError: the phone is off or out of credit.
        """
        found = self._buttons.get(option_id)
        if found is None:
            raise NotFoundError("No such button on this phone.")
        account, press, text = found
        self._send(Line(now, "person", ACCOUNTS[account], text))
        return Incoming(
            account=account,
            provider_id=f"demo-{serial}",
            sender=dict(self.actor.places)[account],
            kind="press",
            press=press,
            raw=json.dumps({"press": press.option}),
            sent_at=now,
        )

    def turns(self, *, blocked: bool, serial: int, now: datetime) -> list[Incoming]:
        """What the bot is handed when the person blocks it, or no longer does: Telegram says so, a phone company does
        not."""
        kind = "blocked" if blocked else "unblocked"
        return [
            Incoming(account, f"demo-{serial}", sender, kind, raw=json.dumps({"kind": kind}), sent_at=now)
            for account, sender in self.actor.places
            if ACCOUNTS[account] == "telegram"
        ]

    def _send(self, line: Line) -> None:
        if self.condition in ("off", "out-of-credit"):
            self._show(replace(line, sent=False))
            raise NotSentError(f"Not sent: {self.actor.name}'s phone is {self.condition.replace('-', ' ')}.")
        self._show(line)

    def _show(self, line: Line) -> None:
        self.lines.append(line)
        over = len(self.lines) - KEPT
        if over > 0:
            del self.lines[:over]
            self.earlier += over


def phone_at(phones: Sequence[Phone], account: str, value: str) -> Phone | None:
    """Whose phone this number or chat is."""
    return next((one for one in phones if (account, value) in one.actor.places), None)
