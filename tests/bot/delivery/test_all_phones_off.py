"""When no phone of any responder takes alerts, the ladder keeps its pace: it never runs away with itself."""

from sqlalchemy import func, select

from storage.tables import alerts
from tests.world.town import Town


async def how_many_alerts(town: Town) -> int:
    return await town.database.read(
        lambda connection: connection.execute(select(func.count()).select_from(alerts)).scalar_one()
    )


async def test_refusals_that_mark_no_address_tell_everybody_once_and_then_wait(database, keyring):
    town = await Town.build(database, keyring)
    for name in ("Morag", "Ewan"):
        town.phone(name).behave("refusing", fact="setup")
    await town.texts("Isla", "URGENT")
    at_once = await how_many_alerts(town)
    assert at_once <= 6  # three addresses, on the two levels at most
    await town.wait(hours=1)
    assert await how_many_alerts(town) <= at_once + 6 * 12  # a telling every five minutes at the most


async def test_phones_that_are_found_again_are_told_at_the_ladders_next_step(database, keyring):
    town = await Town.build(database, keyring)
    for name in ("Morag", "Ewan"):
        town.phone(name).behave("refusing", fact="setup")
    await town.texts("Isla", "URGENT")
    for name in ("Morag", "Ewan"):
        town.phone(name).behave("working")
    await town.wait(minutes=20)
    assert town.phone("Morag").new() or town.phone("Ewan").new()
