"""Load, decide, save: one transaction over whatever is waiting, a synchronous function for a database thread.

A batch that fails is run again one by one, and the event that fails alone is set aside in a transaction of its own: the
raw row, the quarantine row, and the escalation that danger asks for or else a concern. Only then is it acknowledged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.channels.base import Incoming
from bot.conversation import setting_aside
from bot.conversation.decide import came_in
from bot.conversation.events import CameIn, Event, FellDue, NextStep, NotDelivered, Ordered, RanOut
from bot.conversation.keeping import write_down
from bot.conversation.loading import Loaded, load
from bot.conversation.matter import Batch, House
from bot.conversation.saving import save
from bot.conversation.speaking import home
from bot.conversation.talking import run_out
from bot.delivery.failing import not_delivered
from bot.escalation.answering import resolve, take
from bot.escalation.climbing import step
from bot.faults import StopAt, never
from bot.logs import logger
from bot.scheduling.falling_due import fall_due
from storage.database import Database
from storage.errors import ConflictError, ConnectionLostError, DatabaseClosedError
from storage.ids import new_id
from storage.keys import Keys
from storage.sealing import Keyring

_log = logger("work")
DATABASE_AWAY = (ConnectionLostError, DatabaseClosedError, OperationalError)
_CONFLICTS = 5  # times that a batch is decided again because somebody else was first


@dataclass(frozen=True, slots=True)
class Worker:
    """Decides events on a database."""

    database: Database
    keyring: Keyring
    house: Callable[[], House]
    stop_at: StopAt = never

    async def do(self, events: Sequence[Event], now: datetime) -> None:
        """Decide these events and commit; what fails alone is set aside.

        Raises:
            Exception: not even setting it aside was possible (the database is away). Nothing is acknowledged.
        """
        if not events:
            return
        try:
            await self._commit(events, now)
            return
        except Exception as fault:
            if len(events) == 1:
                await self._aside(events[0], now, fault)
                return
            _log.warning("batch.failed", error=type(fault).__name__, count=len(events))
        for event in events:
            try:
                await self._commit([event], now)
            except Exception as fault:
                await self._aside(event, now, fault)

    async def _commit(self, events: Sequence[Event], now: datetime) -> None:
        for attempt in range(_CONFLICTS):
            try:
                await self.database.run(decide_and_save, self.keyring, self.house(), events, now, self.stop_at)
                self.stop_at(f"{_way_of(events)}-after-commit")
                return
            except (ConflictError, IntegrityError):
                if attempt == _CONFLICTS - 1:
                    raise

    async def _aside(self, event: Event, now: datetime, fault: Exception) -> None:
        _log.error("event.set_aside", error=type(fault).__name__, kind=type(event).__name__, exc_info=fault)
        reason = type(fault).__name__
        try:
            await self.database.run(_set_aside, self.keyring, self.house(), event, now, reason)
        except DATABASE_AWAY:
            raise
        except Exception as deeper:
            _log.error("event.set_aside_bare", error=type(deeper).__name__, kind=type(event).__name__, exc_info=deeper)
            await self.database.run(_set_aside, self.keyring, self.house(), event, now, reason, bare=True)


def decide_and_save(
    connection: Connection,
    keyring: Keyring,
    house: House,
    events: Sequence[Event],
    now: datetime,
    stop_at: StopAt = never,
) -> None:
    """The whole of one transaction. `stop_at` is called just before the commit (fault tests)."""

    def make_id() -> UUID:
        return new_id(now)

    keys = Keys(keyring, connection)
    loaded = load(connection, keys, house, events, now, make_id)
    batch = Batch(loaded.known, house, now, make_id)
    for place, event in enumerate(loaded.events):
        _decide(batch, loaded, place, event)
    save(connection, keys, batch.known, batch.changes, now, make_id)
    stop_at(f"{_way_of(events)}-before-commit")


def _way_of(events: Sequence[Event]) -> str:
    """The way of a message, or the way of time: the names of the stopping points."""
    return "inbound" if isinstance(events[0], CameIn) else "due"


def _decide(batch: Batch, loaded: Loaded, place: int, event: Event) -> None:
    match event:
        case CameIn(item=item):
            at = loaded.came_from.get(place)
            if isinstance(item, Incoming):
                came_in(batch, item, at)
            else:
                write_down(batch, item, at, item.reason)
        case FellDue():
            _fell_due(batch, event)
        case RanOut():
            _ran_out(batch, event)
        case NextStep():
            escalation = batch.known.escalations.get(event.escalation_id)
            if escalation is not None and escalation.next_at is not None and escalation.next_at <= batch.now:
                step(batch, escalation)
        case NotDelivered():
            not_delivered(batch, event)
        case Ordered():
            _ordered(batch, event)
        case _:
            assert_never(event)


def _fell_due(batch: Batch, event: FellDue) -> None:
    theirs = batch.known.schedules.get(event.person_id, [])
    schedule = next((one for one in theirs if one.id == event.schedule_id), None)
    if schedule is not None and schedule.due_at is not None and schedule.due_at <= batch.now:
        fall_due(batch, schedule)


def _ran_out(batch: Batch, event: RanOut) -> None:
    session = batch.known.sessions.get(event.person_id)
    if session is None or session.id != event.session_id or session.due_at is None or session.due_at > batch.now:
        return
    person = batch.person(event.person_id)
    at = next((one for one in person.addresses if one.id == session.address_id), None) or home(person)
    run_out(batch, person, session, at)


def _ordered(batch: Batch, event: Ordered) -> None:
    escalation = batch.known.escalations[event.escalation_id]
    responder = batch.person(event.responder_id)
    if escalation.state == "resolved":
        return
    if escalation.state != "taken" or escalation.taken_by != responder.id:
        take(batch, responder, escalation)
    if event.words is not None:
        resolve(batch, responder, escalation, event.words)


def _set_aside(
    connection: Connection,
    keyring: Keyring,
    house: House,
    event: Event,
    now: datetime,
    reason: str,
    *,
    bare: bool = False,
) -> None:
    def make_id() -> UUID:
        return new_id(now)

    keys = Keys(keyring, connection, forgiving=True)
    keep = setting_aside.set_aside_bare if bare else setting_aside.set_aside
    keep(connection, keys, house, event, now, reason, make_id)
