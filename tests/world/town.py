"""A town of invented people on a real database, with phones in this process: for tests of decisions and of delivery.

    town = await Town.build(database, keyring, now)
    await town.texts("Isla", "2")          # comes in, is decided, and everything due is done
    town.phone("Morag").last               # the newest text on her phone
    await town.wait(minutes=15)            # time passes, due moment by due moment

Anything unexpected is the test's to look at: `town.unread()` lists what nobody looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from bot.channels.base import Channel, Incoming, Press
from bot.channels.local import Delivered, LocalChannel
from bot.clock import SimulatedClock
from bot.conversation.inbox import Inbox
from bot.conversation.matter import House, Regular
from bot.conversation.work import Worker
from bot.delivery.send import Sender
from bot.delivery.throttle import PACES, Throttle
from bot.escalation.shipped import shipped_policies
from bot.loops import next_due, tick
from bot.scheduling.rules import next_nominal, parse_rule
from flows import compile_source, read_library
from flows.model import Flow
from storage.audit import audit_of
from storage.database import Database
from storage.ids import new_id
from storage.keys import Keys
from storage.people import address_row
from storage.records import Address, AuditEntry
from storage.sealing import Keyring, new_data_key
from storage.tables import (
    addresses,
    assignments,
    channel_accounts,
    consents,
    memberships,
    people,
    schedules,
    supervisions,
    teams,
)

Account = Literal["main", "sms", "alerts"]
MONDAY = datetime(2026, 11, 23, 9, 29, tzinfo=UTC)  # GMT in London
ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody of the town. `phones`: (account, number or chat) in order of preference."""

    name: str
    roles: tuple[str, ...]
    phones: tuple[tuple[Account, str], ...]
    key: str | None = None
    consented: bool | None = True
    last_name: str = "Example"


RESIDENTS: tuple[Resident, ...] = (
    Resident("Isla", ("service_user",), (("sms", "+447700900001"),)),
    Resident("Callum", ("service_user",), (("main", "1002"),)),
    Resident("Rhona", ("peer_worker",), (("sms", "+447700900003"),)),
    Resident("Morag", ("supervisor",), (("main", "1004"), ("sms", "+447700900004")), key="morag"),
    Resident("Ewan", ("supervisor", "coordinator"), (("sms", "+447700900005"),), key="ewan"),
)


class Shelf:
    """The shipped flows and those that a test adds."""

    def __init__(self, also: Sequence[Flow] = ()) -> None:
        self.flows = {**read_library(), **{flow.id: flow for flow in also}}

    def current(self, flow: str) -> Flow | None:
        """The only version."""
        return self.flows.get(flow)

    def version(self, flow: str, version: int) -> Flow | None:
        """The only version."""
        found = self.flows.get(flow)
        return found if found is not None and found.version == version else None


@dataclass(slots=True)
class Phone:
    """One person's phones together."""

    channels: dict[str, LocalChannel]
    numbers: tuple[tuple[Account, str], ...]
    looked_at: int = 0

    @property
    def texts(self) -> list[Delivered]:
        """Everything on it, in order."""
        found = [one for account, number in self.numbers for one in self.channels[account].on(number)]
        return sorted(found, key=lambda one: one.at)

    @property
    def last(self) -> str:
        """The newest text as it reads."""
        return self.texts[-1].text

    def new(self) -> list[str]:
        """The texts since this was last asked."""
        texts = [one.text for one in self.texts]
        fresh, self.looked_at = texts[self.looked_at :], len(texts)
        return fresh

    def behave(self, behaviour: Literal["working", "refusing", "off", "silent"], **how: Any) -> None:
        """As the local channel's."""
        for account, number in self.numbers:
            self.channels[account].behave(number, behaviour, **how)


@dataclass(slots=True)
class Town:
    """The town, its clock and its bot."""

    database: Database
    keyring: Keyring
    clock: SimulatedClock
    channels: dict[str, LocalChannel]
    worker: Worker
    sender: Sender
    inbox: Inbox
    residents: dict[str, Resident]
    ids: dict[str, UUID]
    serial: int = 0
    phones: dict[str, Phone] = field(default_factory=dict[str, Phone])

    @classmethod
    async def build(
        cls,
        database: Database,
        keyring: Keyring,
        now: datetime = MONDAY,
        *,
        residents: Sequence[Resident] = RESIDENTS,
        also: Sequence[str] = (),
        regulars: Sequence[Regular] = (),
    ) -> "Town":
        """Move everybody in. `also`: sources of further flows."""
        clock = SimulatedClock(now)
        channels = {
            "main": LocalChannel("main", "telegram", clock),
            "sms": LocalChannel("sms", "sms", clock),
            "alerts": LocalChannel("alerts", "sms", clock),
        }
        house = House(
            service_name="Leith Peer Support",
            region="GB-SCT",
            policies=shipped_policies(),
            shelf=Shelf([compile_source(source, "a test's flow") for source in also]),
            regulars=tuple(regulars),
        )
        worker = Worker(database, keyring, lambda: house)
        open_channels: dict[str, Channel] = dict(channels)
        throttles = {name: Throttle(PACES["local"]) for name in channels}
        sender = Sender(worker, open_channels, throttles, lambda point: None)
        inbox = Inbox(worker, clock.now)
        ids = await database.run(_move_in, keyring, residents, now)
        town = cls(database, keyring, clock, channels, worker, sender, inbox, {one.name: one for one in residents}, ids)
        town.phones = {one.name: Phone(channels, one.phones) for one in residents}
        return town

    def phone(self, name: str) -> Phone:
        """Somebody's phones."""
        return self.phones[name]

    @property
    def now(self) -> datetime:
        """The town's time."""
        return self.clock.now()

    async def settle(self) -> datetime | None:
        """Do everything that is due now."""
        return await tick(self.worker, self.sender, self.now)

    async def texts(self, name: str, text: str, *, account: Account | None = None, kind: str = "text") -> None:
        """Somebody writes from their first phone, or from the one at `account`."""
        where = self.residents[name].phones
        used = next((one for one in where if account in (None, one[0])), where[0])
        await self.comes_in(used[0], used[1], text, kind=kind)

    async def comes_in(self, account: Account, sender: str, text: str, *, kind: str = "text", **more: Any) -> None:
        """Something comes in from a number or chat."""
        await self.inbox.take_in([self.incoming(account, sender, text, kind=kind, **more)])
        await self.settle()

    def incoming(self, account: Account, sender: str, text: str, *, kind: str = "text", **more: Any) -> Incoming:
        """What a channel would hand over, with an id of its own."""
        self.serial += 1
        base = Incoming(account=account, provider_id=f"in-{self.serial}", sender=sender, kind="text", text=text)
        return replace(base, **{"kind": kind, "raw": f'{{"text": "{text}"}}', **more})

    async def presses(self, name: str, option: str) -> None:
        """Somebody presses a button of the newest text that has it."""
        for delivered in reversed(self.phone(name).texts):
            for place, one in enumerate(delivered.options):
                if one.id == option or one.text == option:
                    account, number = next(
                        where
                        for where in self.residents[name].phones
                        if delivered in self.channels[where[0]].on(where[1])
                    )
                    press = Press(delivered.message.message_id, place)
                    await self.comes_in(account, number, "", kind="press", press=press)
                    return
        raise LookupError(option)

    async def wait(self, **how_long: float) -> None:
        """Time passes, due moment by due moment."""
        await self.wait_until(self.now + timedelta(**how_long))

    async def wait_until(self, moment: datetime) -> None:
        """Time passes until then."""
        due = await self.settle()
        while due is not None and due <= moment:
            self.clock.set(max(due, self.now))
            due = await self.settle()
        self.clock.set(moment)
        await self.settle()

    async def next_due(self) -> datetime | None:
        """When anything happens next."""
        return await next_due(self.database, self.sender)

    async def audit(self) -> list[AuditEntry]:
        """What was done, in order."""
        return await self.database.read(audit_of)

    async def kinds(self) -> list[str]:
        """The kinds of what was done, in order."""
        return [one.kind for one in await self.audit()]

    async def schedule(self, name: str, flow: str, rule: str, **more: Any) -> UUID:
        """Somebody gets a schedule of their own."""
        return await self.database.run(_add_schedule, self.ids[name], flow, rule, self.now, more)


def _move_in(connection: Connection, keyring: Keyring, residents: Sequence[Resident], now: datetime) -> dict[str, UUID]:
    keys = Keys(keyring, connection)
    connection.execute(
        insert(channel_accounts),
        [{"key": "main", "kind": "telegram"}, {"key": "sms", "kind": "sms"}, {"key": "alerts", "kind": "sms"}],
    )
    team_id = new_id(now)
    connection.execute(
        insert(teams).values(
            id=team_id,
            key="leith",
            name="Leith team",
            zone=ZONE,
            language="en-GB",
            region="GB-SCT",
            staffed="mon-fri 09:00-17:00",
            quiet="21:00-09:00",
            source="command",
            began_at=now,
        )
    )
    ids: dict[str, UUID] = {}
    for order, one in enumerate(residents):
        ids[one.name] = _add_person(connection, keys, keyring, one, order, team_id, now)
    workers = [one for one in residents if "peer_worker" in one.roles]
    for worker in workers[:1]:
        _stand_behind(connection, residents, ids, worker, now)
    return ids


def _add_person(
    connection: Connection, keys: Keys, keyring: Keyring, one: Resident, order: int, team_id: UUID, now: datetime
) -> UUID:
    person_id, data_key = new_id(now), new_data_key()
    wrapped = keyring.wrap(person_id, data_key)
    keys.learn(person_id, wrapped)
    key = keys.of(person_id, "people")
    connection.execute(
        insert(people).values(
            id=person_id,
            key=one.key,
            file_order=order,
            channels=["telegram", "sms"] if one.key else None,
            first_name_sealed=key.seal("people", "first_name_sealed", person_id, one.name),
            last_name_sealed=key.seal("people", "last_name_sealed", person_id, one.last_name),
            zone=ZONE,
            language="en-GB",
            data_key=wrapped,
            source="file" if one.key else "command",
            began_at=now - timedelta(days=30),
        )
    )
    for role in one.roles:
        connection.execute(
            insert(memberships).values(id=new_id(now), person_id=person_id, team_id=team_id, role=role, began_at=now)
        )
    for preference, (account, value) in enumerate(one.phones):
        address = Address(
            new_id(now), account, "telegram" if account == "main" else "sms", value, person_id, preference
        )
        connection.execute(insert(addresses).values(**address_row(keys, address, now)))
    if one.consented is not None and not one.key:
        connection.execute(
            insert(consents).values(
                id=new_id(now),
                person_id=person_id,
                given=one.consented,
                text_version="1",
                source="import",
                at=now,
                seq=1,
            )
        )
    return person_id


def _stand_behind(
    connection: Connection, residents: Sequence[Resident], ids: dict[str, UUID], worker: Resident, now: datetime
) -> None:
    """The first peer worker looks after every service user; the last supervisor is their wellness supporter, the first
    one their deputy and line supervisor."""
    for one in residents:
        if "service_user" in one.roles:
            connection.execute(
                insert(assignments).values(
                    id=new_id(now), service_user_id=ids[one.name], peer_worker_id=ids[worker.name], began_at=now
                )
            )
    supervisors = [ids[one.name] for one in residents if "supervisor" in one.roles]
    for kind, who in (("wellness", supervisors[-1]), ("deputy", supervisors[0]), ("line", supervisors[0])):
        connection.execute(
            insert(supervisions).values(
                id=new_id(now), peer_worker_id=ids[worker.name], supervisor_id=who, kind=kind, began_at=now
            )
        )


def _add_schedule(
    connection: Connection, person_id: UUID, flow: str, rule: str, now: datetime, more: dict[str, Any]
) -> UUID:
    first = next_nominal(parse_rule(rule), ZoneInfo(ZONE), now, inclusive=True)
    if first is None:
        raise LookupError(rule)
    schedule_id = new_id(now)
    team_id = connection.execute(select(teams.c.id)).scalar_one()
    values = {
        "id": schedule_id,
        "person_id": person_id,
        "team_id": team_id,
        "key": flow,
        "flow": flow,
        "rule": rule,
        "spread": 0,
        "grace": 7200,
        "missed": [],
        "next_date": first.local_date,
        "next_slot": first.slot,
        "next_nominal_at": first.due_at,
        "due_at": first.due_at,
        "source": "command",
        "began_at": now,
    }
    connection.execute(insert(schedules).values(**{**values, **more}))
    return schedule_id
