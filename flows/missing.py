"""What a text or condition reads when there is no value: every comparison false, printing an error."""

from __future__ import annotations

from typing import Any, Final, NoReturn

from jinja2 import Undefined

from flows.errors import FlowRunError


def _false(self: Missing, other: object) -> bool:
    return False


def _still_missing(self: Missing, *others: object) -> Missing:
    return self


class Missing(Undefined):
    """No value. `==`, `!=`, `<`, `in` and the rest are false, sums are missing, printing raises FlowRunError."""

    __slots__ = ()

    __eq__ = __ne__ = _false
    __lt__ = __le__ = __gt__ = __ge__ = _false
    __add__ = __radd__ = __sub__ = __rsub__ = __neg__ = _still_missing

    def __hash__(self) -> int:
        return id(type(self))

    def __bool__(self) -> bool:
        return False

    def __contains__(self, item: object) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __str__(self) -> NoReturn:
        raise FlowRunError("a value that is missing was to be printed")


MISSING: Final = Missing()
