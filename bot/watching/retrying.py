"""What was set aside is tried again, what went through is closed, and people are told of what still fails: in rounds.

Any number of processes may do it side by side: a row is locked while it is tried.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import Connection

from bot import metrics
from bot.channels.base import DeliveryStatus, Fact, Incoming, StatusReport, Unreadable
from bot.conversation.events import NotDelivered
from bot.conversation.keeping import next_try
from bot.conversation.owning_up import own_up
from bot.conversation.trying_again import decide_again
from bot.conversation.work import DATABASE_AWAY, Worker, decide_and_save
from bot.delivery.reports import take_status
from bot.logs import logger
from storage import quarantine
from storage.aside import QuarantineKind, SetAside
from storage.ids import new_id
from storage.keys import Keys
from storage.quarantine import Waiting
from storage.viewing import System

EVERY: Final = 30.0
"""Seconds between rounds."""
_AT_ONCE: Final = 20
_VIEWER: Final = System("trying again what was set aside")
_log = logger("watching.retrying")

Reader = Callable[[str, str], Incoming | Unreadable | None]
"""(account, raw) → what it is; None where that account is off."""
Ended = Literal["through", "gone", "put_off", "overtaken", "unreadable"]


@dataclass(frozen=True, slots=True)
class Retrier:
    """Tries again. `read` reads a raw form as its channel does."""

    worker: Worker
    read: Reader

    async def round(self, now: datetime) -> int:
        """Try what is due. Returns how much went through."""
        through = 0
        for one in await self.worker.database.read(quarantine.due, now, _AT_ONCE):
            through += await self._one(one, now) == "through"
        if await self.worker.database.read(quarantine.any_through):
            await self._own_up(now)  # first: of what failed and went through a minute later too
            await self.worker.database.run_quietly(quarantine.close_those_through, now)
        return through

    async def _one(self, one: Waiting, now: datetime) -> Ended:
        try:
            ended = await self._again(one, now)
        except DATABASE_AWAY:
            raise  # nothing was tried
        except Exception as fault:
            _log.error("quarantine.failed_again", kind=one.kind, error=type(fault).__name__, exc_info=fault)
            await self._put_off(one, type(fault).__name__, now)
            metrics.TRIED_AGAIN.add(one.kind, "failed")
            return "put_off"
        metrics.TRIED_AGAIN.add(one.kind, ended)
        _log.info("quarantine.tried", kind=one.kind, outcome=ended, attempt=one.times)
        return ended

    async def _again(self, one: Waiting, now: datetime) -> Ended:
        report = None if one.again is None else _report_in(one.again)
        if report is not None:
            await take_status(self.worker, report, now)
            await self.worker.database.run_quietly(quarantine.close, one.id, now)
            return "through"
        return await self.worker.database.run(self._in_one_transaction, one, now)

    def _in_one_transaction(self, connection: Connection, one: Waiting, now: datetime) -> Ended:
        if not quarantine.take(connection, one.id, now):
            return "gone"
        if one.kind == "inbound":
            return self._inbound(connection, one, now)
        if one.again is None or "fact" not in one.again or one.person_id is None:
            quarantine.put_off(connection, one.id, None, None)
            return "put_off"
        event = NotDelivered(one.subject_id, one.person_id, cast("Fact", one.again["fact"]), one.again["code"])
        decide_and_save(connection, self.worker.keyring, self.worker.house(), [event], now)
        quarantine.close(connection, one.id, now)
        return "through"

    def _inbound(self, connection: Connection, one: Waiting, now: datetime) -> Ended:
        keys = Keys(self.worker.keyring, connection)
        kept = quarantine.kept_inbound(connection, keys, _VIEWER, one.subject_id)
        if kept is None:  # decided meanwhile
            quarantine.close(connection, one.id, now)
            return "gone"
        item = self.read(kept.account, kept.raw)
        if not isinstance(item, Incoming):  # only a newer version will read it, or an operator who switches it on again
            quarantine.put_off(connection, one.id, None if item is None else item.reason, None)
            return "unreadable"
        ended = decide_again(connection, self.worker.keyring, self.worker.house(), item, kept, now)
        if ended == "overtaken":
            quarantine.put_off(connection, one.id, None, None, overtaken=True)
            return "overtaken"
        quarantine.close(connection, one.id, now)
        return "through"

    async def _put_off(self, one: Waiting, reason: str, now: datetime) -> None:
        at = next_try(cast("QuarantineKind", one.kind), one.times + 1, now)
        await self.worker.database.run_quietly(quarantine.put_off, one.id, reason, at)

    async def _own_up(self, now: datetime) -> None:
        failures, told = await self.worker.database.run(own_up, self.worker.keyring, self.worker.house(), now)
        if failures:
            _log.warning("failures.told", count=failures, number_of_people=told)
        if failures and not told:
            _log.error("failures.nobody_to_tell", count=failures)


async def take_or_keep(worker: Worker, report: StatusReport, now: datetime) -> None:
    """Take a provider's report in; one that cannot be decided is set aside with all that it takes to do it again.

    Raises:
        Exception: not even that was possible (the database is away); it is not acknowledged.
    """
    try:
        await take_status(worker, report, now)
    except DATABASE_AWAY:
        raise
    except Exception as fault:
        _log.error("report.set_aside", error=type(fault).__name__, account=report.account, exc_info=fault)
        await worker.database.run(_keep, report, type(fault).__name__, now)


def _keep(connection: Connection, report: StatusReport, reason: str, now: datetime) -> None:
    words = {
        "account": report.account,
        "provider_id": report.provider_id,
        "status": report.status,
        "code": report.code,
        "reported": report.fact or "",
        "message": str(report.message_id) if report.message_id else "",
    }
    row = SetAside(new_id(now), "status", new_id(now), None, reason[:80], now, next_try("status", 1, now), words)
    quarantine.put(connection, [row])


def _report_in(again: dict[str, str]) -> StatusReport | None:
    if "provider_id" not in again:
        return None
    return StatusReport(
        account=again["account"],
        provider_id=again["provider_id"],
        status=cast("DeliveryStatus", again["status"]),
        code=again["code"],
        fact=cast("Fact", again["reported"]) if again["reported"] else None,
        message_id=UUID(again["message"]) if again["message"] else None,
    )
