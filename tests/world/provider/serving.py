"""Running a provider server as a process of its own, and its control door.

The process prints its address as the first line on standard output and ends when its standard input closes, so
that it never outlives the test run that started it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import stat
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.world.provider.journal import Journal

State = TypeVar("State")
Control = Callable[[dict[str, Any]], Awaitable[Any]]


class OpenProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, showing the application its transport so that a fault can break it off."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Remember the transport in the request state."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def looking(state: State, work: Callable[[State, dict[str, Any]], Any]) -> Control:
    """A door that does something at once."""

    async def door(arguments: dict[str, Any]) -> Any:
        return work(state, arguments)

    return door


def waiting(
    state: State, journal: Journal, look: Callable[[State, dict[str, Any]], Any], usual_s: float = 5.0
) -> Control:
    """A door that answers once `look` gives something, or null after the argument `timeout` (seconds)."""

    async def door(arguments: dict[str, Any]) -> Any:
        return await journal.until(lambda: look(state, arguments), arguments.get("timeout", usual_s))

    return door


def control_route(doors: Callable[[], dict[str, Control]]) -> Route:
    """`POST /control/{name}` with a JSON object: calls the door of that name; 422 with `error` when it says no."""

    async def endpoint(request: Request) -> JSONResponse:
        door = doors().get(request.path_params["name"])
        if door is None:
            return JSONResponse({"error": "no such control call"}, 404)
        arguments = await request.json() if await request.body() else {}
        try:
            return JSONResponse({"result": await door(arguments)})
        except (ValueError, TypeError, KeyError) as wrong:
            return JSONResponse({"error": f"{type(wrong).__name__}: {wrong}"}, 422)

    return Route("/control/{name}", endpoint, methods=["POST"])


def loopback_listener(port: int = 0) -> socket.socket:
    """A listening socket on 127.0.0.1 (0: any free port).

    The protocol is named because asyncio turns Nagle's delay off only on sockets that say TCP: 40 ms an answer.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    return listener


def run(app: Starlette, port: int) -> None:
    """Serve on 127.0.0.1 (0: any free port), print the address, stop at SIGTERM or when stdin closes."""
    listener = loopback_listener(port)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=OpenProtocol,
            ws="none",
            lifespan="on",
            proxy_headers=False,
            log_level="warning",
            timeout_keep_alive=75,  # as long as the real ones: no race with a pool that reuses a connection
            timeout_graceful_shutdown=1,
        )
    )

    async def serve() -> None:
        watch = asyncio.create_task(_stop_with_parent(server))
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve(sockets=[listener])
        watch.cancel()

    asyncio.run(serve())


async def _stop_with_parent(server: uvicorn.Server) -> None:
    """Read standard input until it closes; only a pipe is watched, no terminal and no /dev/null."""
    if not stat.S_ISFIFO(os.fstat(0).st_mode):
        return
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(4096):
        pass
    server.should_exit = True


def port_from(description: str, arguments: list[str] | None = None) -> int:
    """The value of `--port` (default 0: any free port)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0)
    return parser.parse_args(arguments).port
