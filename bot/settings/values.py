"""The kinds of values that a configuration holds, each checked by a function: it returns the value or raises `wrong`.

No message repeats the value: it may be a secret, a name or a number.
"""

import re
import unicodedata
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale, UnknownLocaleError
from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from bot.escalation.policy import PERSON, RESPONDERS
from bot.people.hours import HoursError, parse_quiet, parse_staffed
from bot.safety.contacts import crisis_regions
from bot.scheduling.rules import RuleError, parse_rule
from bot.settings.problems import meant
from storage.sealing import Keyring, MasterKeyError

LONGEST_NAME = 60
LONGEST_KEY = 40
_KEY = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{LONGEST_KEY - 1}}}")
_KINDS_OF_PHONE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)


def wrong(what: str, right: str) -> PydanticCustomError:
    """The error of a value: what is wrong with it and what would be right."""
    return PydanticCustomError("blether", "{what}; {right}", {"what": what, "right": right})


def key(text: str) -> str:
    """A key: what the file and lists of people call a thing."""
    if not _KEY.fullmatch(text):
        raise wrong(
            "not a key",
            f"use small letters a-z, digits, - and _, beginning with a letter or digit, {LONGEST_KEY} at most",
        )
    return text


def name(text: str) -> str:
    """A name that people read: one line, short, no control characters."""
    text = text.strip()
    if not text:
        raise wrong("empty", "give a name that people will know")
    if len(text) > LONGEST_NAME:
        raise wrong("too long", f"{LONGEST_NAME} letters at most: it stands in short texts")
    if any(unicodedata.category(letter)[0] == "C" for letter in text):
        raise wrong("has a line break or another control character in it", "one line of plain letters")
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(text: str) -> str:
    """An IANA time zone."""
    if text not in _zones():
        near = meant(text, sorted(_zones()))
        raise wrong("unknown time zone", near if near.startswith("did") else 'a name like "Europe/London"')
    return text


def region(text: str) -> str:
    """A region that has crisis contacts."""
    if text not in crisis_regions():
        raise wrong("no crisis contacts are known for this region", f"one of: {', '.join(crisis_regions())}")
    return text


def language(text: str) -> str:
    """A language tag that Babel knows."""
    try:
        Locale.parse(text, sep="-")
    except (ValueError, UnknownLocaleError):
        raise wrong("not a language", 'a tag like "en-GB"') from None
    return text


def phone(text: str) -> str:
    """A phone number, returned in E.164."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise wrong("not a phone number", 'write it with its country, like "+447700900123"') from None
    if any(letter.isalpha() for letter in text) or not (phonenumbers.is_valid_number(number) or _whole(number)):
        raise wrong("not a possible phone number", 'write all of it with its country, like "+447700900123"')
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _whole(number: phonenumbers.PhoneNumber) -> bool:
    """Whether a number that no network has is at least as long as one of its country.

    Numbers kept for examples (Ofcom's 07700 900000 to 900999) are on no list; one with a digit left out is none.
    """
    country = phonenumbers.region_code_for_country_code(number.country_code or 0)
    examples = [phonenumbers.example_number_for_type(country, kind) for kind in _KINDS_OF_PHONE]
    lengths = {len(phonenumbers.national_significant_number(example)) for example in examples if example}
    return phonenumbers.is_possible_number(number) and len(phonenumbers.national_significant_number(number)) in lengths


def sender(text: str) -> str:
    """A number that texts come from: one that can be replied to, in E.164."""
    if any(letter.isalpha() for letter in text):
        raise wrong(
            "a sender of letters",
            'nobody can reply to one: no STOP, no answer to an alert; use a number like "+447700900100"',
        )
    return phone(text)


def staffed(text: str) -> str:
    """Staffed hours, as `bot/people/hours.py` reads them."""
    try:
        parse_staffed(text)
    except HoursError as fault:
        raise wrong(str(fault), 'for example "mon-fri 09:00-17:00"') from None
    return text


def quiet(text: str) -> str:
    """Quiet hours, as `bot/people/hours.py` reads them."""
    try:
        parse_quiet(text)
    except HoursError as fault:
        raise wrong(str(fault), 'for example "21:00-09:00"') from None
    return text


def rule(text: str) -> str:
    """A rule of a schedule, as `bot/scheduling/rules.py` reads it."""
    try:
        parse_rule(text)
    except RuleError:
        raise wrong("not a rule", '"daily at 09:30" or "weekly on mon,thu at 09:30"') from None
    return text


def responder(text: str) -> str:
    """A responder of a ladder, or `person:KEY`."""
    if text in RESPONDERS:
        return text
    if text.startswith(PERSON):
        if not _KEY.fullmatch(text.removeprefix(PERSON)):
            raise wrong("not a person's key", f'"{PERSON}" and the key of a supervisor')
        return text
    raise wrong("unknown responder", meant(text, [*RESPONDERS, f"{PERSON}KEY"]))


def is_loopback(url: str) -> bool:
    """Whether the address stays on this machine, where http is safe."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address(text: str) -> str:
    """A web address: https, or http to this machine; returned without a slash at its end."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        sound = bool(parts.scheme in ("http", "https") and parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise wrong("not a web address", 'like "https://blether.example.org"') from None
    if not sound or parts.query or parts.fragment or parts.username or parts.password:
        raise wrong("not a plain web address", 'scheme, host and perhaps a path, like "https://blether.example.org"')
    if parts.scheme == "http" and not is_loopback(text):
        raise wrong("http, which anyone on the way can read", "https (http only to this machine itself)")
    return text.rstrip("/")


def call_address(text: str) -> str:
    """An address that is called, whole as it was given: https, or http to this machine; a query may be in it."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        sound = bool(parts.scheme in ("http", "https") and parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or not text.isascii() or not text.isprintable() or " " in text:
        raise wrong("not a web address", 'like "https://watch.example.org/ping/leith"')
    if urlsplit(text).scheme == "http" and not is_loopback(text):
        raise wrong("http, which anyone on the way can read", "https (http only to this machine itself)")
    return text


def database(value: SecretStr) -> SecretStr:
    """The address of an SQLite file or a PostgreSQL database."""
    text = value.get_secret_value()
    right = '"sqlite:///blether.db" or "postgresql://user@host/name"'
    scheme, found, rest = text.partition("://")
    if not text.isprintable() or not found or scheme.partition("+")[0] not in ("sqlite", "postgresql"):
        raise wrong("not a database that blether can use", right)
    file = rest.partition("?")[0]
    if scheme.startswith("sqlite") and (not file.startswith("/") or file in ("/", "/:memory:")):
        raise wrong("no file, so nothing would be kept", right)
    return value


def secret(value: Any) -> Any:
    """A secret as it was given, without the space around it."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(text, str) and not text.strip():
        raise wrong("empty", "put the secret there")
    return text.strip() if isinstance(text, str) else text


def unbroken(value: SecretStr) -> SecretStr:
    """A secret of visible ASCII letters, as providers give out."""
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise wrong("has a space or a letter in it that no such secret has", "copy it again, alone on one line")
    return value


def master_key(value: SecretStr) -> SecretStr:
    """A master key as `storage/sealing.py` reads it: 32 bytes in base64."""
    try:
        Keyring.from_secret(value.get_secret_value())
    except MasterKeyError:
        raise wrong("not 32 bytes in base64", "make one with: openssl rand -base64 32") from None
    return value


def webhook_secret(value: SecretStr) -> SecretStr:
    """A secret that Telegram takes: its rule for `secret_token` of setWebhook."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise wrong("not a secret that Telegram takes", "1 to 256 of A-Z a-z 0-9 _ -, e.g. from: openssl rand -hex 32")
    return value


def folder(value: Any) -> Any:
    """The name of a folder."""
    if isinstance(value, str) and not value.strip():
        raise wrong("empty", "name a folder, or leave it out")
    return Path(value) if isinstance(value, str) else value


def file(value: Any) -> Any:
    """The name of a file."""
    if isinstance(value, str) and not value.strip():
        raise wrong("empty", "name a file, or leave it out")
    return Path(value) if isinstance(value, str) else value


def account_sid(text: str) -> str:
    """The id of a Twilio account."""
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", text):
        raise wrong("not an account SID", "AC and 32 digits of 0-9 a-f, from Twilio's console")
    return text


def service_sid(text: str) -> str:
    """The id of a Twilio messaging service, or "" for none."""
    if text and not re.fullmatch(r"MG[0-9a-fA-F]{32}", text):
        raise wrong("not a messaging service SID", 'MG and 32 digits of 0-9 a-f, or "" for none')
    return text


def each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    """A list that names nothing twice."""
    if len(set(values)) < len(values):
        raise wrong("the same twice", "name each once")
    return values


def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """A list that is not empty."""
    if not values:
        raise wrong("empty", "at least one")
    return values
