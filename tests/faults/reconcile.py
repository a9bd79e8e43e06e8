"""What people sent and got, compared with what was kept: one line for everything that may not happen. Pure.

Each line names what was looked for, how often it was found, how often it may be, and some examples. A line that found
more than it may is red.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tests.faults.comparing import checkins, heard, ladders, leaving
from tests.faults.comparing.matching import match
from tests.faults.evidence import Evidence

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `allowed` None: only for information."""

    name: str
    found: int
    allowed: int | None
    examples: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is as promised."""
        return self.allowed is None or self.found <= self.allowed


def reconcile(evidence: Evidence) -> list[Line]:
    """Every line, in the order of the table."""
    matched = match(evidence)
    return [
        _line("inbound lost", heard.inbound_lost(evidence)),
        _line("inbound set aside", heard.set_aside(evidence), allowed=len(evidence.victims) * 20),
        _line("answers lost", heard.answers_lost(evidence)),
        _line("answers doubled", heard.answers_doubled(evidence)),
        _line("escalations lost", ladders.escalations_lost(evidence, matched)),
        _line("escalations stuck", ladders.escalations_stuck(evidence)),
        _line("levels skipped", ladders.levels_skipped(evidence)),
        _line("occurrences doubled", checkins.occurrences_doubled(evidence)),
        _line("occurrences lost", checkins.occurrences_lost(evidence)),
        _line("questions doubled", checkins.questions_doubled(evidence)),
        *(_line(f"SMS doubled: {name}", leaving.sms_doubled(matched, name)) for name in leaving.NEVER_DOUBLED),
        _line("Telegram doubled", leaving.telegram_doubled(matched), allowed=evidence.kills + evidence.lost_answers),
        _line("sent without a row", [f"{one.account} {one.provider_id} {one.text[:40]!r}" for one in matched.orphans]),
        _line("said sent, not at the provider", leaving.not_there(evidence)),
        _line("messages stuck", leaving.messages_stuck(evidence)),
        _line("order per person broken", heard.out_of_order(evidence)),
        _line("answers to a person out of order", leaving.told_out_of_order(evidence, matched)),
        _line("STOP not honoured", leaving.despite_stop(evidence, matched)),
        _line('"(again)" beyond unknown outcomes', leaving.again(matched)),
        _line("processes that ended by themselves", evidence.unasked_exits),
        _line("what a client never does", evidence.provider_problems),
        _line("not drained", [] if evidence.drained else evidence.still_due or ["something was still due"]),
    ]


def _line(name: str, found: Iterable[str], allowed: int = 0) -> Line:
    every = list(found)
    return Line(name, len(every), allowed, tuple(every[:_SHOWN]))


def holds(lines: Iterable[Line]) -> bool:
    """Whether every line is as promised."""
    return all(line.holds for line in lines)
