"""Looking up what nobody knows the outcome of, where the provider lists what it took (SMS; Telegram does not).

    check-in, reply, bulk   10 s, 60 s and 10 min after the attempt; never sent again. Found: accepted, under the
                            provider's id and with its present status. Not found three times: it stays unknown.
    crisis, escalation      once, 5 s after the attempt. Not found, or no answer: sent again 10 s after the attempt,
                            marked "(again)". Whatever becomes of the look, it is sent again 15 s after.

What is pressing is looked up in rounds and over connections of its own, so that it waits for nothing else.
Example: a check-in sent at 09:30:00 whose answer was lost is looked up at 09:30:10, at 09:31:00 and at 09:40:00.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from sqlalchemy import Connection

from bot.channels.base import Channel, Found, LookedUp, NoAnswer, NotFound, Option, Outgoing, StatusReport
from bot.conversation.work import Worker
from bot.delivery.reports import take_status
from bot.logs import logger
from storage import deliveries, looking
from storage.keys import Keys
from storage.looking import Sought
from storage.viewing import System

AT_ONCE: Final = 25
FIRST_LOOK: Final = timedelta(seconds=10)
"""After the attempt: what can wait is looked up; what is pressing is sent again if it was not found."""
SENT_AGAIN_ANYWAY: Final = timedelta(seconds=15)
BEFORE: Final = timedelta(seconds=10)
"""So long before it would be sent again anyway, what is pressing is looked up."""
GAPS: Final = (timedelta(seconds=50), timedelta(minutes=9), timedelta())
"""From the first look to the second, from that to the third."""
PATIENCE: Final = 4.5  # seconds for an answer about what is pressing
LONGER_PATIENCE: Final = 15.0
UNANSWERED: Final = timedelta(minutes=1)
ASKED_FOR: Final = timedelta(days=1)
"""A provider that gives no answer is asked so long."""
_VIEWER = System("looking up what is unknown")
_log = logger("delivery.looking_up")


@dataclass(slots=True)
class LookingUp:
    """Looks up for all accounts of this process."""

    worker: Worker
    channels: Mapping[str, Channel]

    @property
    def accounts(self) -> list[str]:
        """Those whose provider can be asked."""
        return sorted(name for name, channel in self.channels.items() if channel.looks_up)

    async def next_due(self, *, pressing: bool) -> datetime | None:
        """When something is to be looked up."""
        most, ahead = _how(pressing)
        return await self.worker.database.read(looking.next_look, self.accounts, most, ahead, pressing=pressing)

    async def round(self, now: datetime, *, pressing: bool) -> int:
        """Look up what is due. Returns how many messages it were."""
        sought = await self.worker.database.run_quietly(_take, self.worker, now, self.accounts, pressing=pressing)
        answers = await asyncio.gather(*(self._ask(one, pressing=pressing) for one in sought))
        for one, answer in zip(sought, answers, strict=True):
            await self._settle(one, answer, now, pressing=pressing)
        return len(sought)

    async def _ask(self, sought: Sought, *, pressing: bool) -> LookedUp:
        message, channel = sought.message, self.channels[sought.address.account]
        plain = Outgoing(
            message_id=message.id,
            to=sought.address.value,
            text=message.body.text,
            options=tuple(Option(one.id, one.text) for one in message.body.options),
            shape=message.body.shape,
        )
        patience = PATIENCE if pressing else LONGER_PATIENCE
        try:
            # Since it was written, as nobody may know when a process that has gone made its attempt.
            return await channel.look_up(plain, message.created_at, pressing=pressing, within=patience)
        except Exception as fault:
            _log.error("look.failed", account=channel.account, error=type(fault).__name__, exc_info=fault)
            return NoAnswer(type(fault).__name__)

    async def _settle(self, sought: Sought, answer: LookedUp, now: datetime, *, pressing: bool) -> None:
        match answer:
            case Found(reports=reports):
                ours = await self.worker.database.read(_ours, sought, reports)
                if ours is not None:
                    _log.info("look.found", message_id=sought.message.id, status=ours.status, attempt=sought.looked)
                    await take_status(self.worker, ours, now)
                    return
            case NoAnswer(code=code):
                _log.warning("look.unanswered", message_id=sought.message.id, code=code, attempt=sought.looked)
                if not pressing and now - sought.message.created_at < ASKED_FOR:
                    again = now + UNANSWERED
                    await self.worker.database.run(looking.unanswered, sought.message.id, sought.looked, again)
                    return
            case NotFound():
                pass
            case _:
                assert_never(answer)
        await self._not_found(sought, now, pressing=pressing)

    async def _not_found(self, sought: Sought, now: datetime, *, pressing: bool) -> None:
        message = sought.message
        if pressing:
            again = max(now, message.due_at - (SENT_AGAIN_ANYWAY - FIRST_LOOK))
            await self.worker.database.run(looking.not_found, message.id, sought.looked, again)
        elif sought.looked >= len(GAPS):
            _log.warning("look.given-up", message_id=message.id, attempt=sought.looked)
            await self.worker.database.run(looking.given_up, message.id, sought.looked, "not-found")


def when_unknown(now: datetime, *, looks_up: bool, pressing: bool, wait: timedelta) -> datetime:
    """The `due_at` of a message whose outcome came out unknown at `now`. `wait`: what it waits anyway before it is sent
    again.
    """
    if not looks_up:
        return now + wait
    return now + (max(SENT_AGAIN_ANYWAY, wait) if pressing else FIRST_LOOK)


def _how(pressing: bool) -> tuple[int, timedelta]:
    return (1, BEFORE) if pressing else (len(GAPS), timedelta())


def _take(
    connection: Connection, worker: Worker, now: datetime, accounts: list[str], *, pressing: bool
) -> list[Sought]:
    most, ahead = _how(pressing)

    def then(looked: int, due_at: datetime) -> datetime:
        if pressing:  # not sent again while it is being looked up
            return max(due_at, now + timedelta(seconds=PATIENCE + 0.5))
        return now + GAPS[looked - 1]

    return looking.take(
        connection,
        Keys(worker.keyring, connection),
        _VIEWER,
        now,
        accounts=accounts,
        most=most,
        ahead=ahead,
        pressing=pressing,
        limit=AT_ONCE,
        then=then,
    )


def _ours(connection: Connection, sought: Sought, reports: tuple[StatusReport, ...]) -> StatusReport | None:
    """The first that is no other message's of ours."""
    account = sought.address.account
    known = deliveries.by_provider_id(connection, account, [one.provider_id for one in reports])
    for one in reports:
        other = known.get(one.provider_id)
        if other is None or other.outbox_id == sought.message.id:
            return one
    return None
