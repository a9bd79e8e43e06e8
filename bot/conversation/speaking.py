"""★ Who is written to where: from words to rows of the outbox."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from bot.conversation.matter import Batch
from storage.records import Address, Body, Message, Person

REPLY_LASTS: Final = timedelta(hours=12)
"""A reply that could not be sent for longer than this would only puzzle."""


def where_to(person: Person) -> list[Address]:
    """The person's addresses that have a chance, the preferred one first."""
    usable = [one for one in person.addresses if one.usable]
    return sorted(usable, key=lambda one: (one.account_paused, one.preference))


def home(person: Person) -> Address | None:
    """Where the person is written to unless they wrote from elsewhere just now."""
    found = where_to(person)
    return found[0] if found else None


def reply(batch: Batch, at: Address, text: str, *, despite_stop: bool = False) -> Message:
    """Answer somebody at the address they wrote from."""
    return batch.send(
        Message(
            id=batch.new_id(),
            address_id=at.id,
            person_id=at.person_id,
            send_class="reply",
            purpose="reply",
            body=Body(text),
            due_at=batch.now,
            created_at=batch.now,
            not_after=batch.now + REPLY_LASTS,
            despite_stop=despite_stop,
        )
    )


def crisis(batch: Batch, at: Address, text: str, about: UUID | None) -> Message:
    """The crisis text. It leaves whatever the person said before, STOP too, and never expires."""
    return batch.send(
        Message(
            id=batch.new_id(),
            address_id=at.id,
            person_id=at.person_id,
            send_class="crisis",
            purpose="crisis",
            body=Body(text),
            due_at=batch.now,
            created_at=batch.now,
            despite_stop=True,
        ),
        "crisis_text.queued",
        about=about,
    )


def notice(batch: Batch, to: Person, text: str, *, about: UUID | None = None, escalation: UUID | None = None) -> bool:
    """Let a responder know something that asks for no answer. False if there is no way to reach them."""
    at = home(to)
    if at is None or to.stopped_at is not None:
        return False
    batch.send(
        Message(
            id=batch.new_id(),
            address_id=at.id,
            person_id=to.id,
            about_id=about,
            send_class="escalation",
            purpose="notice",
            body=Body(text),
            due_at=batch.now,
            created_at=batch.now,
            not_after=batch.now + REPLY_LASTS,
            escalation_id=escalation,
        ),
        "notice.queued",
        responder=to.id,
        escalation=escalation,
    )
    return True
