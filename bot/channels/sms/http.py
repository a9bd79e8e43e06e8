"""Twilio's asynchronous HTTP client, pointed where the configuration says and with time-outs that hold.

The client builds addresses from its own host name and offers no setting for it, and it hands `timeout=None` on to
aiohttp (which means "for ever") whatever its constructor was given. So `request` puts in both. Credentials go in the header
at once, because the way the client hands them to aiohttp is deprecated there.
"""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response

KEEP_ALIVE = 10.0  # seconds; shorter than servers keep idle connections, so that none is used as it is closed


class UnreadableAnswerError(TwilioException):
    """The answer was 2xx, but no JSON object: a page of something on the way, or an answer cut short."""


class TwilioHttpClient(AsyncTwilioHttpClient):
    """One pool of connections, built inside a running loop and closed. `timeout` in seconds for a whole request."""

    def __init__(self, api_url: str, timeout: float, connections: int) -> None:
        super().__init__(pool_connections=False)
        parts = urlsplit(api_url)
        self._scheme, self._host, self._path = parts.scheme, parts.netloc, parts.path.rstrip("/")
        self._timeout = timeout
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEEP_ALIVE),
            trust_env=True,
        )

    async def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """As the base class, at the configured address.

        Raises:
            aiohttp.ClientError, TimeoutError: the network.
            UnreadableAnswerError: 2xx without a JSON object.
        """
        parts = urlsplit(url)
        moved = parts._replace(scheme=self._scheme, netloc=self._host, path=self._path + parts.path).geturl()
        if auth := kwargs.pop("auth", None):
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "Authorization": _basic(*auth)}
        answer = await super().request(method, moved, *args, **{**kwargs, "timeout": self._timeout})
        if 200 <= answer.status_code < 300 and not _is_object(answer.text):
            raise UnreadableAnswerError
        return answer


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
