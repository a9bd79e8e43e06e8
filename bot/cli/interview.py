"""What `blether init` asks, in its order, and the trying of tokens: a wrong one is asked again, no network is told."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import typer

from bot.channels.sms.trying import try_twilio
from bot.channels.telegram.trying import try_telegram
from bot.channels.trial import Away, Right, Trial, Wrong
from bot.checkup.providers import in_words
from bot.cli.asking import Asker
from bot.cli.opening import WRONG, end
from bot.safety.contacts import crisis_regions
from bot.settings import values
from bot.setup.answers import Answers, TelegramAnswers, TwilioAnswers, as_key

_TELEGRAM: Final = "Telegram: the bot's token from @BotFather (not shown; empty: no Telegram)"
_TWILIO: Final = "Twilio: the account's auth token (not shown)"
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})")
_NO_CHANNEL: Final = "a channel is needed: --telegram-token-file, or --twilio-sid with --twilio-token-file"


class Interview:
    """One run of the questions. The tokens stay here, out of the answers."""

    def __init__(self, asker: Asker, files: dict[str, Path], apis: dict[str, str], *, offline: bool) -> None:
        self._asker = asker
        self._files = files
        self._apis = {name: values.address(url) for name, url in apis.items()}
        self._offline = offline
        self._nameless = "-" if asker.no_input else None  # a name that is missing is one problem, not three
        self.telegram_token: str | None = None
        self.twilio_token: str | None = None

    def answers(self, coordinator: bool | None) -> Answers:
        """Ask, and try the tokens.

        Raises:
            typer.Exit: an option is wrong or missing, or a token is.
        """
        text, regions = self._asker.text, list(crisis_regions())
        name = text("name", "The service's name (neutral: it stands on locked screens)", values.name)
        region = text(
            "region", f"Region of the crisis contacts ({', '.join(regions)})", values.region, default=regions[0]
        )
        zone = text("zone", "Time zone", values.zone, "Europe/London")
        team_name = text("team", "The team's name", values.name, name or self._nameless)
        team_key = text("team-key", "The team's key, for lists of people", values.key, as_key(team_name, "team"))
        staffed = text("staffed", "When is somebody there?", values.staffed, "mon-fri 09:00-17:00")
        contact_name = text("contact-name", "Whom do people ask for?", values.name)
        contact_phone = text("contact-phone", "Where do they ring (with the country: +44...)", values.phone)
        telegram, twilio = self._channels()
        supervisor = text("supervisor", "The first supervisor's name", values.name, contact_name or self._nameless)
        key = text(
            "supervisor-key",
            "Their key, for lists of people",
            values.key,
            as_key(supervisor.partition(" ")[0], "supervisor"),
        )
        on = [name for name, there in (("telegram", telegram), ("sms", twilio)) if there is not None]
        phone = self._supervisor_phone(twilio is not None)
        channels = self._supervisor_channels(on, phone)
        is_coordinator = self._asker.agree(
            coordinator, "Are they the coordinator too (told when nobody answers)?", default=True
        )
        check_in = text("check-in", "When does the daily check-in come?", _as_rule, "09:30")
        self._asker.end_with_problems()
        self._try_tokens(twilio)
        return Answers(
            name=name,
            region=region,
            zone=zone,
            team_name=team_name,
            team_key=team_key,
            staffed=staffed,
            contact_name=contact_name,
            contact_phone=contact_phone,
            supervisor_name=supervisor,
            supervisor_key=key,
            supervisor_phone=phone or None,
            supervisor_channels=channels,
            coordinator=is_coordinator,
            check_in=_as_rule(check_in),
            telegram=telegram,
            twilio=twilio,
        )

    def _channels(self) -> tuple[TelegramAnswers | None, TwilioAnswers | None]:
        while True:
            telegram, twilio = self._telegram(), self._twilio()
            if telegram is not None or twilio is not None:
                return telegram, twilio
            if self._asker.no_input:
                self._asker.problems += [] if self._files else [_NO_CHANNEL]
                return None, None
            typer.echo("  One of the two is needed, or nobody could be reached.")

    def _telegram(self) -> TelegramAnswers | None:
        file = self._files.get("telegram-token-file")
        if file is not None:
            self.telegram_token = self._asker.from_file("telegram-token-file", file)
        elif not self._asker.no_input:
            self.telegram_token = self._asker.hidden(_TELEGRAM)
        self.telegram_token = self.telegram_token or None
        return TelegramAnswers(self._apis["telegram"]) if self.telegram_token else None

    def _twilio(self) -> TwilioAnswers | None:
        asker, file = self._asker, self._files.get("twilio-token-file")
        given = file is not None or any(name.startswith("twilio-") and name != "twilio-api-url" for name in asker.given)
        if not asker.agree(True if given else None, "Text messages too, through Twilio?", default=False):
            return None
        sid = asker.text("twilio-sid", "Twilio: the account's SID (AC...)", values.account_sid)
        if file is not None:
            self.twilio_token = asker.from_file("twilio-token-file", file)
        elif asker.no_input:
            asker.problems.append("--twilio-token-file: missing; a file with the auth token on one line")
        else:
            self.twilio_token = asker.hidden(_TWILIO) or asker.hidden(_TWILIO)
        return TwilioAnswers(
            account_sid=sid,
            from_number=asker.text("twilio-number", "The number that texts come from", values.sender),
            alerts_from_number=asker.text(
                "twilio-alerts-number", "A second number, for alerts only (empty: none)", values.sender, ""
            )
            or None,
            public_url=asker.text(
                "public-url", "The https address by which Twilio reaches this machine", values.address
            ),
            api_url=self._apis["twilio"],
        )

    def _supervisor_phone(self, texts: bool) -> str:
        words = "Their mobile, with the country (empty: none)" if not texts else "Their mobile, with the country"
        wanted = texts and "sms" in self._asker.given.get("supervisor-channels", "sms")
        alone = texts and self.telegram_token is None
        return self._asker.text("supervisor-phone", words, values.phone, None if wanted or alone else "")

    def _supervisor_channels(self, on: list[str], phone: str) -> tuple[str, ...]:
        usable = [name for name in on if name != "sms" or phone]
        if len(usable) < 2 and "supervisor-channels" not in self._asker.given:
            return tuple(usable)
        words = "How do alerts reach them, first choice first?"
        return _listed(self._asker.text("supervisor-channels", words, _as_channels, ",".join(usable)))

    def _try_tokens(self, twilio: TwilioAnswers | None) -> None:
        if self._offline:
            typer.echo("The tokens were not tried (--offline); `blether doctor` tries them.")
            return
        if self.telegram_token is not None:
            self.telegram_token = self._tried(
                "Telegram", self.telegram_token, lambda token: try_telegram(token, self._apis["telegram"]), _TELEGRAM
            )
        if self.twilio_token is not None and twilio is not None:
            self.twilio_token = self._tried(
                "Twilio",
                self.twilio_token,
                lambda token: try_twilio(twilio.account_sid, token, twilio.api_url),
                _TWILIO,
            )

    def _tried(self, who: str, token: str, attempt: Callable[[str], Awaitable[Trial]], words: str) -> str:
        """The token, once the provider knew it, or the person at the terminal keeps it untried."""
        while True:
            found = asyncio.run(_done(attempt(token)))
            if isinstance(found, Right):
                typer.echo(f"{who} knows the token: {found.called}")
                return token
            what, mend = in_words(found, "copy it again")
            typer.echo(f"{who}: {what}; {mend}", err=True)
            if self._asker.no_input:
                untried = "" if isinstance(found, Wrong) else " (--offline writes the token untried)"
                end(f"nothing was written{untried}", WRONG)
            if isinstance(found, Wrong):
                token = self._asker.hidden(f"{words}, again") or token
            elif typer.confirm(f"Keep the token, although {who} could not be asked?", default=isinstance(found, Away)):
                return token


async def _done(attempt: Awaitable[Trial]) -> Trial:
    return await attempt


def _as_rule(text: str) -> str:
    """A time of day, or a whole rule."""
    time = _TIME.fullmatch(text.strip())
    return values.rule(f"daily at {int(time[1]):02}:{time[2]}" if time else text.strip())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _as_channels(text: str) -> str:
    listed = _listed(text)
    if not listed or len(set(listed)) < len(listed) or set(listed) - {"telegram", "sms"}:
        raise values.wrong("not channels", "telegram, sms or both with a comma, first choice first")
    return ",".join(listed)
