"""Sending: claim what is due, look at it again, hand it to its channel, write down what came of it.

    claim (one transaction) ─▶ look again ─▶ channel.send, many at once ─▶ settle (one transaction)

A result counts only while the lease is ours. Outcomes: accepted; refused, which goes the way of `failing.py`; later,
which waits with back-off; unknown. What is unknown is not sent again, except alerts and crisis texts, which are, marked
"(again)": on SMS after ten seconds in which a status report may still settle it, on Telegram at once. Unknown a second
time, an alert goes by the next channel, and a crisis text again and again with back-off.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final, assert_never

from sqlalchemy import Connection

from bot.channels.base import Accepted, Channel, Outcome, Outgoing, Refused, TryLater, Unknown
from bot.conversation.events import Event, NotDelivered
from bot.conversation.work import Worker, decide_and_save
from bot.delivery.order import Drop, Send, look_again
from bot.delivery.retry import Again, after_refusal, wait_before
from bot.delivery.throttle import Throttle
from bot.logs import logger
from storage import audit, deliveries, sending
from storage.errors import ConflictError
from storage.ids import new_id
from storage.keys import Keys
from storage.people import pause_account
from storage.records import PRIORITY, AuditEntry, Claimed
from storage.sending import Settled
from storage.viewing import System

LEASE: Final = timedelta(seconds=60)
"""How long a claimed message is ours: longer than any send takes, its turn and its time-out included."""
AT_ONCE: Final = 25
MAY_BE_SETTLED: Final = timedelta(seconds=10)
PRESSING: Final = ("crisis", "escalation")
_VIEWER = System("sending what is due")
_CHANCE = SystemRandom()
_log = logger("delivery.send")


@dataclass(frozen=True, slots=True)
class Result:
    """A claimed message and what came of it; `drop` where it was not sent at all."""

    claimed: Claimed
    outcome: Outcome | None
    drop: Drop | None = None


@dataclass(slots=True)
class Sender:
    """Sends for all accounts of this process. `stop_at` is for fault tests."""

    worker: Worker
    channels: Mapping[str, Channel]
    throttles: Mapping[str, Throttle]
    stop_at: Callable[[str], None]

    async def round(self, now: datetime, *, pressing_only: bool = False) -> int:
        """Send everything that one claim gives. Returns how many messages were in our hands.

        Several rounds may run at once; one that takes pressing classes only is never kept waiting by a slow provider
        of the others' messages.
        """
        await self._give_up_lapsed(now)
        lowest = PRIORITY["escalation"] if pressing_only else PRIORITY["bulk"]
        if not await self.worker.database.read(sending.anything_due, now, lowest):
            return 0
        claimed = await self.worker.database.run_quietly(_claim, self.worker, now, lowest)
        if not claimed:
            return 0
        self.stop_at("outbox-claimed")
        results = await asyncio.gather(*(self._one(one, now) for one in claimed))
        await self.settle(results, now)
        return len(claimed)

    async def _one(self, claimed: Claimed, now: datetime) -> Result:
        looked = look_again(claimed, now)
        match looked:
            case Drop():
                return Result(claimed, None, looked)
            case Send(outgoing=outgoing):
                channel = self.channels.get(claimed.address.account)
                if channel is None:
                    return Result(claimed, Refused("no-channel", "setup"))
                throttle = self.throttles[claimed.address.account]
                pressing = claimed.message.send_class in PRESSING
                await throttle.turn(outgoing.to, pressing=pressing)
                outcome = await _hand_over(channel, outgoing)
                self.stop_at("provider-accepted")
                if isinstance(outcome, TryLater) and outcome.whole_account and outcome.after is not None:
                    throttle.rest(outcome.after.total_seconds())
                return Result(claimed, outcome)
            case _:
                assert_never(looked)

    async def settle(self, results: Sequence[Result], now: datetime) -> None:
        """Write down what came of attempts; what was refused is decided in the matter it belongs to, in the same
        transaction. Where that decision fails it is set aside, and the outcome is written all the same.
        """
        try:
            await self.worker.database.run(_settle, self.worker, results, now, decide=True)
        except Exception as fault:
            _log.error("settle.failed", error=type(fault).__name__, exc_info=fault)
            failed = await self.worker.database.run(_settle, self.worker, results, now, decide=False)
            for event in failed:
                await self.worker.do([event], now)

    async def give_up_all(self, now: datetime) -> None:
        """At the start of the only process there is: whatever is being sent was in the hands of one that has gone."""
        await self._give_up_lapsed(now, every=True)

    async def _give_up_lapsed(self, now: datetime, *, every: bool = False) -> None:
        """Messages in the hands of a process that has gone: whether they were sent is unknown."""
        lapsed = await self.worker.database.read(_lapsed, self.worker, every=every)
        if lapsed:
            _log.warning("lease.lapsed", count=len(lapsed))
            await self.settle(lapsed, now)


async def _hand_over(channel: Channel, outgoing: Outgoing) -> Outcome:
    """A channel's fault is this message's alone: those claimed with it are settled, and whether it left is unknown."""
    try:
        return await channel.send(outgoing)
    except Exception as fault:
        _log.error("channel.failed", account=channel.account, error=type(fault).__name__, exc_info=fault)
        return Unknown(type(fault).__name__[:40])


def _claim(connection: Connection, worker: Worker, now: datetime, lowest: int) -> list[Claimed]:
    keys = Keys(worker.keyring, connection)
    again = sending.unknown_due(connection, now, AT_ONCE)
    if again:
        sending.send_again(connection, again, now)
    leases = [new_id(now) for _ in range(AT_ONCE)]
    return sending.claim(connection, keys, _VIEWER, now, lease=LEASE, leases=leases, limit=AT_ONCE, lowest=lowest)


def _lapsed(connection: Connection, worker: Worker, *, every: bool) -> list[Result]:
    found = sending.lapsed_leases(connection, None if every else AT_ONCE)
    if not found:
        return []
    keys = Keys(worker.keyring, connection)
    held = sending.held_by_lease(connection, keys, _VIEWER, dict(found))
    return [Result(one, Unknown("lease-lapsed")) for one in held]


def _settle(
    connection: Connection, worker: Worker, results: Sequence[Result], now: datetime, *, decide: bool
) -> list[Event]:
    keys = Keys(worker.keyring, connection)
    leases = {one.claimed.message.id: one.claimed.lease_id for one in results}
    ours = sending.still_ours(connection, leases)
    kept = [one for one in results if one.claimed.message.id in ours]
    settled = {one.claimed.message.id: _settled(one, now) for one in kept}
    failures = [event for one in kept if (event := _failure(one, settled[one.claimed.message.id]))]
    if decide and failures:  # first, since people are locked before addresses everywhere
        decide_and_save(connection, worker.keyring, worker.house(), failures, now)
    if sending.settle(connection, settled, leases, now) != settled.keys():
        raise ConflictError("a lease ran out while its result was written")
    deliveries.save_attempts(connection, [_attempt(one, now) for one in kept if one.outcome is not None])
    for one in kept:
        if isinstance(one.outcome, Refused) and after_refusal(one.outcome.fact, 1, can_wait=False).pause_account:
            _log.error("account.paused", account=one.claimed.address.account, code=one.outcome.code)
            pause_account(connection, one.claimed.address.account, one.outcome.code, now)
    audit.save_audit(connection, keys, [entry for one in kept if (entry := _entry(one, now))])
    return failures


def _settled(result: Result, now: datetime) -> Settled:
    message = result.claimed.message
    pressing = message.send_class in PRESSING
    if result.drop is not None:
        return Settled(message.id, result.drop.state, held=result.drop.why)
    match result.outcome:
        case Accepted():
            return Settled(message.id, "accepted")
        case Refused(code=code, fact=fact):
            course = after_refusal(fact, message.attempts, can_wait=not pressing).course
            if isinstance(course, Again):
                return Settled(message.id, "queued", due_at=now + course.after, held=code)
            return Settled(message.id, "failed", held=code)
        case TryLater(code=code, after=after):
            wait = wait_before(message.attempts, _CHANCE.random(), after)
            return Settled(message.id, "queued", due_at=now + wait, held=code)
        case Unknown(code=code):
            if message.again and message.send_class == "escalation":
                return Settled(message.id, "failed", held=code)
            wait = MAY_BE_SETTLED if result.claimed.address.kind == "sms" else timedelta()
            if message.again:
                wait = max(wait, wait_before(message.attempts, _CHANCE.random(), None, first=MAY_BE_SETTLED))
            return Settled(message.id, "unknown", due_at=now + wait, held=code)
        case None:
            return Settled(message.id, "queued", due_at=now)
        case _:
            assert_never(result.outcome)


def _attempt(result: Result, now: datetime) -> deliveries.Attempt:
    outcome = result.outcome
    names = {Accepted: "accepted", Refused: "refused", TryLater: "later", Unknown: "unknown"}
    accepted = outcome if isinstance(outcome, Accepted) else None
    return deliveries.Attempt(
        id=new_id(now),
        outbox_id=result.claimed.message.id,
        attempt=result.claimed.message.attempts,
        account=result.claimed.address.account,
        outcome=names[type(outcome)],
        code="" if isinstance(outcome, Accepted) or outcome is None else outcome.code[:40],
        provider_id=accepted.provider_id if accepted else None,
        parts=accepted.parts if accepted else None,
        at=now,
    )


def _entry(result: Result, now: datetime) -> AuditEntry | None:
    message = result.claimed.message
    kinds = {"alert": "alert.accepted", "crisis": "crisis_text.accepted"}
    if not isinstance(result.outcome, Accepted) or message.purpose not in kinds:
        return None
    detail = {
        "message": str(message.id),
        "alert": str(message.alert_id) if message.alert_id else None,
        "escalation": str(message.escalation_id) if message.escalation_id else None,
        "channel": result.claimed.address.account,
        "attempt": message.attempts,
    }
    return AuditEntry(new_id(now), now, kinds[message.purpose], message.about_id, None, detail)


def _failure(result: Result, settled: Settled) -> Event | None:
    message = result.claimed.message
    if settled.state != "failed" or message.person_id is None:
        return None
    if isinstance(result.outcome, Refused):
        return NotDelivered(message.id, message.person_id, result.outcome.fact, result.outcome.code)
    if isinstance(result.outcome, Unknown):
        return NotDelivered(message.id, message.person_id, "unreachable", result.outcome.code)
    if result.drop is not None and result.drop.fact is not None:
        return NotDelivered(message.id, message.person_id, result.drop.fact, "known")
    return None
