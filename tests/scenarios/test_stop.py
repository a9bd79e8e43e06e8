"""STOP ends every text, on both channels, until START."""

from tests.world.household import CALLUM, CHECK_IN, ISLA
from tests.world.service import Service


async def test_after_stop_no_check_in_comes_until_start(service: Service):
    service.configure(CHECK_IN)
    await service.imports(ISLA, CALLUM)
    isla, callum = service.sms(ISLA), await service.chat("Callum")
    code = await service.invites("p-002")
    await service.starts()
    await callum.opens(code)
    await callum.gets("already set up")
    await service.time("09:30")
    await isla.gets("How is today")
    await callum.gets("How is today")

    await isla.says("STOP")  # the phone company takes it and confirms it; a second word of ours would be refused
    await callum.says("stop please")
    await callum.gets("OK, I have stopped")
    await service.time("09:30", day=1)
    await service.settles()
    assert await isla.unread() == []
    assert await callum.unread() == []

    await isla.says("START")
    await isla.gets("Welcome back")
    await service.time("09:30", day=2)
    await isla.gets("How is today")
    await service.settles()
    assert await callum.unread() == []
