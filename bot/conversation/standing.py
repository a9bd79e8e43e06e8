"""★ Where somebody stands at the address they wrote from: the facts that routing asks for."""

from uuid import UUID

from bot.channels.base import Press
from bot.conversation import routing
from bot.conversation.matter import Batch
from bot.people.inviting import opened_by
from bot.safety.words import Word
from flows.session import Session as Talk
from storage.records import Address, Person, Session


def standing_at(batch: Batch, at: Address, person: Person | None, word: Word | None) -> routing.Standing:
    """What is known of who wrote, at this address and this moment of the batch."""
    code = word.code if word and word.name == "START" else ""
    by_code = bool(code) and opened_by(batch, code) is not None
    if person is None:
        return routing.Standing(invited=by_code)
    session = batch.known.sessions.get(person.id)
    asking = session is not None and session.state == "open" and session.asking
    mine = [one for one in batch.known.standing if one.responder_id == person.id and one.code]
    return routing.Standing(
        known=True,
        consented=person.consented is True,
        stopped=person.stopped_at is not None,
        invited=by_code,
        question_open_here=asking and session is not None and session.address_id == at.id,
        question_open_elsewhere=asking and session is not None and session.address_id != at.id,
        expired_question=session is not None and _may_reopen(session),
        waiting_here=tuple(
            one.code
            for one in mine
            if one.address_id == at.id and _state(batch, one.escalation_id) in ("open", "lapsed") and not one.declined
        ),
        taken_here=tuple(
            one.code
            for one in mine
            if _state(batch, one.escalation_id) == "taken" and _taken_by(batch, one.escalation_id) == person.id
        ),
        told_here=tuple(
            one.code for one in mine if one.address_id == at.id and _state(batch, one.escalation_id) == "taken"
        ),
        codes_here=frozenset(batch.known.codes.get(person.id, {})),
    )


def _state(batch: Batch, escalation_id: UUID) -> str | None:
    found = batch.known.escalations.get(escalation_id)
    return found.state if found else None


def _taken_by(batch: Batch, escalation_id: UUID) -> UUID | None:
    found = batch.known.escalations.get(escalation_id)
    return found.taken_by if found else None


def _may_reopen(session: Session) -> bool:
    return session.state == "ended" and Talk.from_json(session.state_json).resumable


def pressed_by(batch: Batch, press: Press, person: Person | None) -> routing.Pressed | None:
    """The button led back to the message it hung on; None if that message is not this person's."""
    message = batch.known.pressed.get(press.message_id)
    if message is None or person is None or message.person_id != person.id:
        return None
    option_id = message.body.options[press.option].id if press.option < len(message.body.options) else ""
    if message.purpose == "alert" and message.escalation_id is not None:
        mine = next(
            (
                one
                for one in batch.known.standing
                if one.escalation_id == message.escalation_id and one.responder_id == person.id
            ),
            None,
        )
        return routing.Pressed(
            "alert",
            option_id,
            current=mine is not None,
            escalation_id=message.escalation_id,
            code=mine.code if mine else "",
        )
    session = batch.known.sessions.get(person.id)
    asked = (
        session is not None
        and session.id == message.session_id
        and (_may_reopen(session) or (session.state == "open" and session.asking))
    )
    same = session is not None and Talk.from_json(session.state_json).top.step == message.body.step
    return routing.Pressed(
        "question", option_id, current=asked and same and message.purpose == "question", session_id=message.session_id
    )
