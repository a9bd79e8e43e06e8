"""★ A message will not arrive: the fact is kept on the address, and what it was for goes another way.

alert → the next address of the same responder at once; none left and nobody else told → the ladder goes on at once.
crisis text → every other address that may work. A question, reply or notice → the next address. A person whom nothing
reaches any more is a matter for a person: an `info` escalation.
"""

from dataclasses import replace

from bot.conversation.events import NotDelivered
from bot.conversation.matter import Batch
from bot.conversation.speaking import crisis, home, where_to
from bot.delivery.retry import after_refusal
from bot.escalation.climbing import alert_at, pass_on, say_nobody_at_all
from bot.escalation.raising import escalate
from bot.people.stopping import silence, tell_gap
from storage.records import Address, Message, Person


def not_delivered(batch: Batch, event: NotDelivered) -> None:
    """Decide what follows."""
    message = batch.known.failed.get(event.message_id)
    if message is None:
        return
    person = batch.known.people.get(message.person_id) if message.person_id else None
    batch.note(
        "message.failed",
        person=message.about_id or message.person_id,
        message=message.id,
        purpose=message.purpose,
        fact=event.fact,
    )
    if person is None:
        return
    at = next((one for one in person.addresses if one.id == message.address_id), None)
    mark = after_refusal(event.fact, 1, can_wait=False).mark
    if at is not None and mark is not None:
        _mark(batch, at, mark)
    if mark == "opted_out" and person.has_role("service_user", "peer_worker"):
        if person.stopped_at is None:  # the phone company holds their STOP: it counts as one here
            silence(batch, person)
            batch.note("person.stopped", person=person.id, by_carrier=True)
        if message.purpose != "crisis":
            return
    _another_way(batch, person, message)


def _mark(batch: Batch, at: Address, mark: str) -> None:
    match mark:
        case "blocked":
            at.blocked_at = batch.now
        case "invalid":
            at.invalid_at = batch.now
        case "opted_out":
            at.opted_out_at = batch.now
        case _:
            return
    batch.changed_address(at)


def _another_way(batch: Batch, person: Person, message: Message) -> None:
    reachable = where_to(person) if person.stopped_at is None or message.despite_stop else []
    been = {*message.body.tried, str(message.address_id)}
    others = [one for one in reachable if str(one.id) not in been]
    match message.purpose:
        case "alert":
            _alert(batch, person, message, others)
        case "crisis":
            for other in others:
                copy = crisis(batch, other, message.body.text, message.about_id)
                # All others at once: none of them sends it round again.
                copy.body = replace(copy.body, tried=tuple(sorted({*been, *(str(one.id) for one in others)})))
        case _:
            _move(batch, person, message, others)
    if home(person) is None:
        _nothing_reaches(batch, person)


def _alert(batch: Batch, responder: Person, message: Message, others: list[Address]) -> None:
    alert = batch.known.alerts.get(message.alert_id) if message.alert_id else None
    escalation = batch.known.escalations.get(message.escalation_id) if message.escalation_id else None
    if alert is None or alert.failed_at is not None:
        return
    alert.failed_at = batch.now
    batch.changes.alerts[alert.id] = alert
    batch.known.standing = [
        replace(one, failed=True)
        if (one.escalation_id, one.responder_id, one.address_id, one.telling)
        == (alert.escalation_id, alert.responder_id, alert.address_id, alert.telling)
        else one
        for one in batch.known.standing
    ]
    if escalation is None or escalation.state not in ("open", "lapsed"):
        return
    told = [one for one in batch.known.standing if one.escalation_id == escalation.id and one.telling == alert.telling]
    tried = {one.address_id for one in told if one.responder_id == responder.id}
    for other in others:
        if other.id not in tried:
            alert_at(batch, escalation, responder, other, level=alert.level, telling=alert.telling)
            return
    last = alert.telling == escalation.round - 1
    if last and all(one.failed or one.declined for one in told) and not pass_on(batch, escalation):
        say_nobody_at_all(batch, escalation)


def _move(batch: Batch, person: Person, message: Message, others: list[Address]) -> None:
    """The same words by the next address; a question takes its session along."""
    if not others or (message.not_after is not None and message.not_after <= batch.now):
        return
    session = batch.known.sessions.get(person.id)
    if message.purpose == "question":
        if session is None or session.id != message.session_id or session.state != "open":
            return
        session.address_id = others[0].id
        batch.changed_session(session)
    batch.send(
        replace(
            message,
            id=batch.new_id(),
            address_id=others[0].id,
            body=replace(message.body, tried=(*message.body.tried, str(message.address_id))),
            state="queued",
            attempts=0,
            again=False,
            due_at=batch.now,
            created_at=batch.now,
        ),
        "message.moved",
        before=message.id,
    )


def _nothing_reaches(batch: Batch, person: Person) -> None:
    if person.has_role("service_user", "peer_worker"):
        escalate(batch, person, "info", "can't be reached by my texts any more: please phone")
    else:
        tell_gap(batch, person)
