"""★ The cells of a list of people: what each may hold. A function checks a cell and returns its value, or raises `wrong`.

No message repeats a value: it may be a name or a number that stands in the wrong column.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers

from bot.settings import values
from bot.settings.problems import meant
from bot.settings.values import wrong
from storage.normalising import HOME_REGION

COLUMNS: Final = (
    "reference",
    "first_name",
    "last_name",
    "team",
    "role",
    "phone",
    "zone",
    "language",
    "peer_worker",
    "wellness_supporter",
    "wellness_deputy",
    "line_supervisor",
    "consent_on",
)
"""Exactly these, in any order."""
_REQUIRED: Final = ("reference", "first_name", "last_name", "team", "role")
_ROLES: Final = ("service_user", "peer_worker")
_SUPERVISING: Final = frozenset({"supervisor", "coordinator"})
_JOINERS: Final = "\u200c\u200d"  # letters of some languages are joined or kept apart by these
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_EARLIEST: Final = date(1990, 1, 1)

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """What the service has: teams with zone and language, staff with their roles, numbers, and whether it texts."""

    teams: Mapping[str, tuple[str, str]]
    staff: Mapping[str, frozenset[str]]
    own_numbers: frozenset[str]
    staff_numbers: frozenset[str]
    texts: bool
    now: datetime


def meant_for(cells: Cells, place: Place) -> tuple[str, str]:
    """The zone and the language of a person: their own, else the team's."""
    zone, language = place.teams[cells["team"]]
    return cells["zone"] or zone, cells["language"] or language


def check_cell(column: str, cells: Cells, place: Place) -> object:
    """The value of a cell: a text, or for `consent_on` a moment in UTC; "" where it is empty. Raises `wrong`."""
    text = cells[column]
    if not text:
        if column in _REQUIRED:
            raise wrong("empty", "every person has one")
        return ""
    _refuse_controls(text)
    _refuse_formula(text, column)
    return _CHECKS[column](text, cells, place)


def _refuse_controls(text: str) -> None:
    if any(unicodedata.category(one)[0] in "CZ" and one not in (" ", "\xa0", *_JOINERS) for one in text):
        raise wrong("has a line break or another control character in it", "one line of plain letters")


def _refuse_formula(text: str, column: str) -> None:
    first = unicodedata.normalize("NFKC", text[0])
    if first in ("=", "-", "@") or (first == "+" and column != "phone"):
        raise wrong("looks like a spreadsheet formula", "begin with a letter or a digit")


def _reference(text: str, _cells: Cells, place: Place) -> str:
    if len(text) > values.LONGEST_KEY:
        raise wrong("too long", f"{values.LONGEST_KEY} letters at most")
    if text.casefold() in place.staff:
        raise wrong("the key of a supervisor", "another reference, so that it is clear who is meant")
    return text


def _name(text: str, _cells: Cells, _place: Place) -> str:
    if len(text) > values.LONGEST_NAME:
        raise wrong("too long", f"{values.LONGEST_NAME} letters at most")
    if not any(one.isalpha() for one in text):
        raise wrong("not a name", "letters")
    return text


def _team(text: str, _cells: Cells, place: Place) -> str:
    if text not in place.teams:
        raise wrong("no team has this key", meant(text, place.teams))
    return text


def _role(text: str, _cells: Cells, _place: Place) -> str:
    if text not in _ROLES:
        raise wrong("not a role of people in lists", f"{' or '.join(_ROLES)} (staff stand in the configuration)")
    return text


def _phone(text: str, _cells: Cells, place: Place) -> str:
    right = 'a number like "+447700900123" or "07700 900123"'
    if any(letter.isalpha() for letter in text):
        raise wrong("not a phone number", right)
    try:
        read = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise wrong("not a phone number", right) from None
    number = values.phone(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164))
    if not place.texts:
        raise wrong("texts are off", "leave it empty, or set up [twilio] in the configuration")
    if number in place.own_numbers:
        raise wrong("a number that blether sends from", "the person's own number")
    if number in place.staff_numbers:
        raise wrong("the phone of a supervisor of the configuration", "one phone is one person's")
    return number


def _zone(text: str, _cells: Cells, _place: Place) -> str:
    return values.zone(text)


def _language(text: str, _cells: Cells, _place: Place) -> str:
    return values.language(text)


def _peer_worker(text: str, cells: Cells, _place: Place) -> str:
    if cells["role"] in _ROLES and cells["role"] != "service_user":
        raise wrong("only service users have a peer worker", "leave it empty")
    if text == cells["reference"]:
        raise wrong("the person themselves", "the reference of a peer worker")
    return text


def _supervisor(text: str, cells: Cells, place: Place) -> str:
    if cells["role"] in _ROLES and cells["role"] != "peer_worker":
        raise wrong("only peer workers have one", "leave it empty")
    supervising = [key for key, roles in place.staff.items() if roles & _SUPERVISING]
    if text not in supervising:
        raise wrong("no supervisor has this key", meant(text, supervising))
    return text


def _consent_on(text: str, cells: Cells, place: Place) -> datetime:
    """The beginning of the day where the person is: `2026-03-30` in London is 29 March, 23:00 UTC."""
    right = "a day like 2026-03-30, today at the latest"
    try:
        day = date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise wrong("not a day", right)
    try:
        zone = ZoneInfo(values.zone(meant_for(cells, place)[0]))
    except (KeyError, ValueError):  # an unknown team or zone, told in its own cell
        zone = ZoneInfo("UTC")
    if day > place.now.astimezone(zone).date():
        raise wrong("in the future", right)
    if day < _EARLIEST:
        raise wrong("long before there was such a service", right)
    return datetime.combine(day, time(0), zone).astimezone(UTC)


_CHECKS: Final[Mapping[str, Callable[[str, Cells, Place], object]]] = {
    "reference": _reference,
    "first_name": _name,
    "last_name": _name,
    "team": _team,
    "role": _role,
    "phone": _phone,
    "zone": _zone,
    "language": _language,
    "peer_worker": _peer_worker,
    "wellness_supporter": _supervisor,
    "wellness_deputy": _supervisor,
    "line_supervisor": _supervisor,
    "consent_on": _consent_on,
}
