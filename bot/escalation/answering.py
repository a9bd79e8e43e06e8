"""★ What a responder answered to an alert, and what comes of it.

    open ──1──▶ taken ──done──▶ resolved        lapsed ──1──▶ taken        taken ──2──▶ lapsed, the ladder goes on at once

The first take counts: its person is locked, so a second one in the same second sees it taken and is told by whom. Everybody
told earlier is told when it is taken and when it is over. "Taken" is not "helped": only `done` ends it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.conversation.matter import Batch
from bot.conversation.speaking import notice, reply
from bot.escalation import wording
from bot.escalation.climbing import pass_on
from bot.escalation.ladder import later_at, remind_at
from bot.escalation.policy import Policy, Severity
from bot.escalation.replies import AlertAnswer, Cannot, Done, Later, More, Take, Tried
from bot.people import wording as people_wording
from storage.records import Address, Escalation, Person, Standing


def answer(
    batch: Batch, responder: Person, at: Address, answered: AlertAnswer, escalation: Escalation, code: str
) -> None:
    """Act on an answer that is unmistakably about this escalation, and say what came of it."""
    if escalation.state == "resolved":
        reply(batch, at, wording.already_closed(code))
        return
    match answered:
        case Take():
            _take(batch, responder, at, escalation, code)
        case Cannot():
            _cannot(batch, responder, at, escalation, code)
        case More():
            _more(batch, at, escalation, code)
        case Tried():
            _tried(batch, responder, at, escalation, code)
        case Done(words=words):
            _done(batch, responder, at, escalation, code, words)
        case Later():
            _later(batch, responder, at, escalation, code, answered)
        case _:
            assert_never(answered)


def _has_it(batch: Batch, escalation: Escalation) -> Person | None:
    if escalation.state != "taken" or escalation.taken_by is None:
        return None
    return batch.known.people.get(escalation.taken_by)


def _take(batch: Batch, responder: Person, at: Address, escalation: Escalation, code: str) -> bool:
    """True if they have it now."""
    taker = _has_it(batch, escalation)
    if taker is not None and taker.id != responder.id:
        reply(batch, at, wording.already_taken(taker.first_name, code))
        return False
    if taker is None:
        take(batch, responder, escalation)
        about = batch.person(escalation.person_id)
        reply(batch, at, wording.you_have(code, about.initials))
        if about.stopped_at is not None:
            reply(batch, at, people_wording.texts_stopped(code, about.initials))
    else:
        reply(batch, at, wording.already_yours(code))
    return True


def take(batch: Batch, responder: Person, escalation: Escalation) -> None:
    """It is theirs: the ladder rests, alerts that have not left go back, everybody told earlier is told."""
    batch.changing_escalation(escalation)
    policy = Policy.from_json(escalation.policy_copy)
    escalation.state = "taken"
    escalation.taken_by, escalation.taken_at, escalation.reminded_at = responder.id, batch.now, None
    escalation.next_at = remind_at(batch.now, policy.resolve_within)
    batch.changes.escalations_answered.add(escalation.id)
    batch.note("escalation.taken", person=escalation.person_id, actor=responder.id, escalation=escalation.id)
    _tell_others(batch, escalation, responder, wording.has_it_now)


def resolve(batch: Batch, responder: Person, escalation: Escalation, words: str) -> None:
    """It is over, with these words; everybody told earlier is told so, without them."""
    batch.changing_escalation(escalation)
    escalation.state = "resolved"
    escalation.resolved_by, escalation.resolved_at, escalation.next_at = responder.id, batch.now, None
    escalation.outcome = words
    batch.changes.escalations_answered.add(escalation.id)
    batch.changes.escalations_resolved.add(escalation.id)
    batch.note(
        "escalation.resolved",
        person=escalation.person_id,
        actor=responder.id,
        personal=words,
        escalation=escalation.id,
    )
    _tell_others(batch, escalation, responder, wording.closed_by)


def _told(batch: Batch, escalation: Escalation) -> list[Standing]:
    return [one for one in batch.known.standing if one.escalation_id == escalation.id]


def _tell_others(batch: Batch, escalation: Escalation, responder: Person, words: Callable[[str, str], str]) -> None:
    others = {one.responder_id: one for one in _told(batch, escalation) if one.responder_id != responder.id}
    for other_id, one in others.items():
        text = words(responder.first_name, one.code)
        notice(batch, batch.person(other_id), text, about=escalation.person_id, escalation=escalation.id)


def _cannot(batch: Batch, responder: Person, at: Address, escalation: Escalation, code: str) -> None:
    taker = _has_it(batch, escalation)
    if taker is not None and taker.id != responder.id:
        reply(batch, at, wording.already_taken(taker.first_name, code))
        return
    others = decline(batch, responder, escalation)
    reply(batch, at, wording.asking_others(code) if others else wording.nobody_else(code))


def decline(batch: Batch, responder: Person, escalation: Escalation) -> bool:
    """They can't, or can't any more: unless somebody told at the same time may still answer, the next are told at once.
    Whoever had it hands it back by this, and everybody who was told so hears that it is open again. False if there is
    nobody else to ask."""
    batch.note("alert.declined", person=escalation.person_id, actor=responder.id, escalation=escalation.id)
    batch.changing_escalation(escalation)
    had_it = escalation.state == "taken"
    if had_it:
        escalation.state = "lapsed"
        escalation.reminded_at = None
        batch.note("escalation.lapsed", person=escalation.person_id, actor=responder.id, escalation=escalation.id)
    told = _told(batch, escalation)
    batch.known.standing = [
        replace(one, declined=True) if one.responder_id == responder.id and one.escalation_id == escalation.id else one
        for one in batch.known.standing
    ]
    batch.changes.declined.add((escalation.id, responder.id))
    last = max((one.telling for one in told), default=0)
    still_asked = [
        one
        for one in told
        if one.telling == last and not one.declined and not one.failed and one.responder_id != responder.id
    ]
    if still_asked and not had_it:
        return True
    asked_before = {one.responder_id: one.code for one in told if one.responder_id != responder.id}
    count = len(batch.changes.new_alerts)
    passed_on = pass_on(batch, escalation)
    if had_it:
        asked_now = {alert.responder_id for alert in batch.changes.new_alerts[count:]}
        for other_id, code in asked_before.items():
            if other_id not in asked_now:
                text = wording.handed_back(code)
                notice(batch, batch.person(other_id), text, about=escalation.person_id, escalation=escalation.id)
    return passed_on or any(not one.declined and not one.failed for one in told if one.responder_id != responder.id)


def decline_all(batch: Batch, responder: Person) -> None:
    """Nothing reaches this responder any more: whatever waits for them, or is theirs, goes to the next at once."""
    theirs = {
        one.escalation_id for one in batch.known.standing if one.responder_id == responder.id and not one.declined
    }
    for escalation_id in sorted(theirs):
        escalation = batch.known.escalations.get(escalation_id)
        if escalation is None or escalation.person_id not in batch.known.support:
            continue
        if escalation.state in ("open", "lapsed") or (
            escalation.state == "taken" and escalation.taken_by == responder.id
        ):
            decline(batch, responder, escalation)


def _more(batch: Batch, at: Address, escalation: Escalation, code: str) -> None:
    """Every reason, and what was agreed to be shared; never more."""
    about = batch.person(escalation.person_id)
    team = batch.known.teams.get(escalation.team_id)
    text = wording.more(
        code,
        line=escalation.line,
        severity=escalation.severity,
        policy=escalation.policy,
        initials=about.initials,
        reasons=escalation.reasons,
        zone=ZoneInfo(team.zone if team else about.zone),
    )
    reply(batch, at, text)


def _tried(batch: Batch, responder: Person, at: Address, escalation: Escalation, code: str) -> None:
    """They tried and nobody answered: it stays open, and whoever tried has it."""
    if _take_quietly(batch, responder, at, escalation, code):
        batch.note("escalation.tried", person=escalation.person_id, actor=responder.id, escalation=escalation.id)
        reply(batch, at, wording.tried(code, has_it=True))


def _done(batch: Batch, responder: Person, at: Address, escalation: Escalation, code: str, words: str) -> None:
    if _take_quietly(batch, responder, at, escalation, code):
        resolve(batch, responder, escalation, words)
        reply(batch, at, wording.closed(code))


def _later(batch: Batch, responder: Person, at: Address, escalation: Escalation, code: str, later: Later) -> None:
    if not _take_quietly(batch, responder, at, escalation, code):
        return
    severity: Severity = escalation.severity  # pyright: ignore[reportAssignmentType] - the column's CHECK says so
    batch.changing_escalation(escalation)
    escalation.reminded_at = None
    escalation.next_at = later_at(batch.now, later.delay, severity)
    batch.note("escalation.put_off", person=escalation.person_id, actor=responder.id, escalation=escalation.id)
    asked_at = escalation.next_at.astimezone(ZoneInfo(responder.zone))
    reply(batch, at, wording.asked_later(code, f"{asked_at:%H:%M}"))


def _take_quietly(batch: Batch, responder: Person, at: Address, escalation: Escalation, code: str) -> bool:
    """Whoever says none, done or later has it, or takes it by that. False, and told by whom, if another has it."""
    taker = _has_it(batch, escalation)
    if taker is None:
        take(batch, responder, escalation)
        return True
    if taker.id != responder.id:
        reply(batch, at, wording.already_taken(taker.first_name, code))
        return False
    return True
