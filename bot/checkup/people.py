"""Looks over everybody in the database, in one read, and judges. Names are opened for nobody to see: keys and references
are what is told.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from bot.checkup import judging
from bot.checkup.finding import Finding
from bot.checkup.judging import Staff
from bot.checkup.ladders import Service, silent_for_workers, silent_ladders
from bot.conversation.speaking import home
from bot.settings import Settings
from storage import checkup
from storage.keys import Keys
from storage.people import load_people, load_support, load_teams
from storage.records import Person
from storage.sealing import Keyring
from storage.viewing import System

VIEWER: Final = System("looking whether everybody can be reached")
_A_DAY: Final = timedelta(days=1)


def look_at_people(connection: Connection, keyring: Keyring, settings: Settings, now: datetime) -> list[Finding]:
    """Ladders, staff, supporters, consents and what did not get through, as the database has them."""
    keys = Keys(keyring, connection)
    known = load_people(connection, keys, VIEWER, checkup.staff_ids(connection))
    seen = [_seen(one) for one in known.values()]
    service = _service(connection, keys, known)
    policies = list(settings.policies.values())
    there = {team.key for team in service.teams}
    new_teams = {one.key for one in settings.teams} - there
    unknown = judging.applied(new_teams, {one.key for one in settings.supervisors} - service.by_key.keys())
    if not there:
        return [unknown]
    findings = [
        unknown,
        judging.ladders(silent_ladders(policies, service), silent_for_workers(policies, service), len(policies)),
        judging.staff(seen),
        judging.invitations(seen, telegram=settings.telegram is not None),
        _supporters(connection, keys, service),
        _consent(connection, keys, now),
        judging.accounts(checkup.paused_accounts(connection)),
        judging.messages(checkup.in_trouble(connection, now - _A_DAY)),
    ]
    return [one for one in findings if one is not None]


def _seen(person: Person) -> Staff:
    return Staff(
        key=person.key or "",
        responds=person.has_role("supervisor", "coordinator"),
        wants_telegram="telegram" in person.channels,
        opened_telegram=any(one.kind == "telegram" for one in person.addresses),
        stopped=person.stopped_at is not None,
        reachable=_reachable(person),
    )


def _reachable(person: Person) -> bool:
    return person.stopped_at is None and home(person) is not None


def _service(connection: Connection, keys: Keys, staff: dict[UUID, Person]) -> Service:
    teams = load_teams(connection, keys, VIEWER, checkup.team_ids(connection))
    workers = checkup.members(connection, "peer_worker")
    support = load_support(connection, workers.keys())
    return Service(
        teams=tuple(sorted(teams.values(), key=lambda one: one.key)),
        reachable=frozenset(one.id for one in staff.values() if _reachable(one)),
        by_key={one.key: one.id for one in staff.values() if one.key},
        workers={one: (team, support[one]) for one, team in workers.items()},
    )


def _supporters(connection: Connection, keys: Keys, service: Service) -> Finding:
    without = {one for one, (_, support) in service.workers.items() if support.wellness is None}
    without_deputy = {one for one, (_, support) in service.workers.items() if support.deputy is None}
    called = checkup.references(connection, keys, VIEWER, without | without_deputy)
    return judging.supporters(
        len(service.workers),
        [called.get(one, "-") for one in without],
        [called.get(one, "-") for one in without_deputy],
    )


def _consent(connection: Connection, keys: Keys, now: datetime) -> Finding:
    found = checkup.unconsented(connection, now)
    called = checkup.references(connection, keys, VIEWER, found.people)
    return judging.consent(
        found.of, [called.get(one, "-") for one in found.people], [called.get(one, "-") for one in found.uninvited]
    )
