"""The control door: what a test may do to the server and ask of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.world.provider.journal import Entry
from tests.world.provider.serving import Control, looking, waiting
from tests.world.telegram_server import people
from tests.world.telegram_server.chats import Bot
from tests.world.telegram_server.pushing import WORKERS

Json = dict[str, Any]


def doors(bot: Bot) -> dict[str, Control]:
    """The control calls by name."""
    quick = {name: looking(bot, work) for name, work in _QUICK.items()}
    return {**quick, **{name: waiting(bot, bot.journal, look) for name, look in _WAITING.items()}}


def _route(bot: Bot, a: Json) -> None:
    bot.addresses.route(a["public_url"], a["deliver_to"])
    bot.webhook.at_once = min(WORKERS, int(a.get("at_once", 1)))
    bot.journal.changed()


def _expire_queries(bot: Bot, _: Json) -> None:
    for query in bot.queries.values():
        query.expired = True


def _messages(bot: Bot, a: Json) -> list[Json]:
    by = a.get("by", "bot")
    after = a.get("after", 0)
    found = bot.chat(a["chat"]).messages.values()
    return [one.seen() for one in found if by in ("any", one.by) and one.raw["message_id"] > after]


def _outgoing(bot: Bot, a: Json) -> Json:
    """What the bot wrote since the last look, which gave `next`: for a look at everybody's phones at once."""
    new = bot.sent[a.get("after", 0) :]
    return {"messages": [{**one.seen(), "chat": one.raw["chat"]["id"]} for one in new], "next": len(bot.sent)}


def _match(bot: Bot, a: Json) -> list[Json] | None:
    """The messages that were waited for: at least `count`, of those with `contains` in them; None: not yet."""
    wanted: str = a.get("contains") or ""
    found = [one for one in _messages(bot, a) if wanted in one["text"]]
    return found if len(found) >= (a.get("count") or 1) else None


def _requests(bot: Bot, a: Json) -> list[Entry] | None:
    found = [
        one
        for one in bot.journal.requests
        if one["name"].lower() == a["method"].lower()
        and (a.get("status") is None or one["status"] == a["status"])
        and (a.get("fault") is None or one["fault"] == a["fault"])
    ]
    return found if len(found) >= (a.get("count") or 1) else None


def _presses(bot: Bot, a: Json) -> list[Json]:
    pressed = [one for one in bot.queries.values() if one.chat_id == a["chat"]]
    return [{"query_id": one.id, "data": one.data, "answer": one.answer} for one in pressed]


_QUICK: dict[str, Callable[[Bot, Json], Any]] = {
    "user": people.create_user,
    "group": people.create_group,
    "start": people.start,
    "say": people.say,
    "press": people.press,
    "edit": people.edit,
    "send_media": people.send_media,
    "block": people.block,
    "unblock": people.unblock,
    "deactivate": people.deactivate,
    "place_bot": people.place_bot,
    "raw_update": lambda bot, a: {"update_id": bot.updates.add_raw(a["update"])},
    "again": lambda bot, a: bot.updates.again(a["update_id"]),
    "forget_updates": lambda bot, _: bot.updates.forget(),
    "expire_queries": _expire_queries,
    "presses": _presses,
    "messages": _messages,
    "outgoing": _outgoing,
    "actions": lambda bot, a: bot.chat(a["chat"]).actions,
    "commands": lambda bot, _: bot.commands,
    "membership": lambda bot, a: bot.chat(a["chat"]).membership,
    "pending": lambda bot, _: bot.updates.waiting,
    "posts": lambda bot, _: bot.webhook.posts,
    "requests": lambda bot, _: bot.journal.requests,
    "problems": lambda bot, _: bot.journal.problems,
    "fail": lambda bot, a: bot.faults.order(a),
    "heal": lambda bot, _: bot.faults.heal(),
    "limits": lambda bot, a: bot.limits.change(**a),
    "route": _route,
}
_WAITING: dict[str, Callable[[Bot, Json], Any]] = {
    "wait_for": _match,
    "wait_confirmed": lambda bot, _: None if bot.updates.waiting else True,
    "wait_request": _requests,
    "wait_polling": lambda bot, _: True if bot.updates.open_polls else None,
    "wait_problem": lambda bot, _: bot.journal.problems or None,
}
"""Each is looked at until it is not None or the time is up (then: null)."""
