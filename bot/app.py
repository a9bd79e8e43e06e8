"""The composition root: the only file that sees everything. From settings to a running bot.

    open the database ─▶ migrate ─▶ apply the configuration ─▶ load flows ─▶ channels ─▶ loops, poller, web

`App.running()` holds it together; leaving it finishes what is in hand, in this order: nothing more is taken in, what was
taken in is committed, what was claimed is sent and settled, connections are given back.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import SystemRandom
from typing import Final

from sqlalchemy import Connection, select
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.channels.base import Channel
from bot.channels.sms.client import SmsChannel
from bot.channels.telegram.client import TelegramChannel, TelegramFaultError
from bot.channels.telegram.poller import Poller
from bot.clock import Clock, pause
from bot.conversation.inbox import Inbox
from bot.conversation.matter import House
from bot.conversation.shelf import FlowShelf
from bot.conversation.work import Worker
from bot.delivery.reports import take_status
from bot.delivery.retry import backoff
from bot.delivery.send import Sender
from bot.delivery.throttle import PACES, Throttle
from bot.errors import ConfigurationError
from bot.faults import StopAt, never
from bot.flowfiles import read_flows
from bot.logs import logger
from bot.loops import Loops
from bot.people.applying import apply_flows, apply_settings, house_regulars
from bot.settings import Settings, TelegramSettings, TwilioSettings
from bot.web.hooks import ForgedCalls, telegram_route, twilio_message_route, twilio_status_route
from bot.web.service import web_app
from storage.audit import save_audit
from storage.database import Database
from storage.ids import new_id
from storage.keys import Keys
from storage.migrating import pending, upgrade
from storage.people import resume_accounts
from storage.records import AuditEntry
from storage.sealing import Keyring
from storage.sessions import all_flow_versions
from storage.tables import teams

SMS: Final = "sms"
ALERTS: Final = "alerts"
THREADS: Final = 4
COMMANDS: Final = [
    ("help", "Numbers to ring, and what I can do"),
    ("talk", "Ask to talk to a person"),
    ("urgent", "I need someone soon"),
    ("stop", "No more messages"),
]
"""The words that always work, as Telegram's menu shows them."""
_CHANCE = SystemRandom()
_log = logger("app")


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
    forged: ForgedCalls = field(default_factory=ForgedCalls)
    poller: Poller | None = None

    @property
    def telegram(self) -> TelegramChannel | None:
        """The Telegram account, if there is one."""
        found = self.settings.telegram and self.channels.get(self.settings.telegram.account)
        return found if isinstance(found, TelegramChannel) else None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Starlette]:
        """The loops turn and the poller asks while inside; gives the web application to serve."""
        self.loops.start()
        polling = asyncio.create_task(self._poll())
        try:
            yield web_app(self._hooks(), self.ready)
        finally:
            if self.poller is not None:
                await self.poller.stop()
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
            await self.inbox.close()
            await self.loops.stop()
            await self.close()

    async def close(self) -> None:
        """Give everything back."""
        for channel in self.channels.values():
            await channel.close()
        await self.database.close()

    async def ready(self) -> dict[str, bool]:
        """Part by part, whether it can do its work."""
        try:
            await self.database.read(_reachable)
            waiting = await asyncio.to_thread(_schema_is_current, self.database)
        except Exception:
            return {"database": False, "schema": False, "loops": self.loops.alive}
        return {"database": True, "schema": waiting, "loops": self.loops.alive}

    async def _poll(self) -> None:
        """Tell Telegram how we are reached, as often as it takes, and then ask for updates if that is the way."""
        telegram, settings = self.telegram, self.settings.telegram
        if telegram is None or settings is None:
            return
        for attempt in count(1):
            try:
                await self._introduce(telegram, settings)
                break
            except TelegramFaultError as fault:
                wait = backoff(attempt, _CHANCE.random())
                _log.warning("telegram.not-introduced", error=fault.code, attempt=attempt, seconds=wait.total_seconds())
                await pause(wait.total_seconds())
        if self.poller is not None:
            await self.poller.run()

    async def _introduce(self, telegram: TelegramChannel, settings: TelegramSettings) -> None:
        if settings.webhook_secret is not None and settings.mode == "webhook":
            url = f"{self.settings.web.public_url}/telegram/{settings.account}"
            await telegram.set_webhook(url, settings.webhook_secret.get_secret_value())
        else:
            await telegram.delete_webhook()
        await telegram.set_commands(COMMANDS)

    def _hooks(self) -> Sequence[BaseRoute]:
        routes: list[BaseRoute] = []
        telegram = self.settings.telegram
        if telegram is not None and telegram.mode == "webhook" and telegram.webhook_secret is not None:
            channel = self.telegram
            routes.append(
                telegram_route(
                    telegram.account,
                    telegram.webhook_secret.get_secret_value(),
                    self.inbox.take_in,
                    self._forged,
                    after_commit=channel.after_commit if channel else None,
                )
            )
        twilio = self.settings.twilio
        if twilio is not None:
            token, public_url = twilio.auth_token.get_secret_value(), self.settings.web.public_url or ""
            numbers = account_for_number(twilio)
            routes.append(twilio_message_route(token, public_url, numbers, self.inbox.take_in, self._forged))
            routes.append(
                twilio_status_route(
                    token,
                    public_url,
                    numbers,
                    lambda report: take_status(self.worker, report, self.clock.now()),
                    self._forged,
                )
            )
        return routes

    async def _forged(self, source: str) -> None:
        """A webhook that was not the provider's: counted, and once an hour and source written down."""
        now = self.clock.now()
        if self.forged.count(source, now):
            await self.database.run(_note_forged, self.keyring, source, self.forged.total, now)


def account_for_number(twilio: TwilioSettings) -> dict[str, str]:
    """Which account each of our own numbers belongs to."""
    numbers = dict.fromkeys(twilio.all_numbers, SMS)
    if twilio.alerts_from_number:
        numbers[twilio.alerts_from_number] = ALERTS
    return numbers


def _channels(settings: Settings) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    telegram, twilio = settings.telegram, settings.twilio
    if telegram is not None:
        token = telegram.token.get_secret_value()
        channels[telegram.account] = TelegramChannel(telegram.account, token, telegram.api_url)
    if twilio is not None:
        status_url = f"{settings.web.public_url or ''}/twilio/status"
        token = twilio.auth_token.get_secret_value()
        channels[SMS] = SmsChannel(
            SMS,
            twilio.account_sid,
            token,
            twilio.api_url,
            status_url,
            from_number=twilio.from_number,
            messaging_service_sid=twilio.messaging_service_sid,
        )
        if twilio.alerts_from_number:
            channels[ALERTS] = SmsChannel(
                ALERTS, twilio.account_sid, token, twilio.api_url, status_url, from_number=twilio.alerts_from_number
            )
    return channels


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
        ConfigurationError: the database cannot be used as configured, or a flow is not fit to run.
        StorageError: the database is not reachable or its schema does not fit.
    """
    keyring = Keyring.from_secret(settings.security.key.get_secret_value())
    database = Database.open(settings.database.url.get_secret_value(), threads=THREADS)
    try:
        await asyncio.to_thread(upgrade, database.url)
        now = clock.now()
        await database.run(apply_settings, keyring, settings, now)
        await database.run(resume_accounts)
        await database.run(apply_flows, keyring, read_flows(settings), now)
        shelf = FlowShelf(await database.read(all_flow_versions))
    except BaseException:
        await database.close()
        raise
    house = House(
        service_name=settings.service.name,
        region=settings.service.region,
        policies=settings.policies,
        shelf=shelf,
        regulars=house_regulars(settings),
        alerts_account=ALERTS if settings.twilio and settings.twilio.alerts_from_number else None,
    )
    worker = Worker(database, keyring, lambda: house, stop_at)
    open_channels = dict(channels) if channels is not None else _channels(settings)
    kinds = {name: "local" if channels is not None else channel.style for name, channel in open_channels.items()}
    throttles = {name: Throttle(PACES[kind]) for name, kind in kinds.items()}
    sender = Sender(worker, open_channels, throttles, stop_at)
    inbox = Inbox(worker, clock.now, writers=1 if database.one_writer else THREADS)
    app = App(settings, clock, database, keyring, open_channels, worker, inbox, sender, Loops(worker, sender, clock))
    telegram = settings.telegram
    if app.telegram is not None and telegram is not None and telegram.mode == "polling":
        app.poller = Poller(
            telegram.account,
            telegram.token.get_secret_value(),
            telegram.api_url,
            inbox.take_in,
            after_commit=app.telegram.after_commit,
        )
    return app


def _reachable(connection: Connection) -> None:
    connection.execute(select(teams.c.id).limit(1))


def _schema_is_current(database: Database) -> bool:
    return not database.read_sync(pending)


def _note_forged(connection: Connection, keyring: Keyring, source: str, total: int, now: datetime) -> None:
    entry = AuditEntry(new_id(now), now, "webhook.forged", None, None, {"total": total, "source": source})
    save_audit(connection, Keys(keyring, connection), [entry])


__all__ = ["App", "ConfigurationError", "open_app"]
