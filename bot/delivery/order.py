"""★ What a message was for is looked at again when it is about to leave: is it still wanted, and with which words?

    not-after passed                         → expired
    the person said STOP (unless `despite_stop`) → cancelled
    a question whose session is over         → cancelled
    an alert whose escalation is taken or resolved → cancelled
    an address that changed hands, or has a fact against it → failed, so that the next way is tried
    words or an address that do not open (a damaged row)    → failed

Crisis texts and alerts never expire: held up for five minutes or more, they say by how long.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Fact, Option, Outgoing
from bot.escalation.wording import AGAIN, held_up
from storage.records import Address, Claimed, Message

WORTH_SAYING: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Send:
    """Hand this to the channel."""

    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Drop:
    """Do not send it: `state` is what the row becomes."""

    state: str
    why: str
    fact: Fact | None = None


def look_again(claimed: Claimed, now: datetime) -> Send | Drop:
    """Whether the message still leaves, and how it reads."""
    message = claimed.message
    if message.not_after is not None and now > message.not_after:
        return Drop("expired", "not-after")
    if claimed.person_stopped and not message.despite_stop:
        return Drop("cancelled", "stopped")
    if message.purpose == "question" and not (claimed.session_state == "open" and claimed.session_asking):
        return Drop("cancelled", "session-over")
    if message.purpose == "alert" and claimed.escalation_state not in ("open", "lapsed"):
        return Drop("cancelled", "answered")
    if not message.body.text:
        return Drop("failed", "unreadable")
    if not claimed.address.value:
        return Drop("failed", "unreadable", "invalid")
    if message.person_id != claimed.address.person_id and not (
        message.person_id is None and message.purpose == "crisis"
    ):
        return Drop("failed", "moved", "unreachable")
    against = fact_against(claimed.address)
    if against is not None and not (message.purpose == "crisis" and against != "invalid"):
        return Drop("failed", against, against)
    return Send(_outgoing(message, claimed.address, now))


def fact_against(address: Address) -> Fact | None:
    """What is known against an address, if anything."""
    if address.blocked_at:
        return "blocked"
    if address.invalid_at:
        return "invalid"
    return "opted_out" if address.opted_out_at else None


def _outgoing(message: Message, address: Address, now: datetime) -> Outgoing:
    text = message.body.text
    if message.purpose in ("crisis", "alert") and now - message.created_at >= WORTH_SAYING:
        text = held_up(now - message.created_at) + text
    if message.again:
        text = f"{AGAIN} {text}"
    return Outgoing(
        message_id=message.id,
        to=address.value,
        text=text,
        options=tuple(Option(one.id, one.text) for one in message.body.options),
        shape=message.body.shape,
    )
