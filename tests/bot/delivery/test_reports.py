"""What a provider says of a message later: late, twice, out of order, or before its own answer."""

import asyncio

import pytest

from bot.channels.base import Accepted, StatusReport
from bot.delivery.reports import take_status
from storage.tables import deliveries, outbox
from tests.bot.delivery.test_sending import post, state_of
from tests.world.rows import rows, set_aside
from tests.world.town import Town


async def asked(database, keyring) -> tuple[Town, str]:
    """Isla was asked; the provider's name for it."""
    town = await Town.build(database, keyring)
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    [delivery] = await rows(town, deliveries)
    return town, delivery["provider_id"]


async def says(town: Town, provider_id: str, status: str, **more) -> None:
    """A report comes in about something sent by SMS."""
    await take_status(town.worker, StatusReport("sms", provider_id, status, **more), town.now)
    await town.settle()


async def test_delivered_is_written(database, keyring):
    town, name = await asked(database, keyring)
    await says(town, name, "delivered")
    assert [row["state"] for row in await rows(town, outbox)] == ["delivered"]


@pytest.mark.parametrize("later", ["queued", "sending", "sent", "undelivered"])
async def test_a_status_never_goes_down(database, keyring, later):
    town, name = await asked(database, keyring)
    await says(town, name, "delivered")
    await says(town, name, later)
    [delivery] = await rows(town, deliveries)
    assert delivery["status"] == "delivered"
    assert [row["state"] for row in await rows(town, outbox)] == ["delivered"]


async def test_the_same_report_twice_counts_once(database, keyring):
    town, name = await asked(database, keyring)
    await says(town, name, "undelivered", code="30003", fact="unreachable")
    await says(town, name, "undelivered", code="30003", fact="unreachable")
    assert [row["state"] for row in await rows(town, outbox)] == ["queued"]
    await town.wait(minutes=30)
    assert len(town.phone("Isla").new()) == 2


async def test_an_undelivered_check_in_is_tried_once_more_in_half_an_hour_and_then_failed(database, keyring):
    town, name = await asked(database, keyring)
    await says(town, name, "undelivered", code="30003", fact="unreachable")
    town.channels["sms"].send = _named_second
    await town.wait(minutes=30)
    await says(town, "second", "undelivered", code="30003", fact="unreachable")
    assert [row["state"] for row in await rows(town, outbox)] == ["failed"]
    assert "message.failed" in await town.kinds()


async def _named_second(_outgoing) -> Accepted:
    return Accepted("second")


async def test_an_undelivered_alert_goes_by_the_next_channel_at_once(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "I want to kill myself")
    await town.wait(minutes=5)
    alert = next(
        row
        for row in await rows(town, outbox, person_id=town.ids["Morag"], purpose="alert")
        if row["state"] == "accepted"
    )
    [delivery] = await rows(town, deliveries, outbox_id=alert["id"])
    before = len(await rows(town, outbox, person_id=town.ids["Morag"], purpose="alert"))
    report = StatusReport(delivery["account"], delivery["provider_id"], "undelivered", "30003", "unreachable")
    await take_status(town.worker, report, town.now)
    await town.settle()
    assert len(await rows(town, outbox, person_id=town.ids["Morag"], purpose="alert")) >= before
    [failed] = await rows(town, outbox, id=alert["id"])
    assert failed["state"] == "failed"


async def test_an_undelivered_only_alert_moves_the_ladder_at_once(database, keyring):
    town = await Town.build(database, keyring)
    town.channels["main"].behave("1004", "refusing", fact="blocked")
    await town.texts("Isla", "talk")
    [sms] = await rows(town, outbox, person_id=town.ids["Morag"], purpose="alert", state="accepted")
    [delivery] = await rows(town, deliveries, outbox_id=sms["id"], outcome="accepted")
    await says(town, delivery["provider_id"], "failed", code="30005", fact="invalid")
    assert any("needs a person" in text for text in town.phone("Ewan").new())


async def test_a_report_settles_what_was_unknown(database, keyring):
    town = await Town.build(database, keyring)
    town.phone("Ewan").behave("silent")
    await town.texts("Isla", "I want to kill myself")
    [unknown] = await rows(town, outbox, person_id=town.ids["Ewan"], state="unknown")
    await says(town, "SM1", "sent", message_id=unknown["id"])
    town.phone("Ewan").behave("working")
    await town.wait(minutes=1)
    assert town.phone("Ewan").new() == []
    [settled] = await rows(town, outbox, id=unknown["id"])
    assert settled["state"] == "accepted"


async def test_a_report_before_the_providers_answer_and_the_answer_are_one_delivery(database, keyring):
    town = await Town.build(database, keyring)
    real = town.channels["sms"].send

    async def reported_first(outgoing):
        outcome = await real(outgoing)
        report = StatusReport("sms", outcome.provider_id, "sent", message_id=outgoing.message_id)
        await take_status(town.worker, report, town.now)
        return outcome

    town.channels["sms"].send = reported_first
    await town.schedule("Isla", "daily-check-in", "daily at 09:30")
    await town.wait(minutes=1)
    [delivery] = await rows(town, deliveries)
    assert (delivery["outcome"], delivery["status"]) == ("accepted", "sent")
    assert [row["state"] for row in await rows(town, outbox)] == ["accepted"]


async def test_a_report_about_nothing_of_ours_changes_nothing(database, keyring):
    town, _name = await asked(database, keyring)
    await says(town, "SM404", "delivered")
    assert [row["state"] for row in await rows(town, outbox)] == ["accepted"]
    assert await set_aside(town) == []


async def test_an_alert_that_arrived_is_audited(database, keyring):
    town = await Town.build(database, keyring)
    await town.texts("Isla", "I want to kill myself")
    [alert] = await rows(town, outbox, person_id=town.ids["Ewan"], purpose="alert")
    [delivery] = await rows(town, deliveries, outbox_id=alert["id"])
    await says(town, delivery["provider_id"], "delivered")
    assert (await town.kinds()).count("alert.delivered") == 1


@pytest.mark.parametrize(
    ("status", "becomes"), [("queued", "accepted"), ("delivered", "delivered"), ("failed", "failed")]
)
async def test_a_report_while_it_is_being_sent_decides_what_it_becomes(database, keyring, status, becomes):
    town = await Town.build(database, keyring)
    message = await post(town, "text")
    reported = await reports_first(town, message, status)
    await town.sender.round(town.now)
    assert reported.is_set()
    assert await state_of(town, message) == becomes
    assert len(await rows(town, deliveries)) == 1


@pytest.mark.parametrize("send_class", ["escalation", "reply"])
async def test_what_a_report_has_proven_is_not_unknown_when_its_process_dies(database, keyring, send_class):
    town = await Town.build(database, keyring)
    message = await post(town, "text", send_class=send_class)
    reported = await reports_first(town, message, "queued", dies=True)
    with pytest.raises(asyncio.CancelledError):
        await town.sender.round(town.now)
    assert reported.is_set()
    await town.sender.give_up_all(town.now)
    assert await state_of(town, message) == "accepted"


async def reports_first(town: Town, message, status: str, *, dies: bool = False) -> asyncio.Event:
    """The provider's report of this message comes before its answer; the process may end between the two."""
    reported = asyncio.Event()

    async def send(_outgoing) -> Accepted:
        fact = "unreachable" if status == "failed" else None
        await take_status(town.worker, StatusReport("sms", "first", status, message_id=message.id, fact=fact), town.now)
        reported.set()
        if dies:
            raise asyncio.CancelledError
        return Accepted("first")

    town.channels["sms"].send = send
    return reported
