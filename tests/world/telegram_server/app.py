"""The server's two doors: the Bot API for the bot, the control door for the test."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.world.provider.faults import Fault, answer_under, status_seen
from tests.world.provider.journal import Entry
from tests.world.provider.serving import control_route
from tests.world.telegram_server.chats import TOKEN, Bot
from tests.world.telegram_server.control import doors
from tests.world.telegram_server.methods import METHODS, allow
from tests.world.telegram_server.parameters import Parameters, read
from tests.world.telegram_server.pushing import WORKERS, make_client, push_forever
from tests.world.telegram_server.refusals import Refusal, too_many

_BY_LOWER = {name.lower(): name for name in METHODS}
Json = dict[str, Any]


class Server:
    """Holds the bot of the moment; `reset` puts a fresh one in its place."""

    def __init__(self) -> None:
        self.bot = Bot()
        self._client = make_client()
        self._pushing: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Start posting to the webhook, should one be set."""
        self._pushing = [asyncio.create_task(push_forever(self.bot, self._client, n)) for n in range(WORKERS)]

    async def end(self) -> None:
        """Stop posting and let go of those who poll."""
        self.bot.updates.closed = True
        self.bot.journal.changed()
        for task in self._pushing:
            task.cancel()
        await asyncio.gather(*self._pushing, return_exceptions=True)

    async def reset(self, arguments: Json) -> Json:
        """Everything as new; `token` sets the bot's token."""
        await self.end()
        self.bot = Bot(arguments.get("token", TOKEN))
        self.begin()
        return {"token": self.bot.token, "username": self.bot.me["username"]}

    async def call(self, request: Request) -> Response:
        """`/bot<token>/<method>`."""
        bot = self.bot
        try:
            values = await read(request)
        except Refusal as refusal:
            bot.journal.problem(refusal.description)
            return JSONResponse(refusal.body(), refusal.status)
        written: str = request.path_params["method"]
        name = _BY_LOWER.get(written.lower(), written)
        target = str(values["chat_id"]) if "chat_id" in values else None
        entry = bot.journal.begin(name, values, target)
        known = hmac.compare_digest(request.path_params["token"].encode(), bot.token.encode())
        fault = bot.faults.take(name, target) if known else None
        entry["fault"] = fault.kind if fault else None
        entry["early"] = name == "sendMessage" and time.monotonic() < bot.held.get(target, 0.0)

        async def work() -> Response:
            return await self._work(bot, request, name, values, entry, known=known)

        answer = await answer_under(fault, work, _refused_by_order)
        bot.journal.settle(entry, status_seen(answer))
        if answer.status_code == 429:
            bot.held[target] = time.monotonic() + json.loads(bytes(answer.body))["parameters"]["retry_after"]
        return answer

    async def _work(
        self, bot: Bot, request: Request, name: str, values: Json, entry: Entry, *, known: bool
    ) -> Response:
        try:
            if not known:
                raise Refusal(401, "Unauthorized", fault=True)
            result = await self._result(bot, request, name, Parameters(values))
        except Refusal as refusal:
            if refusal.fault:
                bot.journal.problem(f"{name}: {refusal.description}")
            bot.journal.end(entry, refusal.status, refusal.description)
            return JSONResponse(refusal.body(), refusal.status)
        bot.journal.end(entry, 200)
        return JSONResponse({"ok": True, "result": result})

    async def _result(self, bot: Bot, request: Request, name: str, p: Parameters) -> Any:
        if name not in METHODS:
            raise Refusal(404, "method not found", fault=True)
        method, known = METHODS[name]
        unknown = sorted(p.values.keys() - known)
        if unknown:
            bot.journal.problem(f"{name}: parameters that the Bot API does not know: {', '.join(unknown)}")
        return method(bot, p) if method else await _get_updates(bot, request, p)


async def _get_updates(bot: Bot, request: Request, p: Parameters) -> list[Json]:
    """Long poll, given up when the client goes away (its updates stay unconfirmed)."""
    allow(bot, p)
    poll = asyncio.ensure_future(
        bot.updates.poll(bot.webhook, p.whole("offset"), p.whole("limit"), p.whole("timeout", 0) or 0)
    )
    gone = asyncio.ensure_future(_gone(request))
    await asyncio.wait({poll, gone}, return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    if poll.done():
        return poll.result()
    poll.cancel()
    return []


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _refused_by_order(fault: Fault) -> Response:
    """The answer that a test ordered."""
    if fault.kind == "rate_limited":
        refusal = too_many(fault.retry_after)
    elif fault.kind == "server_error":
        refusal = Refusal(500, fault.description or "Internal Server Error")
        refusal.description = fault.description or "Internal Server Error"
    else:
        refusal = Refusal(fault.code or 403, fault.description or "bot was blocked by the user")
    return JSONResponse(refusal.body(), refusal.status)


def make_app() -> Starlette:
    """The application, with the webhook's workers running while it is up."""
    server = Server()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        server.begin()
        yield
        await server.end()

    async def not_found(_: Request, __: Exception) -> Response:
        return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, 404)

    return Starlette(
        routes=[
            Route("/bot{token}/{method}", server.call, methods=["GET", "POST"]),
            control_route(lambda: {**doors(server.bot), "reset": server.reset}),
        ],
        exception_handlers={404: not_found},
        lifespan=lifespan,
    )
