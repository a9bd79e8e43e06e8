"""Somebody at the command line sees an escalation, takes it and closes it while the service runs."""

from tests.world.household import CHECK_IN, EWAN_PHONE, ISLA, MORAG_PHONE
from tests.world.service import Service


async def test_an_escalation_is_listed_shown_taken_and_resolved(service: Service):
    service.configure(CHECK_IN)
    await service.imports(ISLA)
    isla, morag, ewan = service.sms(ISLA), service.sms(MORAG_PHONE), service.sms(EWAN_PHONE)
    await service.starts()
    await service.time("09:30")
    await isla.gets("How is today")
    await isla.says("0")
    await isla.gets("you said 0")
    await isla.gets("The team is")
    alert = await morag.gets("needs a person")

    (listed,) = (await service.command("escalations", "list", "--json")).json()
    assert listed["state"] == "open"
    shown = await service.command_here("escalations", "show", listed["id"])
    assert shown.code == 0
    assert "low answer" in shown.out.lower()
    taken = await service.command("escalations", "take", listed["id"], "--by", "ewan")
    assert taken.code == 0, taken
    await morag.gets(f"Ewan has {alert.code} now")
    resolved = await service.command_here("escalations", "resolve", listed["id"], "rang, is fine", "--by", "ewan")
    assert resolved.code == 0, resolved
    await morag.gets(f"Ewan closed {alert.code}")
    assert (await service.command_here("escalations", "list", "--json")).json() == []
    assert await ewan.unread() == []
