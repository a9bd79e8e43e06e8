"""The audit pass: whoever would wait for ever, because a row has no due time that makes sense, is found, helped and told of.

    escalation_idle    its next step is missing, or further off than its policy waits   now, or after the policy's wait
    session_idle       an open session that nothing ends                                looked at now
    question_lost      a session whose question never got into the outbox               ends as not delivered: not missed
    schedule_idle      a schedule that waits for nothing                                 its next occurrence, as of now
    occurrence_idle    it began, its session is over, and nobody wrote what became       neither replied nor missed
    claim_untold       something waits to be sent and the claim does not know            told again
    lease_lost         something is being sent by nobody                                 its outcome is unknown

Every repair has an audit entry `repair.made` and a log line: each is a fault of ours, or of somebody's hand in the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import metrics
from bot.conversation.events import RanOut
from bot.conversation.loading import load
from bot.conversation.matter import Batch, House
from bot.conversation.saving import save
from bot.conversation.speaking import home
from bot.conversation.talking import NEVER_ARRIVED, run_out
from bot.conversation.work import Worker
from bot.escalation.ladder import SHORTEST_WAIT
from bot.escalation.policy import Policy
from bot.escalation.replies import LATER_AT_MOST
from bot.logs import logger
from bot.scheduling.due import wait_for
from bot.scheduling.rules import next_nominal, parse_rule
from bot.watching.sealing import Leads, always
from storage import repair
from storage.audit import save_audit
from storage.ids import new_id
from storage.keys import Keys
from storage.people import load_people
from storage.records import AuditEntry
from storage.repair import Idle, Ladder, Page
from storage.schedules import load_schedules, save_schedules
from storage.sealing import Keyring
from storage.viewing import System

EVERY: Final = 300.0
"""Seconds between passes."""
LOOKED_BACK: Final = timedelta(days=3)
"""How old an occurrence may be that is looked at."""
AT_ONCE: Final = 100
"""Repairs a pass at most; what is left is found by the next."""
_VIEWER: Final = System("repairing what would wait for ever")
_log = logger("watching.repairing")

_PAGED: Final[dict[str, Callable[[Connection, datetime, UUID | None], Page]]] = {
    "sessions": lambda connection, now, after: repair.open_sessions(connection, now, after),
    "schedules": lambda connection, now, after: repair.current_schedules(connection, after),
    "occurrences": lambda connection, now, after: repair.begun_occurrences(
        connection, first_id_of(now - LOOKED_BACK), after
    ),
    "addresses": lambda connection, now, after: repair.waiting_addresses(connection, now, after),
}


def first_id_of(moment: datetime) -> UUID:
    """What comes before every id of that millisecond and later."""
    return UUID(int=new_id(moment).int >> 80 << 80)


@dataclass(slots=True)
class Repairs:
    """Passes over the tables, a page of each at a time."""

    worker: Worker
    leads: Leads = always
    _after: dict[str, UUID | None] = field(default_factory=dict[str, UUID | None])

    async def round(self, now: datetime) -> list[Idle]:
        """One pass. Returns what was found and repaired."""
        if not await self.leads():
            return []
        found = await self.worker.database.read(self._look, now)
        return [one for one in found[:AT_ONCE] if await self._mended(one, now)]

    def _look(self, connection: Connection, now: datetime) -> list[Idle]:
        found = [Idle("escalation_idle", one.id, one.person_id) for one in idle_ladders(connection, now)]
        found += repair.lost_leases(connection)
        for name, look in _PAGED.items():
            page = look(connection, now, self._after.get(name))
            self._after[name] = page.after
            found += page.idle
        return found

    async def _mended(self, one: Idle, now: datetime) -> bool:
        try:
            done = await self.worker.database.run(mend, self.worker.keyring, self.worker.house(), one, now)
        except Exception as fault:
            _log.error("repair.failed", reason=one.what, error=type(fault).__name__, exc_info=fault)
            return False
        if done:
            metrics.REPAIRS.add(one.what)
            _log.warning("repair.made", reason=one.what, id=one.id)
        return done


def look_at_all(connection: Connection, now: datetime) -> list[Idle]:
    """Everything that a pass would find, gone through to the end: for `doctor`. Only reads."""
    found = [Idle("escalation_idle", one.id, one.person_id) for one in idle_ladders(connection, now)]
    found += repair.lost_leases(connection)
    for look in _PAGED.values():
        page = look(connection, now, None)
        found += page.idle
        while page.after is not None:
            page = look(connection, now, page.after)
            found += page.idle
    return found


def idle_ladders(connection: Connection, now: datetime) -> list[Ladder]:
    """Escalations whose next step is missing or further off than their policy can have put it."""
    return [one for one in repair.ladders(connection, now) if _latest(one, now) is not None]


def _latest(one: Ladder, now: datetime) -> datetime | None:
    """When the next step is due at the latest, where the one written down is none or later; else None."""
    if one.next_at is None:
        return now
    policy = Policy.from_json(one.policy_copy)
    longest = max(SHORTEST_WAIT, *(level.wait for level in policy.levels))
    if one.state == "taken":
        longest = max(longest, policy.resolve_within, LATER_AT_MOST)
    if one.next_at <= now + longest + repair.SLACK:
        return None
    return now + longest


def mend(connection: Connection, keyring: Keyring, house: House, one: Idle, now: datetime) -> bool:
    """Help one; false where somebody else did, or nothing is wrong any more. Audited in the same transaction."""
    if not _helped(connection, keyring, house, one, now):
        return False
    entry = AuditEntry(new_id(now), now, "repair.made", one.person_id, None, {"what": one.what, "row": str(one.id)})
    save_audit(connection, Keys(keyring, connection), [entry])
    return True


def _helped(connection: Connection, keyring: Keyring, house: House, one: Idle, now: datetime) -> bool:
    match one.what:
        case "escalation_idle":
            return _next_step(connection, one, now)
        case "session_idle":
            return repair.session_due(connection, one.id, now)
        case "question_lost":
            return _not_delivered(connection, keyring, house, one, now)
        case "schedule_idle":
            return repair.schedule_due(connection, one.id, now) or _waits_again(connection, keyring, one, now)
        case "occurrence_idle":
            return repair.occurrence_over(connection, one.id)
        case "claim_untold":
            repair.tell_again(connection, [one.id])
            return True
        case "lease_lost":
            return repair.nobody_knows(connection, one.id, now)
        case _:
            return False


def _next_step(connection: Connection, one: Idle, now: datetime) -> bool:
    for ladder in repair.ladders(connection, now):
        latest = _latest(ladder, now) if ladder.id == one.id else None
        if latest is not None:
            return repair.step_at(connection, one.id, ladder.next_at, latest)
    return False


def _not_delivered(connection: Connection, keyring: Keyring, house: House, one: Idle, now: datetime) -> bool:
    """The person never got the question: the session ends as that, and nobody counts it as missed."""

    def make_id() -> UUID:
        return new_id(now)

    if one.person_id is None:
        return False
    keys = Keys(keyring, connection)
    known = load(connection, keys, house, [RanOut(one.id, one.person_id)], now, make_id).known
    batch = Batch(known, house, now, make_id)
    session = known.sessions.get(one.person_id)
    if session is None or session.id != one.id or session.state != "open" or known.question_states.get(one.id):
        return False
    known.question_states[one.id] = set(NEVER_ARRIVED)
    session.ends_at = now
    person = batch.person(one.person_id)
    run_out(batch, person, session, home(person))
    save(connection, keys, known, batch.changes, now, make_id)
    return True


def _waits_again(connection: Connection, keyring: Keyring, one: Idle, now: datetime) -> bool:
    """A schedule that knows no next occurrence waits for the one that its rule gives."""
    if one.person_id is None:
        return False
    person = load_people(connection, Keys(keyring, connection), _VIEWER, [one.person_id])[one.person_id]
    for schedule in load_schedules(connection, [one.person_id])[one.person_id]:
        nominal = next_nominal(parse_rule(schedule.rule), ZoneInfo(person.zone), now, inclusive=True)
        if schedule.id == one.id and schedule.due_at is None and nominal is not None:
            wait_for(schedule, nominal, nominal.due_at)
            save_schedules(connection, [], [schedule], now)
            return True
    return False
