"""★ The ladder of an escalation: who is told now, by which address, and when it goes on.

The first usable address of a responder is written to; a telling that repeats goes by all of theirs. A responder with no
usable address, or who said STOP, counts as nobody: the level is passed over at once and the fact is audited. Nobody at
all is an alarm of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from bot.conversation.matter import Batch
from bot.conversation.speaking import home, notice, reply, where_to
from bot.escalation import wording
from bot.escalation.ladder import SHORTEST_WAIT, Position, Responders, Telling, lapse_at, next_telling, who
from bot.escalation.policy import Policy
from storage.records import Address, Alert, Body, Escalation, Message, Person, Standing, Support, Team


def step(batch: Batch, escalation: Escalation) -> None:
    """What is due now: the next telling, the reminder to whoever has it, or its lapse."""
    if escalation.state != "taken":
        tell(batch, escalation)
        return
    policy = Policy.from_json(escalation.policy_copy)
    batch.changing_escalation(escalation)
    taker = batch.known.people.get(escalation.taken_by) if escalation.taken_by else None
    code = code_of(batch, escalation, taker)
    if escalation.reminded_at is None:
        escalation.reminded_at = batch.now
        escalation.next_at = lapse_at(batch.now, policy.resolve_within)
        batch.note("escalation.reminded", person=escalation.person_id, actor=None, escalation=escalation.id)
        if taker is not None:
            notice(batch, taker, wording.reminder(code), about=escalation.person_id, escalation=escalation.id)
        return
    escalation.state = "lapsed"
    escalation.reminded_at = None
    batch.note("escalation.lapsed", person=escalation.person_id, escalation=escalation.id)
    if taker is not None:
        notice(batch, taker, wording.lapsed(code), about=escalation.person_id, escalation=escalation.id)
    tell(batch, escalation)


def code_of(batch: Batch, escalation: Escalation, responder: Person | None) -> str:
    """The code under which this responder knows the escalation; empty if they were never told."""
    if responder is None:
        return ""
    for one in batch.known.standing:
        if one.escalation_id == escalation.id and one.responder_id == responder.id and one.code:
            return one.code
    return ""


def tell(batch: Batch, escalation: Escalation) -> None:
    """Tell whoever is next on the ladder, and set when it goes on."""
    _carry_out(batch, escalation, _next(batch, escalation))


def pass_on(batch: Batch, escalation: Escalation) -> bool:
    """Somebody can't, or nothing reached them: tell whoever is next at once, but nobody of whom that is so. False if
    there is nobody else to ask; then the ladder goes on when its wait is over, and asks them again.

    Who fails is left out here, so that phones that are all off cannot chase each other up the ladder in a moment.
    """
    telling = _next(batch, escalation, _out_of_it(batch, escalation))
    if telling.people:
        _carry_out(batch, escalation, replace(telling, nobody=()))
        return True
    if escalation.next_at is None or escalation.state == "lapsed":
        batch.changing_escalation(escalation)
        levels = Policy.from_json(escalation.policy_copy).levels
        escalation.next_at = batch.now + max(levels[min(escalation.level, len(levels) - 1)].wait, SHORTEST_WAIT)
    return False


def _out_of_it(batch: Batch, escalation: Escalation) -> set[UUID]:
    """Who declined, or whom none of the alerts of their last telling reached."""
    theirs: defaultdict[UUID, list[Standing]] = defaultdict(list)
    for one in batch.known.standing:
        if one.escalation_id == escalation.id:
            theirs[one.responder_id].append(one)
    out: set[UUID] = set()
    for responder_id, alerts in theirs.items():
        last = max(one.telling for one in alerts)
        if any(one.declined for one in alerts) or all(one.failed for one in alerts if one.telling == last):
            out.add(responder_id)
    return out


def _next(batch: Batch, escalation: Escalation, without: Collection[UUID] = ()) -> Telling:
    policy = Policy.from_json(escalation.policy_copy)
    stands = Position(escalation.level, escalation.tellings, escalation.round, escalation.unanswered_at is not None)
    return next_telling(policy.levels, stands, lambda roles, _: _reachable(batch, escalation, roles, without))


def _carry_out(batch: Batch, escalation: Escalation, telling: Telling) -> None:
    batch.changing_escalation(escalation)
    goes_on = escalation.round > 0
    higher_up = telling.level > escalation.level or not goes_on
    escalation.level = telling.position.level
    escalation.tellings = telling.position.tellings
    escalation.round = telling.position.round
    escalation.next_at = telling.next_at(batch.now)
    if goes_on:
        batch.note(
            "escalation.climbed",
            person=escalation.person_id,
            escalation=escalation.id,
            level=telling.level,
            telling=escalation.round,
        )
    for responder_id in telling.people:
        _alert(batch, escalation, batch.person(responder_id), telling)
    if telling.nobody:
        _say_nobody(batch, escalation, telling)
    if higher_up:
        _say_passed_to_on_call(batch, escalation, telling)
    if telling.unanswered:
        escalation.unanswered_at = batch.now
        _say_unanswered(batch, escalation, telling)


def _reachable(
    batch: Batch, escalation: Escalation, roles: Sequence[str], without: Collection[UUID]
) -> tuple[UUID, ...]:
    """Those whom the roles stand for and who can be told: not the person themselves, and somewhere to write to."""
    about = batch.person(escalation.person_id)
    team = batch.known.teams.get(escalation.team_id)
    support = batch.known.support.get(about.id, Support())
    supervisors = team.supervisors if team else ()
    stands = Responders(
        assigned_peer_worker=support.peer_worker,
        named_supervisors=_usable(batch, about, supervisors, without),
        coordinators=_usable(batch, about, team.coordinators if team else (), without),
        wellness_supporter=support.wellness,
        wellness_deputy=support.deputy,
        line_supervisor=support.line,
        by_key=batch.known.by_key,
    )
    return _usable(batch, about, who(roles, _turn(batch, escalation, supervisors), stands), without)


def _turn(batch: Batch, escalation: Escalation, supervisors: Sequence[UUID]) -> int:
    """Whose turn it is among named supervisors: how often any of them was told of this. A telling that went to the
    assigned peer worker is nobody's turn, so the first supervisor of the file comes first after it."""
    told = {
        one.telling
        for one in batch.known.standing
        if one.escalation_id == escalation.id and one.responder_id in supervisors
    }
    return len(told)


def _usable(batch: Batch, about: Person, ids: Sequence[UUID], without: Collection[UUID] = ()) -> tuple[UUID, ...]:
    found = (batch.known.people.get(one) for one in ids if one != about.id and one not in without)
    return tuple(one.id for one in found if one is not None and one.stopped_at is None and home(one) is not None)


def _alert(batch: Batch, escalation: Escalation, responder: Person, telling: Telling) -> None:
    told_before = any(
        one.responder_id == responder.id and one.escalation_id == escalation.id for one in batch.known.standing
    )
    addresses = _one_a_phone(where_to(responder))
    for address in addresses if told_before else addresses[:1]:
        alert_at(batch, escalation, responder, address, level=telling.level, telling=telling.position.round - 1)


def _one_a_phone(addresses: Sequence[Address]) -> list[Address]:
    """A phone that is known to two senders is told once, by the preferred one."""
    phones: dict[str, Address] = {}
    for address in addresses:
        phones.setdefault(address.value, address)
    return list(phones.values())


def alert_at(
    batch: Batch, escalation: Escalation, responder: Person, address: Address, *, level: int, telling: int
) -> None:
    """One alert to one address. Its code is given in the save step; the words hold a place for it."""
    code = code_of(batch, escalation, responder)
    alert = Alert(
        id=batch.new_id(),
        escalation_id=escalation.id,
        responder_id=responder.id,
        address_id=address.id,
        code=code,
        level=level,
        telling=telling,
        told_at=batch.now,
    )
    batch.changes.new_alerts.append(alert)
    batch.known.standing.append(
        Standing(
            escalation_id=escalation.id,
            about_id=escalation.person_id,
            responder_id=responder.id,
            address_id=address.id,
            code=code,
            state=escalation.state,
            taken_by=escalation.taken_by,
            declined=False,
            failed=False,
            telling=telling,
        )
    )
    batch.send(
        Message(
            id=batch.new_id(),
            address_id=address.id,
            person_id=responder.id,
            about_id=escalation.person_id,
            send_class="escalation",
            purpose="alert",
            body=_body(batch, escalation),
            due_at=batch.now,
            created_at=batch.now,
            escalation_id=escalation.id,
            alert_id=alert.id,
        ),
        "alert.queued",
        escalation=escalation.id,
        responder=responder.id,
        alert=alert.id,
        level=level,
        channel=address.account,
    )


def _body(batch: Batch, escalation: Escalation) -> Body:
    about = batch.person(escalation.person_id)
    latest = escalation.reasons[-1]
    text = wording.alert(
        line=escalation.line,
        severity=escalation.severity,
        policy=escalation.policy,
        initials=about.initials,
        reason=latest.reason,
        shared=latest.shared,
    )
    return Body(text, wording.ALERT_OPTIONS, "choice")


def _say_nobody(batch: Batch, escalation: Escalation, telling: Telling) -> None:
    """A level had nobody to tell: audited; nobody at all is told to every coordinator of the service."""
    if telling.people:
        batch.note(
            "escalation.nobody",
            person=escalation.person_id,
            escalation=escalation.id,
            levels=list(telling.nobody),
            told=len(telling.people),
        )
    else:
        say_nobody_at_all(batch, escalation)


def say_nobody_at_all(batch: Batch, escalation: Escalation) -> None:
    """Nobody can be told, or nothing reached anybody: an alarm to every coordinator of the service."""
    levels = Policy.from_json(escalation.policy_copy).levels
    batch.note(
        "escalation.nobody",
        person=escalation.person_id,
        escalation=escalation.id,
        levels=list(range(len(levels))),
        told=0,
    )
    text = wording.nobody_to_tell(batch.person(escalation.person_id).initials, escalation.line)
    for coordinator_id in batch.known.coordinators:
        if coordinator_id == escalation.person_id:
            continue
        notice(batch, batch.person(coordinator_id), text, about=escalation.person_id, escalation=escalation.id)


def _say_passed_to_on_call(batch: Batch, escalation: Escalation, telling: Telling) -> None:
    """The one exception of the wellness line: danger to life went past supporter and deputy, and the worker is told."""
    policy = Policy.from_json(escalation.policy_copy)
    if escalation.line != "wellness" or not telling.people or "on_call" not in policy.levels[telling.level].tell:
        return
    about = batch.person(escalation.person_id)
    at = home(about)
    if at is not None and about.stopped_at is None:
        reply(batch, at, wording.passed_to_on_call())


def _say_unanswered(batch: Batch, escalation: Escalation, telling: Telling) -> None:
    """Once: the coordinators are told, and so, honestly, is the person."""
    about = batch.person(escalation.person_id)
    batch.note("escalation.unanswered", person=about.id, escalation=escalation.id)
    team = batch.known.teams.get(escalation.team_id)
    text = wording.unanswered(about.initials, escalation.line)
    asked = telling.people if escalation.line != "wellness" else ()
    for coordinator_id in (team.coordinators if team else ()) or batch.known.coordinators:
        if coordinator_id not in asked and coordinator_id != about.id and telling.people:
            notice(batch, batch.person(coordinator_id), text, about=about.id, escalation=escalation.id)
    at = home(about)
    if at is not None and about.stopped_at is None:
        reply(batch, at, _honestly(escalation, team, reached=bool(telling.people)))


def _honestly(escalation: Escalation, team: Team | None, *, reached: bool) -> str:
    return wording.nobody_answered_yet(escalation.line, team.name if team else "", reached=reached)
