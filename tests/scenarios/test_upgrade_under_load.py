"""A new version's `pre` migration runs while processes of the old one take texts: every text is answered, and what comes
after the old version (`post`) waits until it is gone.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, inspect, select

from storage.migrating import migrations, upgrade
from storage.processes import fresh
from storage.tables import inbound, outbox
from tests.conftest import WORKER
from tests.world import postgres
from tests.world.household import CALLUM, ISLA, RHONA
from tests.world.phones import PATIENCE
from tests.world.service import Service, opened
from tests.world.waiting import until

BEFORE = 15
"""Texts before the upgrade begins; as many come while it runs or after."""
PRE = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("of_the_next_version", sa.Integer()))
    op.create_index("ix_outbox_of_the_next_version", "outbox", ["of_the_next_version", "due_at"])
    op.add_column("people", sa.Column("of_the_next_version", sa.Integer()))
    op.add_column("addresses", sa.Column("of_the_next_version", sa.Integer()))
    op.create_index("ix_inbound_of_the_next_version", "inbound", ["received_at", "seq"])
"""
POST = """
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.drop_column("people", "crisis_told_at")
"""


def next_version(folder: Path) -> tuple[str, str]:
    """Write the migrations of a version to come: their names."""
    last = int(migrations()[-1].revision)
    folder.mkdir()
    names = f"{last + 1:04}_pre_more", f"{last + 2:04}_post_less"
    for place, (name, source) in enumerate(zip(names, (PRE, POST), strict=True)):
        before, revision = f"{last + place:04}", f"{last + place + 1:04}"
        (folder / f"{name}.py").write_text(source.format(revision=revision, before=before))
    return names


def counted(connection: Connection) -> tuple[int, int]:
    """How many texts were taken in, and how many replies were accepted."""
    came = connection.execute(select(func.count()).select_from(inbound)).scalar_one()
    answered = select(func.count()).where(outbox.c.state.in_(("accepted", "delivered")), outbox.c.purpose == "reply")
    return came, connection.execute(answered).scalar_one()


def columns(connection: Connection) -> set[str]:
    """The columns of `outbox` and `people`."""
    return {one["name"] for table in ("outbox", "people") for one in inspect(connection).get_columns(table)}


@pytest.fixture
async def own_service(tmp_path: Path, telegram_server, twilio_server) -> AsyncIterator[Service]:
    """A service on a PostgreSQL database of its own: nothing else can run on one that was upgraded past this version."""
    with postgres.empty_database(WORKER) as address:
        upgrade(address)
        async with opened(tmp_path, telegram_server, twilio_server, address) as one:
            yield one
            await one.finishes()


@pytest.mark.postgres
async def test_every_text_is_answered_while_the_schema_changes_under_it(
    own_service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    service = own_service
    pre, post = next_version(tmp_path / "next")
    monkeypatch.setattr("bot.cli.db.bring_up", partial(upgrade, also=tmp_path / "next"))
    service.configure(mode="webhook")
    service.sms_path += "#rc=5&rp=all"
    await service.imports(RHONA, ISLA, CALLUM)
    await service.starts(2)

    upgraded = asyncio.Event()
    sent = 0

    async def texts(number: str) -> None:
        """One person writes again and again, until the upgrade is over and everybody has written enough."""
        nonlocal sent
        while not upgraded.is_set() or sent < BEFORE * 2:
            told = await service.twilio.text(number, "HELP")
            assert told.sid
            sent += 1
            if sent == BEFORE:
                begin.set()

    begin = asyncio.Event()
    writing = asyncio.gather(*(texts(one.phone) for one in (ISLA, CALLUM, RHONA)))
    await begin.wait()
    ran = await service.command_here("db", "upgrade")
    upgraded.set()
    assert (ran.code, ran.out.split()) == (0, [pre]), (ran.out[-1500:], ran.err[-3000:])
    await writing
    await until(lambda: all_answered(service, sent), f"{sent} texts to be answered", within=PATIENCE * 4)
    assert service.complaints() == []
    assert "of_the_next_version" in await service.reads(columns)

    refused = await service.command_here("db", "upgrade", "--post")
    assert refused.code == 2
    assert post in refused.err
    assert "2 of its processes (version 0." in refused.err
    assert "crisis_told_at" in await service.reads(columns)

    await service.stops()
    await service.starts(1)  # the old version, on what `pre` has left: as after a crash, or a change of mind
    await service.stops()
    assert await service.reads(fresh) == []
    ran = await service.command_here("db", "upgrade", "--post")
    assert (ran.code, ran.out.split()) == (0, [post])
    late = await service.command("run")
    assert late.code == 2
    assert "it is newer" in late.err


async def all_answered(service: Service, count: int) -> bool:
    """Whether so many texts came in and each has had its reply."""
    return await service.reads(counted) == (count, count)
