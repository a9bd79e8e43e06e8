"""Driving the Telegram server from a test: the people's side, failures, and waiting on conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.world.provider.process import PUBLIC_URL, NotInTime, ProviderServer

TELEGRAM_TOKEN = "100200300:TEST-blether-AAAAAAAAAAAAAAAAAAAAAA"


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    text: str
    data: str | None


@dataclass(frozen=True, slots=True)
class TelegramMessage:
    """A message in a chat. `at`, `edited_at`: real time, UTC; `earlier`: its words before edits, oldest first."""

    message_id: int
    by: str
    text: str
    options: tuple[tuple[Button, ...], ...]
    at: datetime
    edited_at: datetime | None
    earlier: tuple[str, ...]
    deleted: bool
    raw: dict[str, Any]

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, row after row."""
        return tuple(button for row in self.options for button in row)


def _message(seen: dict[str, Any]) -> TelegramMessage:
    return TelegramMessage(
        message_id=seen["message_id"],
        by=seen["by"],
        text=seen["text"],
        options=tuple(tuple(Button(**button) for button in row) for row in seen["options"]),
        at=datetime.fromisoformat(seen["at"]),
        edited_at=datetime.fromisoformat(seen["edited_at"]) if seen["edited_at"] else None,
        earlier=tuple(seen["earlier"]),
        deleted=seen["deleted"],
        raw=seen["raw"],
    )


class TelegramServer(ProviderServer):
    """The Telegram Bot API server and the people who write to the bot."""

    module = "tests.world.telegram_server"
    sending = "sendMessage"
    token = TELEGRAM_TOKEN

    async def user(
        self,
        first_name: str = "Isla",
        *,
        started: bool = False,
        user_id: int | None = None,
        username: str | None = None,
    ) -> int:
        """A person; the chat has their id. Not started: the bot cannot write to them yet."""
        made = await self.control("user", first_name=first_name, started=started, id=user_id, username=username)
        return made["id"]

    async def group(self, title: str = "A group", *, kind: str = "group", member: bool = False) -> int:
        """A group (or supergroup); `member`: the bot is in it."""
        return (await self.control("group", title=title, kind=kind, member=member))["id"]

    async def start(self, chat: int, code: str | None = None) -> None:
        """The person opens the bot's link and presses Start (unblocks too): `/start CODE` arrives."""
        await self.control("start", chat=chat, code=code)

    async def say(self, chat: int, text: str, *, sender: int | None = None) -> list[int]:
        """The person writes (in a group: `sender`); the message ids (several when the text is over 4,096)."""
        sent = await self.control("say", chat=chat, text=text, sender=sender)
        return [one["message_id"] for one in sent]

    async def press(
        self,
        chat: int,
        button: int | str | None = None,
        *,
        message_id: int | None = None,
        data: str | None = None,
        inaccessible: bool = False,
        sender: int | None = None,
    ) -> str:
        """Press a button by index or words, on the latest message with buttons unless `message_id` says which.

        `data` presses one that is not there any more; `inaccessible` sends the message as date 0. The query's id.
        """
        pressed = await self.control(
            "press",
            chat=chat,
            button=button,
            message_id=message_id,
            data=data,
            inaccessible=inaccessible,
            sender=sender,
        )
        return pressed["query_id"]

    async def edit(self, chat: int, text: str, *, message_id: int | None = None) -> None:
        """The person changes a message of theirs, the latest by default."""
        await self.control("edit", chat=chat, text=text, message_id=message_id)

    async def send_media(
        self, chat: int, kind: str = "voice", *, caption: str | None = None, sender: int | None = None
    ) -> int:
        """voice, photo, sticker, location, video_note, document or contact; the message id."""
        sent = await self.control("send_media", chat=chat, kind=kind, caption=caption, sender=sender)
        return sent["message_id"]

    async def block(self, chat: int) -> None:
        """The person blocks the bot (my_chat_member; later sends get 403)."""
        await self.control("block", chat=chat)

    async def unblock(self, chat: int) -> None:
        """The person unblocks the bot."""
        await self.control("unblock", chat=chat)

    async def deactivate(self, chat: int) -> None:
        """The person's account is gone; nothing is said to the bot."""
        await self.control("deactivate", chat=chat)

    async def place_bot(self, chat: int, *, sender: int, status: str = "member") -> None:
        """`sender` adds the bot to a group, or removes it (`status` kicked)."""
        await self.control("place_bot", chat=chat, sender=sender, status=status)

    async def membership(self, chat: int) -> str:
        """The bot's place in a group: member, left, kicked."""
        return await self.control("membership", chat=chat)

    async def raw_update(self, update: dict[str, Any]) -> int:
        """Queue an update exactly as given, malformed or not; its update_id (given one when it has none)."""
        return (await self.control("raw_update", update=update))["update_id"]

    async def deliver_again(self, update_id: int) -> None:
        """Post a confirmed update to the webhook once more (a poll's offset would confirm it at once)."""
        await self.control("again", update_id=update_id)

    async def forget_updates(self) -> None:
        """Drop all waiting updates, as Telegram does after 24 hours."""
        await self.control("forget_updates")

    async def expire_queries(self) -> None:
        """Make all presses until now too old to be answered."""
        await self.control("expire_queries")

    async def presses(self, chat: int) -> list[dict[str, Any]]:
        """The presses in a chat: query_id, data, answer (None: not answered, else text and show_alert)."""
        return await self.control("presses", chat=chat)

    async def messages(self, chat: int, *, by: str = "bot", after: int = 0) -> list[TelegramMessage]:
        """The messages of a chat in order, of the bot (or person, any), with an id above `after`."""
        return [_message(seen) for seen in await self.control("messages", chat=chat, by=by, after=after)]

    async def outgoing(self, after: int = 0) -> tuple[list[tuple[int, TelegramMessage]], int]:
        """What the bot wrote to any chat since an earlier look, with its chat, and the place to look from next."""
        told = await self.control("outgoing", after=after)
        return [(seen["chat"], _message(seen)) for seen in told["messages"]], told["next"]

    async def wait_for(
        self,
        chat: int,
        *,
        count: int = 1,
        contains: str = "",
        after: int = 0,
        within: float = 5.0,
    ) -> list[TelegramMessage]:
        """Wait until the bot's messages in the chat with `contains` in them are `count` or more; return them.

        Raises NotInTime, with what there is, after `within` seconds.
        """
        found = await self.control("wait_for", chat=chat, count=count, contains=contains, after=after, timeout=within)
        if found is None:
            there = [one.text for one in await self.messages(chat, after=after)]
            raise NotInTime(f"waited {within} s for {count} message(s) with {contains!r}; there are {there}")
        return [_message(seen) for seen in found]

    async def wait_confirmed(self, *, within: float = 5.0) -> None:
        """Wait until the bot has confirmed every update. Raises NotInTime."""
        if not await self.control("wait_confirmed", timeout=within):
            raise NotInTime(f"updates not confirmed after {within} s: {await self.pending()}")

    async def wait_request(
        self,
        method: str,
        *,
        count: int = 1,
        status: int | None = None,
        fault: str | None = None,
        within: float = 5.0,
    ) -> list[dict[str, Any]]:
        """Wait until the bot made `count` requests of a method (answered with `status`, hit by `fault`)."""
        found = await self.control(
            "wait_request", method=method, count=count, status=status, fault=fault, timeout=within
        )
        if found is None:
            raise NotInTime(f"waited {within} s for {count} request(s) {method}")
        return found

    async def wait_polling(self, *, within: float = 5.0) -> None:
        """Wait until a long poll is open. Raises NotInTime."""
        if not await self.control("wait_polling", timeout=within):
            raise NotInTime(f"nobody polled within {within} s")

    async def wait_problem(self, *, within: float = 5.0) -> list[str]:
        """Wait until there is a problem, for tests that mean one. Raises NotInTime."""
        found = await self.control("wait_problem", timeout=within)
        if found is None:
            raise NotInTime(f"no problem within {within} s")
        return found

    async def pending(self) -> list[dict[str, Any]]:
        """The updates that the bot has not confirmed."""
        return await self.control("pending")

    async def posts(self) -> list[dict[str, Any]]:
        """All webhook posts in order: update_id, attempt, at, status, error."""
        return await self.control("posts")

    async def actions(self, chat: int) -> list[str]:
        """The chat actions (typing...) shown in a chat."""
        return await self.control("actions", chat=chat)

    async def commands(self) -> dict[str, Any]:
        """The commands set, by scope."""
        return await self.control("commands")

    async def limits(self, **values: float | bool) -> None:
        """Set sending limits: on, overall, per_chat, burst, group_per_minute."""
        await self.control("limits", **values)

    async def route(self, deliver_to: str | list[str], *, public_url: str = PUBLIC_URL, at_once: int = 1) -> None:
        """Deliver webhook posts for `public_url` to a local address (several: in turn, `at_once` in parallel)."""
        await self.control("route", public_url=public_url, deliver_to=deliver_to, at_once=at_once)
