"""Inviting somebody: a one-time code, given out once and kept as a keyed hash only.

Whoever opens `https://t.me/NAME?start=CODE`, or texts `START CODE`, is from then on known at that address.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.loading import invitation_hash
from bot.errors import NotFoundError, NotPossibleError
from bot.people.applying import apply_settings
from bot.settings import Settings
from storage import roster
from storage.audit import save_audit
from storage.ids import new_id
from storage.keys import Keys
from storage.records import AuditEntry
from storage.sealing import Keyring

ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Nothing that is mistaken for something else when read out or copied by hand: no I L O, no 0 1."""
LENGTH: Final = 8
LASTS: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who may use the code until when. Staff (`of_file`) have their phone in the configuration."""

    person_id: UUID
    of_file: bool
    until: datetime


def new_code() -> str:
    """A code that nobody can guess: 39 bits, good for two weeks."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def invite(
    connection: Connection, keyring: Keyring, settings: Settings, name: str, code: str, now: datetime
) -> Invited:
    """Make `code` the invitation of whoever has this reference or key; an earlier one that was not used ends.

    The configuration is applied first, so that somebody just written into it can be invited.

    Raises:
        NotFoundError: nobody is called that, or they have left.
        NotPossibleError: two people are: one by reference, one by key.
        ConfigurationError: as `apply_settings`.
    """
    apply_settings(connection, keyring, settings, now)
    keys = Keys(keyring, connection)
    found = [one for one in roster.people_called(connection, keys, name) if one.ended_at is None]
    if not found:
        raise NotFoundError("nobody has this reference or key: see the list that was imported, or [[supervisors]]")
    if len(found) > 1:
        raise NotPossibleError("this is the reference of one person and the key of another: change the key")
    (person,) = found
    invited = Invited(person.id, person.key is not None, now + LASTS)
    invitation_id = new_id(now)
    roster.new_invitation(connection, invitation_id, person.id, invitation_hash(keys, code), now, invited.until)
    entry = AuditEntry(new_id(now), now, "invitation.made", person.id, None, {"invitation": str(invitation_id)})
    save_audit(connection, keys, [entry])
    return invited
