"""Telegram keeps what it could not bring for a day. When it is heard again after longer, the coordinators are told once.

`channel_accounts.asked_at` says when it was heard last: after each question that it answered, written down once a minute;
where it brings updates by webhook, as long as this process is there for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.clock import elapsed
from bot.conversation.work import Worker
from bot.delivery import wording
from bot.delivery.telling import tell_coordinators
from bot.logs import logger
from storage.asked import asked, note_asked_if
from storage.keys import Keys

KEPT: Final = timedelta(hours=24)
"""How long Telegram keeps updates (Bot API: getting updates)."""
EVERY: Final = 60.0  # real seconds
_log = logger("delivery.telegram_gap")


@dataclass(slots=True)
class TelegramGap:
    """Watches one Telegram account."""

    worker: Worker
    account: str
    now: Callable[[], datetime]
    _noted: float | None = None  # elapsed seconds

    async def heard(self) -> None:
        """Telegram answered just now. Written down at most once a minute; a fault is logged and goes no further."""
        if self._noted is not None and elapsed() - self._noted < EVERY:
            return
        self._noted = elapsed()
        try:
            gap = await self.worker.database.read(_gap, self.account, self.now())
            run = self.worker.database.run if gap else self.worker.database.run_quietly
            await run(_note, self.worker, self.account, self.now())
        except Exception as fault:
            _log.error("telegram.not-noted", account=self.account, error=type(fault).__name__, exc_info=fault)


def _gap(connection: Connection, account: str, now: datetime) -> bool:
    before = asked(connection, account).asked_at
    return before is not None and now - before >= KEPT


def _note(connection: Connection, worker: Worker, account: str, now: datetime) -> None:
    before = asked(connection, account).asked_at
    if not note_asked_if(connection, account, before, now) or before is None or now - before < KEPT:
        return
    _log.error("telegram.gap", account=account, since=before, until=now)
    tell_coordinators(
        connection,
        Keys(worker.keyring, connection),
        worker.house(),
        now,
        lambda person: wording.telegram_gap(before, now, ZoneInfo(person.zone)),
        kind="telegram.gap",
        detail={"channel": account, "since": before.isoformat()},
    )
