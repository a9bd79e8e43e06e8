"""Updates on their way to the bot: the queue, the long poll and the webhook's state."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.world.provider.journal import Journal
from tests.world.telegram_server.refusals import Refusal

_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
"""Kinds that Telegram sends only when `allowed_updates` names them (Bot API, getUpdates)."""
_LONGEST_POLL_S = 50
_MOST = 100
Json = dict[str, Any]


@dataclass(slots=True)
class Webhook:
    """Where updates are posted; `url` empty: not set."""

    url: str = ""
    secret: str | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None
    max_connections: int = 40
    at_once: int = 1
    posts: list[Json] = field(default_factory=list)


class Updates:
    """The updates that the bot has not confirmed, in order of their ids."""

    def __init__(self, journal: Journal) -> None:
        self.waiting: list[Json] = []
        self.confirmed: list[Json] = []
        self.in_flight: set[int] = set()
        self.allowed: list[str] | None = None
        self.closed = False
        self._journal = journal
        self._ids = count(900_000_001)
        self.open_polls = 0
        self._poller = 0

    def add(self, kind: str, content: Json) -> int | None:
        """Queue an update; None when the bot did not ask for its kind."""
        wanted = kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT
        if not wanted:
            return None
        return self.add_raw({kind: content})

    def add_raw(self, update: Json) -> int:
        """Queue an update exactly as given; it gets an id when it has none."""
        update_id = update.get("update_id", None)
        if update_id is None:
            update_id = next(self._ids)
        if not isinstance(update_id, int):
            raise ValueError("update_id must be an integer")
        self.waiting.append({"update_id": update_id, **{k: v for k, v in update.items() if k != "update_id"}})
        self.waiting.sort(key=lambda one: one["update_id"])
        self._journal.changed()
        return update_id

    def again(self, update_id: int) -> None:
        """Queue a confirmed update once more, as a provider that lost the confirmation does."""
        found = next((one for one in self.confirmed if one["update_id"] == update_id), None)
        if found is None:
            raise ValueError("no such confirmed update")
        self.add_raw(found)

    def confirm(self, ids: Iterable[int]) -> None:
        """The bot has these: they are not delivered again."""
        gone = set(ids)
        self.confirmed += [one for one in self.waiting if one["update_id"] in gone]
        self.waiting = [one for one in self.waiting if one["update_id"] not in gone]
        self._journal.changed()

    def forget(self) -> None:
        """Drop everything that waits (24 hours have passed, or drop_pending_updates)."""
        self.waiting.clear()
        self._journal.changed()

    async def poll(self, webhook: Webhook, offset: int | None, limit: int | None, timeout_s: int) -> list[Json]:
        """getUpdates: confirm what is before `offset`, then wait for something to give.

        Raises Refusal 409 when a webhook is set, or when a later poll takes over.
        """
        if webhook.url:
            raise Refusal(
                409,
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self._poller += 1
        mine = self._poller
        self._journal.changed()
        self._confirm_before(offset)
        most = limit if limit is not None and 1 <= limit <= _MOST else _MOST
        wait_s = max(0, min(timeout_s, _LONGEST_POLL_S))
        self.open_polls += 1
        self._journal.changed()
        try:
            ready = await self._journal.until(lambda: self._outcome(webhook, mine, most), wait_s)
        finally:
            self.open_polls -= 1
        if isinstance(ready, Refusal):
            raise ready
        return ready or []

    def _confirm_before(self, offset: int | None) -> None:
        if offset is None or offset == 0:
            return
        if offset < 0:
            keep = {one["update_id"] for one in self.waiting[offset:]}
            self.confirm([one["update_id"] for one in self.waiting if one["update_id"] not in keep])
        else:
            self.confirm([one["update_id"] for one in self.waiting if one["update_id"] < offset])

    def _outcome(self, webhook: Webhook, mine: int, most: int) -> list[Json] | Refusal | None:
        if self.closed:
            return []
        if webhook.url:
            return Refusal(409, "terminated by setWebhook request")
        if self._poller != mine:
            return Refusal(
                409,
                "terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return self.waiting[:most] or None


def wire(webhook: Webhook, updates: Updates) -> Json:
    """The Bot API's WebhookInfo object."""
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(updates.waiting),
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
    if webhook.last_error_date is not None:
        info["last_error_date"] = webhook.last_error_date
        info["last_error_message"] = webhook.last_error_message
    if updates.allowed:
        info["allowed_updates"] = updates.allowed
    return info


def now_seconds() -> int:
    """Unix seconds of the real clock, as in the Bot API's dates."""
    return int(time.time())
