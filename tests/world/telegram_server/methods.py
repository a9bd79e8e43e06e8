"""The other methods of the Bot API, and the table of all that this server knows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from tests.world.telegram_server import messages
from tests.world.telegram_server.chats import Bot
from tests.world.telegram_server.parameters import Parameters
from tests.world.telegram_server.people import membership_update
from tests.world.telegram_server.pushing import webhook_address_fault
from tests.world.telegram_server.refusals import Refusal, bad
from tests.world.telegram_server.updates import wire

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
Method = Callable[[Bot, Parameters], Any]


def get_me(bot: Bot, _: Parameters) -> dict[str, Any]:
    """getMe."""
    return {
        **bot.me,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def allow(bot: Bot, p: Parameters) -> None:
    """Take over `allowed_updates` when it is given; an empty list means the default kinds."""
    wanted = p.json("allowed_updates", "allowed_updates")
    if wanted is None:
        return
    if not isinstance(wanted, list) or not all(isinstance(kind, str) for kind in wanted):
        raise bad("can't parse allowed_updates: array of strings expected")
    bot.updates.allowed = wanted or None


def set_webhook(bot: Bot, p: Parameters) -> bool:
    """setWebhook; an empty address deletes."""
    url = p.text("url").strip()
    if not url:
        return delete_webhook(bot, p)
    fault = webhook_address_fault(url)
    if fault:
        raise bad(fault)
    secret = p.text("secret_token") or None
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters" if len(secret) <= 256 else "secret token is too long")
    allow(bot, p)
    if p.truth("drop_pending_updates"):
        bot.updates.forget()
    bot.webhook.url = url
    bot.webhook.secret = secret
    bot.webhook.max_connections = p.whole("max_connections") or 40
    bot.journal.changed()
    return True


def delete_webhook(bot: Bot, p: Parameters) -> bool:
    """deleteWebhook."""
    bot.webhook.url = ""
    bot.webhook.secret = None
    if p.truth("drop_pending_updates"):
        bot.updates.forget()
    bot.journal.changed()
    return True


def get_webhook_info(bot: Bot, _: Parameters) -> dict[str, Any]:
    """getWebhookInfo."""
    return wire(bot.webhook, bot.updates)


def answer_callback_query(bot: Bot, p: Parameters) -> bool:
    """answerCallbackQuery; a query older than `query_seconds` is too old."""
    query = bot.queries.get(p.text("callback_query_id"))
    if query is None or query.expired or time.monotonic() - query.pressed > bot.query_seconds:
        raise Refusal(400, "query is too old and response timeout expired or query ID is invalid")
    if len(p.text("text")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    query.answer = {"text": p.text("text"), "show_alert": p.truth("show_alert")}
    bot.journal.changed()
    return True


def set_my_commands(bot: Bot, p: Parameters) -> bool:
    """setMyCommands."""
    commands = p.json("commands", "bot commands")
    if not isinstance(commands, list):
        raise bad("can't parse commands: array of BotCommand expected")
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not isinstance(one, dict) or not _COMMAND.fullmatch(str(one.get("command", "")).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(one.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(p)] = commands
    return True


def get_my_commands(bot: Bot, p: Parameters) -> list[dict[str, Any]]:
    """getMyCommands."""
    return bot.commands.get(_scope(p), [])


def delete_my_commands(bot: Bot, p: Parameters) -> bool:
    """deleteMyCommands."""
    bot.commands.pop(_scope(p), None)
    return True


def _scope(p: Parameters) -> str:
    scope = p.json("scope", "bot command scope") or {"type": "default"}
    return f"{scope} {p.text('language_code')}"


def send_chat_action(bot: Bot, p: Parameters) -> bool:
    """sendChatAction."""
    if p.text("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    messages.reachable(bot, p).actions.append(p.text("action"))
    return True


def leave_chat(bot: Bot, p: Parameters) -> bool:
    """leaveChat, groups only."""
    chat = messages.reachable(bot, p)
    if not chat.is_group:
        raise bad("chat member status can't be changed in private chats")
    membership_update(bot, chat, bot.me, "left")
    return True


def get_chat(bot: Bot, p: Parameters) -> dict[str, Any]:
    """getChat."""
    chat = messages.reachable(bot, p)
    return {**chat.raw(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}


_NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}
_TEXT = "text parse_mode entities link_preview_options reply_markup business_connection_id"
_SENDING = (
    "message_thread_id disable_notification protect_content allow_paid_broadcast message_effect_id reply_parameters"
    " direct_messages_topic_id suggested_post_parameters"
)
METHODS: dict[str, tuple[Method | None, set[str]]] = {
    "getMe": (get_me, set()),
    "getUpdates": (None, {"offset", "limit", "timeout", "allowed_updates"}),
    "setWebhook": (
        set_webhook,
        {"url", "ip_address", "max_connections", "allowed_updates", "drop_pending_updates", "secret_token"},
    ),
    "deleteWebhook": (delete_webhook, {"drop_pending_updates"}),
    "getWebhookInfo": (get_webhook_info, set()),
    "sendMessage": (messages.send_message, {"chat_id", *_TEXT.split(), *_SENDING.split()}),
    "editMessageText": (
        messages.edit_text,
        {"chat_id", "message_id", "inline_message_id", *_TEXT.split()},
    ),
    "editMessageReplyMarkup": (
        messages.edit_markup,
        {"chat_id", "message_id", "inline_message_id", "reply_markup", "business_connection_id"},
    ),
    "deleteMessage": (messages.delete_message, {"chat_id", "message_id"}),
    "answerCallbackQuery": (
        answer_callback_query,
        {"callback_query_id", "text", "show_alert", "url", "cache_time"},
    ),
    "setMyCommands": (set_my_commands, {"commands", "scope", "language_code"}),
    "getMyCommands": (get_my_commands, {"scope", "language_code"}),
    "deleteMyCommands": (delete_my_commands, {"scope", "language_code"}),
    "sendChatAction": (
        send_chat_action,
        {"chat_id", "action", "message_thread_id", "business_connection_id"},
    ),
    "leaveChat": (leave_chat, {"chat_id"}),
    "getChat": (get_chat, {"chat_id"}),
}
"""Name → (function, the parameters that the Bot API documents); getUpdates waits, so `app` does it."""
