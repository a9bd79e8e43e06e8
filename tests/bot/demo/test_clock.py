"""The clock: it stands, it goes, it never jumps over what is due."""

import asyncio
from datetime import UTC, datetime

from bot.demo.driver import Demo

LIMIT = 20  # real seconds; generous for a busy machine


async def until(demo: Demo, moment: datetime) -> None:
    """Wait until the demo's clock is there, woken by its own news."""
    async with asyncio.timeout(LIMIT):
        while demo.clock.now() < moment:
            await demo.news.wait()


def london(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


async def test_at_600_times_everything_happens_at_its_own_moment(demo):
    await demo.set_rate(600)
    await until(demo, london(9, 50))
    await demo.set_rate(0)
    at = {name: [one.at for one in phone.lines] for name, phone in demo.phones.items()}
    assert at == {
        "Isla": [london(9, 30)],
        "Callum": [london(9, 30)],
        "Rhona": [london(9, 45)],
        "Morag": [],
        "Ewan": [],
    }


async def test_a_paused_clock_stands(demo):
    await demo.set_rate(600)
    await until(demo, london(9, 30))
    await demo.set_rate(0)
    stood = demo.clock.now()
    await demo.type_on(demo.phones["Rhona"], "HELP")
    assert demo.clock.now() == stood
    assert demo.phones["Rhona"].lines[-1].at == stood


async def test_people_text_while_the_clock_goes(demo):
    await demo.set_rate(60)
    await demo.jump()
    await demo.type_on(demo.phones["Isla"], "2")
    await demo.set_rate(0)
    assert [one.by for one in demo.phones["Isla"].lines] == ["bot", "person", "bot", "bot"]
    assert len(demo.phones["Morag"].lines) == 1


async def test_a_long_step_stops_at_each_thing_that_is_due(demo):
    """A machine that is slow at 600 times: one step over hours still goes moment by moment."""
    await demo.end()  # its own clockwork stands; the step is taken here
    demo.rate = 600
    await demo._advance(london(15, 31))
    isla = demo.phones["Isla"].lines
    assert [one.at for one in isla] == [london(9, 30), london(11, 30)], "the question and one nudge"
    assert demo.clock.now() == london(15, 31)


async def test_texts_at_the_same_moment_are_decided_one_after_another(demo):
    await demo.jump()
    texts = [f"{number} texts" for number in range(20)]
    await asyncio.gather(*(demo.type_on(demo.phones["Rhona"], text) for text in texts))
    assert [one.text for one in demo.phones["Rhona"].lines if one.by == "person"] == texts


async def test_trouble_pauses_the_clock_and_does_not_end_it(demo, monkeypatch):
    async def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bot.demo.driver.tick", fails)
    await demo.set_rate(600)
    async with asyncio.timeout(LIMIT):
        while demo.rate:
            await demo.news.wait()
    monkeypatch.undo()
    await demo.jump()
    assert len(demo.phones["Isla"].lines) == 1
