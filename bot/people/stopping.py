"""★ STOP and START: silence on every address of the person at once, and beginning again.

STOP closes what is open and ends schedules; it never closes an escalation: whoever has it is told to phone. A responder's
STOP is told to the coordinators at once, for nobody would be told through them.
"""

from bot.conversation.matter import Batch
from bot.conversation.speaking import notice, reply
from bot.conversation.talking import begin, interrupt
from bot.escalation import wording
from bot.escalation.answering import decline_all
from bot.escalation.climbing import code_of
from bot.people import wording as people_wording
from bot.people.joining import WELCOME, begin_schedules, end_schedules
from storage.records import Address, Person


def stop(batch: Batch, person: Person, at: Address, *, by_carrier: bool) -> None:
    """The person said STOP. `by_carrier`: the phone company took the word and blocks the number, so nothing is answered."""
    if by_carrier:
        at.opted_out_at = batch.now
        batch.changed_address(at)
    if person.stopped_at is not None:
        return
    silence(batch, person)
    batch.note("person.stopped", person=person.id, channel=at.account, by_carrier=by_carrier)
    if not by_carrier:
        reply(batch, at, wording.stopped(), despite_stop=True)


def silence(batch: Batch, person: Person) -> None:
    """Nothing leaves to this person any more; those who need to know are told."""
    person.stopped_at = batch.now
    batch.changed_person(person)
    batch.changes.stopped.add(person.id)
    interrupt(batch, person, "stop")
    end_schedules(batch, person)
    for escalation in batch.known.escalations.values():
        if escalation.person_id != person.id or escalation.state == "resolved":
            continue
        taker = batch.known.people.get(escalation.taken_by) if escalation.taken_by else None
        if taker is not None and taker.id != person.id:
            text = people_wording.texts_stopped(code_of(batch, escalation, taker), person.initials)
            notice(batch, taker, text, about=person.id, escalation=escalation.id)
    if person.has_role("supervisor", "coordinator"):
        tell_gap(batch, person)
    decline_all(batch, person)


def tell_gap(batch: Batch, responder: Person) -> None:
    """A responder cannot be told any more: the coordinators know at once."""
    batch.note("responder.unreachable", person=responder.id)
    for coordinator_id in batch.known.coordinators:
        if coordinator_id != responder.id:
            notice(
                batch,
                batch.person(coordinator_id),
                people_wording.responder_gone(responder.first_name),
                about=responder.id,
            )


def start(batch: Batch, person: Person, at: Address) -> None:
    """START from somebody we know, at an address that is theirs."""
    was_stopped = person.stopped_at is not None
    at.opted_out_at = at.blocked_at = None
    batch.changed_address(at)
    if was_stopped:
        person.stopped_at = None
        batch.changed_person(person)
        batch.note("person.started", person=person.id, channel=at.account)
    if not person.has_role("service_user", "peer_worker"):
        reply(batch, at, people_wording.responder_joined(person.first_name, batch.house.service_name))
        return
    if person.consented is True:
        begin_schedules(batch, person)
        reply(batch, at, wording.welcome_back() if was_stopped else wording.already_on())
        return
    flow = batch.house.shelf.current(WELCOME)
    if flow is None:
        reply(batch, at, people_wording.cannot_join_now())
        return
    interrupt(batch, person, "stop")
    begin(batch, person, at, flow, send_class="reply")
