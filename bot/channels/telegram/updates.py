"""One Telegram update, read alone: what it is and what it says. Reads no clock and no network; never raises.

private chat   message with text                    text
               message with anything else to see    media (caption in `text`)
               edited message                       edit
               my_chat_member                       blocked | unblocked
               callback query with our form         press (else other, to be answered all the same)
elsewhere      anything                             group (`sender` is the chat), but our own leaving: other
any            service messages, the rest           other
cannot be read                                      Unreadable
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update

from bot.channels.base import Incoming, Unreadable
from bot.channels.telegram.presses import read_press
from bot.channels.unreadable import words_in

__all__ = ["ALLOWED_UPDATES", "read_update", "update_id", "words_in"]

# Asked for by name, so that nothing else about a person is ever sent to us.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_GONE = frozenset({ChatMember.LEFT, ChatMember.BANNED})
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWER_MEDIA = ("story", "checklist", "paid_media", "live_photo")


def read_update(account: str, raw: object) -> Incoming | Unreadable:
    """What one update is. `raw` is the decoded object as Telegram gave it; its time is aware UTC where it has one.

    An update that cannot be read keeps its raw form, the error's class and the chat, where that can be found.
    """
    whole = json.dumps(raw)  # ASCII: a lone surrogate from a client stays an escape and can be stored anywhere
    try:
        if not isinstance(raw, dict):
            raise TypeError
        return _understood(account, whole, cast("dict[str, object]", raw))
    except Exception as fault:
        return Unreadable(
            account=account,
            provider_id=_provider_id(raw, whole),
            raw=whole,
            reason=type(fault).__name__,
            sender=_sender_of(raw),
        )


def update_id(raw: object) -> int | None:
    """The update's number, which the offset moves by; None where there is none."""
    number = cast("dict[str, object]", raw).get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _provider_id(raw: object, whole: str) -> str:
    number = update_id(raw)
    if number is not None:
        return str(number)
    return f"unnumbered-{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def _understood(account: str, whole: str, raw: dict[str, object]) -> Incoming:
    if update_id(raw) is None:
        raise KeyError
    update = Update.de_json(raw, None)
    base = Incoming(account=account, provider_id=str(update.update_id), sender="", kind="other", raw=whole)
    if update.callback_query is not None:
        return _press(base, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(base, update.my_chat_member)
    if update.edited_message is not None:
        return _edit(base, update.edited_message)
    if update.message is not None:
        return _message(base, update.message)
    if update.channel_post is not None:
        return replace(base, kind="group", sender=_chat(update.channel_post.chat))
    return base


def _message(base: Incoming, message: Message) -> Incoming:
    seen = replace(base, sender=_chat(message.chat), sent_at=_moment(message.date))
    if message.chat.type != Chat.PRIVATE:
        return replace(seen, kind="group")
    if message.text is not None:
        return replace(seen, kind="text", text=_clean(message.text))
    if _shows_something(message):
        return replace(seen, kind="media", text=_clean(message.caption))
    return seen


def _shows_something(message: Message) -> bool:
    """Whether a person sent something to see or hear. What is newer than the library stands in `api_kwargs`."""
    return bool(
        message.effective_attachment is not None
        or message.caption
        or message.api_kwargs
        or any(getattr(message, name, None) is not None for name in _NEWER_MEDIA)
    )


def _edit(base: Incoming, message: Message) -> Incoming:
    seen = replace(base, sender=_chat(message.chat), sent_at=_moment(message.edit_date or message.date))
    if message.chat.type != Chat.PRIVATE:
        return replace(seen, kind="group")
    return replace(seen, kind="edit", text=_clean(message.caption if message.text is None else message.text))


def _press(base: Incoming, query: CallbackQuery) -> Incoming:
    chat = query.message.chat if query.message is not None else None
    if chat is not None and chat.type != Chat.PRIVATE:
        return replace(base, kind="group", sender=_chat(chat), callback_id=str(query.id))
    press = read_press(query.data)
    return replace(
        base,
        kind="press" if press else "other",
        sender=str(_number(query.from_user.id)),  # in a private chat the chat's id is the person's
        press=press,
        callback_id=str(query.id),
    )


def _membership(base: Incoming, change: ChatMemberUpdated) -> Incoming:
    seen = replace(base, sender=_chat(change.chat), sent_at=_moment(change.date))
    gone = change.new_chat_member.status in _GONE
    if change.chat.type == Chat.PRIVATE:
        return replace(seen, kind="blocked" if gone else "unblocked")
    return seen if gone else replace(seen, kind="group")


def _chat(chat: Chat) -> str:
    return str(_number(chat.id))


def _number(found: object) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise TypeError
    return found


def _moment(found: datetime | None) -> datetime | None:
    return None if found is None else found.astimezone(UTC)


def _clean(text: object) -> str:
    """A text that any storage takes: a lone surrogate becomes the replacement character."""
    if text is None:
        return ""
    if not isinstance(text, str):
        raise TypeError
    return _LONE_SURROGATE.sub("\ufffd", text)


def _sender_of(raw: object) -> str:
    """The chat of an update that could not be read, as far as it can be found."""
    if not isinstance(raw, Mapping):
        return ""
    for part in cast("Mapping[str, object]", raw).values():
        for path in (("chat", "id"), ("message", "chat", "id"), ("from", "id")):
            found: object = part
            for key in path:
                found = cast("Mapping[str, object]", found).get(key) if isinstance(found, Mapping) else None
            if isinstance(found, int) and not isinstance(found, bool):
                return str(found)
    return ""
