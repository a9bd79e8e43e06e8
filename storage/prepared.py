"""Statements that are made once and run for every message: SQLAlchemy writes and types them, the driver runs them.

SQLAlchemy spends 20 to 200 µs on a statement before the database sees it, which for one message is ten times what the
database itself needs. So what runs for every message is compiled once for each dialect, with the converters of its
parameters and its columns, and then handed to the driver's cursor directly. Its errors are raised as SQLAlchemy would.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    update,
)
from sqlalchemy.sql.elements import BindParameter

from storage.conversions import Convert, from_driver, to_driver
from storage.engines import raise_cleansed

Query = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement for one dialect. `places` are the parameters in order, or None where they go by name."""

    sql: str
    converters: tuple[tuple[str, Convert | None], ...]
    positional: bool
    fixed: Mapping[str, Any]
    columns: tuple[tuple[int, Convert], ...]

    def parameters(self, given: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """The driver's parameters."""
        values = {**self.fixed, **given} if self.fixed else given
        if self.positional:
            return tuple(
                [values[name] if convert is None else convert(values[name]) for name, convert in self.converters]
            )
        return {name: values[name] if convert is None else convert(values[name]) for name, convert in self.converters}


class Prepared:
    """A statement to run often. Parameters are `bindparam`s with a type, or columns compared with one."""

    def __init__(self, statement: Query | Insert | Update, *, columns: Collection[str] | None = None) -> None:
        """`columns`: what an INSERT or UPDATE sets, each from the parameter of its name."""
        self._statement = statement
        self._sets = None if columns is None else list(columns)
        self._plans: dict[str, _Plan] = {}
        self._row: Callable[[Any], Any] = tuple
        if isinstance(statement, Select | CompoundSelect):
            names = [column.key or "" for column in statement.selected_columns]
            # Its fields are known only now, so it cannot be typed.
            self._row = namedtuple("Row", names, rename=True)._make  # pyright: ignore[reportUntypedNamedTuple]

    def rows(self, connection: Connection, /, **given: Any) -> list[Any]:
        """Every row, as named tuples; a column whose name is a Python word is labelled otherwise in the statement."""
        plan, cursor = self._execute(connection, given)
        try:
            found = cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise_cleansed(connection, error)
        finally:
            cursor.close()
        make, columns = self._row, plan.columns
        if not columns:
            return [make(row) for row in found]
        converted: list[Any] = []
        for row in found:
            values = list(row)
            for place, convert in columns:
                if values[place] is not None:
                    values[place] = convert(values[place])
            converted.append(make(values))
        return converted

    def run(self, connection: Connection, /, **given: Any) -> int:
        """Run it for its effect. Returns how many rows it touched."""
        _, cursor = self._execute(connection, given)
        touched: int = cursor.rowcount
        cursor.close()
        return touched

    def run_many(self, connection: Connection, given: Sequence[Mapping[str, Any]]) -> int:
        """Run it once for each of these. Returns how many rows were touched; nothing to do is no statement."""
        if not given:
            return 0
        plan = self._plan(connection)
        cursor: Any = connection.connection.cursor()
        try:
            cursor.executemany(plan.sql, [plan.parameters(one) for one in given])
            touched: int = cursor.rowcount
        except connection.dialect.loaded_dbapi.Error as error:
            raise_cleansed(connection, error)
        finally:
            cursor.close()
        return touched

    def _execute(self, connection: Connection, given: Mapping[str, Any]) -> tuple[_Plan, Any]:
        plan = self._plan(connection)
        cursor: Any = connection.connection.cursor()
        try:
            cursor.execute(plan.sql, plan.parameters(given))
        except connection.dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise_cleansed(connection, error)
        return plan, cursor

    def _plan(self, connection: Connection) -> _Plan:
        found = self._plans.get(connection.dialect.name)
        if found is None:
            found = self._plans[connection.dialect.name] = self._compiled(connection)
        return found

    def _compiled(self, connection: Connection) -> _Plan:
        dialect = connection.dialect
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._sets)
        if compiled.post_compile_params:
            raise TypeError("a prepared statement takes a set by `among`, not by `in_`")
        binds: dict[str, BindParameter[Any]] = dict(compiled.binds)
        order: list[str] = list(compiled.positiontup or ()) if compiled.positional else list(binds)
        columns: list[tuple[int, Convert]] = []
        if isinstance(self._statement, Select | CompoundSelect):
            for place, column in enumerate(self._statement.selected_columns):
                convert = from_driver(column.type, dialect)
                if convert is not None:
                    columns.append((place, convert))
        return _Plan(
            sql=str(compiled),
            converters=tuple((name, to_driver(binds[name].type, dialect)) for name in order),
            positional=bool(compiled.positional),
            fixed={name: bind.value for name, bind in binds.items() if not bind.required},
            columns=tuple(columns),
        )


def inserting(table: Table, *columns: str) -> Prepared:
    """INSERT of these columns of `table`."""
    return Prepared(insert(table), columns=columns)


def updating(table: Table, *columns: str, where: ColumnElement[bool] | None = None) -> Prepared:
    """UPDATE of these columns of the row whose id is the parameter `b_id`, if `where` holds too."""
    statement = update(table).where(table.c.id == bindparam("b_id"))
    if where is not None:
        statement = statement.where(where)
    return Prepared(statement.values({name: bindparam(name, type_=table.c[name].type) for name in columns}))
