"""Who there is: writing teams, people, their roles and addresses, from the configuration and from lists of people."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.claims import insert_new, lock_rows
from storage.keys import Keys
from storage.people import address_hash, load_teams, seal_address
from storage.records import Address, Person, Role, Team
from storage.sealing import new_data_key
from storage.tables import (
    addresses,
    assignments,
    channel_accounts,
    invitations,
    memberships,
    name_keys,
    people,
    supervisions,
    teams,
)
from storage.viewing import Viewer, require_all

Source = Literal["file", "command"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of the file or of a list, and when they left."""

    id: UUID
    key: str | None
    ended_at: datetime | None


def take_turns(connection: Connection) -> None:
    """Whoever writes the configuration or a list of people does it alone: the rows of all teams are locked.

    Where there is no team yet, `new_teams` makes the others wait.
    """
    lock_rows(connection, teams, list(connection.execute(select(teams.c.id)).scalars()))


def new_teams(connection: Connection, keys: Keys, new: Iterable[Team], now: datetime) -> set[UUID]:
    """Write teams whose key is not there yet; which of them that was."""
    rows = [
        {"id": one.id, "key": one.key, "source": "file", "began_at": now, **_team_row(keys, one)}
        for one in sorted(new, key=lambda one: one.key)
    ]
    return set(insert_new(connection, teams, rows, ["key"]))


def _team_row(keys: Keys, team: Team) -> dict[str, Any]:
    contact = json.dumps({"name": team.contact_name, "phone": team.contact_phone})
    return {
        "name": team.name,
        "zone": team.zone,
        "language": team.language,
        "region": team.region,
        "staffed": team.staffed,
        "quiet": team.quiet,
        "contact_sealed": keys.of(None, "teams").seal("teams", "contact_sealed", team.id, contact),
    }


def team_keys(connection: Connection) -> set[str]:
    """The keys of all teams, ended ones too."""
    return set(connection.execute(select(teams.c.key)).scalars())


def teams_by_key(connection: Connection, keys: Keys, viewer: Viewer) -> dict[str, tuple[Team, datetime | None]]:
    """Every team with when it ended."""
    ended = {row.id: row.ended_at for row in connection.execute(select(teams.c.id, teams.c.ended_at))}
    found = load_teams(connection, keys, viewer, list(ended))
    return {team.key: (team, ended[team.id]) for team in found.values()}


def save_team(connection: Connection, keys: Keys, team: Team, ended_at: datetime | None) -> None:
    """Write a team's values and whether it has ended."""
    values = {**_team_row(keys, team), "ended_at": ended_at}
    connection.execute(update(teams).where(teams.c.id == team.id).values(**values))


def account_kinds(connection: Connection) -> dict[str, str]:
    """The kind of each channel account, by key."""
    rows = connection.execute(select(channel_accounts.c.key, channel_accounts.c.kind))
    return {row[0]: row[1] for row in rows}


def new_accounts(connection: Connection, kinds: Mapping[str, str]) -> None:
    """Write channel accounts that are not there yet."""
    if kinds:
        connection.execute(insert(channel_accounts), [{"key": key, "kind": kind} for key, kind in kinds.items()])


def people_of_file(connection: Connection) -> dict[str, Listed]:
    """Everybody who is or was in the file, by key; their rows are locked."""
    of_file = select(people.c.id).where(people.c.source == "file")
    lock_rows(connection, people, list(connection.execute(of_file).scalars()))
    rows = connection.execute(select(people.c.id, people.c.key, people.c.ended_at).where(people.c.source == "file"))
    return {row.key: Listed(row.id, row.key, row.ended_at) for row in rows}


def people_called(connection: Connection, keys: Keys, name: str) -> list[Listed]:
    """Whoever has this reference, and whoever has this key."""
    called = (people.c.key == name) | (people.c.reference_hash == keys.keyring.lookup_hash("reference", name))
    rows = connection.execute(select(people.c.id, people.c.key, people.c.ended_at).where(called))
    return [Listed(row.id, row.key, row.ended_at) for row in rows]


def new_people(
    connection: Connection,
    keys: Keys,
    new: Sequence[Person],
    now: datetime,
    *,
    source: Source,
    references: Mapping[UUID, str] | None = None,
) -> None:
    """Write people, each with a data key of their own, what they are found by, and their roles; no addresses."""
    rows: list[dict[str, Any]] = []
    for one in new:
        wrapped = keys.keyring.wrap(one.id, new_data_key())
        keys.learn(one.id, wrapped)
        reference = (references or {}).get(one.id)
        rows.append(
            {
                "id": one.id,
                "key": one.key,
                "reference_hash": None if reference is None else keys.keyring.lookup_hash("reference", reference),
                "reference_sealed": None
                if reference is None
                else keys.of(one.id, "people").seal("people", "reference_sealed", one.id, reference),
                "data_key": wrapped,
                "source": source,
                "began_at": now,
                **_person_row(keys, one),
            }
        )
    if rows:
        connection.execute(insert(people), rows)
        connection.execute(insert(name_keys), [row for one in new for row in _name_rows(keys, one)])


def _person_row(keys: Keys, person: Person) -> dict[str, Any]:
    key = keys.of(person.id, "people")
    return {
        "file_order": person.file_order if person.key is not None else None,
        "channels": list(person.channels) or None,
        "first_name_sealed": key.seal("people", "first_name_sealed", person.id, person.first_name),
        "last_name_sealed": key.seal("people", "last_name_sealed", person.id, person.last_name),
        "zone": person.zone,
        "language": person.language,
    }


def _name_rows(keys: Keys, person: Person) -> list[dict[str, Any]]:
    hashes = {one for name in (person.first_name, person.last_name) if name for one in keys.keyring.name_hashes(name)}
    return [{"person_id": person.id, "hash": one} for one in sorted(hashes)]


def save_listed(connection: Connection, keys: Keys, person: Person) -> None:
    """Write what the file says of a person, who is there again if they had left; found by their present name only."""
    values = {**_person_row(keys, person), "ended_at": None}
    connection.execute(update(people).where(people.c.id == person.id).values(**values))
    connection.execute(delete(name_keys).where(name_keys.c.person_id == person.id))
    connection.execute(insert(name_keys), _name_rows(keys, person))


def end_people(connection: Connection, ids: Collection[UUID], now: datetime) -> None:
    """They have left: their roles end, and nobody is supervised by them any more. Nothing is deleted."""
    if not ids:
        return
    connection.execute(update(people).where(people.c.id.in_(ids)).values(ended_at=now))
    for table, column in ((memberships, memberships.c.person_id), (supervisions, supervisions.c.supervisor_id)):
        connection.execute(update(table).where(column.in_(ids), table.c.ended_at.is_(None)).values(ended_at=now))


def supervise_again(connection: Connection, supervisor_id: UUID, left_at: datetime) -> int:
    """Supervisions that ended because the supervisor left go on, unless another has them now; how many."""
    now_held = select(supervisions.c.peer_worker_id, supervisions.c.kind).where(supervisions.c.ended_at.is_(None))
    held = {(row.peer_worker_id, row.kind) for row in connection.execute(now_held)}
    rows = connection.execute(
        select(supervisions.c.id, supervisions.c.peer_worker_id, supervisions.c.kind).where(
            supervisions.c.supervisor_id == supervisor_id, supervisions.c.ended_at == left_at
        )
    )
    free = [row.id for row in rows if (row.peer_worker_id, row.kind) not in held]
    if free:
        connection.execute(update(supervisions).where(supervisions.c.id.in_(free)).values(ended_at=None))
    return len(free)


def begin_roles(connection: Connection, new: Iterable[tuple[UUID, UUID, Role]], now: datetime) -> None:
    """Write memberships as (id, person, role)."""
    rows = [
        {"id": row_id, "person_id": person_id, "team_id": role.team_id, "role": role.role, "began_at": now}
        for row_id, person_id, role in new
    ]
    if rows:
        connection.execute(insert(memberships), rows)


def end_roles(connection: Connection, person_id: UUID, roles: Iterable[Role], now: datetime) -> None:
    """A person's memberships end."""
    for role in roles:
        connection.execute(
            update(memberships)
            .where(
                memberships.c.person_id == person_id,
                memberships.c.team_id == role.team_id,
                memberships.c.role == role.role,
                memberships.c.ended_at.is_(None),
            )
            .values(ended_at=now)
        )


def begin_support(
    connection: Connection,
    workers: Iterable[tuple[UUID, UUID, UUID]],
    supervisors: Iterable[tuple[UUID, UUID, UUID, str]],
    now: datetime,
) -> None:
    """Write assignments as (id, service user, peer worker) and supervisions as (id, peer worker, supervisor, kind)."""
    assigned = [
        {"id": row_id, "service_user_id": person_id, "peer_worker_id": worker_id, "began_at": now}
        for row_id, person_id, worker_id in workers
    ]
    if assigned:
        connection.execute(insert(assignments), assigned)
    supervised = [
        {"id": row_id, "peer_worker_id": worker_id, "supervisor_id": other_id, "kind": kind, "began_at": now}
        for row_id, worker_id, other_id, kind in supervisors
    ]
    if supervised:
        connection.execute(insert(supervisions), supervised)


@dataclass(frozen=True, slots=True)
class Holder:
    """An address that is there already: its row, whose it is, and whether they have left."""

    address_id: UUID
    person_id: UUID | None
    left: bool

    def free_for(self, person_id: UUID | None) -> bool:
        """Whether it may become this person's: a stranger's, theirs already, or of somebody who has left."""
        return self.person_id is None or self.left or self.person_id == person_id


def holders(
    connection: Connection, keys: Keys, viewer: Viewer, account: str, values: Collection[str]
) -> dict[str, Holder]:
    """Who has these addresses at `account`, by value; those that nobody ever wrote from are left out."""
    by_hash = {address_hash(keys, account, value): value for value in values}
    found: dict[str, Holder] = {}
    rows = connection.execute(
        select(addresses.c.id, addresses.c.value_hash, addresses.c.person_id, people.c.ended_at)
        .outerjoin(people, people.c.id == addresses.c.person_id)
        .where(addresses.c.account == account, addresses.c.value_hash.in_(by_hash))
    ).all()
    require_all(viewer, "address", [row.person_id or row.id for row in rows])
    for row in rows:
        found[by_hash[row.value_hash]] = Holder(row.id, row.person_id, row.ended_at is not None)
    return found


def give_addresses(
    connection: Connection, keys: Keys, viewer: Viewer, wanted: Iterable[Address], now: datetime
) -> list[Address]:
    """Make these addresses their persons': new rows, or rows that were a stranger's or of somebody who has left.

    Returns:
        Those that somebody else has, unchanged.
    """
    by_account: defaultdict[str, list[Address]] = defaultdict(list)
    for one in wanted:
        by_account[one.account].append(one)
    refused: list[Address] = []
    for account, listed in by_account.items():
        held = holders(connection, keys, viewer, account, [one.value for one in listed])
        refused += [one for one in listed if one.value in held and not held[one.value].free_for(one.person_id)]
        _take_over(connection, keys, [(held[one.value], one) for one in listed if one.value in held])
        rows = [
            {
                "id": one.id,
                "account": account,
                "value_hash": address_hash(keys, account, one.value),
                "value_sealed": seal_address(keys, one),
                "person_id": one.person_id,
                "preference": one.preference,
                "created_at": now,
            }
            for one in listed
            if one.value not in held
        ]
        written = set(insert_new(connection, addresses, rows, ["account", "value_hash"]))
        # Somebody wrote from one for the first time meanwhile: now its row is there to be taken over.
        late = [one for one in listed if one.value not in held and one.id not in written]
        refused += give_addresses(connection, keys, viewer, late, now)
    return refused


def _take_over(connection: Connection, keys: Keys, pairs: Sequence[tuple[Holder, Address]]) -> None:
    free = [(holder, one) for holder, one in pairs if holder.free_for(one.person_id)]
    lock_rows(connection, addresses, [holder.address_id for holder, _ in free])
    rows = [
        {
            "b_id": holder.address_id,
            "person_id": one.person_id,
            "preference": one.preference,
            "value_sealed": keys.of(one.person_id, "addresses").seal(
                "addresses", "value_sealed", holder.address_id, one.value
            ),
        }
        for holder, one in free
    ]
    if rows:
        connection.execute(update(addresses).where(addresses.c.id == bindparam("b_id")), rows)


def references_of(
    connection: Connection, keys: Keys, references: Collection[str]
) -> dict[str, tuple[UUID, frozenset[str]]]:
    """Who has these references: id and the roles held now, by reference."""
    by_hash = {keys.keyring.lookup_hash("reference", one): one for one in references}
    rows = connection.execute(
        select(people.c.id, people.c.reference_hash, memberships.c.role)
        .outerjoin(memberships, (memberships.c.person_id == people.c.id) & memberships.c.ended_at.is_(None))
        .where(people.c.reference_hash.in_(by_hash))
    )
    roles: defaultdict[tuple[str, UUID], set[str]] = defaultdict(set)
    for row in rows:
        roles[by_hash[row.reference_hash], row.id] |= {row.role} if row.role else set()
    return {reference: (person_id, frozenset(held)) for (reference, person_id), held in roles.items()}


def new_invitation(
    connection: Connection, row_id: UUID, person_id: UUID, code_hash: bytes, now: datetime, expires_at: datetime
) -> None:
    """Write an invitation; the person's earlier ones that were not used can be opened no more."""
    open_still = (invitations.c.person_id == person_id, invitations.c.used_at.is_(None), invitations.c.expires_at > now)
    connection.execute(update(invitations).where(*open_still).values(expires_at=now))
    row = {
        "id": row_id,
        "person_id": person_id,
        "code_hash": code_hash,
        "created_at": now,
        "expires_at": expires_at,
    }
    connection.execute(insert(invitations), [row])
