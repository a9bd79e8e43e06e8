"""Spread: not everybody's check-in leaves in the same second."""

from datetime import date, timedelta
from hashlib import blake2b
from uuid import UUID


def spread_of(schedule_id: UUID, local_date: date, spread: timedelta) -> timedelta:
    """How much later than its nominal time this occurrence is due: whole seconds, from nothing to just under `spread`.

    The same schedule and day always give the same, on every machine and after every start; another day gives another.

    Example: `daily at 09:30` with `spread = "20m"` falls due somewhere from 09:30:00 to 09:49:59.
    """
    seconds = int(spread.total_seconds())
    if seconds <= 0:
        return timedelta(0)
    drawn = blake2b(schedule_id.bytes + local_date.isoformat().encode(), digest_size=8).digest()
    return timedelta(seconds=int.from_bytes(drawn, "big") % seconds)
