"""The demo is set up: a new database in a folder of its own, the real bot on it, people moved in as a service would.

The list of people is imported and invitations are opened with the bot's own means; only then do phones begin to show.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from bot.app import open_app
from bot.channels.local import LocalChannel
from bot.clock import SimulatedClock
from bot.demo.cast import ACCOUNTS, CAST, TELEGRAM, list_of_people, opening_moment, settings
from bot.demo.driver import Demo
from bot.loops import tick
from bot.people.importing import import_people
from bot.people.invitations import invite, new_code
from flows.model import Flow
from storage.keys import Keys
from storage.people import load_people
from storage.sealing import Keyring
from storage.tables import people
from storage.viewing import System

VIEWER: Final = System("the demo: whose phone is whose")


@asynccontextmanager
async def staged(
    folder: Path, today: date, *, database: str = "demo.db", own: Flow | None = None
) -> AsyncGenerator[Demo]:
    """A demo that stands at its opening moment, 09:29 on the next weekday; everything is given back at the end.

    `folder` is one that the caller removes; `database` is the name of a file in it, new or migrated and empty. `own`: a
    flow that somebody writes; it is put in `folder`/flows.

    Raises:
        StorageError: the database cannot be made there.
    """
    opening = opening_moment(today)
    clock = SimulatedClock(opening)
    channels = {account: LocalChannel(account, style, clock) for account, style in ACCOUNTS.items()}
    if own is not None:
        await asyncio.to_thread(_keep, folder / "flows", own)
    configuration = settings(folder, Keyring.generate().secret(), opening, database=database, own=own)
    app = await open_app(configuration, clock, channels=channels)
    demo = Demo(app, clock, channels)
    try:
        await _move_in(demo, list_of_people(opening))
        await demo.start()
        yield demo
    finally:
        await demo.end()
        await app.close()


def _keep(folder: Path, own: Flow) -> None:
    folder.mkdir(exist_ok=True)
    for earlier in folder.iterdir():
        earlier.unlink()
    (folder / f"{own.id}.toml").write_text(own.source, encoding="utf-8")


async def _move_in(demo: Demo, content: bytes) -> None:
    """Import the list; whoever is on Telegram opens their invitation there; lists are written by their owners."""
    app, now = demo.app, demo.clock.now()
    await app.database.run(import_people, app.keyring, app.settings, content, now)
    for actor in CAST:
        phone = demo.phones[actor.name]
        if actor.chat:
            code = new_code()
            await app.database.run(invite, app.keyring, app.settings, actor.key, code, now)
            await app.inbox.take_in([phone.says(TELEGRAM, f"START {code}", demo.next_serial(), now)])
        account = actor.places[0][0]
        added = [phone.says(account, f"WRAP ADD {words}", demo.next_serial(), now) for words in actor.wrap]
        await app.inbox.take_in(added)
    await tick(app.worker, app.sender, now)
    demo.names = await app.database.read(_names, app.keyring)


def _names(connection: Connection, keyring: Keyring) -> dict[UUID, str]:
    """Everybody's first name, which is what their phone goes by."""
    ids = connection.execute(select(people.c.id)).scalars().all()
    found = load_people(connection, Keys(keyring, connection), VIEWER, ids)
    return {one.id: one.first_name for one in found.values()}
