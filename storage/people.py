"""People, their names, addresses, roles, and who stands behind them."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from storage.keys import Keys
from storage.prepared import Prepared, updating
from storage.records import Address, Consent, Invitation, Person, Role, Support, Team
from storage.sets import among
from storage.tables import (
    addresses,
    assignments,
    channel_accounts,
    consents,
    invitations,
    memberships,
    people,
    supervisions,
    teams,
)
from storage.viewing import Viewer, require_all

_PEOPLE = Prepared(select(people).where(among(people.c.id, "ids")))
_ADDRESSES = (
    select(addresses, channel_accounts.c.kind, channel_accounts.c.paused_at, people.c.data_key)
    .join(channel_accounts, channel_accounts.c.key == addresses.c.account)
    .outerjoin(people, people.c.id == addresses.c.person_id)
)
_ADDRESSES_OF = Prepared(
    _ADDRESSES.where(among(addresses.c.person_id, "ids")).order_by(addresses.c.preference, addresses.c.created_at)
)
_ADDRESSES_BY_ID = Prepared(_ADDRESSES.where(among(addresses.c.id, "ids")))
_ADDRESSES_BY_HASH = Prepared(
    _ADDRESSES.where(addresses.c.account == bindparam("account"), among(addresses.c.value_hash, "hashes"))
)
_ROLES = Prepared(
    select(memberships.c.person_id, memberships.c.team_id, memberships.c.role)
    .where(among(memberships.c.person_id, "ids"), memberships.c.ended_at.is_(None))
    .order_by(memberships.c.began_at, memberships.c.id)
)
_CONSENTS = Prepared(
    select(consents.c.person_id, consents.c.given, consents.c.seq)
    .where(among(consents.c.person_id, "ids"))
    .order_by(consents.c.person_id, consents.c.seq)
)
_SAVE_PEOPLE = updating(people, "inbound_seq", "crisis_told_at", "stopped_at")


def load_people(connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, Person]:
    """The people with these ids, with addresses, roles and what they last said about consent."""
    if not ids:
        return {}
    require_all(viewer, "identity", ids)
    found: dict[UUID, Person] = {}
    for row in _PEOPLE.rows(connection, ids=ids):
        if row.data_key is None:
            continue
        if keys.learn(row.id, row.data_key):
            found[row.id] = _person(row, keys)
    _add_addresses(connection, keys, viewer, found)
    held: defaultdict[UUID, list[Role]] = defaultdict(list)
    for row in _ROLES.rows(connection, ids=found):
        held[row.person_id].append(Role(row.team_id, row.role))
    for person_id, roles in held.items():
        found[person_id].roles = tuple(roles)
    for row in _CONSENTS.rows(connection, ids=found):  # the last of each counts
        found[row.person_id].consented = row.given
        found[row.person_id].consent_seq = row.seq
    return found


def _person(row: Any, keys: Keys) -> Person:
    key = keys.of(row.id, "people")
    return Person(
        id=row.id,
        key=row.key,
        file_order=row.file_order or 0,
        first_name=key.open("people", "first_name_sealed", row.id, row.first_name_sealed),
        last_name=key.open("people", "last_name_sealed", row.id, row.last_name_sealed),
        zone=row.zone,
        language=row.language,
        inbound_seq=row.inbound_seq,
        crisis_told_at=row.crisis_told_at,
        stopped_at=row.stopped_at,
        began_at=row.began_at,
        channels=tuple(row.channels or ()),
    )


def _address(row: Any, keys: Keys) -> Address:
    key = keys.of(row.person_id, "addresses")
    return Address(
        id=row.id,
        account=row.account,
        kind=row.kind,
        value=key.open("addresses", "value_sealed", row.id, row.value_sealed),
        person_id=row.person_id,
        preference=row.preference,
        blocked_at=row.blocked_at,
        invalid_at=row.invalid_at,
        opted_out_at=row.opted_out_at,
        stranger_told_on=row.stranger_told_on,
        account_paused=row.paused_at is not None,
    )


def _add_addresses(connection: Connection, keys: Keys, viewer: Viewer, found: Mapping[UUID, Person]) -> None:
    require_all(viewer, "address", found)
    for row in _ADDRESSES_OF.rows(connection, ids=found):
        found[row.person_id].addresses.append(_address(row, keys))


def _opened(keys: Keys, viewer: Viewer, rows: list[Any]) -> list[tuple[Any, Address]]:
    for row in rows:
        if row.data_key is not None:
            keys.learn(row.person_id, row.data_key)
    require_all(viewer, "address", [row.person_id or row.id for row in rows])
    return [(row, _address(row, keys)) for row in rows]


_TEAMS = Prepared(select(teams).where(among(teams.c.id, "ids")))
_STAFF = Prepared(
    select(memberships.c.team_id, memberships.c.role, memberships.c.person_id)
    .join(people, people.c.id == memberships.c.person_id)
    .where(
        among(memberships.c.team_id, "ids"),
        or_(memberships.c.role == "supervisor", memberships.c.role == "coordinator"),
        memberships.c.ended_at.is_(None),
        people.c.ended_at.is_(None),
    )
    .order_by(people.c.file_order, people.c.began_at)
)
_WORKERS = Prepared(
    select(assignments.c.service_user_id, assignments.c.peer_worker_id)
    .join(people, people.c.id == assignments.c.peer_worker_id)
    .where(among(assignments.c.service_user_id, "ids"), assignments.c.ended_at.is_(None), people.c.ended_at.is_(None))
)
_SUPERVISORS = Prepared(
    select(supervisions.c.peer_worker_id, supervisions.c.kind, supervisions.c.supervisor_id)
    .join(people, people.c.id == supervisions.c.supervisor_id)
    .where(among(supervisions.c.peer_worker_id, "ids"), supervisions.c.ended_at.is_(None), people.c.ended_at.is_(None))
)
_CASELOADS = Prepared(
    select(assignments.c.peer_worker_id, func.count().label("caseload"))
    .where(among(assignments.c.peer_worker_id, "ids"), assignments.c.ended_at.is_(None))
    .group_by(assignments.c.peer_worker_id)
)
_COORDINATORS = Prepared(
    select(people.c.id, people.c.file_order, people.c.began_at)
    .join(memberships, memberships.c.person_id == people.c.id)
    .where(memberships.c.role == "coordinator", memberships.c.ended_at.is_(None), people.c.ended_at.is_(None))
    .order_by(people.c.file_order, people.c.began_at)
    .distinct()
)


def load_teams(connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, Team]:
    """Teams with their supervisors in the order of the file and their coordinators."""
    if not ids:
        return {}
    require_all(viewer, "identity", ids)
    standing: defaultdict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    for row in _STAFF.rows(connection, ids=ids):
        standing[row.team_id, row.role].append(row.person_id)
    key = keys.of(None, "teams")
    found: dict[UUID, Team] = {}
    for row in _TEAMS.rows(connection, ids=ids):
        sealed = row.contact_sealed
        contact: dict[str, str] = (
            json.loads(key.open("teams", "contact_sealed", row.id, sealed) or "{}") if sealed else {}
        )
        found[row.id] = Team(
            id=row.id,
            key=row.key,
            name=row.name,
            zone=row.zone,
            language=row.language,
            region=row.region,
            staffed=row.staffed,
            quiet=row.quiet,
            contact_name=contact.get("name", ""),
            contact_phone=contact.get("phone", ""),
            supervisors=tuple(standing[row.id, "supervisor"]),
            coordinators=tuple(standing[row.id, "coordinator"]),
        )
    return found


def load_support(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Support]:
    """Who stands behind each of these people at present; whoever has left stands behind nobody."""
    workers: dict[UUID, UUID] = {row.service_user_id: row.peer_worker_id for row in _WORKERS.rows(connection, ids=ids)}
    kinds: defaultdict[UUID, dict[str, UUID]] = defaultdict(dict)
    for row in _SUPERVISORS.rows(connection, ids=ids):
        kinds[row.peer_worker_id][row.kind] = row.supervisor_id
    return {person_id: Support(peer_worker=workers.get(person_id), **kinds[person_id]) for person_id in ids}


def count_caseloads(connection: Connection, ids: Collection[UUID]) -> dict[UUID, int]:
    """Current assignments of each of these peer workers."""
    return {row.peer_worker_id: row.caseload for row in _CASELOADS.rows(connection, ids=ids)}


def people_by_key(connection: Connection, wanted: Collection[str]) -> dict[str, UUID]:
    """Ids of supervisors by their key in the file; ended ones are left out."""
    if not wanted:
        return {}
    rows = connection.execute(
        select(people.c.key, people.c.id).where(people.c.key.in_(wanted), people.c.ended_at.is_(None))
    )
    return {row.key: row.id for row in rows}


def coordinators_of_all(connection: Connection) -> list[UUID]:
    """Every coordinator, in the order of the file: whom the bot tells about itself."""
    return [row.id for row in _COORDINATORS.rows(connection)]


def addresses_by_hash(
    connection: Connection, keys: Keys, viewer: Viewer, wanted: Collection[tuple[str, bytes]]
) -> dict[tuple[str, bytes], Address]:
    """Addresses by account and keyed hash of their value."""
    hashes: defaultdict[str, list[bytes]] = defaultdict(list)
    for account, value in wanted:
        hashes[account].append(value)
    found: dict[tuple[str, bytes], Address] = {}
    for account, values in hashes.items():
        rows = _ADDRESSES_BY_HASH.rows(connection, account=account, hashes=values)
        found |= {(row.account, row.value_hash): one for row, one in _opened(keys, viewer, rows)}
    return found


def addresses_by_id(connection: Connection, keys: Keys, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, Address]:
    """Addresses by id."""
    if not ids:
        return {}
    return {row.id: one for row, one in _opened(keys, viewer, _ADDRESSES_BY_ID.rows(connection, ids=ids))}


def invitations_by_hash(connection: Connection, hashes: Collection[bytes]) -> dict[bytes, Invitation]:
    """Invitations by the keyed hash of their code."""
    if not hashes:
        return {}
    rows = connection.execute(select(invitations).where(invitations.c.code_hash.in_(hashes)))
    return {row.code_hash: Invitation(row.id, row.person_id, row.expires_at, row.used_at) for row in rows}


def seal_address(keys: Keys, address: Address) -> bytes:
    """The address's value under its person's key, or a stranger's under the table's."""
    return keys.of(address.person_id, "addresses").seal("addresses", "value_sealed", address.id, address.value)


def address_hash(keys: Keys, account: str, value: str) -> bytes:
    """The keyed hash under which an address is looked up."""
    return keys.keyring.lookup_hash("address", f"{account}\x00{value}")


def save_addresses(connection: Connection, keys: Keys, changed: Iterable[Address]) -> None:
    """Write facts about addresses; one that changed hands is sealed anew."""
    rows = [
        {
            "b_id": one.id,
            "person_id": one.person_id,
            "value_sealed": seal_address(keys, one),
            "preference": one.preference,
            "blocked_at": one.blocked_at,
            "invalid_at": one.invalid_at,
            "opted_out_at": one.opted_out_at,
            "stranger_told_on": one.stranger_told_on,
        }
        for one in sorted(changed, key=lambda one: one.id)
    ]
    if rows:
        connection.execute(update(addresses).where(addresses.c.id == bindparam("b_id")), rows)


def address_row(keys: Keys, address: Address, now: datetime) -> dict[str, Any]:
    """A new address as a row."""
    return {
        "id": address.id,
        "account": address.account,
        "value_hash": address_hash(keys, address.account, address.value),
        "value_sealed": seal_address(keys, address),
        "person_id": address.person_id,
        "preference": address.preference,
        "created_at": now,
    }


def save_people(connection: Connection, changed: Iterable[Person]) -> None:
    """Write what a decision may change about people."""
    rows = [
        {
            "b_id": one.id,
            "inbound_seq": one.inbound_seq,
            "crisis_told_at": one.crisis_told_at,
            "stopped_at": one.stopped_at,
        }
        for one in sorted(changed, key=lambda one: one.id)
    ]
    _SAVE_PEOPLE.run_many(connection, rows)


def save_consents(connection: Connection, keys: Keys, new: Iterable[Consent]) -> None:
    """Write what people said, their own words sealed."""
    rows = [
        {
            "id": one.id,
            "person_id": one.person_id,
            "given": one.given,
            "text_version": one.text_version,
            "source": one.source,
            "account": one.account,
            "words_sealed": None
            if one.words is None
            else keys.of(one.person_id, "consents").seal("consents", "words_sealed", one.id, one.words),
            "at": one.at,
            "seq": one.seq,
        }
        for one in new
    ]
    if rows:
        connection.execute(insert(consents), rows)


def use_invitations(connection: Connection, ids: Iterable[UUID], now: datetime) -> None:
    """Mark one-time codes as used."""
    wanted = sorted(ids)
    if wanted:
        connection.execute(update(invitations).where(invitations.c.id.in_(wanted)).values(used_at=now))


def pause_account(connection: Connection, account: str, code: str, now: datetime) -> None:
    """The provider refused the account itself: its addresses come last until an operator mends it."""
    connection.execute(
        update(channel_accounts)
        .where(channel_accounts.c.key == account, channel_accounts.c.paused_at.is_(None))
        .values(paused_at=now, paused_code=code[:40])
    )


def resume_accounts(connection: Connection) -> None:
    """Every account is tried again: somebody started the bot anew, perhaps with what had been wrong mended."""
    connection.execute(
        update(channel_accounts)
        .where(channel_accounts.c.paused_at.is_not(None))
        .values(paused_at=None, paused_code=None)
    )
