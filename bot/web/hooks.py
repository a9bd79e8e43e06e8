"""Webhooks: what Telegram and Twilio post to us. A 200 means that it is committed; a failure to commit is a 503.

    forged (wrong secret, wrong signature)     403, counted, `on_forged(source)`
    genuine but unreadable                     taken in as `Unreadable`, 200: asking again would bring the same
    genuine and committed, or seen before      200
    `take_in` raised                           503, so that the provider tries again
    longer than any real one                   413 unsigned; a genuine one is taken in cut short

The addresses are given to the provider with `public_url` in front; what Twilio signs is that, whatever a proxy made
of it.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.base import Incoming, StatusReport, Unreadable
from bot.channels.sms.inbound import read_message, read_status
from bot.channels.sms.signature import HEADER as SIGNATURE_HEADER
from bot.channels.sms.signature import is_genuine
from bot.channels.telegram.updates import read_update
from bot.logs import logger

Items = list[Incoming | Unreadable]
TakeIn = Callable[[Items], Awaitable[None]]
TakeStatus = Callable[[StatusReport], Awaitable[None]]
AfterCommit = Callable[[Sequence[Incoming | Unreadable]], None]
OnForged = Callable[[str], Awaitable[None]]

TELEGRAM_HEADER = "X-Telegram-Bot-Api-Secret-Token"
EMPTY_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
LONGEST_TELEGRAM = 1_000_000  # bytes; an update with its entities stays far below
LONGEST_FORM = 100_000
MOST_FIELDS = 200

_log = logger("web.hooks")


def telegram_route(
    account: str,
    secret: str,
    take_in: TakeIn,
    on_forged: OnForged,
    *,
    after_commit: AfterCommit | None = None,
) -> Route:
    """`POST /telegram/{account}` for one bot. `secret` is what `setWebhook` was given."""

    async def receive(request: Request) -> Response:
        given = request.headers.get(TELEGRAM_HEADER, "")
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            return await _forged(request, on_forged)
        body, whole = await _body(request, LONGEST_TELEGRAM)
        items: Items = [_update(account, body) if whole else _unreadable(account, body, "TooLong")]
        if not await _committed(take_in(items)):
            return Response(status_code=503)
        if after_commit is not None:
            after_commit(items)
        return Response(status_code=200)

    return Route(f"/telegram/{account}", receive, methods=["POST"], name="telegram")


def twilio_message_route(
    auth_token: str,
    public_url: str,
    account_for_number: Mapping[str, str],
    take_in: TakeIn,
    on_forged: OnForged,
) -> Route:
    """`POST /twilio/message`: an empty `<Response/>` once the text is committed; replies go by the outbox."""

    async def receive(request: Request) -> Response:
        form = await _signed_form(request, auth_token, public_url)
        if isinstance(form, Response):
            return form
        if form is None:
            return await _forged(request, on_forged)
        if not await _committed(take_in([read_message(account_for_number, form)])):
            return Response(status_code=503)
        return Response(EMPTY_REPLY, media_type="text/xml")

    return Route("/twilio/message", receive, methods=["POST"], name="twilio-message")


def twilio_status_route(
    auth_token: str,
    public_url: str,
    account_for_number: Mapping[str, str],
    take_status: TakeStatus,
    on_forged: OnForged,
) -> Route:
    """`POST /twilio/status`: how a sent text fared."""

    async def receive(request: Request) -> Response:
        form = await _signed_form(request, auth_token, public_url)
        if isinstance(form, Response):
            return form
        if form is None:
            return await _forged(request, on_forged)
        report = read_status(account_for_number, form, dict(request.query_params))
        if report is None:
            _log.warning("status.unreadable")
        elif not await _committed(take_status(report)):
            return Response(status_code=503)
        return Response(status_code=200)

    return Route("/twilio/status", receive, methods=["POST"], name="twilio-status")


async def _signed_form(request: Request, auth_token: str, public_url: str) -> dict[str, str] | Response | None:
    """The form if Twilio signed it, None if not, an answer if it is too long for its signature to be looked at."""
    body, whole = await _body(request, LONGEST_FORM)
    if not whole:
        return Response(status_code=413)
    try:
        fields = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"
        )
    except ValueError:
        return None
    query = request.url.query
    url = public_url.rstrip("/") + request.url.path + (f"?{query}" if query else "")
    if not auth_token or not is_genuine(auth_token, url, fields, request.headers.get(SIGNATURE_HEADER, "")):
        return None
    return dict(fields)


async def _body(request: Request, longest: int) -> tuple[bytes, bool]:
    """The body and whether that is all of it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            return bytes(body[:longest]), False
    return bytes(body), True


def _update(account: str, body: bytes) -> Incoming | Unreadable:
    try:
        return read_update(account, json.loads(body))
    except (ValueError, RecursionError) as fault:
        return _unreadable(account, body, type(fault).__name__)


def _unreadable(account: str, body: bytes, reason: str) -> Unreadable:
    named = f"unnumbered-{hashlib.sha256(body).hexdigest()[:32]}"
    return Unreadable(account=account, provider_id=named, raw=body.decode("utf-8", "replace"), reason=reason)


async def _committed(work: Awaitable[None]) -> bool:
    try:
        await work
    except Exception as fault:
        _log.error("hook.not-committed", exc_info=fault)
        return False
    return True


async def _forged(request: Request, on_forged: OnForged) -> Response:
    source = request.client.host if request.client else ""
    try:
        await on_forged(source)
    except Exception as fault:
        _log.error("hook.forged-not-noted", exc_info=fault)
    return Response(status_code=403)
