"""python-telegram-bot's HTTP client with two things added.

- A 429 is always told as one. The library's `RetryAfter` needs a usable `retry_after` in the answer; without one a 429
  looks like any network error, although nothing was sent.
- A 200 that is no answer of the Bot API is a `TelegramError` like the rest, not a `KeyError` or `TypeError` that could
  as well be a fault of our own.
"""

import json
from datetime import timedelta
from typing import Any, cast

import httpx
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

LONGEST_WAIT = timedelta(hours=1)  # what is asked beyond that is looked at again after that


class FloodError(TelegramError):
    """Telegram asked to wait: the request was not carried out. `after` is None where it did not say how long."""

    def __init__(self, after: timedelta | None) -> None:
        super().__init__("too many requests")
        self.after = after


class UnreadableAnswerError(TelegramError):
    """The answer was 200, but nothing that the Bot API answers."""

    def __init__(self) -> None:
        super().__init__("unreadable answer")


class TelegramRequest(HTTPXRequest):
    """One pool of connections to the Bot API."""

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As the base class.

        Raises:
            FloodError: the answer was 429.
            UnreadableAnswerError: the answer was 200 and has no result of the kind that the method gives.
        """
        status, payload = await super().do_request(url, *args, **kwargs)
        if status == 429:
            raise FloodError(_asked(payload))
        if 200 <= status < 300 and not _is_result(url.rpartition("/")[2], payload):
            raise UnreadableAnswerError
        return status, payload


def _is_result(method: str, payload: bytes) -> bool:
    """Whether `payload` holds what the methods whose results we read give."""
    try:
        answer: object = json.loads(payload)
    except (ValueError, RecursionError):
        return False
    match method, answer:
        case "sendMessage", {"result": {"message_id": int(), "date": int(), "chat": {"id": int(), "type": str()}}}:
            return True
        case "getUpdates", {"result": list()}:
            return True
        case "getMe", {"result": {"id": int(), "is_bot": bool(), "first_name": str()}}:
            return True
        case "sendMessage" | "getUpdates" | "getMe", _:
            return False
        case _:
            return isinstance(answer, dict) and "result" in answer


def _asked(payload: bytes) -> timedelta | None:
    try:
        seconds: object = json.loads(payload)["parameters"]["retry_after"]
    except (ValueError, TypeError, KeyError):
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        return None
    return min(timedelta(seconds=min(float(seconds), 1e6)), LONGEST_WAIT)


NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


def never_left(fault: TelegramError) -> bool:
    """Whether the request certainly did not reach Telegram: no connection was made, or none was free."""
    return isinstance(cast("object", fault.__cause__), NEVER_LEFT)


def pool(connections: int, timeout: float, *, read_timeout: float | None = None) -> TelegramRequest:
    """A pool of at most `connections`; `timeout` in seconds for connecting, writing and (unless given) reading."""
    return TelegramRequest(
        connection_pool_size=connections,
        connect_timeout=timeout,
        write_timeout=timeout,
        read_timeout=timeout if read_timeout is None else read_timeout,
        pool_timeout=timeout,
    )


def bot_url(api_url: str, token: str) -> str:
    """Where this bot's methods are, without the slash at the end."""
    return f"{api_url.rstrip('/')}/bot{token}"
