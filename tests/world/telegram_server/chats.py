"""The chats that the server knows, their messages, and the bot itself."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.world.provider.addresses import Addresses
from tests.world.provider.faults import Faults
from tests.world.provider.journal import Journal, stamp
from tests.world.telegram_server.limits import Limits
from tests.world.telegram_server.updates import Updates, Webhook

TOKEN = "100200300:TEST-blether-AAAAAAAAAAAAAAAAAAAAAA"
"""The bot's token unless a test sets another."""
Json = dict[str, Any]


@dataclass(slots=True)
class Message:
    """One message: `raw` is the Bot API object, the rest is for the test."""

    raw: Json
    by: str  # "bot" or "person"
    at: str
    edited_at: str | None = None
    earlier: list[str] = field(default_factory=list)
    deleted: bool = False

    def seen(self) -> Json:
        """What the control door tells of it."""
        rows = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return {
            "message_id": self.raw["message_id"],
            "by": self.by,
            "text": self.raw.get("text", self.raw.get("caption", "")),
            "options": [[{"text": one["text"], "data": one.get("callback_data")} for one in row] for row in rows],
            "reply_markup": self.raw.get("reply_markup"),
            "at": self.at,
            "edited_at": self.edited_at,
            "earlier": self.earlier,
            "deleted": self.deleted,
            "raw": self.raw,
        }


@dataclass(slots=True)
class Chat:
    """A private chat or a group, as Telegram keeps it."""

    id: int
    kind: str  # private, group, supergroup
    names: Json
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    membership: str = "left"  # of the bot, in groups: member, left, kicked
    messages: dict[int, Message] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        """Whether it is a group of any kind."""
        return self.kind != "private"

    def raw(self) -> Json:
        """The Bot API's Chat object."""
        return {"id": self.id, "type": self.kind, **self.names}

    def user(self) -> Json:
        """The Bot API's User object of the person of a private chat."""
        return {"id": self.id, "is_bot": False, **self.names, "language_code": "en"}


@dataclass(slots=True)
class Query:
    """A press of a button that waits to be answered. `pressed` is real monotonic seconds."""

    id: str
    chat_id: int
    pressed: float
    data: str
    answer: Json | None = None
    expired: bool = False


class Bot:
    """All state of the server: one bot, its chats, its updates."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.me: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Blether",
            "username": "blether_test_bot",
        }
        self.journal = Journal()
        self.faults = Faults()
        self.addresses = Addresses()
        self.limits = Limits()
        self.updates = Updates(self.journal)
        self.webhook = Webhook()
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[str, list[Json]] = {}
        self.query_seconds = 60.0
        self.sent: list[Message] = []  # by the bot, in any chat, in order
        self.held: dict[str | None, float] = {}  # by chat as written: monotonic end of the last retry_after
        self._message_ids = count(1)
        self._user_ids = count(5_000_001)
        self._query_ids = count(7_000_000_001)

    def new_user_id(self) -> int:
        """A user id that nobody has."""
        return next(one for one in self._user_ids if one not in self.chats)

    def new_query(self, chat_id: int, data: str) -> Query:
        """A press of a button, noted."""
        query = Query(str(next(self._query_ids)), chat_id, time.monotonic(), data)
        self.queries[query.id] = query
        return query

    def chat(self, chat_id: int) -> Chat:
        """A chat by id. Raises ValueError when there is none (for control calls)."""
        if chat_id not in self.chats:
            raise ValueError("no such chat")
        return self.chats[chat_id]

    def write(self, chat: Chat, sender: Json, by: str, **content: Any) -> Message:
        """Add a message to a chat."""
        raw: Json = {
            "message_id": next(self._message_ids),
            "from": sender,
            "chat": chat.raw(),
            "date": int(time.time()),
            **content,
        }
        message = Message(raw, by, stamp())
        chat.messages[raw["message_id"]] = message
        if by == "bot":
            self.sent.append(message)
        self.journal.changed()
        return message
