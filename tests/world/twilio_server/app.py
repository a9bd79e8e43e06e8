"""The server's two doors: Twilio's REST API for the bot, the control door for the test."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.world.provider.faults import Fault, answer_under, status_seen
from tests.world.provider.serving import control_route
from tests.world.twilio_server.account import ACCOUNT_SID, API_VERSION, AUTH_TOKEN, Account
from tests.world.twilio_server.control import doors
from tests.world.twilio_server.errors import RestError
from tests.world.twilio_server.listing import page
from tests.world.twilio_server.sending import create

Json = dict[str, Any]


class Server:
    """Holds the account of the moment; `reset` puts a fresh one in its place."""

    def __init__(self) -> None:
        self.account = Account()

    async def reset(self, arguments: Json) -> Json:
        """Everything as new; `sid` and `token` set the account's."""
        await self.account.end()
        self.account = Account(arguments.get("sid", ACCOUNT_SID), arguments.get("token", AUTH_TOKEN))
        return {"sid": self.account.sid}

    async def messages(self, request: Request) -> Response:
        """`/Accounts/{sid}/Messages.json`: create or list."""
        if request.method == "POST":
            form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
            return await self._answer(request, "Messages.create", form, lambda a: (a.resource(create(a, form)), 201))
        query = dict(request.query_params)
        return await self._answer(request, "Messages.list", query, lambda a: (page(a, query), 200))

    async def message(self, request: Request) -> Response:
        """`/Accounts/{sid}/Messages/{message}.json`: fetch."""

        def fetch(account: Account) -> tuple[Json, int]:
            message = account.messages.get(request.path_params["message"])
            if message is None:
                raise RestError(20404, f"The requested resource {request.url.path} was not found")
            return account.resource(message), 200

        return await self._answer(request, "Messages.fetch", dict(request.query_params), fetch)

    async def own(self, request: Request) -> Response:
        """`/Accounts/{sid}.json`: fetch."""
        return await self._answer(
            request, "Account.fetch", dict(request.query_params), lambda a: (a.own_resource(), 200)
        )

    async def _answer(
        self,
        request: Request,
        name: str,
        values: dict[str, str],
        work: Callable[[Account], tuple[Json, int]],
    ) -> Response:
        account = self.account
        target = values.get("To") or None
        entry = account.journal.begin(name, dict(values), target)
        wrong = _credentials_fault(account, request)
        fault = None if wrong else account.faults.take(name, target)
        entry["fault"] = fault.kind if fault else None

        async def worked() -> Response:
            try:
                if wrong:
                    raise wrong
                body, status = work(account)
            except RestError as no:
                if no.fault:
                    account.journal.problem(f"{name}: {no.code} {no.words}")
                account.journal.end(entry, no.status, f"{no.code} {no.words}")
                return JSONResponse(no.body(), no.status)
            account.journal.end(entry, status)
            return JSONResponse(body, status)

        answer = await answer_under(fault, worked, _refused_by_order)
        account.journal.settle(entry, status_seen(answer))
        return answer


def _credentials_fault(account: Account, request: Request) -> RestError | None:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        decoded = base64.b64decode(given, validate=True)
    except binascii.Error:
        decoded = b""
    right = f"{account.sid}:{account.token}".encode()
    if kind.lower() != "basic" or not hmac.compare_digest(decoded, right):
        return RestError(20003, fault=True)
    if request.path_params["sid"] != account.sid:
        return RestError(20404, f"The requested resource {request.url.path} was not found", fault=True)
    return RestError(20003) if account.status != "active" else None


def _refused_by_order(fault: Fault) -> Response:
    if fault.kind == "rate_limited":
        refusal = RestError(20429)
    elif fault.kind == "server_error":
        refusal = RestError(20500, fault.description)
    else:
        refusal = RestError(fault.code or 21610, fault.description)
    return JSONResponse(refusal.body(), refusal.status)


def make_app() -> Starlette:
    """The application."""
    server = Server()
    base = f"/{API_VERSION}/Accounts/{{sid}}"

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await server.account.end()

    async def not_found(request: Request, _: Exception) -> Response:
        no = RestError(20404, f"The requested resource {request.url.path} was not found")
        server.account.journal.problem(f"{request.method} {request.url.path}: no such resource")
        return JSONResponse(no.body(), no.status)

    async def not_allowed(request: Request, _: Exception) -> Response:
        server.account.journal.problem(f"{request.method} {request.url.path}: no such method")
        return JSONResponse(RestError(20004).body(), 405)

    return Starlette(
        routes=[
            Route(base + "/Messages.json", server.messages, methods=["GET", "POST"]),
            Route(base + "/Messages/{message}.json", server.message, methods=["GET"]),
            Route(base + ".json", server.own, methods=["GET"]),
            control_route(lambda: {**doors(server.account), "reset": server.reset}),
        ],
        exception_handlers={404: not_found, 405: not_allowed},
        lifespan=lifespan,
    )
