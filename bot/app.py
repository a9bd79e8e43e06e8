"""The composition root: the only file that sees everything. From settings to a running bot.

    open the database ─▶ migrate ─▶ apply the configuration ─▶ load flows ─▶ channels ─▶ loops, poller, web

`App.running()` holds it together; leaving it finishes what is in hand, in this order: nothing more is taken in, what was
taken in is committed, what was claimed is sent and settled, connections are given back.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import metrics
from bot.arrivals import Arrivals
from bot.channels.base import Channel
from bot.clock import Clock
from bot.conversation.inbox import Inbox
from bot.conversation.shelf import FlowShelf
from bot.conversation.work import Worker
from bot.delivery.send import Sender
from bot.delivery.throttle import PACES, Throttle
from bot.errors import ConfigurationError
from bot.faults import StopAt, never
from bot.flowfiles import bring_flows
from bot.housekeeping import Housekeeping
from bot.logs import logger
from bot.loops import Loops
from bot.people.applying import apply_settings, house_of
from bot.people.regulars import digest_of, house_regulars
from bot.presence import Presence
from bot.settings import Settings
from bot.web.forged import ForgedCalls
from bot.web.service import web_app
from storage.audit import save_audit
from storage.database import Database
from storage.errors import StorageError
from storage.ids import new_id
from storage.keys import Keys
from storage.migrating import pending, upgrade
from storage.notifying import Notifier
from storage.people import resume_accounts
from storage.processes import BEAT
from storage.records import AuditEntry
from storage.sealing import Keyring
from storage.sessions import all_flow_versions
from storage.tables import teams

THREADS: Final = 4
_log = logger("app")

if TYPE_CHECKING:
    from bot.providers import Providers
    from bot.upkeep import Upkeep


@dataclass(slots=True)
class App:
    """A bot, put together."""

    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    channels: dict[str, Channel]
    worker: Worker
    inbox: Inbox
    sender: Sender
    loops: Loops
    presence: Presence
    forged: ForgedCalls = field(default_factory=ForgedCalls)
    providers: "Providers | None" = None
    arrivals: Arrivals | None = None
    upkeep: "Upkeep | None" = None
    housekeeping: Housekeeping = field(default_factory=Housekeeping)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Starlette]:
        """The loops turn and the poller asks while inside; gives the web application to serve."""
        notifier = Notifier(self.database.url, self.loops.wake, self.loops.anything_to_do, _not_woken)
        self.database.on_commit(notifier.committed)
        self.database.on_rerun(metrics.RERUNS.add)
        async with self._closing(), notifier, self._at_work() as web:
            yield web

    @asynccontextmanager
    async def _closing(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await self.close()

    @asynccontextmanager
    async def _at_work(self) -> AsyncGenerator[Starlette]:
        if self.arrivals is not None:
            await self.arrivals.begin()
        if self.upkeep is not None:
            await self.upkeep.begin()
        self.loops.start()
        if self.providers is not None:
            self.housekeeping.start()
        listening = asyncio.gather(self._listen(), self._catch_up())
        try:
            yield web_app(self._routes(), self.ready)
        finally:
            if self.providers is not None:
                await self.providers.stop()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await self.housekeeping.stop()
            if self.upkeep is not None:
                await self.upkeep.end()
            await self.inbox.close()
            await self.loops.stop()

    async def close(self) -> None:
        """Give everything back, and say that this process is no more."""
        with suppress(SQLAlchemyError, StorageError):  # without it, it counts as gone after a minute
            await self.presence.end(self.database)
        for channel in self.channels.values():
            await channel.close()
        if self.providers is not None:
            await self.providers.close()
        await self.database.close()

    async def ready(self) -> dict[str, bool]:
        """Part by part, whether it can do its work."""
        try:
            await self.database.read(_reachable)
            waiting = await asyncio.to_thread(_schema_is_current, self.database)
        except Exception:
            return {"database": False, "schema": False, "loops": self.loops.alive}
        return {"database": True, "schema": waiting, "loops": self.loops.alive}

    async def _listen(self) -> None:
        if self.providers is not None and self.arrivals is not None:
            await self.providers.listen(self.arrivals.take_in, self.arrivals.heard)

    async def _catch_up(self) -> None:
        if self.arrivals is not None:
            await self.arrivals.catch_up(self.loops.wake)

    def _routes(self) -> Sequence[BaseRoute]:
        if self.providers is None or self.arrivals is None or self.upkeep is None:
            return []
        hooks = self.providers.routes(self.arrivals.take_in, self.upkeep.take_status, self._forged)
        return [self.upkeep.route(), *hooks]

    async def _forged(self, source: str) -> None:
        """A webhook that was not the provider's: counted, and once an hour and source written down."""
        now = self.clock.now()
        if self.forged.count(source, now):
            await self.database.run(_note_forged, self.keyring, source, self.forged.total, now)


async def open_app(
    settings: Settings,
    clock: Clock,
    *,
    stop_at: StopAt = never,
    channels: Mapping[str, Channel] | None = None,
) -> App:
    """Everything put together, the database migrated and the configuration applied; nothing runs yet.

    `channels`: instead of the configured providers (the demo's phones).

    Raises:
        ConfigurationError: the database cannot be used as configured, or a flow is not fit to run and none is from before.
        StorageError: the database is not reachable or its schema does not fit.
    """
    keyring = Keyring.from_secret(settings.security.key.get_secret_value())
    database = Database.open(settings.database.url.get_secret_value(), threads=THREADS)
    try:
        presence = Presence.of_this_process(clock, digest_of(house_regulars(settings)))
        await asyncio.to_thread(upgrade, database.url, then=presence.begin)
        now = clock.now()
        await database.run(apply_settings, keyring, settings, now)
        await database.run(resume_accounts)
        await bring_flows(database, keyring, settings, now)
        shelf = FlowShelf(await database.read(all_flow_versions))
    except BaseException:
        await database.close()
        raise
    house = house_of(settings, shelf)
    worker = Worker(database, keyring, lambda: house, stop_at)
    providers = _providers(settings) if channels is None else None
    open_channels = dict(channels or {}) if providers is None else providers.channels
    kinds = {name: "local" if channels is not None else channel.style for name, channel in open_channels.items()}
    throttles = {
        name: Throttle(PACES[kinds[name]], senders=_senders(settings, name), style=channel.style)
        for name, channel in open_channels.items()
    }
    sender = Sender(worker, open_channels, throttles, stop_at)
    inbox = Inbox(worker, clock.now, writers=1 if database.one_writer else THREADS)
    loops = Loops(worker, sender, clock)
    app = App(
        settings, clock, database, keyring, open_channels, worker, inbox, sender, loops, presence, providers=providers
    )
    if providers is not None:
        telegram = settings.telegram
        app.arrivals = Arrivals(
            worker,
            inbox,
            clock.now,
            presence.id,
            missed=providers.missed,
            telegram=None if telegram is None else telegram.account,
            polling=telegram is not None and telegram.mode == "polling",
        )
        app.arrivals.keep_up(app.housekeeping)
        loops.caught_up = app.arrivals.caught_up
        app.upkeep = _upkeep(app)
        app.upkeep.keep_up(app.housekeeping)
    app.housekeeping.every(BEAT, "heartbeat", partial(presence.beat, database))
    return app


def _providers(settings: Settings) -> "Providers":
    from bot.providers import Providers

    return Providers(settings)


def _upkeep(app: App) -> "Upkeep":
    from bot.upkeep import Upkeep

    return Upkeep(app.settings, app.worker, app.channels, app.clock, app.loops, app.forged)


def _not_woken(fault: Exception) -> None:
    _log.warning("wake.failed", error=type(fault).__name__)


def _senders(settings: Settings, account: str) -> int:
    """How many numbers an account's messages are spread over."""
    twilio = settings.twilio
    if twilio is None or account != "sms" or not twilio.messaging_service_sid:
        return 1
    return len({twilio.from_number, *twilio.numbers})


def _reachable(connection: Connection) -> None:
    connection.execute(select(teams.c.id).limit(1))


def _schema_is_current(database: Database) -> bool:
    return not database.read_sync(pending)


def _note_forged(connection: Connection, keyring: Keyring, source: str, total: int, now: datetime) -> None:
    entry = AuditEntry(new_id(now), now, "webhook.forged", None, None, {"total": total, "source": source})
    save_audit(connection, Keys(keyring, connection), [entry])


__all__ = ["App", "ConfigurationError", "open_app"]
