"""Reads the policies that come with blether from `policies.toml` beside this file."""

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from bot.escalation.durations import parse_duration
from bot.escalation.policy import Level, Policy


@cache
def shipped_policies() -> MappingProxyType[str, Policy]:
    """The shipped policies by id, in the order of the file. They count wherever there is no configuration."""
    document = tomllib.loads(files("bot.escalation").joinpath("policies.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            row["id"]: Policy(
                id=row["id"],
                severity=row["severity"],
                line=row["line"],
                resolve_within=parse_duration(row["resolve_within"]),
                levels=tuple(
                    Level(tuple(level["tell"]), parse_duration(level["wait"]), level["repeat"])
                    for level in row["levels"]
                ),
            )
            for row in document["policies"]
        }
    )
