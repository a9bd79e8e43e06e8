"""Looking into a town's database: rows as they are stored, and what is said of a person there."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from storage.tables import alerts, escalations, occurrences, outbox, quarantine, schedules, sessions
from tests.world.town import Town

_CODE = re.compile(r"\b([A-HJKMNP-RT-Y][2-9]):")


@dataclass(frozen=True, slots=True)
class Ladder:
    """An escalation as a test looks at it."""

    state: str
    policy: str
    severity: str
    line: str
    level: int
    round: int
    next_at: datetime | None
    row: dict[str, Any]


def _all(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


async def rows(town: Town, table: Table, **where: object) -> list[dict[str, Any]]:
    """Rows of a table that have these values."""
    found = await town.database.read(_all, table)
    return [row for row in found if all(row[name] == value for name, value in where.items())]


async def ladders(town: Town, name: str) -> list[Ladder]:
    """Escalations about somebody, in the order in which they were opened."""
    found = await rows(town, escalations, person_id=town.ids[name])
    found.sort(key=lambda row: (row["opened_at"], row["resolved_at"] is None))
    return [
        Ladder(
            row["state"],
            row["policy"],
            row["severity"],
            row["line"],
            row["level"],
            row["round"],
            row["next_at"],
            row,
        )
        for row in found
    ]


async def ladder(town: Town, name: str) -> Ladder:
    """The only escalation about somebody."""
    [only] = await ladders(town, name)
    return only


async def became(town: Town, name: str) -> list[tuple[str, str | None]]:
    """(state, reason) of somebody's occurrences, in order."""
    found = await rows(town, occurrences, person_id=town.ids[name])
    return [(row["state"], row["reason"]) for row in sorted(found, key=lambda row: row["nominal_at"])]


async def session_of(town: Town, name: str) -> dict[str, Any]:
    """Somebody's newest session."""
    return max(await rows(town, sessions, person_id=town.ids[name]), key=lambda row: (row["begun_at"], row["id"]))


async def schedule_of(town: Town, name: str) -> dict[str, Any]:
    """Somebody's newest schedule."""
    return max(await rows(town, schedules, person_id=town.ids[name]), key=lambda row: row["began_at"])


async def set_aside(town: Town) -> list[str]:
    """Why anything was set aside."""
    return [f"{row['kind']}: {row['reason']}" for row in await rows(town, quarantine)]


async def waiting(town: Town, name: str) -> list[dict[str, Any]]:
    """Outbox rows for somebody that are queued."""
    return await rows(town, outbox, person_id=town.ids[name], state="queued")


async def alerts_to(town: Town, name: str) -> list[dict[str, Any]]:
    """Alerts that somebody had, in order."""
    found = await rows(town, alerts, responder_id=town.ids[name])
    return sorted(found, key=lambda row: row["telling"])


def code_in(text: str) -> str:
    """The code that an alert names first."""
    found = _CODE.search(text)
    if found is None:
        raise LookupError(text)
    return found[1]
