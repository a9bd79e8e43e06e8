"""Sending: claim what is due, look at it again, hand it to its channel, write down what came of it.

    claim (one transaction) ─▶ look again ─▶ channel.send, many at once ─▶ settle (one transaction)

A result counts only while the lease is ours. Outcomes: accepted; refused, which goes the way of `failing.py`; later,
which waits with back-off; unknown. What is unknown is not sent again, except alerts and crisis texts, which are, marked
"(again)": on SMS after ten seconds in which a status report or a look-up (`looking_up.py`) may still settle it, on Telegram
at once. Unknown a second time, an alert goes by the next channel, and a crisis text again and again with back-off.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final, assert_never

from sqlalchemy import Connection

from bot import metrics
from bot.channels.base import Accepted, Channel, Outcome, Outgoing, Refused, TryLater, Unknown
from bot.clock import elapsed
from bot.conversation.events import Event, NotDelivered
from bot.conversation.work import Worker, decide_and_save
from bot.delivery.looking_up import FIRST_LOOK, LookingUp, when_unknown
from bot.delivery.order import Drop, Send, look_again
from bot.delivery.retry import Again, after_refusal, wait_before
from bot.delivery.throttle import Throttle
from bot.logs import logger
from storage import audit, deliveries, rates, sending, taking
from storage.errors import ConflictError
from storage.ids import new_id
from storage.keys import Keys
from storage.people import pause_account
from storage.rates import Pace
from storage.records import PRIORITY, Address, AuditEntry, Claimed, Message
from storage.sending import Settled
from storage.taking import Head
from storage.viewing import System

LEASE: Final = timedelta(seconds=60)
"""How long a claimed message is ours: longer than any send takes, its turn and its time-out included."""
AT_ONCE: Final = 25
SETTLE_EVERY: Final = (
    0.2  # seconds after which results are written down though others of the batch are still on their way
)
NO_TIME: Final = timedelta()
PRESSING: Final = ("crisis", "escalation")
_NAMES: Final = {Accepted: "accepted", Refused: "refused", TryLater: "later", Unknown: "unknown"}
_VIEWER = System("sending what is due")
_CHANCE = SystemRandom()
_log = logger("delivery.send")


@dataclass(frozen=True, slots=True)
class Result:
    """A claimed message and what came of it; `drop` where it was not sent at all."""

    claimed: Claimed
    outcome: Outcome | None
    drop: Drop | None = None

    @property
    def name(self) -> str:
        """What came of it, in a word."""
        return "dropped" if self.outcome is None else _NAMES[type(self.outcome)]


@dataclass(slots=True)
class Sender:
    """Sends for all accounts of this process. `stop_at` is for fault tests."""

    worker: Worker
    channels: Mapping[str, Channel]
    throttles: Mapping[str, Throttle]
    stop_at: Callable[[str], None]
    looking: LookingUp = field(init=False)
    opens_in: dict[bool, float | None] = field(default_factory=dict[bool, "float | None"])
    """Seconds, as of the last round (of pressing classes only, or of all), until what a rate holds has a turn."""

    def __post_init__(self) -> None:
        self.looking = LookingUp(self.worker, self.channels)

    async def round(self, now: datetime, *, pressing_only: bool = False) -> int:
        """Send everything that one claim gives. Returns how many messages were in our hands.

        Several rounds may run at once; one that takes pressing classes only is never kept waiting by a slow provider
        of the others' messages.
        """
        await self._give_up_lapsed(now)
        lowest = PRIORITY["escalation"] if pressing_only else PRIORITY["bulk"]
        paces = {account: throttle.pace for account, throttle in self.throttles.items()}
        outlook = await self.worker.database.read(taking.outlook, now, lowest, paces)
        self.opens_in[pressing_only] = outlook.opens_in
        if not outlook:
            return 0
        claimed = await self.worker.database.run_quietly(_claim, self, now, lowest, paces, outlook.heads)
        if not claimed:
            return 0
        claimed_at = elapsed()
        metrics.CLAIMED.add(by=len(claimed))
        self.stop_at("outbox-claimed")
        waiting = {asyncio.create_task(self._one(one, now, claimed_at)) for one in claimed}
        while waiting:
            # What waits for its turn keeps nobody's result from being written down.
            done, waiting = await asyncio.wait(waiting, timeout=SETTLE_EVERY)
            if done:
                await self.settle([task.result() for task in done], now)
        return len(claimed)

    async def anything_to_do(self, now: datetime) -> bool:
        """Whether a round would find something."""
        paces = {account: throttle.pace for account, throttle in self.throttles.items()}
        return bool(await self.worker.database.read(taking.outlook, now, PRIORITY["bulk"], paces))

    def weigh(self, account: str, message: Message) -> int:
        """How many turns of its account a message takes."""
        return self.throttles[account].weigh(message)

    async def _one(self, claimed: Claimed, now: datetime, claimed_at: float) -> Result:
        looked = look_again(claimed, now)
        match looked:
            case Drop():
                return Result(claimed, None, looked)
            case Send(outgoing=outgoing):
                channel = self.channels.get(claimed.address.account)
                if channel is None:
                    return Result(claimed, Refused("no-channel", "setup"))
                throttle = self.throttles[claimed.address.account]
                await throttle.turn(claimed_at, claimed.leaves_in)
                outcome = await _hand_over(channel, outgoing)
                self.stop_at("provider-accepted")
                if isinstance(outcome, TryLater) and outcome.after is not None:
                    await self._rest(claimed.address, outcome.after, whole_account=outcome.whole_account)
                return Result(claimed, outcome)
            case _:
                assert_never(looked)

    async def _rest(self, address: Address, after: timedelta, *, whole_account: bool) -> None:
        """The provider asked to wait: every process does, whatever the message."""
        database, seconds = self.worker.database, after.total_seconds()
        if whole_account:
            await database.run_quietly(rates.rest, address.account, seconds)
        elif (pace := self.throttles[address.account].pace).limited:
            await database.run_quietly(rates.rest_address, address.id, pace, seconds)

    async def settle(self, results: Sequence[Result], now: datetime) -> None:
        """Write down what came of attempts; what was refused is decided in the matter it belongs to, in the same
        transaction. Where that decision fails it is set aside, and the outcome is written all the same.
        """
        try:
            await self.worker.database.run(_settle, self.worker, self.looking.accounts, results, now, decide=True)
        except Exception as fault:
            _log.error("settle.failed", error=type(fault).__name__, exc_info=fault)
            failed = await self.worker.database.run(
                _settle, self.worker, self.looking.accounts, results, now, decide=False
            )
            for event in failed:
                await self.worker.do([event], now)
        for one in results:
            metrics.SENDS.add(one.claimed.address.account, one.claimed.message.send_class, one.name)

    async def give_up_all(self, now: datetime) -> None:
        """At the start of the only process there is: whatever is being sent was in the hands of one that has gone."""
        await self._give_up_lapsed(now, every=True)

    async def _give_up_lapsed(self, now: datetime, *, every: bool = False) -> None:
        """Messages in the hands of a process that has gone: whether they were sent is unknown."""
        lapsed = await self.worker.database.read(_lapsed, self.worker, every=every)
        if lapsed:
            metrics.LAPSED.add(by=len(lapsed))
            _log.warning("lease.lapsed", count=len(lapsed))
            await self.settle(lapsed, now)


async def _hand_over(channel: Channel, outgoing: Outgoing) -> Outcome:
    """A channel's fault is this message's alone: those claimed with it are settled, and whether it left is unknown."""
    try:
        return await channel.send(outgoing)
    except Exception as fault:
        _log.error("channel.failed", account=channel.account, error=type(fault).__name__, exc_info=fault)
        return Unknown(type(fault).__name__[:40])


def _claim(
    connection: Connection, sender: Sender, now: datetime, lowest: int, paces: Mapping[str, Pace], heads: Sequence[Head]
) -> list[Claimed]:
    keys = Keys(sender.worker.keyring, connection, forgiving=True)  # one damaged row must not hold up all the others
    again = sending.unknown_due(connection, now, AT_ONCE)
    if again:
        sending.send_again(connection, again, now)
    return taking.claim(
        connection,
        keys,
        _VIEWER,
        now,
        lease=LEASE,
        leases=[new_id(now) for _ in range(AT_ONCE)],
        limit=AT_ONCE,
        lowest=lowest,
        paces=paces,
        weigh=sender.weigh,
        heads=None if again else heads,
    )


def _lapsed(connection: Connection, worker: Worker, *, every: bool) -> list[Result]:
    found = sending.lapsed_leases(connection, None if every else AT_ONCE)
    if not found:
        return []
    keys = Keys(worker.keyring, connection, forgiving=True)
    held = sending.held_by_lease(connection, keys, _VIEWER, dict(found))
    return [Result(one, Unknown("lease-lapsed")) for one in held]


def _settle(
    connection: Connection,
    worker: Worker,
    looks_up: Collection[str],
    results: Sequence[Result],
    now: datetime,
    *,
    decide: bool,
) -> list[Event]:
    keys = Keys(worker.keyring, connection)
    leases = {one.claimed.message.id: one.claimed.lease_id for one in results}
    ours = sending.still_ours(connection, leases)
    kept = [one for one in results if one.claimed.message.id in ours]
    proof = deliveries.proven(connection, ours)
    settled = {
        message_id: Settled(message_id, proof[message_id]) if message_id in proof else _settled(one, now, looks_up)
        for message_id, one in ((one.claimed.message.id, one) for one in kept)
    }
    # Of a message that its report came for already, the report has been decided.
    told = [one for one in kept if one.claimed.message.id not in proof]
    failures = [event for one in told if (event := _failure(one, settled[one.claimed.message.id]))]
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


def _settled(result: Result, now: datetime, looks_up: Collection[str]) -> Settled:
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
            known = result.claimed.address.account in looks_up
            wait = wait_before(message.attempts, _CHANCE.random(), None, first=FIRST_LOOK) if message.again else NO_TIME
            due_at = when_unknown(now, looks_up=known, pressing=pressing, wait=wait)
            return Settled(message.id, "unknown", due_at=due_at, held=code)
        case None:
            return Settled(message.id, "queued", due_at=now)
        case _:
            assert_never(result.outcome)


def _attempt(result: Result, now: datetime) -> deliveries.Attempt:
    outcome = result.outcome
    accepted = outcome if isinstance(outcome, Accepted) else None
    return deliveries.Attempt(
        id=new_id(now),
        outbox_id=result.claimed.message.id,
        attempt=result.claimed.message.attempts,
        account=result.claimed.address.account,
        outcome=result.name,
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
