"""Webhooks: a 200 means that it is committed."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

from bot.channels.base import Incoming, StatusReport, Unreadable
from bot.web.forged import ForgedCalls
from bot.web.hooks import (
    LONGEST_FORM,
    LONGEST_TELEGRAM,
    telegram_route,
    twilio_message_route,
    twilio_status_route,
)

SECRET, TOKEN, PUBLIC = "s3cret-of-the-hook", "twilio-auth-token", "https://blether.example.org"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
SID = "SM0123456789abcdef0123456789abcdef"
ROW = UUID("0198f2c4-7a31-7c55-9a01-5d7b1f0a2c3d")
NUMBERS = {"+447700900100": "sms"}
UPDATE: dict[str, Any] = {
    "update_id": 5,
    "message": {"message_id": 1, "date": 1_760_000_000, "chat": {"id": 7, "type": "private"}, "text": "2"},
}
FORM = {"MessageSid": SID, "From": "+447700900123", "To": "+447700900100", "Body": "aye +1 & 🙂", "NumMedia": "0"}
STATUS = {"MessageSid": SID, "MessageStatus": "delivered", "From": "+447700900100", "To": "+447700900123"}


class Inbox:
    def __init__(self) -> None:
        self.items: list[Incoming | Unreadable] = []
        self.statuses: list[StatusReport] = []
        self.forged: list[str] = []
        self.after: list[Incoming | Unreadable] = []
        self.broken = False

    async def take_in(self, items: list[Incoming | Unreadable]) -> None:
        self._work()
        self.items += items

    async def take_status(self, report: StatusReport) -> None:
        self._work()
        self.statuses.append(report)

    async def on_forged(self, source: str) -> None:
        self._work()
        self.forged.append(source)

    def after_commit(self, items: Sequence[Incoming | Unreadable]) -> None:
        self.after += items

    def _work(self) -> None:
        if self.broken:
            raise RuntimeError("the database is away")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def web(inbox: Inbox) -> AsyncIterator[httpx.AsyncClient]:
    routes = [
        telegram_route("main", SECRET, inbox.take_in, inbox.on_forged, after_commit=inbox.after_commit),
        twilio_message_route(TOKEN, PUBLIC, NUMBERS, inbox.take_in, inbox.on_forged),
        twilio_status_route(TOKEN, f"{PUBLIC}/", NUMBERS, inbox.take_status, inbox.on_forged),
    ]
    transport = httpx.ASGITransport(Starlette(routes=routes), client=("203.0.113.9", 1234))
    # The service sits behind a proxy: what it is called from inside has nothing to do with what is signed.
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.5:8000") as client:
        yield client


async def telegram(web: httpx.AsyncClient, body: bytes, secret: str | None = SECRET) -> httpx.Response:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    return await web.post("/telegram/main", content=body, headers=headers)


async def twilio(
    web: httpx.AsyncClient, path: str, form: dict[str, str], *, signed: str | None = None, changed: str = ""
) -> httpx.Response:
    signature = RequestValidator(TOKEN).compute_signature(signed or PUBLIC + path, form)
    body = urlencode(form) + changed
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return await web.post(path, content=body, headers=headers)


async def test_an_update_is_taken_in_and_then_answered(web: httpx.AsyncClient, inbox: Inbox) -> None:
    answer = await telegram(web, json.dumps(UPDATE).encode())
    assert answer.status_code == 200
    (item,) = inbox.items
    assert isinstance(item, Incoming)
    assert (item.account, item.provider_id, item.text) == ("main", "5", "2")
    assert inbox.after == inbox.items


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "é"])
async def test_a_forged_update_is_refused_and_told(web: httpx.AsyncClient, inbox: Inbox, secret: str | None) -> None:
    headers = [] if secret is None else [(SECRET_HEADER.encode(), secret.encode())]
    answer = await web.post("/telegram/main", content=json.dumps(UPDATE), headers=headers)
    assert answer.status_code == 403
    assert (inbox.items, inbox.forged) == ([], ["203.0.113.9"])


async def test_an_account_without_a_secret_takes_nothing(inbox: Inbox) -> None:
    app = Starlette(routes=[telegram_route("main", "", inbox.take_in, inbox.on_forged)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as web:
        assert (await telegram(web, json.dumps(UPDATE).encode(), "")).status_code == 403
    assert inbox.items == []


async def test_another_account_is_not_there(web: httpx.AsyncClient) -> None:
    assert (await web.post("/telegram/other", headers={SECRET_HEADER: SECRET})).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b'{"message": {}}'])
async def test_a_genuine_update_that_cannot_be_read_is_set_aside_not_asked_for_again(
    web: httpx.AsyncClient, inbox: Inbox, body: bytes
) -> None:
    assert (await telegram(web, body)).status_code == 200
    (item,) = inbox.items
    assert isinstance(item, Unreadable)


async def test_a_genuine_update_that_is_too_long_is_set_aside_cut_short(web: httpx.AsyncClient, inbox: Inbox) -> None:
    assert (await telegram(web, b" " * (LONGEST_TELEGRAM + 1))).status_code == 200
    (item,) = inbox.items
    assert isinstance(item, Unreadable)
    assert (item.reason, len(item.raw)) == ("TooLong", LONGEST_TELEGRAM)


async def test_an_update_that_could_not_be_committed_is_asked_for_again(web: httpx.AsyncClient, inbox: Inbox) -> None:
    inbox.broken = True
    assert (await telegram(web, json.dumps(UPDATE).encode())).status_code == 503
    assert inbox.after == []


async def test_a_text_is_taken_in_and_answered_with_nothing_to_say(web: httpx.AsyncClient, inbox: Inbox) -> None:
    answer = await twilio(web, "/twilio/message", FORM)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")
    (item,) = inbox.items
    assert isinstance(item, Incoming)
    assert (item.account, item.provider_id, item.text) == ("sms", SID, "aye +1 & 🙂")


async def test_the_public_address_is_signed_with_its_query(web: httpx.AsyncClient, inbox: Inbox) -> None:
    assert (await twilio(web, "/twilio/message?a=%20b", FORM)).status_code == 200
    assert (await twilio(web, "/twilio/message?a=b", FORM, signed=f"{PUBLIC}/twilio/message")).status_code == 403
    assert len(inbox.items) == 1


@pytest.mark.parametrize("changed", ["&Extra=1", "&Body=other"])
async def test_a_changed_text_is_refused_and_told(web: httpx.AsyncClient, inbox: Inbox, changed: str) -> None:
    assert (await twilio(web, "/twilio/message", FORM, changed=changed)).status_code == 403
    assert (inbox.items, inbox.forged) == ([], ["203.0.113.9"])


@pytest.mark.parametrize("path", ["/twilio/message", "/twilio/status"])
async def test_an_unsigned_call_is_refused(web: httpx.AsyncClient, inbox: Inbox, path: str) -> None:
    assert (await web.post(path, data=FORM)).status_code == 403
    assert (await web.post(path, content=b"\xff" * 10)).status_code == 403
    assert (await web.post(path, content="&".join(f"f{n}=1" for n in range(500)))).status_code == 403
    assert len(inbox.forged) == 3


@pytest.mark.parametrize("path", ["/twilio/message", "/twilio/status"])
async def test_a_form_longer_than_any_is_not_read_to_its_end(web: httpx.AsyncClient, inbox: Inbox, path: str) -> None:
    assert (await twilio(web, path, {**FORM, "Body": "x" * LONGEST_FORM})).status_code == 413
    assert inbox.items == []


async def test_a_text_that_could_not_be_committed_is_asked_for_again(web: httpx.AsyncClient, inbox: Inbox) -> None:
    inbox.broken = True
    assert (await twilio(web, "/twilio/message", FORM)).status_code == 503


async def test_a_genuine_form_without_a_sid_is_set_aside(web: httpx.AsyncClient, inbox: Inbox) -> None:
    assert (await twilio(web, "/twilio/message", {"Body": "2", "Empty": ""})).status_code == 200
    assert isinstance(inbox.items[0], Unreadable)


async def test_a_status_is_taken_in_with_the_outbox_row(web: httpx.AsyncClient, inbox: Inbox) -> None:
    answer = await twilio(web, f"/twilio/status?m={ROW.hex}", STATUS)
    assert answer.status_code == 200
    assert inbox.statuses == [StatusReport("sms", SID, "delivered", message_id=ROW)]


async def test_a_status_whose_row_was_changed_is_refused(web: httpx.AsyncClient, inbox: Inbox) -> None:
    signed = f"{PUBLIC}/twilio/status?m={ROW.hex}"
    answer = await twilio(web, f"/twilio/status?m={ROW.hex[::-1]}", STATUS, signed=signed)
    assert (answer.status_code, inbox.statuses) == (403, [])


async def test_a_status_that_says_nothing_usable_is_answered_all_the_same(web: httpx.AsyncClient, inbox: Inbox) -> None:
    assert (await twilio(web, "/twilio/status", {**STATUS, "MessageStatus": "received"})).status_code == 200
    assert inbox.statuses == []


async def test_a_status_that_could_not_be_committed_is_asked_for_again(web: httpx.AsyncClient, inbox: Inbox) -> None:
    inbox.broken = True
    assert (await twilio(web, "/twilio/status", STATUS)).status_code == 503


async def test_a_forged_call_is_refused_even_when_it_cannot_be_noted(web: httpx.AsyncClient, inbox: Inbox) -> None:
    inbox.broken = True
    assert (await telegram(web, b"{}", "wrong")).status_code == 403


@pytest.mark.parametrize("path", ["/telegram/main", "/twilio/message", "/twilio/status"])
async def test_only_posts_are_taken(web: httpx.AsyncClient, path: str) -> None:
    assert (await web.get(path)).status_code == 405


def test_forged_calls_are_counted_and_each_source_is_written_down_once_an_hour() -> None:
    calls, start = ForgedCalls(), datetime(2025, 10, 9, 9, 0, tzinfo=UTC)
    due = [calls.count(source, start + timedelta(minutes=minutes))
           for source, minutes in (("a", 0), ("a", 59), ("b", 59), ("a", 60), ("a", 61))]  # fmt: skip
    assert due == [True, False, True, True, False]
    assert calls.total == 5


def test_very_many_sources_do_not_fill_memory_or_the_audit() -> None:
    calls, now = ForgedCalls(), datetime(2025, 10, 9, 9, 0, tzinfo=UTC)
    assert sum(calls.count(f"source-{n}", now) for n in range(5_000)) == ForgedCalls.MOST_SOURCES
