"""★ What a batch is made of: the things that are waiting to be decided, each concerning somebody."""

from dataclasses import dataclass
from uuid import UUID

from bot.channels.base import Fact, Incoming, Unreadable


@dataclass(frozen=True, slots=True)
class CameIn:
    """Something came in over a channel."""

    item: Incoming | Unreadable


@dataclass(frozen=True, slots=True)
class FellDue:
    """A schedule's due time has come."""

    schedule_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class RanOut:
    """A session's nudge is due, or its time is up."""

    session_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class NextStep:
    """An escalation's next telling, reminder or lapse is due."""

    escalation_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """A message will not arrive where it was sent."""

    message_id: UUID
    person_id: UUID
    fact: Fact
    code: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """Somebody at the command line takes or resolves an escalation in a responder's name."""

    escalation_id: UUID
    person_id: UUID
    responder_id: UUID
    words: str | None  # None: takes it; else resolves it with these words


Event = CameIn | FellDue | RanOut | NextStep | NotDelivered | Ordered
