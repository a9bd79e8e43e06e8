"""The main way, decision by decision: from a due check-in to a supervisor who has it."""

from tests.world.town import Town


async def test_a_low_answer_reaches_the_second_supervisor_when_the_first_is_silent(database, keyring):
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    assert len(town.phone("Isla").new()) == 1
    await town.texts("Isla", "2")
    assert town.phone("Isla").new()
    [alert] = town.phone("Morag").new()
    code = alert.split(":")[0]
    await town.wait(minutes=15)
    [sms] = town.phone("Ewan").new()
    assert sms.startswith(("A", "B", "C")) or ":" in sms
    await town.texts("Ewan", "1")
    assert town.phone("Ewan").new()
    assert "Ewan has" in town.phone("Morag").last
    ewans = sms.split(":")[0]
    await town.texts("Ewan", f"done {ewans} spoke, safe")
    assert code
    kinds = await town.kinds()
    for line in kinds:
        print(line)
    for name in town.phones:
        print(name, [t.text for t in town.phone(name).texts])
    steps = ["checkin.begun", "inbound.received", "answer.saved", "escalation.opened"]
    assert [kind for kind in kinds if kind in steps][:4] == ["checkin.begun", "answer.saved", "escalation.opened", "inbound.received"]
