"""`GET /metrics`: what it shows, what it costs, and what it shows when the database is away."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot import metrics
from bot.web import metrics as web_metrics
from bot.web.metrics import Exposition, OfProcess
from storage.gauges import Stand, read_stand
from tests.bot.people.office import CANARIES
from tests.world.town import Town

PROCESS = OfProcess("0.1.0", loops_alive=True, forged=3)
EMPTY = Stand({}, {}, 0, {}, 0, 0.0, {}, 0, 0.0, {})


async def scraped(exposition: Exposition) -> dict[tuple[str, ...], float]:
    """(name, label values…) → value, as Prometheus reads them."""
    transport = httpx.ASGITransport(Starlette(routes=[exposition.route()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://blether") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of_town(town: Town) -> Exposition:
    return Exposition(lambda: town.database.read(read_stand, town.now), lambda: PROCESS)


async def test_a_town_at_work_is_counted(database, keyring):
    town = await Town.build(database, keyring)
    before = metrics.SENDS.counts()
    await town.texts("Isla", "talk")
    town.phone("Callum").behave("off")
    await town.texts("Callum", "help")
    town.clock.set(town.now + timedelta(minutes=40))
    found = await scraped(of_town(town))
    assert found["blether_escalations", "open"] == 1
    assert found["blether_escalations_oldest_seconds",] == 40 * 60
    assert found["blether_outbox_waiting_messages", "reply"] == 1
    assert found["blether_outbox_waiting_messages", "crisis"] == 0
    assert found["blether_overdue_seconds", "escalation"] == 25 * 60
    assert found["blether_audit_unsealed_entries",] > 0
    assert found["blether_quarantine_waiting", "inbound"] == 0
    assert found["blether_loops_alive",] == found["blether_database_up",] == 1
    assert found["blether_info", "0.1.0"] == 1
    assert found["blether_forged_webhooks_total",] == 3
    assert found["process_resident_memory_bytes",] > 0
    sent = {key: count - before.get(key, 0) for key, count in metrics.SENDS.counts().items()}
    assert sent["main", "escalation", "accepted"] == 1
    assert sent["main", "reply", "later"] == 1
    assert found["blether_sends_total", "main", "reply", "later"] == metrics.SENDS.counts()["main", "reply", "later"]


async def test_an_unanswered_escalation_is_counted_until_somebody_has_it(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "talk")
    await town.wait(hours=3)
    assert (await scraped(of_town(town)))["blether_escalations_unanswered",] == 1
    await town.texts("Morag", "1")
    assert (await scraped(of_town(town)))["blether_escalations_unanswered",] == 0


async def test_nothing_in_it_is_anybodys(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "I want to kill myself")
    await town.wait(hours=3)
    shown = (await of_town(town).text()).decode()
    assert [word for word in (*CANARIES, "77009", "kill", *map(str, town.ids.values())) if word in shown] == []


async def test_ten_scrapers_cost_no_more_than_one(monkeypatch):
    looks, seconds = [], [100.0]

    async def look() -> Stand:
        looks.append(1)
        return replace(EMPTY, unknown=len(looks))

    monkeypatch.setattr(web_metrics, "elapsed", lambda: seconds[0])
    exposition = Exposition(look, lambda: PROCESS)
    for _ in range(10):
        assert (await scraped(exposition))["blether_outbox_unknown_messages",] == 1
    seconds[0] += web_metrics.FRESH_FOR
    assert (await scraped(exposition))["blether_outbox_unknown_messages",] == 2
    assert len(looks) == 2


async def test_without_a_database_the_counts_are_shown_all_the_same():
    async def look() -> Stand:
        raise ConnectionError

    found = await scraped(Exposition(look, lambda: replace(PROCESS, loops_alive=False)))
    assert found["blether_database_up",] == found["blether_loops_alive",] == 0
    assert ("blether_outbox_unknown_messages",) not in found
    assert ("blether_outbox_claimed_total",) in found


def test_counting_is_exact_from_many_threads():
    tally = metrics.Tally("blether_test", "A test's", "of")
    metrics.TALLIES.remove(tally)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(lambda: [tally.add("this") for _ in range(2_000)])
    assert tally.counts() == {("this",): 16_000}


@pytest.mark.parametrize("tally", metrics.TALLIES, ids=lambda tally: tally.name)
def test_a_tally_without_labels_is_shown_from_the_start(tally):
    assert tally.labels or () in tally.counts()
