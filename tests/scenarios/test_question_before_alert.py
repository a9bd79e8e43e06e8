"""A bare 1 from a worker with an open 0-10 question answers the question; the alert on the same phone waits for its code."""

from dataclasses import replace

from tests.world.household import CHECK_IN, FIONA_PHONE, ISLA, NUDGE, RHONA
from tests.world.service import Service

MISSED = 'missed = [{ in_a_row = 1, policy = "gone-quiet" }]\n'


async def test_a_bare_1_is_the_questions_and_1_with_the_code_takes_the_alert(service: Service):
    service.configure(CHECK_IN + MISSED, NUDGE)
    await service.imports(RHONA, replace(ISLA, peer_worker="w-001"))
    isla, rhona, fiona = service.sms(ISLA), service.sms(RHONA), service.sms(FIONA_PHONE)
    await service.starts()
    await service.time("09:30")
    await isla.gets("How is today")
    await rhona.gets("How has your week been")
    await service.time("11:30")
    await isla.gets("")  # the nudge
    await service.time("13:30")
    await rhona.gets("")
    await service.time("15:30")
    alert = await rhona.gets("I.E. needs a person")

    await rhona.says("1")
    await rhona.gets("your number, 1")
    await rhona.gets("Your line supervisor is not told")
    await rhona.gets(f"To take {alert.code}, text 1 {alert.code}")
    await fiona.gets("R.E. needs a person")
    assert "escalation.taken" not in [one.kind for one in await service.audit()]
    await rhona.says(f"1 {alert.code.lower()}")
    await rhona.gets(f"You have {alert.code}")
    assert len(await service.audited("escalation.taken")) == 1
