"""How the Bot API says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer with `ok: false`.

    `status` is HTTP status and error_code, `words` the description without its prefix; `fault` says that a correct
    client never makes such a request, so that it is written down as a problem.
    """

    def __init__(self, status: int, words: str, *, fault: bool = False, retry_after: int | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.description = _PREFIX.get(status, "") + words
        self.fault = fault
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


_PREFIX = {
    400: "Bad Request: ",
    403: "Forbidden: ",
    404: "Not Found: ",
    409: "Conflict: ",
    429: "Too Many Requests: ",
    500: "Internal Server Error: ",
}


def bad(words: str) -> Refusal:
    """A 400 that is the client's own mistake."""
    return Refusal(400, words, fault=True)


def too_many(seconds: int) -> Refusal:
    """A 429 that asks to wait `seconds`."""
    return Refusal(429, f"retry after {seconds}", retry_after=seconds)
