"""The outbox in an operator's hand: what waits, and holding it back, letting it go, dropping it, a batch at a time.

What is held waits until it is released; it holds back nothing else, at its address or of its class. What its own time makes
stale is dropped when it is released.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, select, update

from storage.claims import lock_rows
from storage.outbox import NEVER_BEHIND, tell_claim
from storage.tables import addresses, channel_accounts, outbox

AT_ONCE: Final = 500  # rows a transaction
_WAITING: Final = ("queued", "sending", "unknown")
_MOVABLE: Final = ("queued", "unknown")  # what is being sent at this moment can't be held any more


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that waits, without its words."""

    id: UUID
    address_id: UUID
    account: str
    person_id: UUID | None
    about_id: UUID | None
    send_class: str
    purpose: str
    state: str
    due_at: datetime
    created_at: datetime
    not_after: datetime | None
    attempts: int
    again: bool
    looked: int
    held: str | None
    held_at: datetime | None

    @property
    def pressing(self) -> bool:
        """A crisis text, an alert or a notice about one."""
        return self.send_class in NEVER_BEHIND


@dataclass(frozen=True, slots=True)
class Which:
    """Which messages: all that fit what is given. `pressing`: those of the classes crisis and escalation too."""

    ids: tuple[UUID, ...] | None = None
    send_class: str | None = None
    account: str | None = None
    pressing: bool = True


_COLUMNS = (
    outbox.c.id,
    outbox.c.address_id,
    addresses.c.account,
    outbox.c.person_id,
    outbox.c.about_id,
    outbox.c["class"],
    outbox.c.purpose,
    outbox.c.state,
    outbox.c.due_at,
    outbox.c.created_at,
    outbox.c.not_after,
    outbox.c.attempts,
    outbox.c.again,
    outbox.c.looked,
    outbox.c.held,
    outbox.c.held_at,
)


def _select(which: Which, states: Collection[str], *also: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    wanted: list[ColumnElement[bool]] = [outbox.c.state.in_(states), *also]
    if which.ids is not None:
        wanted.append(outbox.c.id.in_(which.ids))
    if which.send_class is not None:
        wanted.append(outbox.c["class"] == which.send_class)
    if which.account is not None:
        wanted.append(addresses.c.account == which.account)
    if not which.pressing:
        wanted.append(~outbox.c["class"].in_(NEVER_BEHIND))
    return (
        select(*_COLUMNS)
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(and_(*wanted))
        .order_by(outbox.c.priority, outbox.c.due_at, outbox.c.id)
    )


def waiting(connection: Connection, which: Which = Which()) -> list[Entry]:
    """What has not left, or whose outcome is unknown: the gravest class first, in it what is due first."""
    return [Entry(*row) for row in connection.execute(_select(which, _WAITING))]


def accounts(connection: Connection) -> list[str]:
    """The keys of all channel accounts."""
    return list(connection.execute(select(channel_accounts.c.key).order_by(channel_accounts.c.key)).scalars())


def hold(connection: Connection, which: Which, now: datetime) -> list[Entry]:
    """Hold back some of these that nobody holds yet. Returns which; none: there are no more."""
    return _change(connection, _select(which, _MOVABLE, outbox.c.held_at.is_(None)), {"held_at": now})


def release(connection: Connection, which: Which) -> list[Entry]:
    """Let some of these go that are held. Returns which; none: there are no more."""
    return _change(connection, _select(which, _MOVABLE, outbox.c.held_at.is_not(None)), {"held_at": None})


def expire(connection: Connection, which: Which, now: datetime) -> list[Entry]:
    """Drop some of these. Returns which; none: there are no more."""
    return _change(connection, _select(which, _MOVABLE), {"state": "expired", "held": "by-hand", "settled_at": now})


def _change(connection: Connection, found: Select[*tuple[Any, ...]], values: dict[str, Any]) -> list[Entry]:
    """Under the locks of the addresses, by which the claim goes, and only what fits still under them."""
    seen = {row.address_id for row in connection.execute(found.limit(AT_ONCE))}
    if not seen:
        return []
    lock_rows(connection, addresses, seen)
    still = found.where(outbox.c.address_id.in_(seen)).limit(AT_ONCE)
    changed = [Entry(*row) for row in connection.execute(still)]
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_([one.id for one in changed]), outbox.c.state.in_(_MOVABLE))
        .values(**values)
    )
    tell_claim(connection, seen)
    return changed
