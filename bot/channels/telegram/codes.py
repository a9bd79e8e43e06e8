"""Telegram's refusals: the one place that knows the words of its error descriptions. Pure.

The Bot API has no error codes beyond the HTTP status; what a refusal means stands in `description` only. The list is
kept short and exact: what is not in it says nothing about the address, because a wrong "blocked" silences a person.
"""

import re
from dataclasses import dataclass

from bot.channels.base import Fact, Refused


@dataclass(frozen=True, slots=True)
class Meaning:
    """A description that is known, our short code for it, and what it says."""

    words: str
    code: str
    fact: Fact


PERMANENT = (
    Meaning("bot was blocked by the user", "blocked", "blocked"),
    Meaning("user is deactivated", "deactivated", "invalid"),
    Meaning("bot can't initiate conversation with a user", "never-wrote", "blocked"),
    Meaning("bot was kicked from", "kicked", "blocked"),
    Meaning("bot can't send messages to bots", "is-a-bot", "invalid"),
    Meaning("the group chat was deleted", "chat-deleted", "invalid"),
    Meaning("chat not found", "chat-not-found", "invalid"),
)


def _plain(description: str) -> str:
    return re.sub(r"\s+", " ", description.replace("’", "'")).strip().lower()


def meaning_of(status: int, description: str) -> Refused:
    """What a 400 or 403 says. An unknown 403 is an address out of reach for now, an unknown 400 a fault of ours."""
    words = _plain(description)
    for known in PERMANENT:
        if known.words in words:
            return Refused(code=known.code, fact=known.fact)
    return Refused(code=str(status), fact="unreachable" if status == 403 else "our_fault")
