"""What providers saw: nothing doubled, overtaken, unknown to us, or after STOP. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from tests.faults.comparing.heard import accounts
from tests.faults.comparing.matching import Matched
from tests.faults.evidence import Evidence, Got

ON_ITS_WAY: Final = timedelta(seconds=3)
"""Real time in which a text that had left for the provider when STOP was committed may still arrive there."""
NEVER_DOUBLED: Final = ("reply", "check-in", "bulk")
PRESSING: Final = ("crisis", "escalation")
AGAIN: Final = "(again)"


def _live(found: list[Got]) -> list[Got]:
    return [one for one in found if not one.failed]


def sms_doubled(matched: Matched, send_class: str) -> Iterable[str]:
    """One row twice at the provider."""
    for row_id, found in matched.by_row.items():
        row = matched.rows[row_id]
        if row.send_class == send_class and row.account != "main" and len(_live(found)) > 1:
            yield f"{row.to} {row.text[:40]!r} ×{len(_live(found))}"


def telegram_doubled(matched: Matched) -> Iterable[str]:
    """Texts of one row beyond the first."""
    for row_id, found in matched.by_row.items():
        row = matched.rows[row_id]
        if row.account == "main":
            yield from (f"{row.to} {row.send_class} {one.text[:40]!r}" for one in found[1:])


def not_there(evidence: Evidence) -> Iterable[str]:
    """Provider's ids that were kept and that the provider does not know."""
    there = {(one.account, one.provider_id) for one in evidence.got}
    for row in evidence.rows:
        for one in row.accepted_ids:
            if not any((account, one) in there for account in accounts(row.account)):
                yield f"{row.to} {row.send_class} {one}"


def messages_stuck(evidence: Evidence) -> Iterable[str]:
    """Due, and still queued or being sent."""
    for row in evidence.rows:
        if row.state in ("queued", "sending") and row.due_at <= evidence.now:
            yield f"{row.to} {row.send_class} {row.state} since {row.due_at}"


def told_out_of_order(evidence: Evidence, matched: Matched) -> Iterable[str]:
    """Texts of one class at one address arrive in the order in which they were decided. Crisis texts and alerts wait for
    no back-off of an earlier one, so that they may overtake.
    """
    first: defaultdict[tuple[str, str, str], list[tuple[int, datetime, str]]] = defaultdict(list)
    for row in evidence.rows:
        found = matched.by_row.get(row.id)
        if found and row.send_class in NEVER_DOUBLED:
            first[row.account, row.to, row.send_class].append((row.position, found[0].at, row.text))
    for (_, to, send_class), texts in first.items():
        ordered = sorted(texts)
        for before, after in pairwise(ordered):
            if after[1] < before[1]:
                yield f"{to} {send_class}: {after[2][:30]!r} before {before[2][:30]!r}"


def despite_stop(evidence: Evidence, matched: Matched) -> Iterable[str]:
    """Texts after STOP, other than its confirmation and crisis texts."""
    silences: defaultdict[UUID, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for one in evidence.silences:
        silences[one.person].append((one.since, one.until))
    for row_id, found in matched.by_row.items():
        row = matched.rows[row_id]
        if row.person is None or row.despite_stop or row.purpose == "crisis":
            continue
        for one in found:
            if any(_within(one.at, span, evidence.frozen) for span in silences[row.person]):
                yield f"{row.to} {row.send_class} {row.text[:40]!r} at {one.at:%H:%M:%S}"


def _within(at: datetime, span: tuple[datetime, datetime | None], frozen: list[tuple[datetime, datetime]]) -> bool:
    since, until = span
    for began, ended in frozen:  # a process that stood still had it in hand before
        if began <= since <= ended and at <= ended + ON_ITS_WAY:
            return False
    return at > since + ON_ITS_WAY and (until is None or at < until)


def again(matched: Matched) -> Iterable[str]:
    """More than one "(again)" for each unknown outcome, any in a class that is not sent again, or twice without it."""
    for row_id, found in matched.by_row.items():
        row = matched.rows[row_id]
        pressing = row.send_class in PRESSING
        allowed = row.unknown if pressing else 0
        marked = sum(one.text.startswith(AGAIN) for one in found)
        if marked > allowed:
            yield f"{row.to} {row.send_class}: {marked} for {allowed} unknown outcomes"
        unmarked = sum(not one.text.startswith(AGAIN) for one in _live(found))
        if pressing and unmarked > 1:
            yield f"{row.to} {row.send_class}: {unmarked} times without (again)"
