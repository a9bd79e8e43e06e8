"""The same by buttons: a number pressed on Telegram, an alert taken by its button."""

from tests.world.household import CHECK_IN, ISLA
from tests.world.service import Service


async def test_a_pressed_number_and_a_pressed_button_do_as_much_as_texts(service: Service):
    service.configure(CHECK_IN)
    await service.imports(ISLA)
    isla, morag = await service.chat("Isla"), await service.chat("Morag")
    codes = await service.invites("p-001"), await service.invites("morag")
    await service.starts()
    for phone, code in zip((isla, morag), codes, strict=True):
        await phone.opens(code)
    await isla.gets("already set up")
    await morag.gets("will tell you here")

    await service.time("09:30")
    question = await isla.gets("How is today")
    await isla.presses("2")
    await isla.gets("you said 2")
    await isla.gets("The team is")
    alert = await morag.gets("I.E. needs a person")
    await morag.presses("I'll take it")
    await morag.gets(f"You have {alert.code}")

    isla.looks_at(question)
    await isla.presses("9")
    await isla.gets("That button is from earlier")
    await morag.says(f"done {alert.code}")
    await morag.gets("is closed")
    assert [one.kind for one in await service.audit()].count("answer.saved") == 1
