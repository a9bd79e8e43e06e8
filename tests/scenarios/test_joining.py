"""From nothing to the first check-in: invited, welcomed, asked; before the yes nothing begins."""

from dataclasses import replace

from tests.world.household import CALLUM, CHECK_IN, ISLA
from tests.world.service import Service

WELCOME = ("I am blether", "not an emergency service", "can be read by", "low number", "keep copies")


async def test_a_person_joins_by_the_code_and_gets_the_next_check_in(service: Service):
    service.configure(CHECK_IN)
    await service.imports(replace(ISLA, consent_on=""), replace(CALLUM, consent_on=""))
    isla, callum = service.sms(ISLA), await service.chat("Callum")
    codes = await service.invites("p-001"), await service.invites("p-002")
    await service.starts()
    await service.time("09:30")
    await service.settles()
    assert await isla.unread() == []

    await service.time("10:00")
    await isla.says(f"start {codes[0].lower()}")
    await callum.opens(codes[1])
    for phone in (isla, callum):
        for words in WELCOME:
            await phone.gets(words)
        await phone.gets("Are you happy to get these texts?")
    await isla.says("Yes")
    await isla.gets("You have joined")
    await callum.says("naw")
    await callum.gets("That is all right")

    await service.time("09:30", day=1)
    await isla.gets("How is today")
    await service.settles()
    assert await callum.unread() == []
