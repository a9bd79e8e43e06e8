"""Signed requests to the bot: the signature, and when a failed one is tried again."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import parse_qs

import httpx

from tests.world.provider.addresses import NO_CERTIFICATES
from tests.world.provider.journal import stamp
from tests.world.twilio_server.account import Account

_CONNECT_S = 5.0
_READ_S = 15.0
_BACK_OFF_S = 0.05
_MOST_RETRIES = 5
Json = dict[str, Any]


def signature(token: str, url: str, form: dict[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 by the auth token over the address and the sorted names and values, base64.

    The address is the public one, without its fragment (Twilio's documentation, "Webhooks security").
    """
    signed = url.partition("#")[0] + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def retries(url: str) -> tuple[int, set[str]]:
    """How often a failed request is tried again and after what, from `#rc=N&rp=a,b` (default: never).

    Words of `rp`: ct (no connection), rt (no answer in time), 4xx, 5xx, all.
    """
    fragment = parse_qs(url.partition("#")[2])
    count = int(fragment.get("rc", ["0"])[0])
    return min(count, _MOST_RETRIES), set(fragment.get("rp", ["ct"])[0].split(","))


async def post_signed(account: Account, url: str, form: dict[str, str], *, token: str | None = None) -> list[Json]:
    """Post a form to the bot, with retries if its address asks for them; what became of each attempt."""
    again, after = retries(url)
    headers = {
        "X-Twilio-Signature": signature(token or account.token, url, form),
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "User-Agent": "TwilioProxy/1.1",
    }
    posts: list[Json] = []
    limits = httpx.Timeout(_READ_S, connect=_CONNECT_S)
    async with httpx.AsyncClient(timeout=limits, verify=NO_CERTIFICATES, trust_env=False) as client:
        for attempt in range(again + 1):
            address = account.addresses.local(url)
            if address is None:
                account.journal.problem("a callback or webhook address is neither public_url nor a loopback address")
                return [*posts, {"status": None, "error": "no way there"}]
            outcome, why = await _once(account, client, address, form, headers)
            posts.append({**outcome, "at": stamp()})
            if why is None or not ({why, "all"} & after):
                break
            await asyncio.sleep(_BACK_OFF_S * 2**attempt)
    return posts


async def _once(
    account: Account, client: httpx.AsyncClient, address: str, form: dict[str, str], headers: dict[str, str]
) -> tuple[Json, str | None]:
    """One attempt: what to write down, and why it failed in the words of `rp` (None: it did not)."""
    try:
        answer = await client.post(address, data=form, headers=headers)
    except (httpx.ConnectError, httpx.ConnectTimeout) as broken:
        return {"status": None, "error": type(broken).__name__}, "ct"
    except httpx.HTTPError as broken:
        return {"status": None, "error": type(broken).__name__}, "rt"
    _look_at_body(account, answer)
    kind = {4: "4xx", 5: "5xx"}.get(answer.status_code // 100)
    return {"status": answer.status_code, "error": None}, kind


def _look_at_body(account: Account, answer: httpx.Response) -> None:
    """Twilio reads a body as TwiML: it must be XML (12300), and this server sends no replies by TwiML."""
    if not answer.is_success or not answer.content.strip():
        return
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip()
    if content_type not in {"text/xml", "application/xml"}:
        account.journal.problem(f"12300: an answer to a webhook has the content type {content_type!r}")
    elif b"<Message" in answer.content:
        account.journal.problem("a reply by TwiML: not built in this server")
