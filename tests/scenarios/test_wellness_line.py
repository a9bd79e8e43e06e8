"""A peer worker's low answer goes to their wellness supporter, then to the deputy, and to nobody else."""

from tests.world.household import EWAN_PHONE, FIONA_PHONE, MORAG_PHONE, NUDGE, RHONA
from tests.world.service import Service


async def test_line_supervisor_and_coordinator_hear_nothing_of_a_low_week(service: Service):
    service.configure(NUDGE)
    await service.imports(RHONA)
    rhona, fiona, morag = service.sms(RHONA), service.sms(FIONA_PHONE), service.sms(MORAG_PHONE)
    ewan = service.sms(EWAN_PHONE)  # line supervisor and coordinator
    await service.starts()
    await service.time("09:30")
    await rhona.gets("How has your week been")
    await rhona.says("it was a 2")
    await rhona.gets("I've put 2.")
    await rhona.gets("I am letting your wellness supporter know your number, 2")
    await rhona.gets("Your line supervisor is not told")
    alert = await fiona.gets("R.E. needs a person")
    await service.time("10:30")
    await fiona.gets("R.E. needs a person")
    await service.time("11:30")
    deputys = await morag.gets("R.E. needs a person")
    await morag.says("1")
    await morag.gets(f"You have {deputys.code}")
    await fiona.gets(f"Morag has {alert.code} now")
    await morag.says(f"done {deputys.code} had a cup of tea")
    await morag.gets("is closed")
    await fiona.gets("Morag closed")
    await service.settles()
    assert await ewan.unread() == []
