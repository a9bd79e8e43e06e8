"""What is asked again and again goes by an index: nothing is gone through that is in order."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, event

from storage import quarantine, repair
from storage.database import Database
from storage.gauges import read_stand
from storage.sealed_log import unsealed

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NOBODY = UUID(int=0)
LOOKS = {
    "stand": lambda connection: read_stand(connection, NOW),
    "leases": lambda connection: repair.lost_leases(connection),
    "ladders": lambda connection: repair.ladders(connection, NOW),
    "sessions": lambda connection: repair.open_sessions(connection, NOW, None),
    "schedules": lambda connection: repair.current_schedules(connection, None),
    "occurrences": lambda connection: repair.begun_occurrences(connection, NOBODY, None),
    "addresses": lambda connection: repair.waiting_addresses(connection, NOW, None),
    "quarantine": lambda connection: quarantine.due(connection, NOW, 20),
    "through": quarantine.any_through,
    "unsealed": unsealed,
}


def plans(connection: Connection, look) -> list[str]:
    """What SQLite says of each statement of a look."""
    asked: list[tuple[str, tuple]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    look(connection)
    event.remove(connection, "before_cursor_execute", note)
    return [
        row[3]
        for statement, parameters in asked
        if statement.startswith("SELECT")
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]


@pytest.mark.parametrize("name", LOOKS)
async def test_no_table_is_gone_through(sqlite_url, name):
    database = Database.open(sqlite_url)
    lines = await database.read(plans, LOOKS[name])
    await database.close()
    assert lines
    assert [line for line in lines if re.match(r"SCAN (?!anon|.* USING )", line) and "CONSTANT" not in line] == []
