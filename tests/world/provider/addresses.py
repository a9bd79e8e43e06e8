"""From a public address, as the provider knows it, to the local one where the bot listens in a test."""

from __future__ import annotations

import ssl
from itertools import count
from urllib.parse import urlsplit

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that only ever go to plain HTTP on the loopback: reading the certificates takes a tenth of a second."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Addresses:
    """`public_url` is what the bot is known by; requests to it go to `deliver_to`, in turn if several."""

    def __init__(self) -> None:
        self._public: str = ""
        self._local: list[str] = []
        self._turn = count()

    def route(self, public_url: str, deliver_to: str | list[str]) -> None:
        """Deliver what is for `public_url` to `deliver_to` (http://127.0.0.1:PORT; a list: each in turn)."""
        local = [deliver_to] if isinstance(deliver_to, str) else list(deliver_to)
        if not local or any(urlsplit(one).hostname not in _LOOPBACK for one in local):
            raise ValueError("deliver_to must be a loopback address")
        self._public = public_url.rstrip("/")
        self._local = [one.rstrip("/") for one in local]

    def local(self, url: str) -> str | None:
        """Where to send a request that is for `url`, without its fragment; None: nowhere that a test may go."""
        plain = url.partition("#")[0]
        if self._public and (plain == self._public or plain.startswith((self._public + "/", self._public + "?"))):
            return self._local[next(self._turn) % len(self._local)] + plain[len(self._public) :]
        return plain if urlsplit(plain).hostname in _LOOPBACK else None
