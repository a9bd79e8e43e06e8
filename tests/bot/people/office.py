"""A small service: its configuration as text, to be changed by replacing parts, and lists of people."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from bot.people.applying import apply_settings
from bot.people.importing import import_people
from bot.settings import Settings, load
from storage import people
from storage.audit import audit_of
from storage.database import Database
from storage.keys import Keys
from storage.records import AuditEntry, Person
from storage.sealing import Keyring
from storage.viewing import System

NOW = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)  # a Monday, noon in London
VIEWER = System("a test looks")
MORAG_PHONE, EWAN_PHONE, ISLA_PHONE, NIALL_PHONE = (f"+4477009001{place}" for place in (23, 24, 11, 12))
KEY = base64.b64encode(bytes(range(32))).decode()
COLUMNS = (
    "reference,first_name,last_name,team,role,phone,zone,language,peer_worker,"
    "wellness_supporter,wellness_deputy,line_supervisor,consent_on"
)
ISLA = "SU-1,Isla,Moffat,leith,service_user,07700 900111,,,PW-1,,,,2026-03-28"
NIALL = "PW-1,Niall,Example,leith,peer_worker,+447700900112,Europe/Dublin,en-IE,,morag,ewan,ewan,2026-03-30"
RORY = "SU-2,Rory,Example,leith,service_user,,,,,,,,"
CANARIES = ("Isla", "Moffat", "Niall", "Rory", "900111", "900112", "Morag", "Ewan", "900123", "900124")

CONFIG = """\
[service]
name = "Leith Peer Support"
region = "GB-SCT"
zone = "Europe/London"
language = "en-GB"
[database]
url = "sqlite:///blether.db"
[web]
public_url = "https://blether.example.org"
[security]
key = "KEY"
[telegram]
token = "987654321:abc"
api_url = "http://127.0.0.1:9"
[twilio]
account_sid = "AC00000000000000000000000000000000"
auth_token = "canary"
from_number = "+447700900100"
alerts_from_number = "+447700900101"
[[teams]]
key = "leith"
name = "Leith team"
staffed = "mon-fri 09:00-17:00"
contact = { name = "Ailsa Example", phone = "+447700900102" }
[[supervisors]]
key = "morag"
name = "Morag Example"
teams = ["leith"]
roles = ["supervisor", "coordinator"]
phone = "+447700900123"
channels = ["telegram", "sms"]
[[supervisors]]
key = "ewan"
name = "Ewan Example"
teams = ["leith"]
roles = ["supervisor"]
phone = "+447700900124"
channels = ["sms"]
[[schedules]]
key = "morning"
team = "leith"
who = "service_user"
flow = "daily-check-in"
rule = "daily at 09:30"
spread = "20m"
missed = [{ in_a_row = 2, policy = "gone-quiet" }]
""".replace("KEY", KEY)
SECOND_TEAM = """\
[[teams]]
key = "portobello"
name = "Portobello team"
staffed = "always"
contact = { name = "Ailsa Example", phone = "+447700900102" }
"""
BOTH_TEAMS = (
    ("[[supervisors]]", SECOND_TEAM + "[[supervisors]]"),
    ('name = "Ewan Example"\nteams = ["leith"]', 'name = "Ewan Example"\nteams = ["portobello", "leith"]'),
)
EWAN = CONFIG[CONFIG.index('[[supervisors]]\nkey = "ewan"') : CONFIG.index("[[schedules]]")]
MORNING = CONFIG[CONFIG.index("[[schedules]]") :]


class Office:
    """The service on a database; `settings` stand as last read."""

    def __init__(self, database: Database, keyring: Keyring, folder: Path) -> None:
        self.database = database
        self.keyring = keyring
        self.folder = folder
        self.settings = self.read()

    def read(self, *changes: tuple[str, str]) -> Settings:
        """The configuration with parts replaced, each of which must be there."""
        path = write_config(self.folder, *changes)
        self.settings = load(path, {})
        return self.settings

    async def apply(self, *changes: tuple[str, str], now: datetime = NOW) -> None:
        settings = self.read(*changes)
        await self.database.run(apply_settings, self.keyring, settings, now)

    async def import_(self, *rows: str, now: datetime = NOW) -> None:
        await self.database.run(import_people, self.keyring, self.settings, as_csv(*rows), now)

    async def rows(self, table: Table) -> list[Any]:
        return await self.database.read(lambda connection: list(connection.execute(select(table)).all()))

    async def audit(self) -> list[AuditEntry]:
        return await self.database.read(audit_of)

    async def kinds(self) -> list[str]:
        return [entry.kind for entry in await self.audit()]

    async def write(self, work: Callable[[Connection], object]) -> None:
        await self.database.run(work)

    async def person(self, name: str) -> Person:
        """By key or by first name."""

        def look(connection: Connection) -> dict[UUID, Person]:
            ids = list(connection.execute(select(people.people.c.id)).scalars())
            return people.load_people(connection, Keys(self.keyring, connection), VIEWER, ids)

        found = await self.database.read(look)
        return next(one for one in found.values() if name in (one.key, one.first_name))


def write_config(folder: Path, *changes: tuple[str, str]) -> Path:
    text = CONFIG
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "config.toml"
    path.write_text(text)
    return path


def as_csv(*rows: str) -> bytes:
    return "\n".join((COLUMNS, *rows, "")).encode()
