"""The methods that write to a chat: sendMessage, the edits, deleteMessage."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.world.provider.journal import stamp
from tests.world.telegram_server.chats import Bot, Chat, Message
from tests.world.telegram_server.entities import parse, utf16
from tests.world.telegram_server.markup import inline_keyboard
from tests.world.telegram_server.parameters import Parameters
from tests.world.telegram_server.refusals import Refusal, bad, too_many

LONGEST_TEXT = 4096
"""UTF-16 units of a message after its entities are parsed (Bot API, sendMessage)."""
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
Json = dict[str, Any]


def reachable(bot: Bot, p: Parameters) -> Chat:
    """The chat that the bot may write to. Raises Refusal 400 or 403 as Telegram words them."""
    written = p.chat_id()
    chat = bot.chats.get(int(written)) if re.fullmatch(r"-?\d{1,18}", written) else None
    if chat is None:
        raise Refusal(400, "chat not found")
    if chat.is_group:
        place = "supergroup chat" if chat.kind == "supergroup" else "group chat"
        if chat.membership == "kicked":
            raise Refusal(403, f"bot was kicked from the {place}")
        if chat.membership != "member":
            raise Refusal(403, f"bot is not a member of the {place}")
        return chat
    if chat.deactivated:
        raise Refusal(403, "user is deactivated")
    if chat.blocked:
        raise Refusal(403, "bot was blocked by the user")
    if not chat.started:
        raise Refusal(403, "bot can't initiate conversation with a user")
    return chat


def _content(p: Parameters) -> Json:
    text = _CONTROLS.sub(" ", p.text("text")).strip()
    if not text:
        raise bad("message text is empty")
    plain, entities = parse(text, p.text("parse_mode").lower())
    given = p.json("entities", "message entities")
    if given is not None:
        if not isinstance(given, list):
            raise bad("can't parse entities: array of MessageEntity expected")
        entities = given
    if not plain.strip():
        raise bad("message text is empty")
    if utf16(plain) > LONGEST_TEXT:
        raise bad("message is too long")
    return {"text": plain, **({"entities": entities} if entities else {})}


def _keyboard(p: Parameters) -> Json:
    keyboard = inline_keyboard(p.json("reply_markup", "reply keyboard markup"))
    return {"reply_markup": keyboard} if keyboard else {}


def _reply(chat: Chat, p: Parameters) -> Json:
    wanted = p.json("reply_parameters", "reply parameters")
    if wanted is None:
        return {}
    if not isinstance(wanted, dict) or not isinstance(wanted.get("message_id"), int):
        raise bad("can't parse reply parameters: message_id expected")
    found = chat.messages.get(wanted["message_id"])
    if found is not None and not found.deleted:
        return {"reply_to_message": {k: v for k, v in found.raw.items() if k != "reply_to_message"}}
    if wanted.get("allow_sending_without_reply"):
        return {}
    raise Refusal(400, "message to be replied not found")


def send_message(bot: Bot, p: Parameters) -> Json:
    """sendMessage."""
    content = _content(p)
    keyboard = _keyboard(p)
    chat = reachable(bot, p)
    reply = _reply(chat, p)
    wait = bot.limits.take(chat.id, group=chat.is_group)
    if wait is not None:
        raise too_many(wait)
    return bot.write(chat, bot.me, "bot", **reply, **content, **keyboard).raw


def _own_message(bot: Bot, p: Parameters, verb: str) -> tuple[Chat, Message]:
    if "inline_message_id" in p.values:
        raise Refusal(400, "MESSAGE_ID_INVALID", fault=True)
    number = p.whole("message_id")
    if number is None:
        raise bad("message identifier is not specified")
    chat = reachable(bot, p)
    message = chat.messages.get(number)
    if message is None or message.deleted:
        raise Refusal(400, f"message to {verb} not found")
    return chat, message


def _change(bot: Bot, message: Message, new: Json) -> Json:
    """Put `new` in place of the message's words and keyboard."""
    if message.by != "bot":
        raise bad("message can't be edited")
    old = {k: message.raw[k] for k in ("text", "entities", "reply_markup") if k in message.raw}
    if old == new:
        raise Refusal(
            400,
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message",
        )
    message.earlier.append(message.raw.get("text", ""))
    for key in old:
        del message.raw[key]
    message.raw.update(new)
    message.raw["edit_date"] = int(time.time())
    message.edited_at = stamp()
    bot.journal.changed()
    return message.raw


def edit_text(bot: Bot, p: Parameters) -> Json:
    """editMessageText. Without `reply_markup` the keyboard goes, as on Telegram."""
    new = {**_content(p), **_keyboard(p)}
    return _change(bot, _own_message(bot, p, "edit")[1], new)


def edit_markup(bot: Bot, p: Parameters) -> Json:
    """editMessageReplyMarkup."""
    keyboard = _keyboard(p)
    _, message = _own_message(bot, p, "edit")
    kept = {k: message.raw[k] for k in ("text", "entities") if k in message.raw}
    return _change(bot, message, {**kept, **keyboard})


def delete_message(bot: Bot, p: Parameters) -> bool:
    """deleteMessage: the bot's own, or anybody's in a private chat."""
    chat, message = _own_message(bot, p, "delete")
    if message.by != "bot" and chat.is_group:
        raise Refusal(400, "message can't be deleted")
    message.deleted = True
    bot.journal.changed()
    return True
