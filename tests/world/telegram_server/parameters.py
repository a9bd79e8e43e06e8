"""The parameters of a request: query string, form, multipart or JSON, as the Bot API takes them."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from tests.world.telegram_server.refusals import bad


async def read(request: Request) -> dict[str, Any]:
    """All parameters of a request. Values of forms are strings; those of a JSON body keep their types."""
    found: dict[str, Any] = dict(request.query_params)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type == "application/json":
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            raise bad("can't parse JSON") from None
        if not isinstance(body, dict):
            raise bad("object expected as request body")
        found.update(body)
    elif content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        form = await request.form()
        found.update({name: value for name, value in form.items() if isinstance(value, str)})
    return found


class Parameters:
    """Typed reading of parameters; what is wrong is refused with the Bot API's words."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        """A string parameter."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def whole(self, name: str, default: int | None = None) -> int | None:
        """An integer parameter; strings of digits count."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f'parameter "{name}" must be an integer') from None

    def truth(self, name: str) -> bool:
        """A boolean parameter: true, True, yes and 1 as strings too."""
        return str(self.values.get(name, "")).lower() in {"true", "yes", "1"}

    def json(self, name: str, what: str) -> Any:
        """A parameter that is JSON: in a form it comes as a string. None when it is missing."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {what} JSON object") from None

    def chat_id(self) -> str:
        """The chat as the client wrote it; refused when it is empty."""
        value = str(self.values.get("chat_id", "")).strip()
        if not value:
            raise bad("chat_id is empty")
        return value
