"""Reads `crisis.toml`, the crisis contacts of each region, once."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.errors import ConfigurationError
from bot.people.hours import StaffedHours, parse_staffed


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to turn to. `how` is the number as it is written to people."""

    name: str
    how: str
    hours: StaffedHours
    open_now: str | None = None
    """For a contact that is not always open: the sentence added to a text while it is."""


@dataclass(frozen=True, slots=True)
class CrisisRegion:
    """A region's contacts by id and its texts by kind."""

    code: str
    name: str
    zone: ZoneInfo
    """The zone of the contacts' opening hours."""
    last_confirmed: date
    contacts: MappingProxyType[str, Contact]
    texts: MappingProxyType[str, str]


@cache
def crisis_regions() -> MappingProxyType[str, CrisisRegion]:
    """Every region that has crisis contacts, by its code ("GB-SCT")."""
    document = tomllib.loads(files("bot.safety").joinpath("crisis.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            code: CrisisRegion(
                code=code,
                name=table["name"],
                zone=ZoneInfo(table["zone"]),
                last_confirmed=table["last_confirmed"],
                contacts=MappingProxyType(
                    {
                        key: Contact(row["name"], row["how"], parse_staffed(row["hours"]), row.get("open_now"))
                        for key, row in table["contacts"].items()
                    }
                ),
                texts=MappingProxyType(table["texts"]),
            )
            for code, table in document.items()
        }
    )


def crisis_region(code: str) -> CrisisRegion:
    """The region's crisis contacts. Raises `ConfigurationError` when there are none: nobody may be left without."""
    region = crisis_regions().get(code)
    if region is None:
        raise ConfigurationError(
            [f"no crisis contacts for this region; there are some for {', '.join(crisis_regions())}"]
        )
    return region
