"""SMS's way out, against a Twilio API server in a process of its own: every outcome is provoked there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.channels.base import Accepted, Fact, Option, Outgoing, Refused, TryLater, Unknown
from bot.channels.sms.client import SmsChannel
from tests.world.servers import PUBLIC_URL, TwilioServer

MORAG = "+447700900123"
SENDS = "Messages.create"


@asynccontextmanager
async def sending(twilio: TwilioServer, **changes: Any) -> AsyncIterator[SmsChannel]:
    given: dict[str, Any] = {
        "account": "sms",
        "account_sid": twilio.account_sid,
        "auth_token": twilio.auth_token,
        "api_url": twilio.url,
        "status_url": f"{PUBLIC_URL}/twilio/status",
        "from_number": twilio.number,
        "timeout": 2.0,
    }
    made = SmsChannel(**{**given, **changes})
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def sms(twilio: TwilioServer) -> AsyncIterator[SmsChannel]:
    """The bot's channel to that server, with a short time-out."""
    async with sending(twilio) as made:
        yield made


def text(words: str = "How are you today?", to: str = MORAG) -> Outgoing:
    return Outgoing(uuid4(), to, words)


async def test_a_text_arrives_and_is_accepted_under_its_sid(twilio: TwilioServer, sms: SmsChannel) -> None:
    outcome = await sms.send(text("Morning Isla & co"))
    (there,) = await twilio.wait_for(MORAG)
    assert (there.body, there.sender) == ("Morning Isla & co", twilio.number)
    assert outcome == Accepted(there.sid, parts=1)


async def test_a_long_text_tells_its_parts(twilio: TwilioServer, sms: SmsChannel) -> None:
    outcome = await sms.send(text("x" * 161))
    assert isinstance(outcome, Accepted)
    assert outcome.parts == 2


async def test_options_are_numbered_lines(twilio: TwilioServer, sms: SmsChannel) -> None:
    options = (Option("walk", "A walk"), Option("tea", "Tea"))
    await sms.send(Outgoing(uuid4(), MORAG, "What helps?", options, "choice"))
    (there,) = await twilio.wait_for(MORAG)
    assert there.body == "What helps?\n1 A walk\n2 Tea"


async def test_the_status_address_carries_the_outbox_row(twilio: TwilioServer, sms: SmsChannel) -> None:
    message = text()
    await sms.send(message)
    (request,) = await twilio.wait_request(SENDS)
    callback = request["parameters"]["StatusCallback"]
    assert callback == f"{PUBLIC_URL}/twilio/status?m={message.message_id.hex}#rc=5&rp=all"


async def test_a_messaging_service_chooses_the_sender(twilio: TwilioServer) -> None:
    service = await twilio.service(twilio.number)
    async with sending(twilio, messaging_service_sid=service) as sms:
        outcome = await sms.send(text())
    (request,) = await twilio.wait_request(SENDS)
    assert isinstance(outcome, Accepted)
    assert outcome.parts == 1
    assert request["parameters"]["MessagingServiceSid"] == service
    assert "From" not in request["parameters"]


@pytest.mark.parametrize(("valid_for", "seconds"), [(None, None), (1, "6"), (7200, "7200"), (90_000, "36000")])
async def test_how_long_a_text_may_wait_there_is_said(
    twilio: TwilioServer, sms: SmsChannel, valid_for: int | None, seconds: str | None
) -> None:
    await sms.send(text(), valid_for=None if valid_for is None else timedelta(seconds=valid_for))
    (request,) = await twilio.wait_request(SENDS)
    assert request["parameters"].get("ValidityPeriod") == seconds


@pytest.mark.parametrize(
    ("code", "fact"),
    [(21211, "invalid"), (21614, "invalid"), (21610, "opted_out"), (21408, "setup"), (21612, "setup"),
     (21608, "setup"), (21999, "our_fault")],
)  # fmt: skip
async def test_a_refusal_says_why(twilio: TwilioServer, sms: SmsChannel, code: int, fact: Fact) -> None:
    await twilio.phone(MORAG, code=code)
    assert await sms.send(text()) == Refused(str(code), fact)


async def test_a_full_queue_is_tried_later(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.phone(MORAG, code=21611)
    assert await sms.send(text()) == TryLater("21611", timedelta(minutes=1), whole_account=True)


async def test_too_many_requests_are_tried_later(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.fail("rate_limited", method=SENDS)
    assert await sms.send(text()) == TryLater("20429", timedelta(seconds=1), whole_account=True)


async def test_a_suspended_account_is_the_accounts_fault(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.account(status="suspended")
    assert await sms.send(text()) == Refused("20003", "account")


async def test_wrong_credentials_are_the_accounts_fault() -> None:
    async with TwilioServer() as twilio, sending(twilio, auth_token="wrong") as sms:
        assert await sms.send(text()) == Refused("20003", "account")


async def test_a_sender_that_is_not_ours_is_a_wrong_set_up() -> None:
    async with TwilioServer() as twilio, sending(twilio, from_number="+447700900199") as sms:
        assert await sms.send(text()) == Refused("21606", "setup")


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway", "truncated", "cut", "drop_after", "drop_before"])
async def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(
    twilio: TwilioServer, sms: SmsChannel, kind: str
) -> None:
    await twilio.fail(kind, method=SENDS)
    assert isinstance(await sms.send(text()), Unknown)


async def test_a_text_accepted_without_an_answer_was_sent_once(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.fail("drop_after", method=SENDS)
    assert isinstance(await sms.send(text()), Unknown)
    assert len(await twilio.wait_for(MORAG)) == 1


async def test_an_answer_that_comes_too_late_leaves_the_outcome_unknown(twilio: TwilioServer) -> None:
    await twilio.fail("slow", method=SENDS, seconds=2.0)
    async with sending(twilio, timeout=0.3) as hasty:
        assert await hasty.send(text()) == Unknown("TimeoutError")


async def test_a_refused_connection_was_certainly_not_sent(twilio: TwilioServer, nobody: str) -> None:
    async with sending(twilio, api_url=nobody) as alone:
        assert await alone.send(text()) == TryLater("ClientConnectorError")


async def test_after_a_failure_the_next_text_arrives(twilio: TwilioServer, sms: SmsChannel) -> None:
    await twilio.fail("drop_before", method=SENDS)
    await sms.send(text("first"))
    assert isinstance(await sms.send(text("second")), Accepted)
    assert [there.body for there in await twilio.wait_for(MORAG)] == ["second"]


async def test_a_channel_that_was_closed_opens_again(twilio: TwilioServer, sms: SmsChannel) -> None:
    await sms.send(text())
    await sms.close()
    await sms.close()
    assert isinstance(await sms.send(text()), Accepted)


def test_a_channel_without_a_sender_is_a_fault_of_configuration() -> None:
    with pytest.raises(ValueError, match="sender"):
        SmsChannel("sms", "AC0", "token", "https://api.twilio.com", f"{PUBLIC_URL}/twilio/status")
