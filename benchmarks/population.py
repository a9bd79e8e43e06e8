"""A service with very many people, written fast: rows as the bot itself would have written them, handed to the driver.

Whoever is looked at is sealed for real; where a sealed column is only stored, one value of the usual size stands in all rows.
"""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, text

from bot.scheduling.rules import next_nominal, parse_rule
from bot.scheduling.spread import spread_of
from storage.conversions import to_driver
from storage.database import Database
from storage.ids import new_id
from storage.keys import Keys
from storage.people import address_row
from storage.records import Address
from storage.sealing import Keyring, new_data_key
from storage.tables import (
    addresses,
    channel_accounts,
    consents,
    memberships,
    outbox,
    people,
    schedules,
    teams,
)
from tests.world.town import ZONE

P = ParamSpec("P")
T = TypeVar("T")
ACCOUNTS: Final = {"main": "telegram", "sms": "sms", "alerts": "sms"}
SEALED: Final = bytes(60)
"""What stands where nothing is opened: about as long as a sealed name or number."""
BODY: Final = bytes(220)
_LOAD = 5_000
_ZONE = ZoneInfo(ZONE)


@dataclass(frozen=True, slots=True)
class Regularly:
    """A schedule that everybody has."""

    key: str
    flow: str
    rule: str
    spread: int = 1_200
    grace: int = 7_200


CHECK_IN: Final = Regularly("morning", "daily-check-in", "daily at 09:30")


@dataclass(slots=True)
class Crowd:
    """Who was moved in, in order."""

    now: datetime
    team_ids: list[UUID]
    supervisors: list[tuple[UUID, str]] = field(default_factory=list[tuple[UUID, str]])  # person and chat, one a team
    people: list[UUID] = field(default_factory=list[UUID])
    addresses: list[UUID] = field(default_factory=list[UUID])


def chat_of(place: int) -> str:
    """The chat of the person at this place."""
    return str(1_000_000 + place)


def written(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same keys, as fast as the driver can."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    names = list(first)
    converters = [to_driver(table.c[name].type, connection.dialect) for name in names]
    values = (
        tuple(
            row[name] if convert is None else convert(row[name])
            for name, convert in zip(names, converters, strict=True)
        )
        for row in itertools.chain([first], rows)
    )
    columns = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        insert = f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})'  # noqa: S608 - names of our own tables
        driver.executemany(insert, values)
        return
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for one in values:
            copy.write_row(one)


def _ids(moment: datetime, count: int) -> Iterator[UUID]:
    """New ids in rising order, as over time; made one by one, they take as long as the rows."""
    first = new_id(moment).int
    return (UUID(int=first + place) for place in range(count))


def move_in(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    count: int,
    regularly: Sequence[Regularly] = (),
    account: str = "main",
    in_teams: int = 1,
    staffed: bool = True,
    opened: Callable[[int], bool] = lambda place: True,
    settled: int = 0,
) -> Crowd:
    """Move `count` people in, each with a chat, a consent, the schedules and `settled` messages that were delivered.

    `opened`: the places whose rows are opened later and so are sealed for real. `staffed`: each team with a supervisor on
    Telegram, for where no configuration brings any. The first team is `leith`, as in the configuration of tests.
    """
    keys = Keys(keyring, connection)
    crowd = _teams(connection, now, in_teams)
    if staffed:
        _staff(connection, keys, keyring, crowd, now)
    began_at = now - timedelta(days=30)
    crowd.people, crowd.addresses = list(_ids(began_at, count)), list(_ids(began_at, count))
    for start in range(0, count, _LOAD):
        places = range(start, min(start + _LOAD, count))
        _people(connection, keyring, crowd, places, opened, account, began_at)
        _belonging(connection, crowd, places, began_at)
        written(connection, schedules, _schedules(crowd, places, regularly, now))
        written(connection, outbox, _settled(crowd, places, settled, began_at))
    return crowd


def _teams(connection: Connection, now: datetime, in_teams: int) -> Crowd:
    there = connection.execute(text("SELECT key FROM channel_accounts")).scalars().all()
    written(
        connection, channel_accounts, [{"key": key, "kind": kind} for key, kind in ACCOUNTS.items() if key not in there]
    )
    crowd = Crowd(now, [new_id(now) for _ in range(in_teams)])
    written(
        connection,
        teams,
        [
            {
                "id": team_id,
                "key": f"team-{place}" if place else "leith",
                "name": f"Team {place}",
                "zone": ZONE,
                "language": "en-GB",
                "region": "GB-SCT",
                "staffed": "mon-fri 09:00-17:00",
                "quiet": "21:00-09:00",
                "source": "file",
                "began_at": now,
            }
            for place, team_id in enumerate(crowd.team_ids)
        ],
    )
    return crowd


def _staff(connection: Connection, keys: Keys, keyring: Keyring, crowd: Crowd, now: datetime) -> None:
    for place, team_id in enumerate(crowd.team_ids):
        person_id, chat = new_id(now), str(500_000 + place)
        key = f"supervisor-{place}"
        row = {"key": key, "file_order": place + 1, "channels": ["telegram", "sms"], "source": "file"}
        written(connection, people, [_person(keyring, keys, person_id, key, now) | row])
        address = Address(new_id(now), "main", "telegram", chat, person_id, 0)
        written(connection, addresses, [address_row(keys, address, now)])
        written(
            connection, memberships, [_role(person_id, team_id, role, now) for role in ("supervisor", "coordinator")]
        )
        crowd.supervisors.append((person_id, chat))


def _person(keyring: Keyring, keys: Keys, person_id: UUID, name: str, now: datetime) -> dict[str, Any]:
    wrapped = keyring.wrap(person_id, new_data_key())
    keys.learn(person_id, wrapped)
    key = keys.of(person_id, "people")
    return {
        "id": person_id,
        "key": None,
        "file_order": None,
        "channels": None,
        "first_name_sealed": key.seal("people", "first_name_sealed", person_id, name),
        "last_name_sealed": key.seal("people", "last_name_sealed", person_id, "Example"),
        "zone": ZONE,
        "language": "en-GB",
        "data_key": wrapped,
        "source": "command",
        "began_at": now,
    }


def _stand_in(person_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": person_id,
        "key": None,
        "file_order": None,
        "channels": None,
        "first_name_sealed": SEALED[:35],
        "last_name_sealed": SEALED[:36],
        "zone": ZONE,
        "language": "en-GB",
        "data_key": SEALED,
        "source": "command",
        "began_at": now,
    }


def _people(
    connection: Connection,
    keyring: Keyring,
    crowd: Crowd,
    places: range,
    opened: Callable[[int], bool],
    account: str,
    began_at: datetime,
) -> None:
    keys = Keys(keyring, connection)
    rows: list[dict[str, Any]] = []
    reached: list[dict[str, Any]] = []
    for place in places:
        person_id, address_id = crowd.people[place], crowd.addresses[place]
        if opened(place):
            rows.append(_person(keyring, keys, person_id, f"P{place}", began_at))
            address = Address(address_id, account, ACCOUNTS[account], chat_of(place), person_id, 0)
            row = address_row(keys, address, began_at)
        else:
            rows.append(_stand_in(person_id, began_at))
            row = {
                "id": address_id,
                "account": account,
                "value_hash": person_id.bytes + address_id.bytes,
                "value_sealed": SEALED[:36],
                "person_id": person_id,
                "preference": 0,
                "created_at": began_at,
            }
        reached.append(row)
    written(connection, people, rows)
    written(connection, addresses, reached)


def _role(person_id: UUID, team_id: UUID, role: str, now: datetime) -> dict[str, Any]:
    return {"id": new_id(now), "person_id": person_id, "team_id": team_id, "role": role, "began_at": now}


def _belonging(connection: Connection, crowd: Crowd, places: range, began_at: datetime) -> None:
    theirs = [(crowd.people[place], crowd.team_ids[place % len(crowd.team_ids)]) for place in places]
    role = {"role": "service_user", "began_at": began_at}
    written(
        connection,
        memberships,
        (
            {"id": row_id, "person_id": one, "team_id": team_id, **role}
            for row_id, (one, team_id) in zip(_ids(began_at, len(places)), theirs, strict=True)
        ),
    )
    yes = {"given": True, "text_version": "1", "source": "import", "at": began_at, "seq": 1}
    written(
        connection,
        consents,
        (
            {"id": row_id, "person_id": one, **yes}
            for row_id, (one, _) in zip(_ids(began_at, len(places)), theirs, strict=True)
        ),
    )


def _schedules(crowd: Crowd, places: range, regularly: Sequence[Regularly], now: datetime) -> Iterator[dict[str, Any]]:
    """All of them wait for their next moment."""
    for one in regularly:
        rule = parse_rule(one.rule)
        nominal = next_nominal(rule, _ZONE, now, inclusive=True)
        if nominal is None:
            raise ValueError(f"nothing comes of {one.rule}")
        for schedule_id, place in zip(_ids(now, len(places)), places, strict=True):
            late = spread_of(schedule_id, nominal.local_date, timedelta(seconds=one.spread))
            yield {
                "id": schedule_id,
                "person_id": crowd.people[place],
                "team_id": crowd.team_ids[place % len(crowd.team_ids)],
                "key": one.key,
                "flow": one.flow,
                "rule": str(rule),
                "spread": one.spread,
                "grace": one.grace,
                "missed": [],
                "next_date": nominal.local_date,
                "next_slot": nominal.slot,
                "next_nominal_at": nominal.due_at,
                "due_at": nominal.due_at + late,
                "source": "file",
                "began_at": now - timedelta(days=30),
            }


def _settled(crowd: Crowd, places: range, each: int, began_at: datetime) -> Iterator[dict[str, Any]]:
    """Messages that went out and arrived, of the weeks before."""
    fixed = {"class": "check-in", "priority": 3, "purpose": "reply", "body_sealed": BODY, "attempts": 1}
    for number in range(each):
        at = began_at + timedelta(days=number)
        for message_id, place in zip(_ids(at, len(places)), places, strict=True):
            yield {
                "id": message_id,
                "address_id": crowd.addresses[place],
                "person_id": crowd.people[place],
                "position": number - each,  # before those that the bot counts from 1
                **fixed,
                "state": "delivered",
                "due_at": at,
                "created_at": at,
                "settled_at": at,
            }


def some(count: int, of: int, seed: int) -> list[int]:
    """So many different places, drawn by a seed."""
    return random.Random(seed).sample(range(of), count)


async def filled(address: str, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work(connection, …)`, which writes very much, on connections of its own."""
    database = Database.open(address)
    try:
        return await database.run(_widely, lambda connection: work(connection, *args, **kwargs))
    finally:
        await database.close()


def _widely(connection: Connection, work: Callable[[Connection], T]) -> T:
    """SQLite with room for indexes in memory; PostgreSQL with the statistics that it would gather by itself."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -1000000")
        return work(connection)
    done = work(connection)
    connection.execute(text("ANALYZE"))
    return done
