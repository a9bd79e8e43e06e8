"""Column types that are the same on SQLite and PostgreSQL, and the metadata, in which every constraint has a name."""

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import JSON, DateTime, Dialect, MetaData, TypeDecorator, Uuid
from sqlalchemy.exc import DontWrapMixin

from storage.errors import NaiveMomentError

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
"""Checks are given their short name by hand: `CheckConstraint("…", name="state")` becomes `ck_<table>_state`."""

Id = Uuid
"""A UUID; hex text on SQLite, uuid on PostgreSQL, the same order on both."""


class _NaiveMomentError(NaiveMomentError, DontWrapMixin):
    """The same, raised as it is instead of inside SQLAlchemy's StatementError."""


class Moment(TypeDecorator[datetime]):
    """A moment: aware datetimes in, UTC stored, aware UTC out, to the microsecond.

    SQLite holds text of one fixed width and PostgreSQL `timestamptz`, so `<`, `=` and ORDER BY in SQL mean the same on
    both. Sums in SQL do not: work them out in Python.

    Raises:
        NaiveMomentError: a datetime without a zone is bound.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; refuse what has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise _NaiveMomentError("a datetime without a zone cannot be stored: give it one, UTC if unsure")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives it back without a zone (it is UTC), PostgreSQL in the connection's."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        fields = cast(dict[str, Any], value)
        return {key: _sorted(fields[key]) for key in sorted(fields)}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in cast(list[Any] | tuple[Any, ...], value)]
    return value


class Json(TypeDecorator[Any]):
    """JSON whose objects are written with sorted keys, so that equal values have equal text; None is NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Sort keys at every depth; the dialect writes the text."""
        return _sorted(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Indexing into the value is typed by JSON, not by this wrapper (SQLAlchemy's advice for wrapped JSON)."""
        return self.impl_instance.coerce_compared_value(op, value)
