"""★ A person is needed: an escalation is opened, or the open one takes the reason in and may rise.

At most one escalation that is not resolved per person and line. Opening tells the first level in the same transaction.
When it rises, the higher policy's copy replaces the old one from its first level, and whoever has it stays told.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.conversation.matter import Batch
from bot.conversation.speaking import notice
from bot.escalation import wording
from bot.escalation.climbing import tell
from bot.escalation.policy import Policy, Severity, raised, rank
from storage.records import Escalation, Person, Reason, Value


def escalate(
    batch: Batch,
    person: Person,
    policy_id: str,
    reason: str,
    *,
    shared: Mapping[str, Value] | None = None,
    severity: Severity | None = None,
) -> Escalation | None:
    """Open an escalation about this person by a policy, or add the reason to the one that is open on its line.

    None: the person is in no team that goes on, so there is nobody to tell; the audit says so and the coordinators of
    the service are told that a person without a team needs somebody.
    """
    policy = raised(batch.house.policies, batch.house.policies[policy_id], severity)
    why = Reason(batch.now, reason, dict(shared or {}))
    for one in batch.known.escalations.values():
        if one.person_id == person.id and one.line == policy.line and one.state != "resolved":
            return _take_in(batch, person, one, why, policy)
    team = batch.team_of(person)
    if team is None:
        batch.note("escalation.without_team", person=person.id, policy=policy.id)
        for coordinator_id in batch.known.coordinators:
            notice(batch, batch.person(coordinator_id), wording.no_team(person.initials), about=person.id)
        return None
    escalation = Escalation(
        id=batch.new_id(),
        person_id=person.id,
        team_id=team.id,
        line=policy.line,
        severity=policy.severity,
        policy=policy.id,
        policy_copy=policy.as_json(),
        reasons=[why],
        state="open",
        level=0,
        tellings=0,
        round=0,
        next_at=batch.now,
        opened_at=batch.now,
    )
    batch.known.escalations[escalation.id] = escalation
    batch.changes.new_escalations[escalation.id] = escalation
    _noted(batch, escalation, "escalation.opened", why)
    tell(batch, escalation)
    return escalation


def _noted(batch: Batch, escalation: Escalation, kind: str, why: Reason) -> None:
    batch.note(
        kind,
        person=escalation.person_id,
        personal=f"{why.reason} {sorted(why.shared.items())}",
        escalation=escalation.id,
        policy=escalation.policy,
        severity=escalation.severity,
        line=escalation.line,
    )


def _take_in(batch: Batch, person: Person, escalation: Escalation, why: Reason, asked: Policy) -> Escalation:
    severity = asked.severity
    batch.changing_escalation(escalation)
    escalation.reasons.append(why)
    present: Severity = escalation.severity  # pyright: ignore[reportAssignmentType] - the column's CHECK says so
    if rank(severity) <= rank(present):
        _noted(batch, escalation, "escalation.added_to", why)
        if escalation.state == "taken":
            _tell_whoever_has_it(batch, person, escalation)
        else:
            _hurry(batch, escalation, asked)
        return escalation
    higher = raised(batch.house.policies, batch.house.policies[escalation.policy], severity)
    higher = replace(higher, line=escalation.line)  # pyright: ignore[reportArgumentType] - CHECK
    escalation.severity, escalation.policy, escalation.policy_copy = higher.severity, higher.id, higher.as_json()
    escalation.level = escalation.tellings = 0
    escalation.unanswered_at = None
    _noted(batch, escalation, "escalation.rose", why)
    _tell_whoever_has_it(batch, person, escalation)
    # Whoever took it took less than it is now: it is open again, and they stay told like everybody before.
    escalation.state, escalation.taken_by, escalation.taken_at, escalation.reminded_at = "open", None, None, None
    escalation.next_at = batch.now
    tell(batch, escalation)
    return escalation


def _hurry(batch: Batch, escalation: Escalation, asked: Policy) -> None:
    """The ladder goes on no later than the policy that was asked for would have it: a low answer does not wait two hours
    because somebody was told already, at more leisure, that no answer came."""
    latest = batch.now + asked.levels[0].wait
    if escalation.next_at is not None and escalation.next_at > latest:
        escalation.next_at = latest


def _tell_whoever_has_it(batch: Batch, person: Person, escalation: Escalation) -> None:
    taker = batch.known.people.get(escalation.taken_by) if escalation.taken_by else None
    if escalation.state != "taken" or taker is None:
        return
    code = next(
        (s.code for s in batch.known.standing if s.escalation_id == escalation.id and s.responder_id == taker.id), ""
    )
    text = wording.something_new(code, person.initials, escalation.severity, escalation.line)
    notice(batch, taker, text, about=person.id, escalation=escalation.id)
