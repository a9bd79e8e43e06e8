"""Many values as one parameter, so that a statement's text never depends on how many there are.

`column IN (?, ?, …)` is another statement for every number of values: compiled anew by SQLAlchemy, and planned anew by the
database. Here SQLite gets a list as JSON text (blobs of one length joined) and PostgreSQL gets an array.
"""

import json
from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, Dialect, LargeBinary, Text, TypeDecorator, Uuid, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean, TypeEngine

HASH_BYTES = 32
"""The length of the blobs that a set may hold: keyed hashes. `_PIECES` cuts by it."""


_PIECES = (
    "WITH RECURSIVE whole(b) AS (SELECT ?), at(i) AS (SELECT 1 FROM whole WHERE length(b) > 0 UNION ALL "
    "SELECT i + 32 FROM at, whole WHERE i + 32 <= length(b)) SELECT substr(b, i, 32) FROM at, whole"
)


class _SetOf(TypeDecorator[Any]):
    """A collection of values of one type, as the database takes it."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item
        self.blobs = isinstance(item, LargeBinary)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there are arrays."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.item))
        return dialect.type_descriptor(LargeBinary() if self.blobs else Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """The values in the form of `load_dialect_impl`."""
        given: Collection[Any] = value or ()
        if dialect.name == "postgresql":
            return list(given)
        if self.blobs:
            blobs = cast(Collection[bytes], given)
            if any(len(one) != HASH_BYTES for one in blobs):
                raise ValueError(f"a set of blobs holds blobs of {HASH_BYTES} bytes")
            return b"".join(blobs)
        return json.dumps([one.hex for one in given] if isinstance(self.item, Uuid) else list(given))


class _Among(ColumnElement[bool]):
    """`column` is one of the values of a parameter."""

    inherit_cache = True
    _is_implicitly_boolean = True  # else SQLite is asked for `… = 1`, for which it uses no index
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's own way of naming an element's parts
        ("column", InternalTraversal.dp_clauseelement),
        ("given", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], given: ColumnElement[Any]) -> None:
        self.column = column
        self.given = given

    @property
    def _from_objects(self) -> Any:
        return self.column._from_objects


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`column` is one of the values that the parameter `name` is given: ids, text, numbers, or hashes of 32 bytes.

    An empty collection matches nothing.
    """
    return _Among(column, bindparam(name, type_=_SetOf(column.type)))


@compiles(_Among)
def _as_array(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY({compiler.process(element.given, **kw)})"


@compiles(_Among, "sqlite")
def _as_json(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, given = compiler.process(element.column, **kw), compiler.process(element.given, **kw)
    if isinstance(element.column.type, LargeBinary):
        return f"{column} IN ({_PIECES.replace('?', given)})"
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - both parts are compiled SQL
