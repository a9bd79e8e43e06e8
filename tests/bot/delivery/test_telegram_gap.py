"""Telegram keeps updates for a day: after a longer gap the coordinators are told once what may be lost."""

from datetime import timedelta

from bot.delivery.telegram_gap import TelegramGap
from storage.asked import asked
from storage.tables import channel_accounts
from tests.world.rows import rows
from tests.world.town import Town


def watcher(town: Town) -> TelegramGap:
    """One process's."""
    return TelegramGap(town.worker, "main", lambda: town.now)


async def heard_at(town: Town):
    return (await town.database.read(asked, "main")).asked_at


async def test_the_first_time_nothing_is_told(database, keyring):
    town = await Town.build(database, keyring)
    await watcher(town).heard()
    await town.settle()
    assert await heard_at(town) == town.now
    assert town.phone("Ewan").new() == []


async def test_it_is_noted_at_most_once_a_minute(database, keyring):
    town = await Town.build(database, keyring)
    gap, began = watcher(town), town.now
    await gap.heard()
    town.clock.set(town.now + timedelta(hours=1))
    await gap.heard()  # a minute of real time has not passed
    assert await heard_at(town) == began


async def test_less_than_a_day_is_no_gap(database, keyring):
    town = await Town.build(database, keyring)
    await watcher(town).heard()
    town.clock.set(town.now + timedelta(hours=23, minutes=59))
    await watcher(town).heard()
    await town.settle()
    assert town.phone("Ewan").new() == []
    assert "telegram.gap" not in await town.kinds()


async def test_a_gap_of_a_day_is_told_once(database, keyring):
    town = await Town.build(database, keyring)
    await watcher(town).heard()
    town.clock.set(town.now + timedelta(hours=24))
    for _ in range(3):  # processes
        await watcher(town).heard()
    await town.settle()
    [told] = town.phone("Ewan").new()
    assert told.startswith("I could not hear Telegram from Mon 23 Nov 09:29 to Tue 24 Nov 09:29.")
    assert town.phone("Morag").new() == []
    [entry] = [one for one in await town.audit() if one.kind == "telegram.gap"]
    assert entry.detail["told"] == 1


async def test_a_fault_goes_no_further(database, keyring):
    town = await Town.build(database, keyring)
    broken = TelegramGap(town.worker, "main", lambda: 1 / 0)
    await broken.heard()
    [account] = await rows(town, channel_accounts, key="main")
    assert account["asked_at"] is None
