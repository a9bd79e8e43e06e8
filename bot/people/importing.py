"""A list of people becomes people: all of it is checked first, then all of it is written in one transaction, or nothing.

A list has at most `LONGEST` rows, so that other writers wait for seconds, not minutes, and so that no half of a list is
ever seen. Who consented on paper gets their schedules at once; the others join by invitation.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.matter import Batch, Known
from bot.errors import PeopleError
from bot.people.applying import EmptyShelf, apply_settings, house_of
from bot.people.cells import Place
from bot.people.joining import begin_schedules
from bot.people.roster import Entry, Roster
from bot.people.staff import SMS
from bot.settings import Settings
from storage import people, roster, schedules
from storage.audit import save_audit
from storage.ids import new_id
from storage.keys import Keys
from storage.records import Address, Consent, Person, Role, Team
from storage.sealing import Keyring
from storage.viewing import System

PAPER: Final = "import"
"""The text version of a consent that was given before blether: whoever imports it answers for the words."""
VIEWER: Final = System("importing a list of people")
_AT_A_TIME: Final = 500
_SUPERVISIONS: Final = {"wellness_supporter": "wellness", "wellness_deputy": "deputy", "line_supervisor": "line"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written, or would be."""

    service_users: int
    peer_workers: int
    consented: int
    schedules: int


def check_people(
    connection: Connection, keyring: Keyring, settings: Settings, content: bytes, now: datetime
) -> Imported:
    """Check the list and write nothing; `connection` may be one that cannot. Schedules are not counted.

    Raises:
        PeopleError: with every problem at once.
    """
    entries = _checked(connection, Keys(keyring, connection), settings, content, now)
    return _counted(entries, 0)


def import_people(
    connection: Connection, keyring: Keyring, settings: Settings, content: bytes, now: datetime
) -> Imported:
    """Check the list and write all of it, in the transaction of `connection`. The configuration is applied first.

    Raises:
        PeopleError: with every problem at once. Nothing may be committed then.
        ConfigurationError: as `apply_settings`.
    """
    apply_settings(connection, keyring, settings, now)
    keys = Keys(keyring, connection)
    entries = _checked(connection, keys, settings, content, now)
    writing = _Writing(connection, keys, settings, entries, now)
    for some in _some(entries):
        writing.people(some)
    begun = 0
    for some in _some(entries):
        begun += writing.everything_else(some)
    return _counted(entries, begun)


def _some(entries: Sequence[Entry]) -> Iterable[list[Entry]]:
    rest = iter(entries)
    while some := list(islice(rest, _AT_A_TIME)):
        yield some


def _checked(connection: Connection, keys: Keys, settings: Settings, content: bytes, now: datetime) -> list[Entry]:
    listed = Roster(_place(connection, settings, now))
    listed.read(content)
    known = _known(connection, keys, listed.references())
    listed.check_known({name: roles for name, (_, roles) in known.items()}, _taken(connection, keys, listed.phones()))
    problems = listed.problems()
    if problems:
        raise PeopleError(problems)
    return list(listed.entries())


def _place(connection: Connection, settings: Settings, now: datetime) -> Place:
    twilio, service = settings.twilio, settings.service
    return Place(
        teams={one.key: (one.zone or service.zone, one.language or service.language) for one in settings.teams},
        staff={one.key: frozenset(one.roles) for one in settings.supervisors},
        own_numbers=frozenset() if twilio is None else frozenset(twilio.all_numbers),
        staff_numbers=frozenset(one.phone for one in settings.supervisors if one.phone is not None),
        texts=twilio is not None or SMS in roster.account_kinds(connection),
        now=now,
    )


def _known(connection: Connection, keys: Keys, references: Collection[str]) -> dict[str, tuple[UUID, frozenset[str]]]:
    found: dict[str, tuple[UUID, frozenset[str]]] = {}
    wanted = sorted(references)
    for start in range(0, len(wanted), _AT_A_TIME):
        found |= roster.references_of(connection, keys, wanted[start : start + _AT_A_TIME])
    return found


def _taken(connection: Connection, keys: Keys, phones: Collection[str]) -> set[str]:
    found: set[str] = set()
    wanted = sorted(phones)
    for start in range(0, len(wanted), _AT_A_TIME):
        held = roster.holders(connection, keys, VIEWER, SMS, wanted[start : start + _AT_A_TIME])
        found |= {phone for phone, holder in held.items() if not holder.free_for(None)}
    return found


def _counted(entries: Sequence[Entry], begun: int) -> Imported:
    roles = Counter(one.role for one in entries)
    consented = sum(one.consented_at is not None for one in entries)
    return Imported(roles["service_user"], roles["peer_worker"], consented, begun)


class _Writing:
    """One list being written."""

    def __init__(
        self, connection: Connection, keys: Keys, settings: Settings, entries: Sequence[Entry], now: datetime
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._now = now
        self._house = house_of(settings, EmptyShelf())
        self._import_id = new_id(now)
        self._ids = {one.reference: new_id(now) for one in entries}
        stored = roster.teams_by_key(connection, keys, VIEWER)
        self._teams: dict[str, Team] = {key: team for key, (team, _) in stored.items()}
        workers = {one.peer_worker for one in entries} - self._ids.keys() - {""}
        self._workers = self._ids | {name: found[0] for name, found in _known(connection, keys, workers).items()}
        supervisors = {getattr(one, column) for one in entries for column in _SUPERVISIONS} - {""}
        self._supervisors = people.people_by_key(connection, supervisors)

    def people(self, some: Sequence[Entry]) -> None:
        """People with their roles and phones."""
        new = [self._person(one) for one in some]
        references = {self._ids[one.reference]: one.reference for one in some}
        roster.new_people(self._connection, self._keys, new, self._now, source="command", references=references)
        roles = [(new_id(self._now), person.id, person.roles[0]) for person in new]
        roster.begin_roles(self._connection, roles, self._now)
        phones = [
            Address(new_id(self._now), SMS, "sms", one.phone, self._ids[one.reference], 0) for one in some if one.phone
        ]
        if roster.give_addresses(self._connection, self._keys, VIEWER, phones, self._now):
            raise PeopleError(["a phone became somebody else's while the list was written; run it again"])

    def _person(self, entry: Entry) -> Person:
        return Person(
            id=self._ids[entry.reference],
            key=None,
            file_order=0,
            first_name=entry.first_name,
            last_name=entry.last_name,
            zone=entry.zone,
            language=entry.language,
            inbound_seq=0,
            crisis_told_at=None,
            stopped_at=None,
            began_at=self._now,
            consented=None if entry.consented_at is None else True,
            roles=(Role(self._teams[entry.team].id, entry.role),),
        )

    def everything_else(self, some: Sequence[Entry]) -> int:
        """Who stands behind them, consents, schedules and the audit; how many schedules began."""
        now = self._now
        assigned = [
            (new_id(now), self._ids[one.reference], self._workers[one.peer_worker]) for one in some if one.peer_worker
        ]
        supervised = [
            (new_id(now), self._ids[one.reference], self._supervisors[getattr(one, column)], kind)
            for one in some
            for column, kind in _SUPERVISIONS.items()
            if getattr(one, column)
        ]
        roster.begin_support(self._connection, assigned, supervised, now)
        batch = Batch(Known(), self._house, now, lambda: new_id(now))
        batch.known.teams = {team.id: team for team in self._teams.values()}
        consents = [consent for one in some if (consent := self._joined(batch, one)) is not None]
        people.save_consents(self._connection, self._keys, consents)
        schedules.save_schedules(self._connection, batch.changes.new_schedules, (), now)
        save_audit(self._connection, self._keys, batch.changes.audit)
        return len(batch.changes.new_schedules)

    def _joined(self, batch: Batch, entry: Entry) -> Consent | None:
        person = self._person(entry)
        batch.note("person.imported", person=person.id, of_import=self._import_id, role=entry.role, team=entry.team)
        if entry.consented_at is None:
            return None
        batch.note("consent.given", person=person.id, text_version=PAPER)
        begin_schedules(batch, person)
        return Consent(
            id=new_id(self._now),
            person_id=person.id,
            given=True,
            text_version=PAPER,
            source="import",
            account=None,
            words=None,
            at=entry.consented_at,
            seq=1,
        )
