"""Two supervisors take an alert in the same second: one has it, the other is told who."""

import asyncio

from sqlalchemy import select

from storage.tables import escalations, people
from tests.world.household import CHECK_IN, EWAN_PHONE, ISLA, MORAG_PHONE
from tests.world.service import Service


async def test_one_of_two_has_it_and_the_other_is_told_who(service: Service):
    service.configure(CHECK_IN, mode="webhook")
    await service.imports(ISLA)
    isla, morag, ewan = service.sms(ISLA), service.sms(MORAG_PHONE), service.sms(EWAN_PHONE)
    await service.starts(2 if service.on_postgresql else 1)
    await service.time("09:30")
    await isla.gets("How is today")
    await isla.says("1")
    await isla.gets("you said 1")
    await isla.gets("The team is")
    alerts = {morag: await morag.gets("needs a person")}
    await service.time("09:45")
    alerts[ewan] = await ewan.gets("needs a person")

    await asyncio.gather(morag.says("1"), ewan.says("1"))
    taken = await service.audited("escalation.taken")
    assert len(taken) == 1
    first_name = {row.id: row.key.capitalize() for row in await service.reads(_supervisors)}[taken[0].actor_id]
    winner, loser = (morag, ewan) if first_name == "Morag" else (ewan, morag)
    await winner.gets(f"You have {alerts[winner].code}")
    await loser.gets(f"{first_name} has {alerts[loser].code} already")
    await loser.gets(f"{first_name} has {alerts[loser].code} now")
    await service.settles()
    assert await service.reads(_takers) == [taken[0].actor_id]


def _supervisors(connection):
    return connection.execute(select(people.c.id, people.c.key).where(people.c.key.is_not(None))).all()


def _takers(connection):
    return list(connection.execute(select(escalations.c.taken_by)).scalars())
