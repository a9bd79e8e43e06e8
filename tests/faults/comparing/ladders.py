"""Escalations: none lost, none stuck, no level passed over. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from tests.faults.comparing.heard import accounts
from tests.faults.comparing.matching import Matched
from tests.faults.evidence import Climb, Evidence


def escalations_lost(evidence: Evidence, matched: Matched) -> Iterable[str]:
    """A low answer, a word or danger without a reason in an escalation; an escalation of which nobody was told."""
    given: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    for climb in evidence.climbs:
        given[climb.person].update(_cause(reason) for reason in climb.reasons)
    for person, wanted in _calls(evidence).items():
        missing = wanted - given[person]
        yield from (f"{person}: {cause} ×{count}" for cause, count in missing.items())
    told = {row.escalation for row in matched.rows.values() if row.purpose == "alert" and matched.by_row.get(row.id)}
    for climb in evidence.climbs:
        if climb.id not in told:
            yield f"{climb.id} ({climb.policy.get('id')}): no provider ever saw an alert"


def _calls(evidence: Evidence) -> dict[UUID, Counter[str]]:
    """What had to bring a person in, by whom it is about."""
    acts = {(account, act.provider_id): act for act in evidence.acts for account in accounts(act.account)}
    calls: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    for one in evidence.heard:
        act = acts.get((one.account, one.provider_id))
        if one.person is None or act is None or one.meant == "set aside":
            continue
        if one.danger == "risk":
            calls[one.person]["wrote words of danger"] += 1
        elif act.text in ("TALK", "URGENT") and one.meant in ("GlobalWord", "Silent"):
            calls[one.person][f"word {act.text}"] += 1
    for answer in evidence.answers:
        if isinstance(answer.value, int | float) and answer.value <= 2:
            calls[answer.person]["low answer to the daily check-in"] += 1
    return calls


_CAUSES: Final = {
    "wrote words of danger": "wrote words of danger",
    "asked to talk to a person": "word TALK",
    "asked for a person urgently": "word URGENT",
}


def _cause(reason: str) -> str:
    return next((cause for words, cause in _CAUSES.items() if words in reason), reason)


def escalations_stuck(evidence: Evidence) -> Iterable[str]:
    """Not resolved, and no next step ahead."""
    for climb in evidence.climbs:
        if climb.state != "resolved" and (climb.next_at is None or climb.next_at <= evidence.now):
            yield f"{climb.id} {climb.state}: next at {climb.next_at}"


def levels_skipped(evidence: Evidence) -> Iterable[str]:
    """Tellings that nobody got, and levels passed over that had somebody to tell."""
    for climb in evidence.climbs:
        yield from _gaps(climb)


def _gaps(climb: Climb) -> Iterable[str]:
    levels = climb.policy.get("levels", [])
    reachable = {place for place, one in enumerate(levels) if set(one["tell"]) - {"assigned_peer_worker"}}
    told: dict[int, int] = {}
    for telling, level, _ in climb.tellings:
        told.setdefault(telling, level)
    missing = sorted(set(range(climb.round)) - told.keys())
    if missing:
        yield f"{climb.id}: nobody was told at telling {missing}"
    before = -1
    for telling in sorted(one for one in told if one >= climb.rose_at):
        level = told[telling]
        if level > before + 1 and any(place in reachable for place in range(before + 1, level)):
            yield f"{climb.id}: level {level} after {before}"
        before = level
