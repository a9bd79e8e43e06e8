"""What is asked of the outbox all the time is answered by an index, however many messages there have been."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from storage import outbox, sending, taking
from storage.claims import database_now
from storage.database import Database
from storage.ids import new_id
from storage.states import in_state, not_gone, queued
from storage.tables import outbox as messages
from tests.world.town import MONDAY

SOMEBODY = new_id(MONDAY)
ASKED: dict[str, Callable[[Connection], Any]] = {
    "lapsed leases": lambda connection: sending.lapsed_leases(connection, 25),
    "unknown, to be sent again": lambda connection: sending.unknown_due(connection, MONDAY, 25),
    "when the next is due": outbox.next_due,
    "what a claim would find": lambda connection: taking.outlook(connection, MONDAY, 4, {}),
    "the first of an address": lambda connection: connection.execute(
        select(messages.c.id).where(messages.c.address_id == SOMEBODY, outbox.CLAIMABLE)
    ).all(),
    "now": database_now,
}


def plans_of(connection: Connection, work: Callable[[Connection], Any]) -> list[str]:
    """How SQLite goes about each statement of `work` that names the outbox."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    work(connection)
    event.remove(connection, "before_cursor_execute", note)
    driver: Any = connection.connection.driver_connection
    return [
        row[3]
        for statement, parameters in asked
        for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]


@pytest.mark.parametrize("name", ASKED)
async def test_no_question_reads_the_whole_outbox(sqlite_url, name):
    database = Database.open(sqlite_url)
    plans = await database.read(plans_of, ASKED[name])
    await database.close()
    whole = [plan for plan in plans if plan in ("SCAN outbox", "SCAN earlier", "SCAN sending", "SEARCH outbox")]
    assert whole == []


async def test_what_waits_at_an_address_is_found_without_what_went_there_before(sqlite_url):
    database = Database.open(sqlite_url)
    plans = await database.read(plans_of, ASKED["the first of an address"])
    await database.close()
    indexes = [plan.split(" INDEX ")[1].split(" ")[0] for plan in plans if " INDEX " in plan]
    assert indexes == ["ix_outbox_waiting", "uq_outbox_one_sending", "ix_outbox_waiting"]


async def test_a_condition_that_says_less_would_read_what_went_there_before(sqlite_url):
    """So that the test above is known to tell the difference."""
    less = select(messages.c.id).where(messages.c.address_id == SOMEBODY, messages.c.state == "queued")
    database = Database.open(sqlite_url)
    plans = await database.read(plans_of, lambda connection: connection.execute(less).all())
    await database.close()
    assert not any("ix_outbox_waiting" in plan for plan in plans)


def test_a_state_that_no_message_has_is_refused():
    with pytest.raises(ValueError, match="no message is ever sent"):
        in_state(messages, "sent")


def test_what_is_queued_is_not_gone():
    assert str(not_gone(messages)) in str(queued(messages))
