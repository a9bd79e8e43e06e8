"""★ What `blether init` has to know, and what it writes from it: a configuration's text. Secrets are kept apart from it."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KEY_FILE, TELEGRAM_FILE, TWILIO_FILE = "secrets/key", "secrets/telegram", "secrets/twilio"
TELEGRAM_API, TWILIO_API = "https://api.telegram.org", "https://api.twilio.com"
_LONGEST_KEY: Final = 40


@dataclass(frozen=True, slots=True)
class TelegramAnswers:
    """A bot."""

    api_url: str = TELEGRAM_API


@dataclass(frozen=True, slots=True)
class TwilioAnswers:
    """A Twilio account and its numbers; `public_url` is how Twilio reaches this installation."""

    account_sid: str
    from_number: str
    public_url: str
    alerts_from_number: str | None = None
    api_url: str = TWILIO_API


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything but the secrets."""

    name: str
    region: str
    zone: str
    team_name: str
    team_key: str
    staffed: str
    contact_name: str
    contact_phone: str
    supervisor_name: str
    supervisor_key: str
    supervisor_phone: str | None
    supervisor_channels: tuple[str, ...]
    coordinator: bool
    check_in: str
    """A rule, for example `daily at 09:30`."""
    telegram: TelegramAnswers | None
    twilio: TwilioAnswers | None


def as_key(name: str, otherwise: str) -> str:
    """A key from a name: "Mòrag Example" → "morag-example"; `otherwise` where no letter is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_KEY].rstrip("-") or otherwise


def secrets_of(master_key: str, telegram_token: str | None, twilio_token: str | None) -> Mapping[str, str]:
    """The secret files' contents by name."""
    given = {KEY_FILE: master_key, TELEGRAM_FILE: telegram_token, TWILIO_FILE: twilio_token}
    return {name: secret for name, secret in given.items() if secret is not None}


def configuration(answers: Answers) -> str:
    """The text of config.toml; secrets are named by their files."""
    parts = [_head(answers), *_channels(answers), _people(answers), _schedules(answers)]
    return "\n".join(parts)


def _text(value: str) -> str:
    """A value in TOML's double quotes; JSON's escapes are among TOML's."""
    return json.dumps(value, ensure_ascii=False)


def _texts(values: tuple[str, ...]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _head(answers: Answers) -> str:
    web = "" if answers.twilio is None else f"public_url = {_text(answers.twilio.public_url)}\n"
    return f"""\
# The configuration of blether, made by `blether init`. It is yours: change it, then start blether again.
# Every setting: docs/configuration.md. When something is wrong, all of it is named and nothing starts.

[service]
name = {_text(answers.name)}  # neutral: it stands in first texts, on a locked screen too
region = {_text(answers.region)}  # names the crisis contacts and the bank holidays
zone = {_text(answers.zone)}

[database]
url = "sqlite:///blether.db"  # or postgresql://user@host/name

[web]
host = "127.0.0.1"
port = 8000
{web}
[security]
key_file = {_text(KEY_FILE)}  # keep a copy somewhere else: without it all is lost

[flows]
# folder = "myflows"  # flow files of your own; one with a shipped flow's id replaces it
"""


def _channels(answers: Answers) -> list[str]:
    """A channel without its section is off."""
    parts: list[str] = []
    if (telegram := answers.telegram) is not None:
        other = "" if telegram.api_url == TELEGRAM_API else f"api_url = {_text(telegram.api_url)}\n"
        parts.append(f'[telegram]\ntoken_file = {_text(TELEGRAM_FILE)}  # from BotFather\nmode = "polling"\n{other}')
    if (twilio := answers.twilio) is not None:
        more = "" if twilio.alerts_from_number is None else f"alerts_from_number = {_text(twilio.alerts_from_number)}\n"
        more += "" if twilio.api_url == TWILIO_API else f"api_url = {_text(twilio.api_url)}\n"
        parts.append(
            f"[twilio]\naccount_sid = {_text(twilio.account_sid)}\nauth_token_file = {_text(TWILIO_FILE)}\n"
            f"from_number = {_text(twilio.from_number)}\n{more}"
        )
    return parts


def _people(answers: Answers) -> str:
    contact = f"{{ name = {_text(answers.contact_name)}, phone = {_text(answers.contact_phone)} }}"
    roles = ("supervisor", "coordinator") if answers.coordinator else ("supervisor",)
    phone = "" if answers.supervisor_phone is None else f"phone = {_text(answers.supervisor_phone)}\n"
    return f"""\
[[teams]]
key = {_text(answers.team_key)}
name = {_text(answers.team_name)}
staffed = {_text(answers.staffed)}  # when somebody really is there; sentences to people are made from it
contact = {contact}
quiet = "21:00-09:00"  # texts that nobody asked for wait until it is over

# Alerts go round the supervisors of a team in this order. One is too few: add a second one below.
[[supervisors]]
key = {_text(answers.supervisor_key)}
name = {_text(answers.supervisor_name)}
teams = {_texts((answers.team_key,))}
roles = {_texts(roles)}
{phone}channels = {_texts(answers.supervisor_channels)}  # first choice first; Telegram once their invitation is opened
"""


def _schedules(answers: Answers) -> str:
    return f"""\
[[schedules]]
key = "check-in"
team = {_text(answers.team_key)}
who = "service_user"
flow = "daily-check-in"
rule = {_text(answers.check_in)}  # by the clock where each person is; or "weekly on mon,thu at 09:30"
grace = "2h"  # how late it may still begin
missed = [{{ in_a_row = 2, policy = "gone-quiet" }}]
# spread = "20m"  # with many people: sends are spread over this long

[[schedules]]
key = "own-week"
team = {_text(answers.team_key)}
who = "peer_worker"
flow = "peer-wellness"
rule = "weekly on wed at 12:30"
"""
