"""Schedules and sessions that failed alone are told to the coordinators, in plain words: somebody waits for a text.

Once for each failure, and together: where a fault of ours fails five hundred check-ins at half past nine, a coordinator
gets one text and not five hundred. Service users by their initials; of peer workers only how many, as their own wellness
is nobody's here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.loading import VIEWER, load
from bot.conversation.matter import Batch, House
from bot.conversation.saving import save
from bot.conversation.speaking import notice
from storage import quarantine
from storage.ids import new_id
from storage.keys import Keys
from storage.people import load_people
from storage.records import Person
from storage.sealing import Keyring

APART: Final = timedelta(minutes=15)
"""Time at least between two such texts."""
_NAMED: Final = 5
_AT_ONCE: Final = 500


def own_up(connection: Connection, keyring: Keyring, house: House, now: datetime) -> tuple[int, int]:
    """Tell of what nobody has been told of. Returns how many failures it were and how many people were told."""
    last = quarantine.last_told(connection)
    if last is not None and timedelta(0) <= now - last < APART:
        return 0, 0
    rows = quarantine.untold(connection, _AT_ONCE)
    if not rows:
        return 0, 0

    def make_id() -> UUID:
        return new_id(now)

    keys = Keys(keyring, connection, forgiving=True)  # of somebody whose record is damaged, too
    batch = Batch(load(connection, keys, house, [], now, make_id).known, house, now, make_id)
    concerned = {one.person_id for one in rows if one.person_id is not None}
    found = load_people(connection, keys, VIEWER, concerned)
    text = words(
        [found[one] for one in dict.fromkeys(row.person_id for row in rows) if one is not None and one in found]
    )
    told = sum(notice(batch, batch.person(one), text) for one in batch.known.coordinators if one in batch.known.people)
    quarantine.told(connection, [one.id for one in rows], now)
    save(connection, keys, batch.known, batch.changes, now, make_id)
    return len(rows), told


def words(people: Sequence[Person]) -> str:
    """The text about these people's check-ins; nobody's if they cannot be found any more."""
    named = [one.initials for one in people if one.has_role("service_user")]
    shown = named[:_NAMED]
    if len(named) > _NAMED:
        shown.append(f"{len(named) - _NAMED} more")
    if workers := len(people) - len(named):
        shown.append("a peer worker" if workers == 1 else f"{workers} peer workers")
    who = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "somebody"
    what = "A check-in or talk" if len(people) < 2 else "Check-ins or talks"
    late = "is" if len(people) < 2 else "are"
    return f"Something in me failed. {what} with {who} {late} late. I keep trying. Please see how they are."
