"""What people sent: it is there, it counted once, and in its order. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from tests.faults.comparing.matching import match
from tests.faults.evidence import Evidence, Row
from tests.world.service import MONDAY

_ANSWERING: Final = ("AnswerQuestion", "AnswerQuestionThenExplain", "ReopenQuestion")
FIRST_DAY: Final = MONDAY.date()


def inbound_lost(evidence: Evidence) -> Iterable[str]:
    """Texts that people sent and that have no row."""
    there = {(one.account, one.provider_id) for one in evidence.heard}
    for act in evidence.acts:
        if not any((account, act.provider_id) in there for account in accounts(act.account)):
            yield f"{act.who} day {act.day} {act.intent} {act.text!r} {act.provider_id}"


def accounts(account: str) -> tuple[str, ...]:
    """Where a text may have come in: a phone may write to either number."""
    return ("sms", "alerts") if account in ("sms", "alerts") else (account,)


def set_aside(evidence: Evidence) -> Iterable[str]:
    """Texts that could not be decided."""
    return (f"{one.account} {one.provider_id}" for one in evidence.heard if one.meant == "set aside")


def _values(evidence: Evidence) -> dict[UUID, tuple[Counter[str], Counter[str], set[str]]]:
    """By person: numbers that were taken as an answer, values that were kept, and numbers that had to be taken."""
    acts = {(account, act.provider_id): act for act in evidence.acts for account in accounts(act.account)}
    found: defaultdict[UUID, tuple[Counter[str], Counter[str], set[str]]] = defaultdict(
        lambda: (Counter(), Counter(), set())
    )
    matched = match(evidence)
    questions = {one.provider_id: matched.rows[row] for row, texts in matched.by_row.items() for one in texts}
    for one in evidence.heard:
        act = acts.get((one.account, one.provider_id))
        if one.person is None or act is None or not act.text.isdecimal() or one.person in evidence.victims:
            continue
        if one.meant in _ANSWERING:
            found[one.person][0][act.text] += 1
        elif act.question in questions and _owed(evidence, questions[act.question], one.written_at):
            found[one.person][2].add(f"{act.who} day {act.day}: {act.text} was taken as {one.meant}")
    for answer in evidence.answers:
        found[answer.person][1][f"{answer.value:g}" if isinstance(answer.value, float) else str(answer.value)] += 1
    return found


def _owed(evidence: Evidence, asked: Row, written_at: datetime | None) -> bool:
    """Whether this question had no other answer, and no later one had come in its place when an answer came in."""
    if asked.session is None or any(one.session == asked.session for one in evidence.answers):
        return False
    day = next((on for one in evidence.timetables for session, on in one.sessions if session == asked.session), None)
    if day is None or written_at is None or _silent(evidence, asked.person, written_at):
        return False
    end = evidence.mornings.get((day - FIRST_DAY).days + 1)
    return end is None or written_at < end


def _silent(evidence: Evidence, person: UUID | None, at: datetime) -> bool:
    """Whether they had said STOP: one that was listed late may come after the START that followed it."""
    spans = [one for one in evidence.silences if one.person == person]
    return any(one.since <= at and (one.until is None or at <= one.until) for one in spans)


def answers_lost(evidence: Evidence) -> Iterable[str]:
    """Numbers that were taken without being kept, and first answers that were taken for something else."""
    for person, (taken, kept, owed) in _values(evidence).items():
        yield from (f"{person}: {value} ×{count}" for value, count in (taken - kept).items())
        yield from owed


def answers_doubled(evidence: Evidence) -> Iterable[str]:
    """Values that nobody sent."""
    for person, (taken, kept, _) in _values(evidence).items():
        if person not in evidence.victims:
            yield from (f"{person}: {value} ×{count}" for value, count in (kept - taken).items())


def out_of_order(evidence: Evidence) -> Iterable[str]:
    """A text that was committed before another was even sent has the lower number; on Telegram always the earlier one."""
    heard = {(one.account, one.provider_id): one for one in evidence.heard}
    by_person: defaultdict[str, list[tuple[int, datetime, datetime | None, str]]] = defaultdict(list)
    for act in evidence.acts:
        found = next((heard[key] for a in accounts(act.account) if (key := (a, act.provider_id)) in heard), None)
        if found is not None and found.seq is not None:
            by_person[act.who].append((found.seq, act.at, found.written_at, act.provider_id))
    for who, texts in by_person.items():
        for later in texts:
            for earlier in texts:
                if earlier[2] is not None and earlier[2] < later[1] and earlier[0] > later[0]:
                    yield f"{who}: {earlier[3]} came in before {later[3]} was sent"
