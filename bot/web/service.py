"""The web side of a running process: webhooks and the two questions that an operator's monitor asks."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

Ready = Callable[[], Awaitable[dict[str, bool]]]


def web_app(hooks: Sequence[BaseRoute], ready: Ready) -> Starlette:
    """`/healthz` says that the process is alive; an unanswered escalation never changes it. `/readyz` says, part by
    part, whether it can do its work.
    """

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        parts = await ready()
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    return Starlette(
        routes=[Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"]), *hooks]
    )
