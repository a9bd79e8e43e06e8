"""Status callbacks and inbound texts: signed, in the order and as often as a test wants."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from tests.world.listener import Heard, listening
from tests.world.servers import PUBLIC_URL, ControlError, TwilioServer
from tests.world.test_twilio_sending import EWAN, ISLA, post

STATUS = f"{PUBLIC_URL}/twilio/status?row=0190-7"
MESSAGE = f"{PUBLIC_URL}/twilio/message"


def form_of(heard: Heard) -> dict[str, str]:
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    return dict(parse_qsl(heard.body.decode(), keep_blank_values=True))


def genuine(server: TwilioServer, url: str, heard: Heard) -> bool:
    """Whether Twilio's own check takes the signature."""
    return RequestValidator(server.auth_token).validate(url, form_of(heard), heard.headers["x-twilio-signature"])


async def send(server: TwilioServer, to: str = ISLA) -> str:
    answer = await post(server, To=to, From=server.number, Body="How are you?", StatusCallback=STATUS)
    assert answer.status_code == 201
    return answer.json()["sid"]


async def test_callbacks_are_signed_and_in_order(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        sid = await send(twilio_server)
        heard = await bot.wait(3)
    assert all(genuine(twilio_server, STATUS, one) for one in heard)
    assert not genuine(twilio_server, STATUS + "1", heard[0])
    forms = [form_of(one) for one in heard]
    assert [one["MessageStatus"] for one in forms] == ["queued", "sent", "delivered"]
    assert {key: forms[0][key] for key in ("MessageSid", "To", "From", "AccountSid", "ApiVersion")} == {
        "MessageSid": sid,
        "To": ISLA,
        "From": twilio_server.number,
        "AccountSid": twilio_server.account_sid,
        "ApiVersion": "2010-04-01",
    }
    assert "ErrorCode" not in forms[2]
    (delivered,) = await twilio_server.wait_callbacks(sid=sid, status="delivered")
    assert delivered.answers == (200,)
    assert (await twilio_server.texts(ISLA))[0].delivered
    assert await twilio_server.problems() == []


@pytest.mark.parametrize("code", [30003, 30005, 30006, 30007])
async def test_a_code_comes_back_as_undelivered(twilio_server: TwilioServer, code: int) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.phone(ISLA, code=code)
        await send(twilio_server)
        last = form_of((await bot.wait(3))[-1])
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", str(code))
    (text,) = await twilio_server.texts(ISLA)
    assert (text.status, text.error_code) == ("undelivered", code)


@pytest.mark.parametrize(
    ("how", "statuses"),
    [
        ("failed", ["queued", "failed"]),
        ("twice", ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        ("out_of_order", ["delivered", "sent", "queued"]),
    ],
)
async def test_odd_callbacks(twilio_server: TwilioServer, how: str, statuses: list[str]) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.phone(ISLA, how=how)
        await send(twilio_server)
        heard = await bot.wait(len(statuses))
    assert [form_of(one)["MessageStatus"] for one in heard] == statuses
    (text,) = await twilio_server.texts(ISLA)
    assert text.status == ("failed" if how == "failed" else "delivered")


async def test_a_late_callback_comes_when_it_is_released(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.phone(ISLA, how="late")
        await send(twilio_server)
        await twilio_server.wait_callbacks(status="sent")
        assert [one.status for one in await twilio_server.callbacks()] == ["queued", "sent"]
        await twilio_server.release(phone=ISLA)
        await twilio_server.wait_callbacks(status="delivered")


async def test_no_callbacks_where_none_are_wanted(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.phone(ISLA, how="never")
        await send(twilio_server)
        await send(twilio_server, EWAN)
        await twilio_server.wait_callbacks(phone=EWAN, status="delivered")
    assert {form_of(one)["To"] for one in bot.heard} == {EWAN}


async def test_an_inbound_text_is_signed_for_the_public_address(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url, sms_path="/twilio/message#rc=2&rp=all")
        got = await twilio_server.text(ISLA, "aye, fine & dandy ’ 😀")
    (heard,) = bot.heard
    assert got.answers == (200,)
    assert heard.path == "/twilio/message"
    assert genuine(twilio_server, MESSAGE, heard)
    form = form_of(heard)
    assert {key: form[key] for key in ("MessageSid", "From", "To", "Body", "NumMedia", "NumSegments")} == {
        "MessageSid": got.sid,
        "From": ISLA,
        "To": twilio_server.number,
        "Body": "aye, fine & dandy ’ 😀",
        "NumMedia": "0",
        "NumSegments": "1",
    }
    assert "OptOutType" not in form


async def test_media_has_its_addresses(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.text(ISLA, "", num_media=2)
    form = form_of(bot.heard[0])
    assert (form["Body"], form["NumMedia"]) == ("", "2")
    assert {"MediaUrl0", "MediaUrl1", "MediaContentType1"} <= form.keys()
    assert genuine(twilio_server, MESSAGE, bot.heard[0])


async def test_a_failed_webhook_is_not_tried_again(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        bot.usual = 500
        got = await twilio_server.text(ISLA, "hello")
    assert got.answers == (500,)


@pytest.mark.parametrize(
    ("fragment", "answers"),
    [
        ("#rc=2&rp=all", (500, 403, 200)),
        ("#rc=1&rp=all", (500, 403)),
        ("#rc=2&rp=5xx", (500, 403)),
        ("#rc=2", (500,)),
    ],
)
async def test_the_fragment_asks_for_retries(
    twilio_server: TwilioServer, fragment: str, answers: tuple[int, ...]
) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url, sms_path=f"/twilio/message{fragment}")
        bot.statuses = [500, 403]
        got = await twilio_server.text(ISLA, "hello")
    assert got.answers == answers
    assert len({one.body for one in bot.heard}) == 1
    assert len({one.headers["i-twilio-idempotency-token"] for one in bot.heard}) == 1


async def test_nobody_at_home_is_retried_where_asked(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        address = bot.url
    await twilio_server.route(address, sms_path="/twilio/message#rc=1")
    got = await twilio_server.text(ISLA, "hello")
    assert got.answers == (None, None)


@pytest.mark.parametrize("word", ["STOP", " stopall ", "Unsubscribe", "cancel", "END", "quit", "revoke", "optout"])
async def test_stop_blocks_the_pair_until_start(twilio_server: TwilioServer, word: str) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.text(ISLA, word)
        assert form_of(bot.heard[0])["OptOutType"] == "STOP"
        refused = await post(twilio_server, To=ISLA, From=twilio_server.number, Body="hi")
        assert refused.json()["code"] == 21610
        other = await post(twilio_server, To=ISLA, From=twilio_server.alerts_number, Body="hi")
        assert other.status_code == 201
        await twilio_server.text(ISLA, "start")
        assert form_of(bot.heard[1])["OptOutType"] == "START"
        taken = await post(twilio_server, To=ISLA, From=twilio_server.number, Body="hi")
        assert taken.status_code == 201


async def test_stop_in_company_is_an_ordinary_text(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.text(ISLA, "stop please")
        await twilio_server.text(ISLA, "STOP", opt_out=False)
        await twilio_server.text(ISLA, "info")
    assert [form_of(one).get("OptOutType") for one in bot.heard] == [None, None, "HELP"]
    assert await twilio_server.opted_out() == []


async def test_stop_to_a_service_covers_all_its_numbers(twilio_server: TwilioServer) -> None:
    service = await twilio_server.service(twilio_server.number, twilio_server.alerts_number)
    await twilio_server.text(ISLA, "STOP", lost=True)
    refused = await post(twilio_server, To=ISLA, MessagingServiceSid=service, Body="hi")
    assert refused.json()["code"] == 21610
    assert len(await twilio_server.opted_out()) == 2


async def test_a_forged_text_does_not_pass_the_check(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.text(ISLA, "STOP", forged=True)
    assert not genuine(twilio_server, MESSAGE, bot.heard[0])
    assert await twilio_server.all_messages() == []
    assert await twilio_server.opted_out() == []


async def test_a_text_can_come_again_with_its_sid(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        got = await twilio_server.text(ISLA, "7")
        await twilio_server.text_again(got.sid)
    first, second = bot.heard
    assert first.body == second.body


async def test_a_lost_text_is_only_listed(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        await twilio_server.route(bot.url)
        await twilio_server.text(ISLA, "help me", lost=True)
    assert bot.heard == []
    assert [one["body"] for one in await twilio_server.all_messages()] == ["help me"]


async def test_what_a_test_cannot_mean_is_refused(twilio_server: TwilioServer) -> None:
    with pytest.raises(ControlError, match="call route first"):
        await twilio_server.text(ISLA, "hello")
    with pytest.raises(ControlError, match="loopback"):
        await twilio_server.route("http://192.0.2.1:80")
    with pytest.raises(ControlError, match="unknown fault kind"):
        await twilio_server.fail("sulk")
    with pytest.raises(ControlError, match="unknown behaviour"):
        await twilio_server.phone(ISLA, how="sulk")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [('{"ok": true}', "application/json"), ("<Response><Message>hi</Message></Response>", "text/xml")],
)
async def test_an_answer_that_twilio_misreads_is_a_problem(
    twilio_server: TwilioServer, content: str, media_type: str
) -> None:
    async with listening() as bot:
        bot.content, bot.media_type = content, media_type
        await twilio_server.route(bot.url)
        await twilio_server.text(ISLA, "hello")
    assert len(await twilio_server.problems()) == 1


async def test_an_empty_response_is_fine(twilio_server: TwilioServer) -> None:
    async with listening() as bot:
        bot.content = "<Response/>"
        await twilio_server.route(bot.url)
        await twilio_server.text(ISLA, "hello")
    assert await twilio_server.problems() == []


async def test_a_callback_to_elsewhere_is_a_problem(twilio_server: TwilioServer) -> None:
    await post(
        twilio_server,
        To=ISLA,
        From=twilio_server.number,
        Body="hi",
        StatusCallback="https://elsewhere.example.org/x",
    )
    await twilio_server.wait_callbacks(count=3)
    assert len(await twilio_server.problems()) == 3


async def test_several_local_addresses_take_turns(twilio_server: TwilioServer) -> None:
    async with listening() as one, listening() as two:
        await twilio_server.route([one.url, two.url])
        for word in ("a", "b", "c"):
            await twilio_server.text(ISLA, word)
    assert (len(one.heard), len(two.heard)) == (2, 1)
