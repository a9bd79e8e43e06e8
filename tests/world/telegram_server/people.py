"""What people do: open the chat, write, press, edit, send media, block; and groups."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.world.provider.journal import stamp
from tests.world.telegram_server.chats import Bot, Chat, Message
from tests.world.telegram_server.entities import utf16

_LONGEST = 4096
_START_CODE = re.compile(r"[A-Za-z0-9_-]{0,64}")
"""What may follow ?start= in a link (Telegram, deep linking)."""
Json = dict[str, Any]
_FILE = {"file_id": "AwACAgQAAxkBAAI", "file_unique_id": "AgADBQAD", "file_size": 4096}
_MEDIA: dict[str, Json] = {
    "voice": {"voice": {**_FILE, "duration": 3, "mime_type": "audio/ogg"}},
    "photo": {"photo": [{**_FILE, "width": 90, "height": 67}, {**_FILE, "width": 800, "height": 600}]},
    "sticker": {
        "sticker": {
            **_FILE,
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "\U0001f44d",
        }
    },
    "location": {"location": {"latitude": 55.97, "longitude": -3.17}},
    "video_note": {"video_note": {**_FILE, "length": 240, "duration": 4}},
    "document": {"document": {**_FILE, "file_name": "notes.pdf", "mime_type": "application/pdf"}},
    "contact": {"contact": {"phone_number": "+447700900199", "first_name": "Ewan"}},
}
_CAPTIONED = {"voice", "photo", "document"}


def create_user(bot: Bot, arguments: Json) -> Json:
    """A person with a Telegram account; `started` True: they pressed Start long ago."""
    user_id = arguments.get("id") or bot.new_user_id()
    names = {"first_name": arguments.get("first_name", "Isla")}
    if arguments.get("username"):
        names["username"] = arguments["username"]
    bot.chats[user_id] = Chat(user_id, "private", names, started=bool(arguments.get("started", False)))
    return {"id": user_id}


def create_group(bot: Bot, arguments: Json) -> Json:
    """A group; `member` True: the bot is in it already."""
    kind = arguments.get("kind", "group")
    group_id = arguments.get("id") or -(4_000_000 + len(bot.chats) + 1)
    if kind == "supergroup" and not arguments.get("id"):
        group_id -= 1_000_000_000_000
    chat = Chat(group_id, kind, {"title": arguments.get("title", "A group")})
    chat.membership = "member" if arguments.get("member") else "left"
    bot.chats[group_id] = chat
    return {"id": group_id}


def membership_update(bot: Bot, chat: Chat, by: Json, status: str) -> int | None:
    """The bot's place in a chat changes: a my_chat_member update from `by`."""
    old = chat.membership if chat.is_group else ("kicked" if chat.blocked else "member")
    if chat.is_group:
        chat.membership = status
    else:
        chat.blocked = status == "kicked"
    content = {
        "chat": chat.raw(),
        "from": by,
        "date": int(time.time()),
        "old_chat_member": _member(bot, old),
        "new_chat_member": _member(bot, status),
    }
    bot.journal.changed()
    return bot.updates.add("my_chat_member", content)


def _member(bot: Bot, status: str) -> Json:
    member: Json = {"user": bot.me, "status": status}
    if status == "kicked":
        member["until_date"] = 0
    return member


def _sender(bot: Bot, chat: Chat, arguments: Json) -> Json:
    if not chat.is_group:
        return chat.user()
    return bot.chat(arguments["sender"]).user()


def _may_write(chat: Chat) -> None:
    if chat.is_group:
        if chat.membership != "member":
            raise ValueError("the bot is not in this group: it sees nothing of it")
    elif chat.deactivated or chat.blocked or not chat.started:
        raise ValueError("this person can't write: press start first (or unblock)")


def start(bot: Bot, arguments: Json) -> list[Json]:
    """The person opens the bot's link (with `code`) and presses Start; this unblocks too."""
    chat = bot.chat(arguments["chat"])
    code = arguments.get("code") or ""
    if not _START_CODE.fullmatch(code):
        raise ValueError("a start code has up to 64 of A-Z a-z 0-9 _ -")
    if chat.blocked:
        membership_update(bot, chat, chat.user(), "member")
    chat.started = True
    return say(bot, {"chat": chat.id, "text": f"/start {code}".strip()})


def say(bot: Bot, arguments: Json) -> list[Json]:
    """The person writes; over 4,096 UTF-16 units the app sends several messages. Spaces round are trimmed."""
    chat = bot.chat(arguments["chat"])
    text: str = arguments["text"]
    if re.match(r"/start(\s|$)", text) and not chat.is_group and not chat.blocked:
        chat.started = True
    _may_write(chat)
    parts = _parts(text.strip())
    if not parts:
        raise ValueError("Telegram's apps send no empty message")
    sent: list[Json] = []
    for part in parts:
        content: Json = {"text": part}
        command = re.match(r"/[A-Za-z0-9_]{1,32}", part)
        if command:
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        message = bot.write(chat, _sender(bot, chat, arguments), "person", **content)
        sent.append(_told(message, bot.updates.add("message", message.raw)))
    return sent


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    part, size = "", 0
    for character in text:
        width = utf16(character)
        if size + width > _LONGEST:
            parts.append(part)
            part, size = "", 0
        part += character
        size += width
    return [*parts, part] if part else parts


def _told(message: Message, update_id: int | None) -> Json:
    return {"message_id": message.raw["message_id"], "update_id": update_id}


def send_media(bot: Bot, arguments: Json) -> Json:
    """A voice note, photo, sticker, location, video note, document or contact, some with a caption."""
    chat = bot.chat(arguments["chat"])
    _may_write(chat)
    kind = arguments["kind"]
    if kind not in _MEDIA:
        raise ValueError(f"unknown media; known: {', '.join(_MEDIA)}")
    content = dict(_MEDIA[kind])
    if arguments.get("caption") and kind in _CAPTIONED:
        content["caption"] = arguments["caption"]
    message = bot.write(chat, _sender(bot, chat, arguments), "person", **content)
    return _told(message, bot.updates.add("message", message.raw))


def edit(bot: Bot, arguments: Json) -> Json:
    """The person changes a message of theirs (the latest without `message_id`)."""
    chat = bot.chat(arguments["chat"])
    _may_write(chat)
    own = [one for one in chat.messages.values() if one.by == "person" and "text" in one.raw]
    number = arguments.get("message_id") or own[-1].raw["message_id"]
    message = next((one for one in own if one.raw["message_id"] == number), None)
    if message is None:
        raise ValueError("no such message of this person")
    message.earlier.append(message.raw["text"])
    message.raw = {**message.raw, "text": arguments["text"], "edit_date": int(time.time())}
    message.edited_at = stamp()
    return _told(message, bot.updates.add("edited_message", message.raw))


def press(bot: Bot, arguments: Json) -> Json:
    """The person presses a button, by its index or its words; `data` presses one that is gone from the message.

    `inaccessible`: the message is too old for Telegram to show it (date 0), as in the Bot API's InaccessibleMessage.
    """
    chat = bot.chat(arguments["chat"])
    _may_write(chat)
    message = _with_buttons(chat, arguments.get("message_id"), forced="data" in arguments)
    data = arguments["data"] if "data" in arguments else _button(message, arguments["button"])
    query = bot.new_query(chat.id, data)
    shown = message.raw
    if arguments.get("inaccessible"):
        shown = {"chat": chat.raw(), "message_id": message.raw["message_id"], "date": 0}
    update_id = bot.updates.add(
        "callback_query",
        {
            "id": query.id,
            "from": _sender(bot, chat, arguments),
            "message": shown,
            "chat_instance": str(chat.id * 31),
            "data": data,
        },
    )
    return {"query_id": query.id, "update_id": update_id}


def _with_buttons(chat: Chat, number: int | None, *, forced: bool) -> Message:
    if number is not None:
        if number not in chat.messages:
            raise ValueError("no such message")
        return chat.messages[number]
    for message in reversed(chat.messages.values()):
        if message.by == "bot" and not message.deleted and (forced or "reply_markup" in message.raw):
            return message
    raise ValueError("no message with buttons")


def _button(message: Message, wanted: int | str) -> str:
    rows = message.raw.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if isinstance(wanted, int):
        found = buttons[wanted] if 0 <= wanted < len(buttons) else None
    else:
        found = next((one for one in buttons if one["text"] == wanted), None)
    if found is None or "callback_data" not in found:
        raise ValueError(f"no such button; there are {[one['text'] for one in buttons]}")
    return found["callback_data"]


def block(bot: Bot, arguments: Json) -> Json:
    """The person blocks the bot."""
    chat = bot.chat(arguments["chat"])
    return {"update_id": membership_update(bot, chat, chat.user(), "kicked")}


def unblock(bot: Bot, arguments: Json) -> Json:
    """The person unblocks the bot."""
    chat = bot.chat(arguments["chat"])
    return {"update_id": membership_update(bot, chat, chat.user(), "member")}


def deactivate(bot: Bot, arguments: Json) -> Json:
    """The person deletes their Telegram account; the bot hears nothing of it."""
    bot.chat(arguments["chat"]).deactivated = True
    return {}


def place_bot(bot: Bot, arguments: Json) -> Json:
    """Someone (`sender`) adds the bot to a group (`status` member) or removes it (kicked)."""
    chat = bot.chat(arguments["chat"])
    sender = _sender(bot, chat, arguments)
    update_id = membership_update(bot, chat, sender, arguments.get("status", "member"))
    return {"update_id": update_id}
