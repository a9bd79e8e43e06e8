"""Looks at what looks after the bot: the audit's sealer and its head outside, what was set aside, who would wait for ever."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection

from bot.checkup import judging
from bot.checkup.finding import Finding
from bot.settings import Settings
from bot.watching.repairing import look_at_all
from bot.watching.sealing import head_file
from storage import quarantine
from storage.errors import SealedLogError
from storage.outside_head import read_outside
from storage.sealed_log import Head, chain_at, read_head, unsealed
from storage.sealing import Keyring


def read_head_outside(settings: Settings) -> Head | judging.HeadState:
    """The audit's head outside the database, or why there is none. Read it before the database: a running bot moves both
    on, the file last, so that it is never ahead of what is read after it.
    """
    file = head_file(settings)
    if file is None:
        return "nowhere"
    try:
        return read_outside(file) or "missing"
    except SealedLogError:
        return "differs"
    except OSError:
        return "unreadable"


def look_at_upkeep(
    connection: Connection, keyring: Keyring, outside: Head | judging.HeadState, now: datetime
) -> list[Finding]:
    """A line each. Only reads; names nobody."""
    waiting = quarantine.listing(connection)
    times = max((one.times for one in waiting), default=0)
    for_somebody = sum(one.next_at is None for one in waiting)
    return [
        judging.quarantine(Counter(one.kind for one in waiting), for_somebody, times),
        judging.repairs(Counter(one.what for one in look_at_all(connection, now))),
        judging.sealed(*unsealed(connection)),
        judging.audit_head(_compared(connection, keyring, outside)),
    ]


def _compared(connection: Connection, keyring: Keyring, outside: Head | judging.HeadState) -> judging.HeadState:
    if isinstance(outside, Head):
        fits = outside.is_ours(keyring) and outside.chain == chain_at(connection, outside.number)
        return "fits" if fits else "differs"
    head = read_head(connection)
    if outside == "missing" and (head is None or not head.number):
        return "fits"  # nothing was sealed yet
    return outside
