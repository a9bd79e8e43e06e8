"""A text whose answer was lost is looked up: what can wait is never sent twice, an alert only if it is not there."""

from datetime import timedelta

from sqlalchemy import Connection, select

from storage.tables import deliveries, outbox
from tests.world.household import CHECK_IN, EWAN_PHONE, FIONA_PHONE, ISLA, MORAG_PHONE
from tests.world.service import Service
from tests.world.waiting import until

SENDS = "Messages.create"


def _states(connection: Connection, send_class: str) -> list[tuple[str, int, int]]:
    wanted = select(outbox.c.state, outbox.c.looked, outbox.c.attempts).where(outbox.c["class"] == send_class)
    return [tuple(row) for row in connection.execute(wanted)]


def _sids(connection: Connection) -> set[str]:
    return set(connection.execute(select(deliveries.c.provider_id)).scalars())


async def becomes(service: Service, send_class: str, states: list[tuple[str, int, int]]) -> None:
    """Wait until the messages of a class are so: state, looks, attempts."""

    async def are_so() -> bool:
        return await service.reads(_states, send_class) == states

    await until(are_so, f"{send_class} to become {states}; is {await service.reads(_states, send_class)}")


async def seconds_pass(service: Service, seconds: float) -> None:
    """Move the clock a little."""
    service.now += timedelta(seconds=seconds)
    service._write_clock()


async def test_a_check_in_that_arrived_is_found_and_not_sent_again(service: Service):
    service.configure(CHECK_IN)
    await service.imports(ISLA)
    isla = service.sms(ISLA)
    await service.twilio.phone(ISLA.phone, how="no_callbacks")
    await service.starts()
    await service.twilio.fail("drop_after", method=SENDS, target=ISLA.phone)
    await service.time("09:30")
    there = await isla.gets("How is today")
    await becomes(service, "check-in", [("unknown", 0, 1)])
    await seconds_pass(service, 10)
    await becomes(service, "check-in", [("delivered", 1, 1)])
    assert there.key in await service.reads(_sids)
    await isla.says("7")
    await isla.gets("Thanks")


async def test_a_check_in_that_never_arrived_is_looked_up_three_times_and_stays_unknown(sqlite_service: Service):
    service = sqlite_service
    service.configure(CHECK_IN)
    await service.imports(ISLA)
    service.sms(ISLA)
    await service.starts()
    await service.twilio.fail("drop_before", method=SENDS, target=ISLA.phone)
    await service.time("09:30")
    await becomes(service, "check-in", [("unknown", 0, 1)])
    for looked, seconds in enumerate((10, 50, 540), 1):
        await seconds_pass(service, seconds)
        await becomes(service, "check-in", [("unknown", looked, 1)])
    listed = (await service.command_here("outbox", "list", "--json")).json()
    assert [(one["state"], one["held"], one["initials"]) for one in listed] == [("unknown", "not-found", "I.E.")]


async def test_an_alert_that_arrived_is_found_and_not_sent_again(service: Service):
    service.configure()
    await service.imports(ISLA)
    isla, ewan = service.sms(ISLA), service.sms(EWAN_PHONE)
    others = [service.sms(MORAG_PHONE), service.sms(FIONA_PHONE)]
    await service.twilio.phone(MORAG_PHONE, how="no_callbacks")
    await service.starts()
    await service.twilio.fail("drop_after", method=SENDS, target=MORAG_PHONE)
    await isla.says("talk")
    await isla.gets("get in touch")
    await others[0].gets("I.E. needs a person")
    await becomes(service, "escalation", [("unknown", 0, 1)])
    await seconds_pass(service, 5)
    await becomes(service, "escalation", [("delivered", 1, 1)])
    await seconds_pass(service, 60)
    await service.settles()
    assert await ewan.unread() == []


async def test_an_alert_that_never_arrived_is_sent_again_and_marked(service: Service):
    service.configure()
    await service.imports(ISLA)
    isla, morag = service.sms(ISLA), service.sms(MORAG_PHONE)
    await service.starts()
    await service.twilio.fail("drop_before", method=SENDS, target=MORAG_PHONE)
    await isla.says("talk")
    await isla.gets("get in touch")
    await becomes(service, "escalation", [("unknown", 0, 1)])
    await seconds_pass(service, 10)
    alert = await morag.gets("I.E. needs a person")
    assert alert.text.startswith("(again) ")
    await service.settles()
