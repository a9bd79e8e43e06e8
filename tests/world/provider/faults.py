"""Failures that a test orders: which requests they hit, how often, and what the client sees."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Kind = Literal[
    "rate_limited",  # 429, with retry_after seconds where the provider says them; not processed
    "refuse",  # the provider's own refusal: `code` and `description`; not processed
    "server_error",  # 500; processed only if `accepted`
    "bad_gateway",  # 502 with a page of HTML; processed only if `accepted`
    "truncated",  # processed; a well-framed answer with half its JSON
    "cut",  # processed; the connection breaks in the middle of the body
    "slow",  # processed at once; the answer comes `seconds` later
    "drop_after",  # processed; the connection is dropped without an answer
    "drop_before",  # not processed; the connection is dropped
]
KINDS: tuple[str, ...] = get_args(Kind)
_GATEWAY_PAGE = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502</body>\r\n</html>\r\n"


@dataclass(slots=True)
class Fault:
    """One ordered failure. `times` None: until healed. `method`, `target` None: any."""

    kind: Kind
    times: int | None = 1
    method: str | None = None
    target: str | None = None
    retry_after: int = 1
    seconds: float = 1.0
    code: int | None = None
    description: str = ""
    accepted: bool = False

    def hits(self, method: str, target: str | None) -> bool:
        """Whether this request is one that the test meant."""
        return (self.method is None or self.method.lower() == method.lower()) and (
            self.target is None or self.target == target
        )


class Faults:
    """The failures still to come, in the order in which they were ordered."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, arguments: dict[str, Any]) -> None:
        """Order a failure from JSON arguments. Raises ValueError for an unknown kind."""
        if arguments.get("kind") not in KINDS:
            raise ValueError(f"unknown fault kind; known: {', '.join(KINDS)}")
        self._ordered.append(Fault(**arguments))

    def heal(self) -> None:
        """Order nothing any more."""
        self._ordered.clear()

    def take(self, method: str, target: str | None) -> Fault | None:
        """The failure for this request, counted as used, or None."""
        for fault in self._ordered:
            if fault.hits(method, target):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._ordered.remove(fault)
                return fault
        return None


class Dropped(Response):
    """No answer at all: the connection is broken off (needs `serving.OpenProtocol`)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["transport"].abort()
        await asyncio.sleep(0)  # let the server see that the connection is gone


class Cut(Response):
    """Headers and half the body, then the connection is broken off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(0.01)  # let the half reach the client before the reset
        await Dropped()(scope, receive, send)


def status_seen(answer: Response) -> int | None:
    """The status that the client sees; None when the connection is dropped."""
    return None if isinstance(answer, Dropped) else answer.status_code


async def answer_under(
    fault: Fault | None, work: Callable[[], Awaitable[Response]], refusal: Callable[[Fault], Response]
) -> Response:
    """Do the work as far as the fault lets it happen, and answer as the fault says."""
    if fault is None:
        return await work()
    if fault.kind == "drop_before":
        return Dropped()
    if fault.kind in {"rate_limited", "refuse"}:
        return refusal(fault)
    if fault.kind == "server_error" or fault.kind == "bad_gateway":
        if fault.accepted:
            await work()
        return refusal(fault) if fault.kind == "server_error" else _gateway_page()
    return await _spoilt(fault, await work())


async def _spoilt(fault: Fault, answer: Response) -> Response:
    body = bytes(answer.body)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return answer
    if fault.kind == "truncated":
        return Response(body[: len(body) // 2], answer.status_code, media_type="application/json")
    if fault.kind == "cut":
        return Cut(body, answer.status_code, media_type="application/json")
    return Dropped()


def _gateway_page() -> Response:
    return Response(_GATEWAY_PAGE, 502, media_type="text/html")
