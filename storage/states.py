"""Conditions on a message's state that an index can answer.

SQLite uses a partial index only where a statement says what the index says: `state = 'queued'` alone does not lead it to an
index of `state IN ('queued', 'sending')`, and it reads all that ever went to an address. So both are said. Words stand in the
statement itself: with a parameter in their place it is planned anew each time.
"""

from sqlalchemy import ColumnElement, FromClause, String, and_, literal_column

from storage.tables.messages import OUTBOX_STATES


def _written_out(state: str) -> ColumnElement[str]:
    if state not in OUTBOX_STATES:
        raise ValueError(f"no message is ever {state}")
    return literal_column(f"'{state}'", String())


def in_state(messages: FromClause, state: str) -> ColumnElement[bool]:
    """Messages (the outbox or an alias of it) in this state; by the index of it, where there is one: sending, unknown."""
    return messages.c.state == _written_out(state)


def not_gone(messages: FromClause) -> ColumnElement[bool]:
    """Messages that are queued or being sent: those of the index `ix_outbox_waiting`."""
    return messages.c.state.in_([_written_out("queued"), _written_out("sending")])


def queued(messages: FromClause) -> ColumnElement[bool]:
    """Messages that are queued, by the same index."""
    return and_(not_gone(messages), in_state(messages, "queued"))
