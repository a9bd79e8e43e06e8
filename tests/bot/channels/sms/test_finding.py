"""A text whose outcome is unknown is looked for at Twilio: by number, time and words."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bot.channels.base import Accepted, Found, NoAnswer, NotFound, Option, Outgoing, Unknown
from bot.channels.sms.client import SmsChannel
from tests.bot.channels.sms.test_client import MORAG, sending, text
from tests.world.servers import TwilioServer

LISTS, SENDS = "Messages.list", "Messages.create"


@pytest.fixture
async def sms(twilio: TwilioServer):
    async with sending(twilio) as made:
        yield made


async def look(sms: SmsChannel, message: Outgoing, ago: float = 1.0, **more):
    return await sms.look_up(
        message,
        datetime.now(UTC) - timedelta(seconds=ago),
        **{"pressing": False, "within": 5.0, **more},
    )


@pytest.mark.parametrize("kind", ["drop_after", "truncated", "cut"])
async def test_a_text_that_was_taken_without_an_answer_is_found(
    twilio: TwilioServer, sms: SmsChannel, kind: str
) -> None:
    message = text()
    await twilio.fail(kind, method=SENDS)
    assert isinstance(await sms.send(message), Unknown)
    (there,) = await twilio.wait_for(MORAG)
    found = await look(sms, message)
    assert isinstance(found, Found)
    (report,) = found.reports
    assert (report.account, report.provider_id, report.message_id) == ("sms", there.sid, message.message_id)


@pytest.mark.parametrize(("kind", "accepted"), [("server_error", True), ("bad_gateway", True)])
async def test_an_error_that_was_none_is_found_out(
    twilio: TwilioServer, sms: SmsChannel, kind: str, accepted: bool
) -> None:
    message = text()
    await twilio.fail(kind, method=SENDS, accepted=accepted)
    assert isinstance(await sms.send(message), Unknown)
    assert isinstance(await look(sms, message), Found)


async def test_a_text_that_never_got_there_is_not_found(twilio: TwilioServer, sms: SmsChannel) -> None:
    message = text()
    await twilio.fail("drop_before", method=SENDS)
    assert isinstance(await sms.send(message), Unknown)
    assert await look(sms, message) == NotFound()


async def test_its_present_status_comes_along(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.phone(MORAG, code=30005)
    message = text()
    await sms.send(message)
    await twilio.wait_callbacks(phone=MORAG, status="undelivered")
    found = await look(sms, message)
    assert isinstance(found, Found)
    assert (found.reports[0].status, found.reports[0].code, found.reports[0].fact) == (
        "undelivered",
        "30005",
        "invalid",
    )


async def test_one_that_waits_at_twilio_is_found_though_it_has_no_date_sent(
    twilio: TwilioServer, sms: SmsChannel
) -> None:
    await twilio.phone(MORAG, how="stays_queued")
    message = text()
    await sms.send(message)
    found = await look(sms, message)
    assert isinstance(found, Found)
    assert found.reports[0].status == "queued"
    (request,) = await twilio.wait_request(LISTS)
    assert not [name for name in request["parameters"] if name.startswith("DateSent")]
    await twilio.release(phone=MORAG)


@pytest.mark.parametrize("mark", ["(again) ", "Held up 45 min: ", "(again) Held up 3 h: "])
async def test_a_mark_before_the_words_makes_no_difference(twilio: TwilioServer, sms: SmsChannel, mark: str) -> None:
    message = text("K7: I.E. needs a person now.")
    await sms.send(replace(message, text=mark + message.text))
    assert isinstance(await look(sms, message), Found)


async def test_options_are_part_of_the_words(twilio: TwilioServer, sms: SmsChannel) -> None:
    options = (Option("walk", "A walk"), Option("tea", "Tea"))
    message = Outgoing(uuid4(), MORAG, "What helps?", options, "choice")
    await sms.send(message)
    assert isinstance(await look(sms, message), Found)
    assert await look(sms, replace(message, options=())) == NotFound()


@pytest.mark.parametrize(
    "other", ["How are you today", "Something that is longer than a mark can be: How are you today?"]
)
async def test_other_words_are_not_taken_for_it(twilio: TwilioServer, sms: SmsChannel, other: str) -> None:
    await sms.send(text(other))
    assert await look(sms, text()) == NotFound()


async def test_the_same_words_to_another_phone_or_from_another_number_are_not_taken_for_it(
    twilio: TwilioServer, sms: SmsChannel
) -> None:
    await sms.send(text(to="+447700900124"))
    async with sending(twilio, account="alerts", from_number=twilio.alerts_number) as alerts:
        await alerts.send(text())
    assert await look(sms, text()) == NotFound()


async def test_the_same_words_of_long_before_are_not_taken_for_it(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.account(ahead=-600)
    await sms.send(text())
    await twilio.account(ahead=0)
    assert await look(sms, text()) == NotFound()


async def test_of_several_the_oldest_comes_first(twilio: TwilioServer, sms: SmsChannel) -> None:
    sids = []
    for _ in range(3):
        sent = await sms.send(text())
        assert isinstance(sent, Accepted)
        sids.append(sent.provider_id)
    found = await look(sms, text())
    assert isinstance(found, Found)
    assert [one.provider_id for one in found.reports] == sids


async def test_pages_are_asked_for_until_what_is_older(twilio: TwilioServer, sms: SmsChannel) -> None:
    message = text()
    await sms.send(message)
    for number in range(45):
        await sms.send(text(f"later {number}"))
    assert isinstance(await look(sms, message), Found)
    assert len(await twilio.wait_request(LISTS, count=3)) == 3


async def test_a_messaging_service_is_asked_by_the_phone_alone(twilio: TwilioServer) -> None:
    service = await twilio.service(twilio.number)
    async with sending(twilio, messaging_service_sid=service) as sms:
        message = text()
        await sms.send(message)
        assert isinstance(await look(sms, message), Found)
    (request,) = await twilio.wait_request(LISTS)
    assert "From" not in request["parameters"]


async def test_what_the_person_wrote_is_not_taken_for_it(twilio: TwilioServer) -> None:
    """A service lists by To alone: our own number's texts come in too."""
    service = await twilio.service(twilio.number, twilio.alerts_number)
    async with sending(twilio, messaging_service_sid=service) as sms:
        await twilio.text(MORAG, "hello", to=twilio.alerts_number, lost=True)
        assert await look(sms, text("hello", to=twilio.alerts_number)) == NotFound()


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway", "truncated", "cut", "rate_limited"])
async def test_a_list_that_cannot_be_had_is_no_answer(twilio: TwilioServer, sms: SmsChannel, kind: str) -> None:
    await twilio.fail(kind, method=LISTS)
    assert isinstance(await look(sms, text()), NoAnswer)


async def test_an_answer_that_takes_too_long_is_none(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.fail("slow", method=LISTS, seconds=2.0)
    assert await look(sms, text(), within=0.2) == NoAnswer("TimeoutError")


async def test_slow_looks_of_what_can_wait_keep_nothing_pressing_waiting(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.fail("slow", method=LISTS, seconds=3.0, times=8)
    slow = [asyncio.create_task(look(sms, text(), within=10.0)) for _ in range(8)]
    await twilio.wait_request(LISTS, fault="slow", count=4)
    message = text("pressing")
    await sms.send(message)
    await twilio.heal()
    assert isinstance(await look(sms, message, pressing=True, within=2.0), Found)
    for one in slow:
        one.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
