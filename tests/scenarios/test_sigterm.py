"""Told to stop, the process finishes what it holds within ten seconds, and nothing is lost or doubled."""

from sqlalchemy import select

from storage.tables import outbox
from tests.world.household import CHECK_IN, ISLA
from tests.world.service import Service


async def test_a_text_that_is_leaving_is_finished_and_not_sent_again(service: Service):
    service.configure(CHECK_IN)
    await service.imports(ISLA)
    isla = service.sms(ISLA)
    await service.starts()
    await service.twilio.fail("slow", target=ISLA.phone, seconds=2)
    await service.time("09:30")
    await isla.gets("How is today")  # Twilio has it, and has not said so yet
    await service.stops(within=10)
    assert await service.reads(_question_states) <= {"accepted", "delivered"}

    await service.starts()
    await isla.says("8")
    await isla.gets("Isla")
    await service.settles()
    await isla.has_only("How is today", 1)


def _question_states(connection) -> set[str]:
    return set(connection.execute(select(outbox.c.state).where(outbox.c.purpose == "question")).scalars())
