"""What a look over the whole database finds: counts, keys of staff and references, for `blether doctor`. Only reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Select, exists, func, select

from storage.claims import database_now
from storage.database import Database
from storage.engines import parse_address
from storage.keys import Keys
from storage.tables import channel_accounts, consents, invitations, memberships, outbox, people, teams
from storage.viewing import Viewer, require_all

LISTED: Final = ("service_user", "peer_worker")
"""Roles of people who come from lists and have to consent."""
_AT_A_TIME: Final = 500
_CONNECTING: Final = 5  # seconds a server has to take a connection


def missing_file(address: str) -> Path | None:
    """The file of a database that is one file, when it is not there; opening it would make it.

    Raises:
        DatabaseAddressError: the address cannot be used.
    """
    file = database_file(address)
    return file if file is not None and not file.exists() else None


def database_file(address: str) -> Path | None:
    """The file of a database that is one file; None where a server has it. Raises as `missing_file`."""
    url = parse_address(address)
    if url.host is not None or url.database is None or not Path(url.database).is_absolute():
        return None
    return Path(url.database)


def open_to_look(address: str) -> Database:
    """The database for a few reads; a server that does not answer is given up after five seconds.

    Raises:
        DatabaseAddressError: the address cannot be used.
    """
    if database_file(address) is None:
        url = parse_address(address)
        patience = {} if "connect_timeout" in url.query else {"connect_timeout": str(_CONNECTING)}
        address = url.update_query_dict(patience).render_as_string(hide_password=False)
    return Database.open(address, threads=1, readers=1)


def skew(connection: Connection, now: datetime) -> timedelta:
    """How far `now` is ahead of the database's clock; behind it is negative."""
    return now - database_now(connection)


def team_ids(connection: Connection) -> list[UUID]:
    """Teams that there are now, by key."""
    return list(
        connection.execute(select(teams.c.id).where(teams.c.ended_at.is_(None)).order_by(teams.c.key)).scalars()
    )


def staff_ids(connection: Connection) -> list[UUID]:
    """Everybody of the configuration who is there now, in the order of the file."""
    there = select(people.c.id).where(people.c.source == "file", people.c.ended_at.is_(None))
    return list(connection.execute(there.order_by(people.c.file_order)).scalars())


def members(connection: Connection, role: str) -> dict[UUID, UUID]:
    """Who has `role` now and has not left: person → team (one of theirs)."""
    rows = connection.execute(
        select(memberships.c.person_id, memberships.c.team_id)
        .join(people, people.c.id == memberships.c.person_id)
        .where(memberships.c.role == role, memberships.c.ended_at.is_(None), people.c.ended_at.is_(None))
        .order_by(memberships.c.began_at.desc())
    )
    return {row.person_id: row.team_id for row in rows}


@dataclass(frozen=True, slots=True)
class Unconsented:
    """People from lists without a yes: all of them, and of these who have no invitation that still works."""

    people: frozenset[UUID]
    uninvited: frozenset[UUID]
    of: int
    """How many people from lists there are."""


def unconsented(connection: Connection, now: datetime) -> Unconsented:
    """Who has not said yes, or no after it."""
    everybody = (
        select(memberships.c.person_id)
        .join(people, people.c.id == memberships.c.person_id)
        .where(memberships.c.role.in_(LISTED), memberships.c.ended_at.is_(None), people.c.ended_at.is_(None))
        .distinct()
    )
    later = consents.alias("later")
    said_yes = exists().where(
        consents.c.person_id == memberships.c.person_id,
        consents.c.given,
        ~exists().where(later.c.person_id == consents.c.person_id, later.c.seq > consents.c.seq),
    )
    invited = exists().where(
        invitations.c.person_id == memberships.c.person_id,
        (invitations.c.expires_at > now) | invitations.c.used_at.is_not(None),
    )
    without = everybody.where(~said_yes)
    return Unconsented(
        frozenset(connection.execute(without).scalars()),
        frozenset(connection.execute(without.where(~invited)).scalars()),
        _count(connection, everybody),
    )


def _count(connection: Connection, rows: Select[UUID]) -> int:
    return connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()


def references(connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, str]:
    """What these people are called in lists; who has no reference is left out."""
    require_all(viewer, "identity", ids)
    columns = select(people.c.id, people.c.reference_sealed, people.c.data_key)
    named = columns.where(people.c.reference_sealed.is_not(None), people.c.data_key.is_not(None))
    found: dict[UUID, str] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_A_TIME):
        for row in connection.execute(named.where(people.c.id.in_(wanted[start : start + _AT_A_TIME]))):
            keys.learn(row.id, row.data_key)
            found[row.id] = keys.of(row.id, "people").open("people", "reference_sealed", row.id, row.reference_sealed)
    return found


def paused_accounts(connection: Connection) -> dict[str, str]:
    """Channel accounts that the provider refused, with its code."""
    paused = channel_accounts.c.paused_at.is_not(None)
    rows = connection.execute(select(channel_accounts.c.key, channel_accounts.c.paused_code).where(paused))
    return {row.key: row.paused_code for row in rows}


def in_trouble(connection: Connection, since: datetime) -> Mapping[str, int]:
    """Messages written since then that failed or whose fate is unknown: how many of each state."""
    rows = connection.execute(
        select(outbox.c.state, func.count())
        .where(outbox.c.created_at >= since, outbox.c.state.in_(("failed", "unknown")))
        .group_by(outbox.c.state)
    )
    return {row[0]: row[1] for row in rows}
