"""What came in unheard is listed by Twilio and read as its webhook would have been."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import Incoming, NoAnswer, Unreadable
from bot.channels.sms.inbound import read_message
from bot.channels.sms.missed import MissedTexts
from tests.world.servers import TwilioServer

ISLA, CALLUM = "+447700900201", "+447700900202"
HOUR = timedelta(hours=1)
LISTS = "Messages.list"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def missed(twilio: TwilioServer):
    made = MissedTexts("sms", twilio.account_sid, twilio.auth_token, twilio.url, [twilio.number])
    yield made
    await made.close()


async def listed(missed: MissedTexts, start: datetime) -> list[Incoming]:
    found = await missed.since(start)
    assert isinstance(found, list), found
    assert all(isinstance(one, Incoming) for one in found)
    return [one for one in found if isinstance(one, Incoming)]


async def test_a_lost_text_is_read_as_its_webhook_would_have_been(twilio: TwilioServer, missed: MissedTexts) -> None:
    lost = await twilio.text(ISLA, "I can't go on", lost=True)
    (one,) = await listed(missed, now() - HOUR)
    form = {
        "MessageSid": lost.sid,
        "From": ISLA,
        "To": twilio.number,
        "Body": "I can't go on",
        "NumMedia": "0",
    }
    by_webhook = read_message({twilio.number: "sms"}, form)
    assert isinstance(by_webhook, Incoming)
    assert (one.account, one.provider_id, one.sender) == (by_webhook.account, lost.sid, ISLA)
    assert (one.kind, one.text, one.carrier_word) == (by_webhook.kind, by_webhook.text, None)
    assert one.sent_at is not None
    assert abs(one.sent_at - now()) < timedelta(minutes=1)
    assert json.loads(one.raw)["MessageSid"] == lost.sid


async def test_they_come_in_their_order_the_oldest_first(twilio: TwilioServer, missed: MissedTexts) -> None:
    for number in range(5):
        await twilio.text(ISLA, f"text {number}", lost=True)
    assert [one.text for one in await listed(missed, now() - HOUR)] == [f"text {number}" for number in range(5)]


async def test_every_page_is_asked_for(
    twilio: TwilioServer, missed: MissedTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.sms.listing.PAGE", 4)
    for number in range(10):
        await twilio.text(ISLA, f"text {number}", lost=True)
    assert len(await listed(missed, now() - HOUR)) == 10
    assert len(await twilio.wait_request(LISTS, count=3)) == 3


async def test_no_more_pages_are_asked_for_than_are_needed(
    twilio: TwilioServer, missed: MissedTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.sms.listing.PAGE", 4)
    for number in range(10):
        await twilio.text(ISLA, f"old {number}", lost=True)
    await twilio.account(ahead=7200)
    await twilio.text(ISLA, "new", lost=True)
    assert [one.text for one in await listed(missed, now() + HOUR)] == ["new"]
    assert len(await twilio.wait_request(LISTS)) == 1


async def test_only_what_came_in_to_this_number_counts(twilio: TwilioServer, missed: MissedTexts) -> None:
    await twilio.text(ISLA, "to the alerts", to=twilio.alerts_number, lost=True)
    await twilio.text(CALLUM, "to us", lost=True)
    assert [one.sender for one in await listed(missed, now() - HOUR)] == [CALLUM]


async def test_all_numbers_of_an_account_are_asked_for(twilio: TwilioServer) -> None:
    both = [twilio.number, twilio.alerts_number]
    missed = MissedTexts("sms", twilio.account_sid, twilio.auth_token, twilio.url, both)
    for number in both:
        await twilio.text(ISLA, "hello", to=number, lost=True)
    assert len(await listed(missed, now() - HOUR)) == 2
    await missed.close()


async def test_the_filter_names_days_only(twilio: TwilioServer, missed: MissedTexts) -> None:
    start = datetime(2026, 6, 22, 23, 59, tzinfo=UTC)
    await listed(missed, start)
    (request,) = await twilio.wait_request(LISTS)
    assert request["parameters"]["DateSent>"] == "2026-06-22"


async def test_carriers_words_and_media_are_read_as_such(twilio: TwilioServer, missed: MissedTexts) -> None:
    await twilio.text(ISLA, "STOP", lost=True)
    await twilio.text(CALLUM, "", num_media=1, lost=True)
    stop, picture = await listed(missed, now() - HOUR)
    assert stop.carrier_word == "STOP"
    assert picture.kind == "media"


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway", "truncated", "cut", "rate_limited"])
async def test_a_list_that_cannot_be_had_is_no_answer(twilio: TwilioServer, missed: MissedTexts, kind: str) -> None:
    await twilio.fail(kind, method=LISTS)
    assert isinstance(await missed.since(now() - HOUR), NoAnswer)
    assert await missed.since(now() - HOUR) == []


async def test_wrong_credentials_and_nobody_there_are_no_answer(nobody: str) -> None:
    async with TwilioServer() as twilio:
        for token, url in (("wrong", twilio.url), (twilio.auth_token, nobody)):
            missed = MissedTexts("sms", twilio.account_sid, token, url, [twilio.number])
            assert isinstance(await missed.since(now() - HOUR), NoAnswer)
            await missed.close()


def test_what_cannot_be_read_is_still_taken_in() -> None:
    """A sender that Twilio leaves out: as by webhook."""
    assert isinstance(read_message({}, {"MessageSid": "SM" + "0" * 32}), Unreadable)
