"""How ids and moments go to the driver and come back, where SQLAlchemy's own way takes longer than the statement.

SQLite holds an id as 32 hexadecimal digits and a moment as text of one width. Both forms are SQLAlchemy's, so that rows
written by either way are read by the other.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from json import JSONEncoder
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, Uuid
from sqlalchemy.types import TypeEngine

from storage.columns import Json, Moment
from storage.errors import NaiveMomentError

Convert = Callable[[Any], Any]


def to_driver(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What a value of this type goes through before the driver gets it; None: nothing."""
    if dialect.name == "sqlite":
        if isinstance(kind, Moment):
            return _moment_text
        if isinstance(kind, Uuid):
            return _hex
        if isinstance(kind, Json):
            return _json_text
    return kind.dialect_impl(dialect).bind_processor(dialect)


def from_driver(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What a value of this type that is not NULL goes through when it is read; None: nothing."""
    if dialect.name == "sqlite":
        if isinstance(kind, Moment):
            return _moment
        if isinstance(kind, Uuid):
            return _uuid
    return kind.dialect_impl(dialect).result_processor(dialect, None)


_write_json = JSONEncoder(sort_keys=True).encode


def _json_text(value: Any) -> str | None:
    return None if value is None else _write_json(value)


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _uuid(digits: str) -> UUID:
    return UUID(int=int(digits, 16))


@lru_cache(maxsize=256)  # one batch writes the same moment into most of its columns
def _moment_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise NaiveMomentError("a datetime without a zone cannot be stored: give it one, UTC if unsure")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _moment(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)
