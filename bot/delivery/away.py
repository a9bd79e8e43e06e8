"""Coming back after more than an hour in which no process was there.

1. At once, before anything is sent: what came too late is dropped, what waits is counted, logged and audited, and a notice
   to each coordinator is put in the outbox, to leave in two minutes at the latest.
2. What people wrote meanwhile comes in: by Telegram's backlog, by the list of missed texts. It is remembered who they were.
3. Once both have been asked, the notices say who may have written in vain, and leave. A process that is killed before
   leaves them as they are: nobody is told twice, and nobody is not told.

Alerts and crisis texts that waited say themselves how long they were held up (`order.py`).
Example: off from 09:00 to 11:30. At 11:30:00 the stale ones expire; at 11:30:03 Ewan is told: "I was off from …".
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.channels.base import Incoming, Unreadable
from bot.conversation.work import Worker
from bot.delivery import wording
from bot.delivery.telegram_gap import KEPT
from bot.delivery.telling import VIEWER, tell_coordinators
from bot.logs import logger
from storage import away as records
from storage.asked import asked, note_asked_if
from storage.keys import Keys
from storage.people import load_people
from storage.records import Message, Person
from storage.roster import take_turns

WORTH_SAYING: Final = timedelta(hours=1)
AT_THE_LATEST: Final = timedelta(minutes=2)
"""The notices leave then, whether or not it is known who wrote."""
PATIENCE: Final = 60.0  # real seconds in which providers are to have been asked for what came in
_log = logger("delivery.away")


@dataclass(frozen=True, slots=True)
class Absence:
    """Nobody was there from `since` to `until`. `said`: what each notice says already, before who wrote."""

    since: datetime
    until: datetime
    waiting: records.Waiting
    notices: tuple[Message, ...]
    said: Mapping[UUID, str]  # by person
    telegram_lost: bool


@dataclass(slots=True)
class ComingBack:
    """What this process does about an absence before it. `telegram`: the Telegram account's key, if there is one."""

    worker: Worker
    process_id: UUID
    telegram: str | None
    now: Callable[[], datetime]
    absence: Absence | None = None
    gap: timedelta | None = None
    """How long before this start a process was last seen; None: it is the first one."""
    _late: dict[str, set[str]] = field(default_factory=dict[str, set[str]])  # provider's ids by account

    async def begin(self) -> None:
        """See whether there was an absence, and do what comes first. A fault is logged: the bot starts all the same."""
        try:
            self.gap = await self.worker.database.read(records.unattended_for, self.process_id)
            self.absence = await self.worker.database.run(
                _come_back, self.worker, self.process_id, self.telegram, self.now()
            )
        except Exception as fault:
            _log.error("away.failed", error=type(fault).__name__, exc_info=fault)
            return
        if self.absence is not None:
            _say(self.absence)

    def note(self, items: Sequence[Incoming | Unreadable]) -> None:
        """These came in, and are committed, perhaps by another process."""
        absence = self.absence
        if absence is None:
            return
        for one in items:
            sent_at = one.sent_at if isinstance(one, Incoming) else None
            if sent_at is not None and sent_at < absence.until:
                self._late.setdefault(one.account, set()).add(one.provider_id)

    async def finish(self, asked: Sequence[asyncio.Event], *, nothing_else: bool) -> None:
        """Once the providers have been `asked` for what came in, say who wrote. `nothing_else`: no provider brings what
        it has in its own time.
        """
        absence = self.absence
        if absence is None:
            return
        waiting = [asyncio.ensure_future(one.wait()) for one in asked]
        try:
            if waiting:
                await asyncio.wait(waiting, timeout=PATIENCE)
        finally:
            for one in waiting:
                one.cancel()
        all_read = nothing_else and all(one.is_set() for one in asked)
        late = {account: set(ids) for account, ids in self._late.items()}
        await self.worker.database.run(_say_who, self.worker, absence, late, all_read, self.now())
        self.absence = None


def _say(absence: Absence) -> None:
    _log.warning("away.returned", since=absence.since, until=absence.until)
    for name, count in absence.waiting.leaving.items():
        _log.info("away.sending", kind=name, count=count)
    for name, count in absence.waiting.dropped.items():
        if count:
            _log.warning("away.dropped", kind=name, count=count)


def _come_back(
    connection: Connection, worker: Worker, process_id: UUID, telegram: str | None, now: datetime
) -> Absence | None:
    gap = records.away_for(connection, process_id, now)
    if gap is None or gap <= WORTH_SAYING:
        return None
    take_turns(connection)  # of several that start together, one
    since = now - gap
    if records.noted_since(connection, "service.returned", since):
        return None
    lost = telegram is not None and gap >= KEPT and _mentioned(connection, telegram, now)
    waiting = records.drop_stale(connection, now)
    dropped = sum(waiting.dropped.values())
    said: dict[UUID, str] = {}

    def words(person: Person) -> str:
        zone = ZoneInfo(person.zone)
        told = wording.away(since, now, zone, waiting.leaving, dropped)
        said[person.id] = f"{told} {wording.telegram_lost(now, zone)}" if lost else told
        return f"{said[person.id]} {wording.reading_now()}"

    detail = {"since": since.isoformat(), "dropped": dict(waiting.dropped), "waiting": dict(waiting.leaving)}
    keys = Keys(worker.keyring, connection)
    notices = tell_coordinators(
        connection,
        keys,
        worker.house(),
        now,
        words,
        kind="service.returned",
        detail=detail,
        due_at=now + AT_THE_LATEST,
    )
    return Absence(since, now, waiting, tuple(notices), said, lost)


def _mentioned(connection: Connection, telegram: str, now: datetime) -> bool:
    """Whether the notice says that Telegram's texts may be lost; then nobody says it again."""
    before = asked(connection, telegram).asked_at
    if before is None or now - before < KEPT:
        return False
    return note_asked_if(connection, telegram, before, now)


def _say_who(
    connection: Connection,
    worker: Worker,
    absence: Absence,
    late: Mapping[str, set[str]],
    all_read: bool,
    now: datetime,
) -> None:
    keys = Keys(worker.keyring, connection)
    wrote = [
        one
        for account, provider_ids in sorted(late.items())
        for one in records.who_wrote(connection, account, provider_ids, absence.until)
    ]
    strangers = {address_id for person_id, address_id in wrote if person_id is None}
    ids = list(dict.fromkeys(person_id for person_id, _ in wrote if person_id is not None))
    readers = [one.person_id for one in absence.notices if one.person_id is not None]
    known = load_people(connection, keys, VIEWER, {*ids, *readers})
    for message in sorted(absence.notices, key=lambda one: one.address_id):
        reader = known.get(message.person_id) if message.person_id else None
        if reader is None:
            continue
        initials, others = _seen_by(reader, [known[one] for one in ids if one in known])
        who = wording.wrote_meanwhile(initials, others + len(strangers), all_read=all_read)
        text = f"{absence.said[reader.id]} {who}"
        records.rewrite(connection, keys, replace(message, body=replace(message.body, text=text)), now)


def _seen_by(reader: Person, wrote: Sequence[Person]) -> tuple[list[str], int]:
    """Initials of the service users of the coordinator's own teams; all others who wrote are only counted: that a peer
    worker did may be a matter of their own wellness.
    """
    teams = {role.team_id for role in reader.roles if role.role == "coordinator"}
    theirs = [
        person
        for person in wrote
        if any(role.role == "service_user" and role.team_id in teams for role in person.roles)
        and not person.has_role("peer_worker")
    ]
    return [person.initials for person in theirs], len(wrote) - len(theirs)
