"""★ START with a code: an invitation is opened, and the address becomes the person's."""

from bot.conversation.matter import Batch
from bot.conversation.speaking import reply
from bot.people import wording
from bot.people.stopping import start
from storage.records import Address, Invitation, Person

ALERTS = "alerts"
"""The account of the separate sender for alerts, where there is one."""


def opened_by(batch: Batch, code: str) -> Invitation | None:
    """The invitation that this code opens now; a used or late one opens nothing."""
    found = batch.known.invitations.get(code)
    if found is None or found.used_at is not None or found.expires_at <= batch.now:
        return None
    return None if found.id in batch.changes.invitations_used else found


def join(batch: Batch, at: Address, code: str) -> bool:
    """Open the invitation from this address. False if the code opens none: the caller answers that."""
    invitation = opened_by(batch, code)
    if invitation is None:
        return False
    if at.person_id is not None and at.person_id != invitation.person_id:
        batch.note("invitation.refused", person=invitation.person_id, reason="address is another person's")
        reply(batch, at, wording.phone_in_use())
        return True
    person = batch.person(invitation.person_id)
    batch.changes.invitations_used.add(invitation.id)
    batch.note("invitation.opened", person=person.id, channel=at.account)
    if at.person_id is None:
        at.person_id = person.id
        person.addresses.append(at)
        at.preference = preference(person, at.kind, at.account, [one for one in person.addresses if one is not at])
        batch.changed_address(at)
    start(batch, person, at)
    return True


def preference(person: Person, kind: str, account: str, others: list[Address]) -> int:
    """The place of an address among a person's: the lowest is written to first.

    A supervisor's order stands in the file, and the sender for alerts comes before the ordinary one; for everybody else
    the address that they joined by comes first.
    """
    if person.channels:
        place = person.channels.index(kind) if kind in person.channels else len(person.channels)
        return 2 * place + (0 if account == ALERTS or kind == "telegram" else 1)
    return min((one.preference for one in others), default=1) - 1
