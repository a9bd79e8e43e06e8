"""A whole service for scenarios: `blether run` as real processes between a Telegram and a Twilio server.

    service.configure(mode="webhook")
    await service.imports(ISLA)
    morag = await service.joins_telegram("morag")
    await service.starts()
    await service.time("09:30")
    await isla.gets("How is today")

The clock stands still until the test moves it. At the end the processes are told to stop and must end well, and a text
that nobody looked at, or a fault in how the bot spoke to its providers, fails the test.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import Connection, func, select
from typer.testing import CliRunner

from bot.cli import app
from storage.audit import audit_of
from storage.database import Database
from storage.records import AuditEntry
from storage.tables import escalations, outbox, schedules, sessions
from tests.world.household import COLUMNS, CONFIG, EWAN_PHONE, FIONA_PHONE, HOOK_SECRET, KEY, MORAG_PHONE, Listed
from tests.world.phones import PATIENCE, Phone, SmsPhone, TelegramPhone
from tests.world.servers import PUBLIC_URL, NotInTime, TelegramServer, TwilioServer
from tests.world.waiting import free_port, until

T = TypeVar("T")
Mode = Literal["polling", "webhook"]
LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 6, 22, 9, 29, tzinfo=LONDON)
"""In British summer time, so that a zone that is forgotten shows."""
BLETHER = Path(sys.executable).with_name("blether")
START = 60.0
"""Seconds that processes may take to be ready: two on an idle machine."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed."""
        return json.loads(self.out)


@dataclass(slots=True)
class Running:
    """One `blether run`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where its web side listens."""
        return f"http://127.0.0.1:{self.port}"

    async def ended(self, within: float = 10.0) -> int:
        """Wait for its end: the exit code, negative for a signal. Raises NotInTime."""
        try:
            return await asyncio.to_thread(self.process.wait, within)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # it writes what its threads are doing
            await asyncio.to_thread(self.process.wait)
            raise NotInTime(f"still running after {within} s\n{self.log.read_text()}") from None


@dataclass(slots=True)
class Service:
    """The service, its phones and its clock."""

    folder: Path
    telegram: TelegramServer
    twilio: TwilioServer
    database_url: str
    mode: Mode = "polling"
    now: datetime = MONDAY
    running: list[Running] = field(default_factory=list[Running])
    phones: list[Phone] = field(default_factory=list[Phone])
    sms_path: str = "/twilio/message"  # with "#rc=5&rp=all" Twilio posts again what failed
    _ports: dict[int, int] = field(default_factory=dict[int, int])
    _database: Database | None = None

    @property
    def on_postgresql(self) -> bool:
        """Whether several processes may run."""
        return self.database_url.startswith("postgresql")

    # Setting up.

    def configure(
        self, *also: str, mode: Mode = "polling", flows: Mapping[str, str] | None = None, **values: str
    ) -> None:
        """Write the configuration: `also` are further tables, `flows` further flow files, `values` replace parts."""
        self.mode = mode
        secrets = self.folder / "secrets"
        secrets.mkdir(exist_ok=True)
        named = {
            "key": KEY,
            "telegram": self.telegram.token,
            "hook": HOOK_SECRET,
            "twilio": self.twilio.auth_token,
        }
        for name, secret in named.items():
            (secrets / name).write_text(secret)
            (secrets / name).chmod(0o600)
        parts = {
            "database": self.database_url,
            "port": str(self._port(0)),
            "public": PUBLIC_URL,
            "mode": mode,
            "telegram": self.telegram.url,
            "twilio": self.twilio.url,
            "account_sid": self.twilio.account_sid,
            "number": self.twilio.number,
            "alerts": self.twilio.alerts_number,
            "morag": MORAG_PHONE,
            "ewan": EWAN_PHONE,
            "fiona": FIONA_PHONE,
            **values,
        }
        text = CONFIG.format_map(parts) + "".join(also)
        if flows:
            (self.folder / "flows").mkdir(exist_ok=True)
            for name, source in flows.items():
                (self.folder / "flows" / name).write_text(source)
            text += '[flows]\nfolder = "flows"\n'
        self.config.write_text(text)
        self._write_clock()

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.toml"

    @property
    def log(self) -> Path:
        """What all processes and commands of this service printed."""
        return self.folder / "log"

    async def imports(self, *people: Listed) -> None:
        """`blether people import`."""
        ran = await self.imports_rows(*(one.row for one in people))
        assert ran.code == 0, ran

    async def imports_rows(self, *rows: str) -> Ran:
        """`blether people import` of a file with these rows, right or wrong."""
        (self.folder / "people.csv").write_text("\n".join([COLUMNS, *rows]) + "\n")
        return await self.command_here("people", "import", str(self.folder / "people.csv"))

    async def invites(self, name: str) -> str:
        """`blether people invite`: the one-time code."""
        ran = await self.command_here("people", "invite", name)
        assert ran.code == 0, ran
        found = re.search(r"START ([A-Za-z0-9_-]+)", ran.out)
        assert found is not None, ran.out
        return found[1]

    def sms(self, listed: Listed | str) -> SmsPhone:
        """Somebody's phone for texts."""
        number = listed if isinstance(listed, str) else listed.phone
        phone = SmsPhone(number, number, self.twilio)
        self.phones.append(phone)
        return phone

    async def chat(self, name: str, *, started: bool = False) -> TelegramPhone:
        """Somebody's Telegram."""
        phone = TelegramPhone(name, await self.telegram.user(name, started=started), self.telegram)
        self.phones.append(phone)
        return phone

    def complaints(self) -> list[str]:
        """The lines of the log that are warnings or worse."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if not re.search(r'"level": ?"(debug|info)"', line)]

    # Running.

    async def starts(self, count: int = 1, *, stop_at: str | None = None) -> Running:
        """Start processes and wait until all are ready; the first of them."""
        urls = [f"http://127.0.0.1:{self._port(place)}" for place in range(count)]
        await self.telegram.route(urls)
        await self.twilio.route(urls, sms_path=self.sms_path)
        new = [self._start(place, stop_at) for place in range(count)]
        self.running += new
        async with httpx.AsyncClient(trust_env=False) as client:
            for one in new:
                await until(lambda one=one: _is_ready(client, one), "readiness", within=START)
        if self.mode == "polling":
            await self.telegram.wait_polling(within=PATIENCE)
        return new[0]

    def _start(self, place: int, stop_at: str | None) -> Running:
        port = self._port(place)
        extra = {"BLETHER__WEB__PORT": str(port)} | ({"BLETHER_STOP_AT": stop_at} if stop_at else {})
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [BLETHER, "run", "--config", self.config],
                env=self._environment(extra),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        return Running(process, port, self.log)

    async def stops(self, *, within: float = START) -> None:
        """SIGTERM to every process: each ends by itself, with 0, within so many seconds."""
        for one in self.running:
            one.process.send_signal(signal.SIGTERM)
        codes = [await one.ended(within) for one in self.running]
        self.running.clear()
        assert not any(codes), f"exit codes {codes}\n{self.log.read_text()}"

    async def is_killed(self) -> None:
        """The only process ends by its own SIGKILL."""
        code = await self.running.pop().ended(PATIENCE)
        assert code == -signal.SIGKILL, code

    async def command(self, *arguments: str) -> Ran:
        """Run `blether ... --config FILE` to its end."""
        return await asyncio.to_thread(self._command, arguments)

    def _command(self, arguments: Sequence[str]) -> Ran:
        done = subprocess.run(
            [BLETHER, *arguments, "--config", self.config],
            env=self._environment({}),
            cwd=self.folder,
            capture_output=True,
            timeout=60,
            check=False,
            text=True,
        )
        with self.log.open("a") as log:
            log.write(done.stderr)
        return Ran(done.returncode, done.stdout, done.stderr)

    async def command_here(self, *arguments: str) -> Ran:
        """The same in this process, for set-up: a process of its own takes two seconds."""
        return await asyncio.to_thread(self._command_here, arguments)

    def _command_here(self, arguments: Sequence[str]) -> Ran:
        done = CliRunner().invoke(app, [*arguments, "--config", str(self.config)], env=self._switches)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    @property
    def _switches(self) -> dict[str, str]:
        return {"BLETHER_FAULTS": "1", "BLETHER_CLOCK_FILE": str(self.folder / "clock")}

    def _environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BLETHER_")}
        return {**kept, "PYTHONFAULTHANDLER": "1", **self._switches, **extra}

    def _port(self, place: int) -> int:
        return self._ports.setdefault(place, free_port())

    # Time.

    async def time(self, clock_time: str, *, day: int = 0) -> None:
        """Move the clock to this London time, `day` days after Monday. Returns at once: wait for what comes of it."""
        hour, minute = map(int, clock_time.split(":"))
        self.now = datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour, minute, tzinfo=LONDON) + timedelta(days=day)
        self._write_clock()

    def _write_clock(self) -> None:
        new = self.folder / "clock.new"
        new.write_text(self.now.isoformat())
        new.rename(self.folder / "clock")

    async def settles(self) -> None:
        """Wait until nothing is due or on its way."""
        await self.telegram.wait_confirmed(within=PATIENCE)
        await until(self._is_quiet, "everything due to be done")

    async def _is_quiet(self) -> bool:
        return await self.reads(_busy, self.now) == 0

    # Looking into the database.

    async def reads(self, work: Callable[..., T], *arguments: Any) -> T:
        """Read the service's database from here."""
        return await self._opened().read(work, *arguments)

    async def writes(self, work: Callable[..., T], *arguments: Any) -> T:
        """Write to the service's database from here: what no phone and no clock can bring about."""
        return await self._opened().run(work, *arguments)

    def _opened(self) -> Database:
        if self._database is None:
            self._database = Database.open(self.database_url, threads=1, readers=1)
        return self._database

    async def audit(self) -> list[AuditEntry]:
        """What was done, in order."""
        return await self.reads(audit_of)

    async def audited(self, kind: str) -> list[AuditEntry]:
        """Wait until something of this kind was done; all of it."""
        await until(lambda: self._has(kind), f"{kind} in the audit")
        return [one for one in await self.audit() if one.kind == kind]

    async def _has(self, kind: str) -> bool:
        return any(one.kind == kind for one in await self.audit())

    # The end.

    async def finishes(self) -> None:
        """Everything settles, the processes end well, and nothing is left over."""
        if self.running:
            await self.settles()
            await self.stops()
        left = {one.name: texts for one in self.phones if (texts := await one.unread())}
        assert not left, f"texts that nobody looked at: {left}"
        assert await self.telegram.problems() == []
        assert await self.twilio.problems() == []

    async def closes(self) -> None:
        """Nothing stays behind, whatever happened."""
        for one in self.running:
            one.process.kill()
            await one.ended()
        if self._database is not None:
            await self._database.close()


@asynccontextmanager
async def opened(
    folder: Path, telegram: TelegramServer, twilio: TwilioServer, database_url: str
) -> AsyncIterator[Service]:
    """A service in this folder; its log is printed at the end, for tests that fail."""
    service = Service(folder, telegram, twilio, database_url)
    try:
        yield service
    finally:
        await service.closes()
        if service.log.exists():
            sys.stdout.write(service.log.read_text(errors="replace"))


async def _is_ready(client: httpx.AsyncClient, one: Running) -> bool:
    if one.process.poll() is not None:
        raise AssertionError(f"blether run ended with {one.process.returncode}\n{one.log.read_text()}")
    try:
        return (await client.get(f"{one.url}/readyz")).is_success
    except httpx.TransportError:
        return False


def _busy(connection: Connection, now: datetime) -> int:
    """How much is due and not done."""
    on_its_way = outbox.c.state.in_(("queued", "sending"))
    again = (outbox.c.state == "unknown") & outbox.c["class"].in_(("crisis", "escalation"))
    counts = [
        select(func.count()).select_from(table).where(column <= now)
        for table, column in (
            (escalations, escalations.c.next_at),
            (sessions, sessions.c.due_at),
            (schedules, schedules.c.due_at),
        )
    ]
    counts.append(select(func.count()).select_from(outbox).where(on_its_way | again, outbox.c.due_at <= now))
    return sum(connection.execute(one).scalar_one() for one in counts)
