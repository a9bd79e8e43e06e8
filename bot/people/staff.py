"""Supervisors and other staff of the configuration become people of the database.

They are known by their key. Who is gone from the file has left: roles and supervisions end, nothing is deleted, and all
of it comes back with the key. Their phone stands in the file: another number there takes the old one's place, and the
old one is nobody's. Telegram is theirs once they have opened an invitation, and stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.matter import Batch
from bot.errors import ConfigurationError
from bot.people.inviting import ALERTS, preference
from bot.settings import Settings, SupervisorSettings
from storage import people, roster
from storage.keys import Keys
from storage.records import Address, Person, Role, Team
from storage.roster import Listed
from storage.viewing import System

SMS: Final = "sms"
"""The account that texts come from and go to."""
VIEWER: Final = System("applying the supervisors of the configuration")


@dataclass(slots=True)
class _Staff:
    """What the file says, and what is stored, changed in place to what the file says."""

    connection: Connection
    keys: Keys
    batch: Batch
    teams: Mapping[str, Team]
    accounts: tuple[str, ...]  # where a phone has an address
    listed: Mapping[str, Listed]
    stored: Mapping[UUID, Person]
    by_key: dict[str, Person]


def apply_staff(
    connection: Connection, keys: Keys, settings: Settings, batch: Batch, teams: Mapping[str, Team]
) -> None:
    """Bring everybody from the file to what the file says. `teams` are its teams, by key.

    Raises:
        ConfigurationError: a phone of the file is that of a person from a list.
    """
    listed = roster.people_of_file(connection)
    stored = people.load_people(connection, keys, VIEWER, [one.id for one in listed.values()])
    accounts = () if settings.twilio is None else (SMS,)
    if settings.twilio is not None and settings.twilio.alerts_from_number is not None:
        accounts = (SMS, ALERTS)
    staff = _Staff(connection, keys, batch, teams, accounts, listed, stored, {})
    _end_those_gone(staff, {one.key for one in settings.supervisors})
    for order, one in enumerate(settings.supervisors, 1):
        staff.by_key[one.key] = _bring(staff, order, one)
        _bring_roles(staff, one)
    _bring_addresses(staff, settings.supervisors)


def _end_those_gone(staff: _Staff, there: set[str]) -> None:
    gone = [one for key, one in staff.listed.items() if key not in there and one.ended_at is None]
    roster.end_people(staff.connection, [one.id for one in gone], staff.batch.now)
    for one in gone:
        staff.batch.note("supervisor.ended", person=one.id)


def _bring(staff: _Staff, order: int, wanted: SupervisorSettings) -> Person:
    listed = staff.listed.get(wanted.key)
    if listed is None:
        person = _from_file(staff, order, wanted, staff.batch.new_id())
        roster.new_people(staff.connection, staff.keys, [person], staff.batch.now, source="file")
        staff.batch.note("supervisor.applied", person=person.id, changed=["new"])
        return person
    person = staff.stored[listed.id]
    now_so = _from_file(staff, order, wanted, person.id)
    changed = [name for name in _FROM_FILE if getattr(person, name) != getattr(now_so, name)]
    for name in changed:
        setattr(person, name, getattr(now_so, name))
    if listed.ended_at is not None:
        again = roster.supervise_again(staff.connection, person.id, listed.ended_at)
        staff.batch.note("supervisor.returned", person=person.id, supervisions=again)
    if changed or listed.ended_at is not None:
        roster.save_listed(staff.connection, staff.keys, person)
        staff.batch.note("supervisor.applied", person=person.id, changed=changed)
    return person


_FROM_FILE: Final = ("file_order", "first_name", "last_name", "zone", "language", "channels")


def _from_file(staff: _Staff, order: int, wanted: SupervisorSettings, person_id: UUID) -> Person:
    """The zone and the language of staff are those of their first team."""
    first_name, _, last_name = wanted.name.partition(" ")
    team = staff.teams[wanted.teams[0]]
    return Person(
        id=person_id,
        key=wanted.key,
        file_order=order,
        first_name=first_name,
        last_name=last_name.strip(),
        zone=team.zone,
        language=team.language,
        inbound_seq=0,
        crisis_told_at=None,
        stopped_at=None,
        began_at=staff.batch.now,
        channels=wanted.channels,
    )


def _bring_roles(staff: _Staff, wanted: SupervisorSettings) -> None:
    person = staff.by_key[wanted.key]
    should = {Role(staff.teams[team].id, role) for team in wanted.teams for role in wanted.roles}
    has = set(person.roles)
    begun = sorted(should - has, key=lambda one: (one.team_id, one.role))
    over = sorted(has - should, key=lambda one: (one.team_id, one.role))
    roster.begin_roles(staff.connection, [(staff.batch.new_id(), person.id, one) for one in begun], staff.batch.now)
    roster.end_roles(staff.connection, person.id, over, staff.batch.now)
    for kind, roles in (("membership.begun", begun), ("membership.ended", over)):
        for one in roles:
            staff.batch.note(kind, person=person.id, team=one.team_id, role=one.role)


def _bring_addresses(staff: _Staff, everybody: tuple[SupervisorSettings, ...]) -> None:
    """Release what is no longer theirs, then give what is: two may have swapped their phones."""
    now = staff.batch.now
    wanted = {one.key: set(_places(staff, one)) for one in everybody}
    changed = [one for settings in everybody for one in _released(staff, settings, wanted[settings.key])]
    changed += [one for settings in everybody for one in _in_order(staff.by_key[settings.key])]
    people.save_addresses(staff.connection, staff.keys, {one.id: one for one in changed}.values())
    new = [one for settings in everybody for one in _given(staff, settings, wanted[settings.key])]
    refused = roster.give_addresses(staff.connection, staff.keys, VIEWER, new, now)
    if refused:
        taken = {one.person_id for one in refused}
        raise ConfigurationError(
            [
                f"supervisors.phone of '{key}': the phone of a person from a list of people; one phone is one person's"
                for key, person in staff.by_key.items()
                if person.id in taken
            ]
        )


def _places(staff: _Staff, wanted: SupervisorSettings) -> Iterator[tuple[str, str]]:
    if wanted.phone is not None and SMS in wanted.channels:
        for account in staff.accounts:
            yield account, wanted.phone


def _released(staff: _Staff, wanted: SupervisorSettings, should: set[tuple[str, str]]) -> Iterator[Address]:
    person = staff.by_key[wanted.key]
    for one in [one for one in person.addresses if one.account in (SMS, ALERTS)]:
        if (one.account, one.value) not in should:
            person.addresses.remove(one)
            one.person_id, one.preference = None, 0
            staff.batch.note("address.released", person=person.id, channel=one.account)
            yield one


def _in_order(person: Person) -> Iterator[Address]:
    """Those whose place among the person's is another now."""
    if not person.channels:
        return
    for one in person.addresses:
        place = preference(person, one.kind, one.account, [])
        if place != one.preference:
            one.preference = place
            yield one


def _given(staff: _Staff, wanted: SupervisorSettings, should: set[tuple[str, str]]) -> Iterator[Address]:
    person = staff.by_key[wanted.key]
    has = {(one.account, one.value) for one in person.addresses}
    for account, value in sorted(should - has):
        staff.batch.note("address.given", person=person.id, channel=account)
        yield Address(staff.batch.new_id(), account, SMS, value, person.id, preference(person, SMS, account, []))
