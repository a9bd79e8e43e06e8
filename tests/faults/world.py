"""One run's world: two provider servers, a database, a folder with the configuration, a clock, and the processes."""

import asyncio
import contextlib
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import Connection, Select, func, select

from bot.conversation.loading import invitation_hash
from storage import roster
from storage.ids import new_id
from storage.keys import Keys
from storage.sealing import Keyring
from storage.tables import escalations, outbox, schedules, sessions
from tests.faults.clockwork import Clockwork
from tests.faults.cluster import Cluster, cluster
from tests.faults.crew import BLETHER, Crew, clean_environment
from tests.faults.house import configuration, keepers, residents
from tests.faults.orders import Kind
from tests.world.household import KEY
from tests.world.servers import PUBLIC_URL, NotInTime, TelegramServer, TwilioServer
from tests.world.service import Mode, Service, opened
from tests.world.waiting import free_port, until

_TOP = Path(__file__).parents[2]  # for programs of tests
_LOOK = 0.08  # seconds between two looks at what is due
_DISK = "64m"
_CODES = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
RETRIES = "#rc=5&rp=all"


@dataclass(slots=True)
class World:
    """Everything that a run needs. `disk`: where the SQLite file lies; `real_disk`: it can really be filled up."""

    kind: Kind
    people: int
    folder: Path
    telegram: TelegramServer
    twilio: TwilioServer
    service: Service
    clock: Clockwork
    crew: Crew
    cluster: Cluster | None
    real_disk: bool
    chats: dict[str, int] = field(default_factory=dict[str, int])
    """The Telegram chat of a reference or supervisor's key."""

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "disk" / "blether.db"

    async def open_route(self) -> None:
        """Let the providers post to every process in turn, as a load balancer would."""
        urls = [f"http://127.0.0.1:{port}" for port in self.crew.ports]
        await self.telegram.route(urls, public_url=PUBLIC_URL)
        await self.twilio.route(urls, sms_path=f"/twilio/message{RETRIES}")

    async def quiet(self, within: float) -> bool:
        """Wait until nothing is due or on its way; False if that did not come within so many seconds."""
        try:
            async with asyncio.timeout(within):
                await until(self._is_quiet, "quiet", within=within)
        except (NotInTime, TimeoutError):
            return False
        return True

    async def settles(self, patience: float) -> bool:
        """Wait until nothing is due or on its way, as long as there is less of it (a phone gets one text a second);
        False if nothing moved for so many seconds.
        """
        before = -1
        while (left := await self._left()) != 0:
            if left == before:
                try:
                    await until(lambda left=left: self._moved(left), "anything to move", within=patience)
                except NotInTime:
                    return False
            before = left
        return True

    async def _moved(self, before: int | None) -> bool:
        await asyncio.sleep(_LOOK)
        return await self._left() != before

    async def _is_quiet(self) -> bool:
        await asyncio.sleep(_LOOK)
        return await self._left() == 0

    async def _left(self) -> int | None:
        """How much is due; None while the database is away, or held by somebody."""
        try:
            return await self.service.reads(due_and_not_done, self.clock.shown)
        except Exception:
            return None


def _due(now: datetime) -> list[Select[tuple[UUID]]]:
    """Ids of what is due and not done, table by table."""
    on_its_way = outbox.c.state.in_(("queued", "sending"))
    again = (outbox.c.state == "unknown") & outbox.c["class"].in_(("crisis", "escalation"))
    waiting = [
        select(table.c.id).where(column <= now)
        for table, column in (
            (escalations, escalations.c.next_at),
            (sessions, sessions.c.due_at),
            (schedules, schedules.c.due_at),
        )
    ]
    return [*waiting, select(outbox.c.id).where(on_its_way | again, outbox.c.due_at <= now)]


def due_and_not_done(connection: Connection, now: datetime) -> int:
    """How much is due and not done."""
    counts = [select(func.count()).select_from(one.subquery()) for one in _due(now)]
    return sum(connection.execute(one).scalar_one() for one in counts)


def still_due(connection: Connection, now: datetime) -> list[str]:
    """The rows that are due and not done, with what their columns say of why."""
    found: list[str] = []
    for wanted in _due(now):
        table = wanted.selected_columns.id.table
        for row in connection.execute(select(table).where(table.c.id.in_(wanted))).mappings():
            shown = {name: str(value) for name, value in row.items() if value is not None and "sealed" not in name}
            found.append(f"{table.name}: {shown}")
    return found


@asynccontextmanager
async def world(
    kind: Kind,
    people: int,
    processes: int,
    *,
    mode: Mode,
    servers: tuple[TelegramServer, TwilioServer] | None = None,
    program: Sequence[str] = (BLETHER,),
) -> AsyncIterator[World]:
    """A world in which everybody is known and nothing runs yet."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="blether-faults-")))
        (folder / "disk").mkdir()
        own = stack.enter_context(cluster()) if kind == "postgresql" else None
        real_disk = own is None and stack.enter_context(_small_disk(folder / "disk"))
        address = own.address if own else f"sqlite:///{folder / 'disk' / 'blether.db'}"
        if servers is None:
            servers = await stack.enter_async_context(TelegramServer()), await stack.enter_async_context(TwilioServer())
        telegram, twilio = servers
        service = await stack.enter_async_context(opened(folder, telegram, twilio, address))
        ports = [free_port() for _ in range(processes)]
        switches = {"BLETHER_FAULTS": "1", "BLETHER_CLOCK_FILE": str(folder / "clock"), "PYTHONPATH": str(_TOP)}
        crew = Crew(folder, service.config, ports, clean_environment(**switches), program)
        stack.push_async_callback(crew.end)
        one = World(kind, people, folder, telegram, twilio, service, Clockwork(folder / "clock"), crew, own, real_disk)
        await _furnish(one, mode)
        yield one


async def _furnish(one: World, mode: Mode) -> None:
    shipped = files("flows.library").joinpath("daily-check-in.toml").read_text()
    own = {"daily-check-in.toml": shipped.replace("version = 1", "version = 2", 1)}
    one.service.configure(configuration(one.people), mode=mode, flows=own)
    one.clock.write()
    await one.open_route()
    migrated = await one.service.command_here("db", "upgrade")
    if migrated.code:
        raise RuntimeError(migrated.err)
    ran = await one.service.imports_rows(*(person.row for person in residents(one.people)))
    if ran.code:
        raise RuntimeError(f"{ran.out}{ran.err}")


async def join_telegram(one: World, seed: int) -> None:
    """Everybody on Telegram opens their invitation. The bot must be running."""
    names = [person.reference for person in residents(one.people) if person.channel == "telegram"]
    names += [keeper.key for keeper in keepers(one.people) if keeper.channel == "telegram"]
    chance = Random(f"{seed} invitations")
    codes = {name: "".join(chance.choices(_CODES, k=8)) for name in names}
    await one.service.writes(_invite, codes, one.clock.shown)
    for name, code in codes.items():
        one.chats[name] = await one.telegram.user(name, started=False)
        await one.telegram.start(one.chats[name], code)
    await one.telegram.wait_confirmed(within=60)
    if not await one.quiet(60):
        raise RuntimeError("joining did not settle")


def _invite(connection: Connection, codes: dict[str, str], now: datetime) -> None:
    keys = Keys(Keyring.from_secret(KEY), connection)
    for name, code in codes.items():
        (person,) = roster.people_called(connection, keys, name)
        until = now + timedelta(days=14)
        roster.new_invitation(connection, new_id(now), person.id, invitation_hash(keys, code), now, until)


@contextlib.contextmanager
def _small_disk(folder: Path):
    """A file system of its own in `folder`, where that is allowed: whether it was."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)
