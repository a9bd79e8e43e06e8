"""Who may do what to the demo: this machine's own browser, on the demo's own page.

Whoever can reach a port of this machine is not thereby let in: the Host header must be this machine's (so no other name
may be led here), and what changes anything must be JSON from the page itself (so no other site open in the browser can
press a button).
"""

from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.demo.posted import TooMuchError

LARGEST: Final = 64 * 1024
"""Bytes that a request may bring: 4,096 characters written as escapes are fewer."""
_HOSTS: Final = ["127.0.0.1", "localhost"]
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class _Headed:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self.app(scope, receive, with_headers)


GUARDS: Final = (
    Middleware(_Headed),
    Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS, www_redirect=False),
)
"""What stands before every route."""


def refusal(request: Request) -> Response | None:
    """Why this may not change anything: another site's page sent it, or it is not JSON (a form can send all else)."""
    origin = request.headers.get("origin")
    elsewhere = origin is not None and origin != f"http://{request.headers.get('host', '')}"
    if elsewhere or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return error(403, "Only the demo's own page may do this.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return error(422, "Send JSON, with the header Content-Type: application/json.")
    return None


async def posted(request: Request) -> bytes:
    """What came.

    Raises:
        TooMuchError: more than `LARGEST`.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise TooMuchError("That is too long.")
    return bytes(body)


def error(status: int, words: str) -> Response:
    """An answer that says what is wrong."""
    return JSONResponse({"error": words}, status_code=status)
