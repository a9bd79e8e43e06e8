"""Posting updates to the bot's webhook, in order, again and again until it says 2xx."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.world.provider.addresses import NO_CERTIFICATES
from tests.world.provider.journal import stamp
from tests.world.telegram_server.chats import Bot
from tests.world.telegram_server.updates import Webhook, now_seconds

_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 1.0
_POST_S = 10.0
WORKERS = 16
Json = dict[str, Any]


def make_client() -> httpx.AsyncClient:
    """The client that all connections of the webhook share."""
    return httpx.AsyncClient(timeout=_POST_S, verify=NO_CERTIFICATES, trust_env=False)


async def push_forever(bot: Bot, client: httpx.AsyncClient, worker: int) -> None:
    """One of the webhook's connections: take the first free update, post it until it is accepted.

    The first `at_once` workers work; with 1 (the default) updates arrive strictly in order.
    """
    while True:
        update = await bot.journal.until(lambda: _free(bot, worker), None)
        if update is None:
            return
        update_id = update["update_id"]
        bot.updates.in_flight.add(update_id)
        try:
            await _post_until_taken(bot, client, update)
        finally:
            bot.updates.in_flight.discard(update_id)
            bot.journal.changed()


def _free(bot: Bot, worker: int) -> Json | None:
    if not bot.webhook.url or worker >= bot.webhook.at_once:
        return None
    return next((one for one in bot.updates.waiting if one["update_id"] not in bot.updates.in_flight), None)


async def _post_until_taken(bot: Bot, client: httpx.AsyncClient, update: Json) -> None:
    wait_s = _FIRST_WAIT_S
    attempt = 0
    while bot.webhook.url and update in bot.updates.waiting:
        attempt += 1
        if await _post(bot, client, bot.webhook, update, attempt):
            bot.updates.confirm([update["update_id"]])
            return
        await asyncio.sleep(wait_s)
        wait_s = min(_LONGEST_WAIT_S, wait_s * 2)


async def _post(bot: Bot, client: httpx.AsyncClient, webhook: Webhook, update: Json, attempt: int) -> bool:
    headers = {} if webhook.secret is None else {"X-Telegram-Bot-Api-Secret-Token": webhook.secret}
    note: Json = {"update_id": update["update_id"], "attempt": attempt, "at": stamp(), "status": None, "error": None}
    webhook.posts.append(note)
    address = bot.addresses.local(webhook.url)
    if address is None:
        if attempt == 1:
            bot.journal.problem("the webhook's address is neither public_url nor a loopback address")
        note["error"] = "no way there"
        return False
    try:
        answer = await client.post(address, json=update, headers=headers)
    except httpx.HTTPError as broken:
        note["error"] = type(broken).__name__
        _remember_error(bot, "Connection refused" if isinstance(broken, httpx.ConnectError) else "Read timeout expired")
        return False
    note["status"] = answer.status_code
    if answer.is_success:
        _look_at_body(bot, answer)
        return True
    _remember_error(bot, f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
    return False


def _remember_error(bot: Bot, words: str) -> None:
    bot.webhook.last_error_date = now_seconds()
    bot.webhook.last_error_message = words
    bot.journal.changed()


def _look_at_body(bot: Bot, answer: httpx.Response) -> None:
    """Telegram performs a method named in the answer; this server does not, so it must not happen unseen."""
    if b'"method"' in answer.content:
        bot.journal.problem("a method call in the answer to a webhook: not built in this server")


def webhook_address_fault(url: str) -> str | None:
    """What Telegram says about a webhook address that it does not take; None when it takes it."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return "bad webhook: An HTTPS URL must be provided for webhook"
    if (parts.port or 443) not in {80, 88, 443, 8443}:
        return "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
    return None if parts.hostname else "bad webhook: Failed to resolve host: Name or service not known"
