"""A row that always fails: it is set aside, and nobody else is hurt."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from storage.tables import quarantine, schedules, sessions
from tests.faults.injecting.mischief import Mischief

_LOOKS = 30


async def failing_row(m: Mischief) -> None:
    """One person's open session or schedule cannot be read for a while; then it is as before."""
    table, column, broken = (
        (sessions, "state_sealed", b"\x00") if m.chance.random() < 0.5 else (schedules, "rule", "nonsense")
    )
    found: tuple[UUID, UUID, Any] | None = await m.world.service.reads(_one, table, column, m.chance.random())
    if found is None:  # nobody has an open session just now
        table, column, broken = schedules, "rule", "nonsense"
        found = await m.world.service.reads(_one, table, column, m.chance.random())
    if found is None:
        return
    row_id, person, before = found
    m.victims.add(person)
    before_it = await m.world.service.reads(set_aside, person)
    await m.world.service.writes(_put, table, column, row_id, broken)
    for _ in range(_LOOKS):
        await asyncio.sleep(m.sizes.step / 2)
        if await m.world.service.reads(set_aside, person) > before_it:
            m.note("failing row set aside")
            break
    await m.world.service.writes(_put_back, table, column, row_id, broken, before)
    m.note(f"failing row in {table.name}")


def _one(connection: Connection, table: Any, column: str, chance: float) -> tuple[UUID, UUID, Any] | None:
    wanted = select(table.c.id, table.c.person_id, table.c[column]).where(table.c.due_at.is_not(None))
    rows = connection.execute(wanted.order_by(table.c.due_at, table.c.id).limit(50)).all()
    return tuple(rows[int(chance * len(rows))]) if rows else None  # type: ignore[return-value] - three columns


def _put(connection: Connection, table: Any, column: str, row_id: UUID, value: Any) -> None:
    connection.execute(update(table).where(table.c.id == row_id).values(**{column: value}))


def _put_back(connection: Connection, table: Any, column: str, row_id: UUID, broken: Any, before: Any) -> None:
    """Unless the bot has written something new there meanwhile."""
    still = (table.c.id == row_id, table.c[column] == broken)
    connection.execute(update(table).where(*still).values(**{column: before}))


def set_aside(connection: Connection, person: UUID) -> int:
    """How often something of this person was set aside."""
    times = select(func.coalesce(func.sum(quarantine.c.times), 0)).where(quarantine.c.person_id == person)
    return connection.execute(times).scalar_one()
