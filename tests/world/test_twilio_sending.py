"""What the bot sends by SMS is taken, refused and listed as Twilio would; seen through Twilio's own client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jsonschema
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from tests.world.message_schema import MESSAGE, PAGE
from tests.world.provider.addresses import NO_CERTIFICATES
from tests.world.servers import TwilioServer
from tests.world.twilio_server.segments import segments

ISLA = "+447700900111"
EWAN = "+447700900112"


class LocalHttp(HttpClient):
    """twilio's client goes to the test server instead of api.twilio.com."""

    def __init__(self, url: str) -> None:
        super().__init__(logging.getLogger("twilio.local"), False, None)
        self.url = url

    def request(self, method: str, uri: str, *_: Any, **more: Any) -> Response:
        """One request, with what twilio's client passes on."""
        address = uri.replace("https://api.twilio.com", self.url)
        fields = {name: value for name, value in more.items() if name in {"params", "data", "headers", "auth"}}
        with httpx.Client(timeout=5, verify=NO_CERTIFICATES, trust_env=False) as client:
            answer = client.request(method, address, **fields)
        return Response(answer.status_code, answer.text)


@pytest.fixture
def client(twilio_server: TwilioServer) -> Client:
    return Client(twilio_server.account_sid, twilio_server.auth_token, http_client=LocalHttp(twilio_server.url))


async def call(work: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(work)


async def post(server: TwilioServer, **form: str) -> httpx.Response:
    """POST Messages as it is, without the client's help."""
    return await ask(server, "POST", f"/Accounts/{server.account_sid}/Messages.json", data=form)


async def ask(server: TwilioServer, method: str, path: str, **more: Any) -> httpx.Response:
    async with httpx.AsyncClient(
        auth=(server.account_sid, server.auth_token), verify=NO_CERTIFICATES, trust_env=False
    ) as plain:
        return await plain.request(method, f"{server.url}/2010-04-01{path}", **more)


async def test_a_message_answer_follows_the_published_schema(twilio_server: TwilioServer) -> None:
    answer = await post(twilio_server, To=ISLA, From=twilio_server.number, Body="How are you?")
    assert answer.status_code == 201
    jsonschema.validate(answer.json(), MESSAGE)
    assert (answer.json()["status"], answer.json()["date_sent"]) == ("queued", None)
    (text,) = await twilio_server.wait_for(ISLA, contains="How are")
    assert (text.sid, text.sender, text.num_segments) == (answer.json()["sid"], twilio_server.number, 1)
    assert await twilio_server.problems() == []


async def test_twilios_client_reads_and_fetches_it(twilio_server: TwilioServer, client: Client) -> None:
    made = await call(lambda: client.messages.create(to=ISLA, from_=twilio_server.number, body="Hello"))
    assert (made.to, made.from_, made.body, made.direction) == (
        ISLA,
        twilio_server.number,
        "Hello",
        "outbound-api",
    )
    assert made.date_created.tzinfo is not None
    fetched = await call(lambda: client.messages(made.sid).fetch())
    assert (fetched.sid, fetched.num_segments, fetched.error_code) == (made.sid, "1", None)


async def test_a_messaging_service_chooses_the_sender_later(twilio_server: TwilioServer) -> None:
    service = await twilio_server.service(twilio_server.number)
    answer = await post(twilio_server, To=ISLA, MessagingServiceSid=service, Body="Hello")
    jsonschema.validate(answer.json(), MESSAGE)
    assert {key: answer.json()[key] for key in ("from", "status", "num_segments")} == {
        "from": None,
        "status": "accepted",
        "num_segments": "0",
    }
    assert answer.json()["messaging_service_sid"] == service
    await twilio_server.wait_for(ISLA)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "07700900111"}, 21211),
        ({"To": "+44 7700 900111"}, 21211),
        ({"To": "+447"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "+447700900999"}, 21606),
        ({"From": "0770"}, 21212),
        ({"From": "+0"}, 21212),
        ({"From": "PeerSupport"}, 21606),
        ({"Body": ""}, 21602),
        ({"Body": "  "}, 21602),
        ({"Body": "a" * 1601}, 21617),
        ({"To": "+447700900100"}, 21266),
        ({"From": "", "MessagingServiceSid": "MG00000000000000000000000000000000"}, 21701),
        ({"StatusCallback": "/twilio/status"}, 21609),
    ],
)
async def test_malformed_requests_get_their_code(twilio_server: TwilioServer, form: dict[str, str], code: int) -> None:
    answer = await post(twilio_server, **{"To": ISLA, "From": "+447700900100", "Body": "hi", **form})
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json().keys() == {"code", "message", "more_info", "status"}
    assert len(await twilio_server.problems()) == 1
    assert await twilio_server.all_messages() == []


async def test_1600_characters_pass(twilio_server: TwilioServer) -> None:
    answer = await post(twilio_server, To=ISLA, From=twilio_server.number, Body="a" * 1600)
    assert (answer.status_code, answer.json()["num_segments"]) == (201, "11")


async def test_an_unknown_parameter_is_a_problem(twilio_server: TwilioServer) -> None:
    answer = await post(twilio_server, To=ISLA, From=twilio_server.number, Body="hi", body="hi")
    assert answer.status_code == 201
    assert "body" in (await twilio_server.problems())[0]


async def test_wrong_credentials_and_a_suspended_account_are_20003(twilio_server: TwilioServer) -> None:
    wrong = Client(twilio_server.account_sid, "wrong", http_client=LocalHttp(twilio_server.url))
    with pytest.raises(TwilioRestException) as caught:
        await call(lambda: wrong.messages.create(to=ISLA, from_=twilio_server.number, body="Hello"))
    assert (caught.value.status, caught.value.code) == (401, 20003)
    assert len(await twilio_server.problems()) == 1
    await twilio_server.account(status="suspended")
    answer = await post(twilio_server, To=ISLA, From=twilio_server.number, Body="Hello")
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert len(await twilio_server.problems()) == 1


async def test_the_account_can_be_looked_at(twilio_server: TwilioServer, client: Client) -> None:
    account = await call(lambda: client.api.accounts(twilio_server.account_sid).fetch())
    assert (account.sid, account.status, account.type) == (twilio_server.account_sid, "active", "Full")


async def test_what_is_not_there_is_20404(twilio_server: TwilioServer, client: Client) -> None:
    with pytest.raises(TwilioRestException) as caught:
        await call(lambda: client.messages("SM" + "0" * 32).fetch())
    assert (caught.value.status, caught.value.code) == (404, 20404)
    assert (await ask(twilio_server, "GET", "/Calls.json")).json()["code"] == 20404


@pytest.mark.parametrize("code", [21211, 21408, 21610, 21612, 21614])
async def test_a_phone_that_is_refused(twilio_server: TwilioServer, client: Client, code: int) -> None:
    await twilio_server.phone(ISLA, code=code)
    with pytest.raises(TwilioRestException) as caught:
        await call(lambda: client.messages.create(to=ISLA, from_=twilio_server.number, body="Hello"))
    assert (caught.value.status, caught.value.code) == (400, code)
    assert await twilio_server.problems() == []
    await call(lambda: client.messages.create(to=EWAN, from_=twilio_server.number, body="Hello"))


async def test_pages_follow_each_other_without_gap_or_repeat(twilio_server: TwilioServer, client: Client) -> None:
    for number in range(7):
        await post(twilio_server, To=ISLA, From=twilio_server.number, Body=f"text {number}")
    await post(twilio_server, To=EWAN, From=twilio_server.number, Body="other")
    listed = await call(lambda: client.messages.list(to=ISLA, page_size=3))
    assert [one.body for one in listed] == [f"text {number}" for number in reversed(range(7))]
    first = await ask(
        twilio_server,
        "GET",
        f"/Accounts/{twilio_server.account_sid}/Messages.json",
        params={"To": ISLA, "PageSize": 3},
    )
    jsonschema.validate(first.json(), PAGE)
    assert len([one for one in await twilio_server.requests() if one["name"] == "Messages.list"]) == 4


async def test_a_page_that_arrives_meanwhile_shifts_nothing(twilio_server: TwilioServer, client: Client) -> None:
    for number in range(4):
        await post(twilio_server, To=ISLA, From=twilio_server.number, Body=f"text {number}")
    page = await call(lambda: client.messages.page(page_size=2))
    await post(twilio_server, To=ISLA, From=twilio_server.number, Body="newer")
    following = await call(page.next_page)
    assert [one.body for one in following] == ["text 1", "text 0"]


async def test_listing_by_sender_and_receiver_shows_inbound_texts(twilio_server: TwilioServer, client: Client) -> None:
    await twilio_server.text(ISLA, "hello", lost=True)
    await post(twilio_server, To=ISLA, From=twilio_server.number, Body="out")
    (inbound,) = await call(lambda: client.messages.list(to=twilio_server.number))
    assert (inbound.from_, inbound.direction, inbound.status) == (ISLA, "inbound", "received")
    (outbound,) = await call(lambda: client.messages.list(from_=twilio_server.number))
    assert outbound.body == "out"


async def test_the_date_filter_knows_days_only_and_nothing_that_is_queued(
    twilio_server: TwilioServer, client: Client
) -> None:
    await twilio_server.phone(EWAN, how="stays_queued")
    await post(twilio_server, To=EWAN, From=twilio_server.number, Body="waits")
    await twilio_server.text(ISLA, "now", lost=True)
    await twilio_server.account(ahead=-2 * 86400)
    await twilio_server.text(ISLA, "before", lost=True)
    now = datetime.now(UTC)

    async def bodies(**dates: Any) -> list[str]:
        return [one.body for one in await call(lambda: client.messages.list(**dates))]

    assert await bodies(date_sent=now.replace(hour=0, minute=0, second=0)) == ["now"]
    assert await bodies(date_sent_before=now - timedelta(days=1)) == ["before"]
    assert await bodies(date_sent_after=now - timedelta(days=2)) == ["before", "now"]
    assert await bodies() == ["before", "now", "waits"]


@pytest.mark.parametrize(
    ("kind", "more", "status", "arrives"),
    [
        ("rate_limited", {}, 429, False),
        ("refuse", {"code": 21611}, 429, False),
        ("refuse", {"code": 21610}, 400, False),
        ("server_error", {}, 500, False),
        ("server_error", {"accepted": True}, 500, True),
        ("bad_gateway", {}, 502, False),
        ("truncated", {}, 201, True),
        ("slow", {"seconds": 0.1}, 201, True),
        ("cut", {}, None, True),
        ("drop_after", {}, None, True),
        ("drop_before", {}, None, False),
    ],
)
async def test_ordered_failures(
    twilio_server: TwilioServer, kind: str, more: dict[str, Any], status: int | None, arrives: bool
) -> None:
    await twilio_server.fail(kind, method="Messages.create", target=ISLA, **more)
    form = {"From": twilio_server.number, "Body": "hello"}
    assert (await post(twilio_server, To=EWAN, **form)).status_code == 201
    if status is None:
        with pytest.raises(httpx.RemoteProtocolError):
            await post(twilio_server, To=ISLA, **form)
    else:
        answer = await post(twilio_server, To=ISLA, **form)
        assert answer.status_code == status
        assert (answer.headers["content-type"] == "text/html; charset=utf-8") == (kind == "bad_gateway")
    assert len(await twilio_server.texts(ISLA)) == int(arrives)
    assert (await post(twilio_server, To=ISLA, **form)).status_code == 201
    assert await twilio_server.problems() == []


async def test_an_ordered_refusal_has_twilios_code(twilio_server: TwilioServer, client: Client) -> None:
    await twilio_server.fail("rate_limited")
    with pytest.raises(TwilioRestException) as caught:
        await call(lambda: client.messages.create(to=ISLA, from_=twilio_server.number, body="Hello"))
    assert (caught.value.status, caught.value.code) == (429, 20429)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("é" * 160, 1),
        ("’" + "a" * 69, 1),
        ("’" + "a" * 70, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),
    ],
)
def test_parts_are_counted_as_carriers_do(text: str, parts: int) -> None:
    assert segments(text) == parts
