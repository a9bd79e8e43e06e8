"""A small HTTP listener in the test's own loop: stands for the bot where a test looks at what providers post."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.world.provider.serving import loopback_listener

_LONGEST_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One request: `headers` by lower-case name."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Listener:
    """What came in, and what is answered: the next of `statuses`, then `usual`."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    usual: int = 200
    content: str = ""
    media_type: str = "text/xml"
    heard: list[Heard] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request) -> Response:
        """Write a request down and answer it."""
        heard = Heard(request.url.path, dict(request.headers), await request.body())
        async with self._changed:
            self.heard.append(heard)
            self._changed.notify_all()
        status = self.statuses.pop(0) if self.statuses else self.usual
        return Response(self.content, status, media_type=self.media_type)

    async def wait(self, count: int) -> list[Heard]:
        """Wait until `count` requests came. Raises TimeoutError after 10 s."""
        async with asyncio.timeout(_LONGEST_WAIT_S), self._changed:
            await self._changed.wait_for(lambda: len(self.heard) >= count)
        return self.heard


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """A listener on a free loopback port."""
    listener = Listener()
    opened = loopback_listener()
    listener.url = f"http://127.0.0.1:{opened.getsockname()[1]}"
    app = Starlette(routes=[Route("/{path:path}", listener.take, methods=["POST"])])
    config = uvicorn.Config(
        app, log_level="critical", lifespan="off", timeout_keep_alive=75, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        yield listener
    finally:
        server.should_exit = True
        await asyncio.wait_for(serving, _LONGEST_WAIT_S)
