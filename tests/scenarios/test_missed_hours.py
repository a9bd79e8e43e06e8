"""Nobody was there for hours: at the next start the coordinator is told once how long, and who wrote in vain."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, update

from storage.tables import processes
from tests.world.household import CHECK_IN, EWAN_PHONE, ISLA
from tests.world.service import Service


def _long_ago(connection: Connection, hours: int) -> None:
    """The processes were seen last so long before now: the database's clock can't be moved."""
    past = datetime.now(UTC) - timedelta(hours=hours)
    connection.execute(update(processes).values(seen_at=past, started_at=past))


async def test_the_coordinator_is_told_of_an_absence_and_of_who_wrote(service: Service):
    service.configure(CHECK_IN)
    await service.imports(ISLA)
    isla, ewan = service.sms(ISLA), service.sms(EWAN_PHONE)
    await service.starts()
    await service.time("09:30")
    await isla.gets("How is today")
    await service.settles()
    await service.stops()
    await service.writes(_long_ago, 3)
    await service.time("12:30")
    ahead = service.now.astimezone(UTC) - timedelta(hours=1) - datetime.now(UTC)
    await service.twilio.account(ahead=ahead.total_seconds())
    await service.twilio.text(ISLA.phone, "7", lost=True)
    count = 3 if service.on_postgresql else 1
    await service.starts(count)
    await isla.gets("Thanks")
    told = await ewan.gets("I was off from Mon 22 Jun 09:")
    assert "(3 h)" in told.text
    assert "Texts from I.E. reached me only now." in told.text
    await service.settles()
    await ewan.has_only("I was off")
    assert len(await service.audited("service.returned")) == 1

    # A start a moment later says nothing.
    await service.stops()
    await service.starts()
    await service.settles()
    await ewan.has_only("I was off")


async def test_the_outbox_is_held_and_released_beside_running_processes(service: Service):
    service.configure(CHECK_IN)
    await service.imports(ISLA)
    isla = service.sms(ISLA)
    await service.starts()
    await service.twilio.fail("rate_limited", times=1, target=ISLA.phone, retry_after=1)
    await service.time("09:30")
    await service.twilio.wait_request("Messages.create", fault="rate_limited")
    held = await service.command("outbox", "hold", "--all")
    assert held.out == "1 message held\n", held
    await service.time("09:35")
    [waiting] = (await service.command("outbox", "list", "--json")).json()
    assert (waiting["class"], waiting["state"], waiting["attempts"]) == ("check-in", "queued", 1)
    assert waiting["held_at"] is not None
    assert await isla.unread() == []
    assert (await service.command("outbox", "release", waiting["id"])).out == "1 message released\n"
    await isla.gets("How is today")
    assert [one.kind for one in await service.audit() if one.kind.startswith("outbox.")] == [
        "outbox.held",
        "outbox.released",
    ]
