"""Phones that are off, blocked or out of credit, and what becomes of texts."""

import asyncio
from collections import Counter

import pytest

from bot.demo.phones import KEPT
from storage.audit import audit_of


async def test_a_phone_that_is_off_gets_its_text_when_it_is_on_again(watcher):
    await watcher.turns("Isla", "off")
    await watcher.jumps()
    state = await watcher.state()
    assert state["behave"]["Isla"] == "off"
    assert [(one["phone"], one["state"]) for one in state["outbox"]] == [("Isla", "queued")]
    await watcher.turns("Isla", "working")
    await watcher.jumps()
    assert len(await watcher.said_to("Isla")) == 1


@pytest.mark.parametrize("condition", ["off", "out-of-credit"])
async def test_a_phone_that_cannot_send_says_so_and_the_bot_hears_nothing(watcher, client, condition):
    await watcher.jumps()
    await watcher.turns("Isla", condition)
    answer = await client.post("/demo/phones/Isla", json={"text": "2"})
    assert answer.status_code == 422
    assert "Isla" in answer.json()["error"]
    state = await watcher.state()
    line = state["phones"]["Isla"][-1]
    assert (line["from"], line["text"], line["sent"]) == ("person", "2", False)
    assert state["ladder"] == []


async def test_out_of_credit_texts_still_come(watcher):
    await watcher.turns("Isla", "out-of-credit")
    await watcher.jumps()
    assert len(await watcher.said_to("Isla")) == 1


async def test_blocking_on_telegram_stops_the_texts_and_is_said(watcher):
    await watcher.turns("Callum", "blocked")
    assert "Callum" not in {one["who"] for one in (await watcher.state())["schedule"]}
    assert (await watcher.story())[-1].startswith("Callum blocked the bot")
    await watcher.turns("Callum", "working")
    await watcher.types("Callum", "START")
    assert "Callum" in {one["who"] for one in (await watcher.state())["schedule"]}


async def test_a_thousand_texts_at_once_are_all_there_in_order(watcher, client, demo):
    names, texts = tuple(demo.phones), [f"text {number}" for number in range(200)]
    sent = [(name, text) for text in texts for name in names]
    answers = await asyncio.gather(*(client.post(f"/demo/phones/{name}", json={"text": text}) for name, text in sent))
    assert {answer.status_code for answer in answers} == {200}
    state = await watcher.state()
    for name, lines in state["phones"].items():
        assert len(lines) <= KEPT
        assert len(lines) + state["earlier"][name] >= 2 * len(texts), "each is answered"
        mine = [one["text"] for one in lines if one["from"] == "person"]
        assert mine == texts[-len(mine) :], "in order, none twice"
    kinds = Counter(one.kind for one in await demo.app.database.read(audit_of))
    assert kinds["inbound.set_aside"] == 0


async def test_more_than_can_wait_are_told_so(demo, client, monkeypatch):
    monkeypatch.setattr("bot.demo.driver.MOST_WAITING", 3)
    async with demo.lock:
        asking = [asyncio.create_task(client.post("/demo/phones/Rhona", json={"text": "hello"})) for _ in range(5)]
        done, _ = await asyncio.wait(asking, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert {one.result().status_code for one in done} == {422}
    answers = await asyncio.gather(*asking)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 422, 422]
