"""Telegram's way out: python-telegram-bot's Bot over one pool of connections.

What came of a text:
    200                                                         Accepted
    400, 403                                                    Refused, by the words in `codes.py`
    401, 404                                                    Refused: the account (token or address is wrong)
    429                                                         TryLater
    no connection made, none free                               TryLater
    everything else: read time-out, reset, 5xx, no JSON         Unknown
"""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from telegram import Bot, BotCommand, LinkPreviewOptions
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from bot.channels.base import (
    Accepted,
    Incoming,
    LookedUp,
    NoAnswer,
    Outcome,
    Outgoing,
    Refused,
    Style,
    TryLater,
    Unknown,
    Unreadable,
)
from bot.channels.telegram.codes import meaning_of
from bot.channels.telegram.flood import Flood
from bot.channels.telegram.keyboard import keyboard
from bot.channels.telegram.request import FloodError, bot_url, never_left, pool
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.clock import elapsed
from bot.errors import BotError
from bot.logs import logger
from flows.model import Option as Choosable
from flows.wording import numbered

_log = logger("channels.telegram")


class TelegramFaultError(BotError):
    """A call that sets the bot up or tidies a chat did not work. `code` is the error's class."""

    def __init__(self, what: str, fault: Exception) -> None:
        self.code = type(fault).__name__
        super().__init__(f"Telegram: {what} did not work ({self.code})")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is: `username` without the @, for links `https://t.me/<username>?start=CODE`."""

    id: int
    username: str


def _words(message: Outgoing) -> str:
    """The text; with several to choose from, numbered too, so that numbers can be typed beside the buttons."""
    if message.shape != "many":
        return message.text
    return numbered(message.text, [Choosable(one.id, one.text) for one in message.options], "many")


class TelegramChannel:
    """One bot. `timeout` in seconds holds for connecting, writing, reading and waiting for a free connection."""

    style: Style = "telegram"

    def __init__(self, account: str, token: str, api_url: str, timeout: float = 10.0, *, connections: int = 16) -> None:
        self.account = account
        self._request = pool(connections, timeout)
        self._bot = Bot(
            token,
            base_url=lambda given: bot_url(api_url, given),
            request=self._request,
            get_updates_request=self._request,
        )
        self._flood = Flood()
        self._courtesies: set[asyncio.Task[None]] = set()

    async def send(self, message: Outgoing) -> Outcome:
        """Send one text with its buttons, link previews off. Raises nothing for what Telegram or a network may do."""
        buttons = keyboard(message.message_id, message.options, message.shape)
        try:
            sent = await self._bot.send_message(
                chat_id=message.to,
                text=_words(message),
                reply_markup=buttons,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except FloodError as flood:
            return self._later(message.to, flood)
        except TelegramError as fault:
            return _outcome(fault)
        self._flood.sent(message.to, elapsed())
        return Accepted(provider_id=str(sent.message_id))

    @property
    def looks_up(self) -> bool:
        """Telegram lists nothing that a bot has sent."""
        return False

    async def look_up(self, message: Outgoing, since: datetime, *, pressing: bool, within: float) -> LookedUp:
        """Nobody can say."""
        return NoAnswer("cannot")

    def _later(self, chat: str, flood: FloodError) -> TryLater:
        seconds = flood.after.total_seconds() if flood.after else 1.0
        whole = self._flood.is_whole_account(chat, elapsed(), seconds)
        return TryLater(code="429", after=flood.after, whole_account=whole)

    async def get_me(self) -> Identity:
        """Who the bot is.

        Raises:
            TelegramFaultError: the token is wrong or Telegram cannot be reached.
        """
        try:
            me = await self._bot.get_me()
            return Identity(id=me.id, username=me.username or "")
        except TelegramError as fault:
            raise TelegramFaultError("getMe", fault) from None

    async def leave(self, chat: str) -> None:
        """Leave a group or channel.

        Raises:
            TelegramFaultError: it did not work.
        """
        await _asked("leaveChat", self._bot.leave_chat(chat_id=chat))

    async def answer_press(self, callback_id: str) -> None:
        """Stop the button from showing that it waits.

        Raises:
            TelegramFaultError: it did not work, for example because the press is too old.
        """
        await _asked("answerCallbackQuery", self._bot.answer_callback_query(callback_id))

    async def set_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        """Set the menu of commands: each one's word without the slash, and its description.

        Raises:
            TelegramFaultError: it did not work.
        """
        menu = [BotCommand(command, description) for command, description in commands]
        await _asked("setMyCommands", self._bot.set_my_commands(menu))

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to `url` with `secret` in the header; updates that wait are kept.

        Raises:
            TelegramFaultError: it did not work.
        """
        call = self._bot.set_webhook(url=url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
        await _asked("setWebhook", call)

    async def delete_webhook(self) -> None:
        """Go back to asking for updates; updates that wait are kept.

        Raises:
            TelegramFaultError: it did not work.
        """
        await _asked("deleteWebhook", self._bot.delete_webhook(drop_pending_updates=False))

    def after_commit(self, items: Iterable[Incoming | Unreadable]) -> None:
        """Courtesies once what came in is safe: leave groups, answer presses. Not waited for; failures are logged."""
        for item in items:
            if not isinstance(item, Incoming):
                continue
            if item.callback_id:
                self._courtesy(self.answer_press(item.callback_id))
            if item.kind == "group" and item.sender:
                self._courtesy(self.leave(item.sender))

    def _courtesy(self, call: Awaitable[None]) -> None:
        task = asyncio.ensure_future(_tried(call))
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    async def close(self) -> None:
        """Let running courtesies end (each has its time-out), then give the connections back."""
        await asyncio.gather(*self._courtesies, return_exceptions=True)
        await self._request.shutdown()


async def _tried(call: Awaitable[None]) -> None:
    try:
        await call
    except TelegramFaultError as fault:
        _log.info("telegram.courtesy-failed", error=fault.code)


async def _asked(what: str, call: Awaitable[object]) -> None:
    try:
        await call
    except TelegramError as fault:
        raise TelegramFaultError(what, fault) from None


def _outcome(fault: TelegramError) -> Outcome:
    match fault:
        case InvalidToken():
            return Refused(code="401", fact="account")
        case Forbidden():
            return meaning_of(403, fault.message)
        case BadRequest():
            return meaning_of(400, fault.message)
        case ChatMigrated():
            return Refused(code="migrated", fact="invalid")  # only groups migrate, and blether writes to none
        case _:
            cause = type(fault.__cause__ or fault).__name__
            return TryLater(code=cause) if never_left(fault) else Unknown(code=cause)
