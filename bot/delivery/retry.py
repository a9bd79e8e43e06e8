"""When to try again, and what a refusal means for the message and for the address. Pure.

    what came back         the address       the message                          the operator
    blocked, invalid       marked            next channel at once                 –
    opted_out              marked            next channel at once                 –
    unreachable            –                 again in half an hour, once;         –
                                             then the next channel
    filtered               –                 next channel, never the same text    told
    setup                  –                 next channel at once                 told
    account                account paused    next channel at once                 told
    our_fault              –                 next channel at once                 told

What cannot wait (crisis texts, alerts) is never tried again on a channel that refused it: the next one comes at once.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from bot.channels.base import Fact

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)
UNREACHABLE_APART = timedelta(minutes=30)
UNREACHABLE_TRIES = 1  # further tries after the first failure


def backoff(attempt: int, chance: float, *, first: timedelta = FIRST, longest: timedelta = LONGEST) -> timedelta:
    """How long to wait after failed attempt number `attempt` (from 1): doubling, with half of it left to chance.

    `chance` is a random fraction in [0, 1); the wait lies between half of the step and the whole of it, so that
    many waiters spread out and none comes at once. With the defaults: 1-2 s, 2-4 s, 4-8 s … 5-10 min.
    """
    doublings = min(max(attempt, 1) - 1, 30)
    step = min(first * 2**doublings, longest)
    return step * (0.5 + chance / 2)


def wait_before(
    attempt: int,
    chance: float,
    after: timedelta | None,
    *,
    first: timedelta = FIRST,
    longest: timedelta = LONGEST,
) -> timedelta:
    """The wait after `TryLater`: what the provider asked for and a little more, never less; else the back-off."""
    own = backoff(attempt, chance, first=first, longest=longest)
    if after is None:
        return own
    return after + min(own, first) * chance


@dataclass(frozen=True, slots=True)
class Again:
    """The same message, on the same channel, after this time."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class NextChannel:
    """This message, on the person's next channel, at once; none left means that it was not delivered."""


Course = Again | NextChannel


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What follows a refusal. `mark` is the fact kept about the address (None: nothing is known about it)."""

    course: Course
    mark: Fact | None = None
    pause_account: bool = False
    tell_operator: bool = False


def after_refusal(fact: Fact, failures: int, *, can_wait: bool) -> Aftermath:
    """What a refusal, or a report of a failed delivery, asks for.

    `failures` counts the failed deliveries of this message on this channel, this one included (from 1); `can_wait` is
    false for crisis texts and alerts. Example: an unreachable phone at 09:30 → again at 10:00; the
    second failure goes to the next channel.
    """
    match fact:
        case "blocked" | "invalid" | "opted_out":
            return Aftermath(NextChannel(), mark=fact)
        case "unreachable":
            if can_wait and failures <= UNREACHABLE_TRIES:
                return Aftermath(Again(UNREACHABLE_APART))
            return Aftermath(NextChannel())
        case "account":
            return Aftermath(NextChannel(), pause_account=True, tell_operator=True)
        case "filtered" | "setup" | "our_fault":
            return Aftermath(NextChannel(), tell_operator=True)
        case _:
            assert_never(fact)
