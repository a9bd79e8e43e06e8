"""The configured providers: their channels, their webhooks, and how Telegram is asked for what came in.

Looked up when a bot starts that has them: the demo does without, and their libraries take half a second to load.
"""

from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from random import SystemRandom
from typing import Final

from starlette.routing import BaseRoute

from bot.channels.base import Channel, StatusReport
from bot.channels.sms.client import SmsChannel
from bot.channels.sms.missed import MissedTexts
from bot.channels.telegram.client import TelegramChannel, TelegramFaultError
from bot.channels.telegram.poller import OnHeard, Poller
from bot.clock import pause
from bot.delivery.retry import backoff
from bot.logs import logger
from bot.settings import Settings, TelegramSettings, TwilioSettings
from bot.web.hooks import OnForged, TakeIn, telegram_route, twilio_message_route, twilio_status_route
from storage.leading import Leader

SMS: Final = "sms"
ALERTS: Final = "alerts"
COMMANDS: Final = [
    ("help", "Numbers to ring, and what I can do"),
    ("talk", "Ask to talk to a person"),
    ("urgent", "I need someone soon"),
    ("wrap", "My own list"),
    ("stop", "No more messages"),
]
"""The words that always work, as Telegram's menu shows them."""
_CHANCE = SystemRandom()
_log = logger("providers")


class Providers:
    """What the configuration names, ready to be used; nothing is asked or sent yet."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.channels: dict[str, Channel] = _sms_channels(settings)
        self.missed: list[MissedTexts] = _missed_texts(settings)
        self._telegram: TelegramChannel | None = None
        self._poller: Poller | None = None
        telegram = settings.telegram
        if telegram is not None:
            self._telegram = TelegramChannel(telegram.account, telegram.token.get_secret_value(), telegram.api_url)
            self.channels[telegram.account] = self._telegram

    async def listen(self, take_in: TakeIn, on_heard: OnHeard | None = None) -> None:
        """Tell Telegram how we are reached, as often as it takes, and then ask for updates if that is the way."""
        telegram, settings = self._telegram, self._settings.telegram
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
        if settings.mode == "polling":
            address = self._settings.database.url.get_secret_value()
            async with Leader(address, f"poller {settings.account}") as leader:
                self._poller = Poller(
                    settings.account,
                    settings.token.get_secret_value(),
                    settings.api_url,
                    take_in,
                    after_commit=telegram.after_commit,
                    on_heard=on_heard,
                    leader=leader,
                )
                await self._poller.run()

    async def stop(self) -> None:
        """Ask no more; what was handed over is taken in first."""
        if self._poller is not None:
            await self._poller.stop()

    async def close(self) -> None:
        """Give the connections back that only listing uses; the channels' are given back by themselves."""
        for one in self.missed:
            await one.close()

    async def _introduce(self, telegram: TelegramChannel, settings: TelegramSettings) -> None:
        if settings.webhook_secret is not None and settings.mode == "webhook":
            url = f"{self._settings.web.public_url}/telegram/{settings.account}"
            await telegram.set_webhook(url, settings.webhook_secret.get_secret_value())
        else:
            await telegram.delete_webhook()
        await telegram.set_commands(COMMANDS)

    def routes(
        self, take_in: TakeIn, take_status: Callable[[StatusReport], Awaitable[None]], on_forged: OnForged
    ) -> Sequence[BaseRoute]:
        """The webhooks of the providers that are reached by them."""
        routes: list[BaseRoute] = []
        telegram, twilio = self._settings.telegram, self._settings.twilio
        if telegram is not None and telegram.mode == "webhook" and telegram.webhook_secret is not None:
            routes.append(
                telegram_route(
                    telegram.account,
                    telegram.webhook_secret.get_secret_value(),
                    take_in,
                    on_forged,
                    after_commit=self._telegram.after_commit if self._telegram else None,
                )
            )
        if twilio is not None:
            token, public_url = twilio.auth_token.get_secret_value(), self._settings.web.public_url or ""
            numbers = account_for_number(twilio)
            routes.append(twilio_message_route(token, public_url, numbers, take_in, on_forged))
            routes.append(twilio_status_route(token, public_url, numbers, take_status, on_forged))
        return routes


def account_for_number(twilio: TwilioSettings) -> dict[str, str]:
    """Which account each of our own numbers belongs to."""
    numbers = dict.fromkeys(twilio.all_numbers, SMS)
    if twilio.alerts_from_number:
        numbers[twilio.alerts_from_number] = ALERTS
    return numbers


def _missed_texts(settings: Settings) -> list[MissedTexts]:
    twilio = settings.twilio
    if twilio is None:
        return []
    token = twilio.auth_token.get_secret_value()
    numbers: dict[str, list[str]] = {}
    for number, account in account_for_number(twilio).items():
        numbers.setdefault(account, []).append(number)
    return [
        MissedTexts(account, twilio.account_sid, token, twilio.api_url, theirs) for account, theirs in numbers.items()
    ]


def _sms_channels(settings: Settings) -> dict[str, Channel]:
    twilio = settings.twilio
    if twilio is None:
        return {}
    status_url = f"{settings.web.public_url or ''}/twilio/status"
    token = twilio.auth_token.get_secret_value()
    channels: dict[str, Channel] = {
        SMS: SmsChannel(
            SMS,
            twilio.account_sid,
            token,
            twilio.api_url,
            status_url,
            from_number=twilio.from_number,
            messaging_service_sid=twilio.messaging_service_sid,
        )
    }
    if twilio.alerts_from_number:
        channels[ALERTS] = SmsChannel(
            ALERTS, twilio.account_sid, token, twilio.api_url, status_url, from_number=twilio.alerts_from_number
        )
    return channels
