"""The demo is set up: a new database in a folder of its own, the real bot on it, people moved in as a service would.

The list of people is imported and invitations are opened with the bot's own means; only then do phones begin to show.
"""

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
from storage.keys import Keys
from storage.people import load_people
from storage.sealing import Keyring
from storage.tables import people
from storage.viewing import System

VIEWER: Final = System("the demo: whose phone is whose")


@asynccontextmanager
async def staged(folder: Path, today: date) -> AsyncGenerator[Demo]:
    """A demo that stands at its opening moment, 09:29 on the next weekday; everything is given back at the end.

    `folder` is an empty one that the caller removes.

    Raises:
        StorageError: the database cannot be made there.
    """
    opening = opening_moment(today)
    clock = SimulatedClock(opening)
    channels = {account: LocalChannel(account, style, clock) for account, style in ACCOUNTS.items()}
    configuration = settings(folder, Keyring.generate().secret(), opening)
    app = await open_app(configuration, clock, channels=channels)
    demo = Demo(app, clock, channels)
    try:
        await _move_in(demo, list_of_people(opening))
        await demo.start()
        yield demo
    finally:
        await demo.end()
        await app.close()


async def _move_in(demo: Demo, content: bytes) -> None:
    """Import the list; whoever is on Telegram opens their invitation there."""
    app, now = demo.app, demo.clock.now()
    await app.database.run(import_people, app.keyring, app.settings, content, now)
    for actor in CAST:
        if actor.chat:
            code = new_code()
            await app.database.run(invite, app.keyring, app.settings, actor.key, code, now)
            start = demo.phones[actor.name].says(TELEGRAM, f"START {code}", demo.next_serial(), now)
            await app.inbox.take_in([start])
    await tick(app.worker, app.sender, now)
    demo.names = await app.database.read(_names, app.keyring)


def _names(connection: Connection, keyring: Keyring) -> dict[UUID, str]:
    """Everybody's first name, which is what their phone goes by."""
    ids = connection.execute(select(people.c.id)).scalars().all()
    found = load_people(connection, Keys(keyring, connection), VIEWER, ids)
    return {one.id: one.first_name for one in found.values()}
