"""What is said first to someone in danger. Pure: the words and numbers are in `crisis.toml`.

Every text names 999, 111, Samaritans and Shout, and a line that is not always open only while it is. No text says
or suggests that blether is an emergency service.
"""

from datetime import datetime
from typing import Final, Literal, get_args

from bot.people.hours import is_staffed
from bot.safety.contacts import CrisisRegion, crisis_region

CrisisKind = Literal["self", "medical", "abuse", "others", "third", "ward"]
KINDS: Final[tuple[CrisisKind, ...]] = get_args(CrisisKind)


def crisis_text(region: str, kind: CrisisKind, now: datetime) -> str:
    """The crisis reply of a kind: GSM-7 letters, one SMS, or two while a line that closes is open.

    `self` may not be safe from themselves; `medical` an overdose or a medical emergency (999 first); `abuse` is
    hurt by somebody who may read this phone (bland, no service named); `others` may hurt someone; `third` writes
    about somebody else in danger; `ward` is in hospital. `now`: UTC. Raises `ConfigurationError` for a region
    without contacts.
    """
    return _filled(crisis_region(region), kind, now)


def crisis_contacts_line(region: str, now: datetime) -> str:
    """The contacts in one line, for HELP and URGENT; as `crisis_text` in everything else."""
    return _filled(crisis_region(region), "contacts", now)


def _filled(region: CrisisRegion, text: str, now: datetime) -> str:
    numbers = {key: contact.how for key, contact in region.contacts.items()}
    return region.texts[text].format(**numbers, open_now=_open_now(region, now)).rstrip()


def _open_now(region: CrisisRegion, now: datetime) -> str:
    return " ".join(
        contact.open_now.format(how=contact.how)
        for contact in region.contacts.values()
        if contact.open_now is not None and is_staffed(contact.hours, now, region.zone, None)
    )
