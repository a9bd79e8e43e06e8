"""★ What one thing that came in means for the matter it concerns: danger first, then its route, then what comes of it.

read for danger ─▶ crisis text, escalation, session interrupted       (level risk)
                ─▶ a concern that a named person looks at             (level distress)
whose text is it (routing.py) ─▶ STOP, START, alert answer, word, question, nothing open, stranger
"""

from typing import assert_never

from bot.channels.base import Incoming
from bot.conversation import routing
from bot.conversation.danger import hear_danger
from bot.conversation.matter import Batch
from bot.conversation.speaking import home, reply
from bot.conversation.standing import pressed_by, standing_at
from bot.conversation.talking import hear, reopen, there
from bot.conversation.words import global_word_said
from bot.escalation import wording
from bot.escalation.answering import answer, decline_all
from bot.escalation.raising import escalate
from bot.escalation.replies import AlertAnswer, Done, read_answer
from bot.people import wording as people_wording
from bot.people.inviting import join
from bot.people.stopping import silence, start, stop, tell_gap
from bot.safety.risk import NOTHING, Danger, read_danger
from bot.safety.words import global_word
from storage.records import Address, Heard, Person, Session


def came_in(batch: Batch, incoming: Incoming, at: Address | None, *, danger_answered: bool = False) -> None:
    """Decide one thing that came in from `at`; None for what has no sender, which is only written down.

    `danger_answered`: it was set aside before, and what danger asks for was done then.
    """
    person = batch.known.people.get(at.person_id) if at and at.person_id else None
    danger = _danger_in(incoming)
    first = len(batch.changes.audit)
    meant = "kept"
    if at is not None:
        match incoming.kind:
            case "text" | "press" | "media" | "edit":
                meant = _understood(batch, incoming, at, person, danger, danger_answered=danger_answered)
            case "blocked" | "unblocked":
                _blocked(batch, at, person, blocked=incoming.kind == "blocked")
            case "group" | "other":
                pass
            case _:
                assert_never(incoming.kind)
        person = batch.known.people.get(at.person_id) if at.person_id else None
    if person is not None:
        person.inbound_seq += 1
        batch.changed_person(person)
    row = Heard(
        id=batch.new_id(),
        account=incoming.account,
        provider_id=incoming.provider_id,
        address_id=at.id if at else None,
        person_id=person.id if person else None,
        seq=person.inbound_seq if person else None,
        kind=incoming.kind,
        raw=incoming.raw,
        danger=danger.level,
        meant=meant,
        received_at=batch.now,
    )
    batch.changes.heard.append(row)
    batch.note(
        "inbound.received", person=row.person_id, inbound=row.id, channel=row.account, meant=meant, form=row.kind
    )
    batch.changes.audit.insert(first, batch.changes.audit.pop())  # the cause stands before what came of it


def _danger_in(incoming: Incoming) -> Danger:
    """What is heard in it. A word that always works has an answer of its own: "help" alone asks for the numbers and how to
    reach a person, and does not say that somebody is in distress.
    """
    danger = read_danger(incoming.text)
    if danger.level == "distress" and global_word(incoming.text, over_carrier=True) is not None:
        return NOTHING
    return danger


def _understood(
    batch: Batch, incoming: Incoming, at: Address, person: Person | None, danger: Danger, *, danger_answered: bool
) -> str:
    if person is not None and incoming.kind in ("text", "press") and at.blocked_at is not None:
        at.blocked_at = None  # who writes can be written to again
        batch.changed_address(at)
    heard = _heard(batch, incoming, at, person)
    route = routing.route(heard, standing_at(batch, at, person, heard.word))
    about_another = isinstance(route, routing.AnswerAlert)
    if danger.level != "none" and not about_another and not danger_answered:
        hear_danger(batch, at, person, danger, also_answered=not isinstance(route, routing.MOOT_WITH_DANGER))
    if danger.level != "risk" or not isinstance(route, routing.MOOT_WITH_DANGER):
        _act(batch, route, incoming, at, person, danger)
    return type(route).__name__


def _heard(batch: Batch, incoming: Incoming, at: Address, person: Person | None) -> routing.Heard:
    kind = incoming.kind if incoming.kind in ("text", "press", "media", "edit") else "text"
    readable = kind == "text"
    over_carrier = at.kind == "sms"
    return routing.Heard(
        kind=kind,
        text=incoming.text,
        word=global_word(incoming.text, over_carrier=over_carrier) if readable else None,
        answer=read_answer(incoming.text) if readable else None,
        carrier_word=incoming.carrier_word,
        over_carrier=over_carrier,
        pressed=pressed_by(batch, incoming.press, person) if incoming.press else None,
    )


def _act(
    batch: Batch, route: routing.Route, incoming: Incoming, at: Address, person: Person | None, danger: Danger
) -> None:
    match route:
        case routing.EditOnly():
            return
        case routing.Stopped(by=by):
            _stopped(batch, at, person, by_carrier=by == "carrier")
        case routing.Started(code=code):
            _started(batch, at, person, code)
        case routing.Stranger():
            _stranger(batch, at)
        case routing.GlobalWord(word=word):
            global_word_said(batch, at, person, word, silent=False)
        case routing.Silent(word=word):
            if word is not None:
                global_word_said(batch, at, person, word, silent=True)
        case routing.PressStale():
            reply(batch, at, wording.press_stale())
        case _ if person is not None:
            _of_a_person(batch, route, incoming, at, person, danger)
        case _:
            _stranger(batch, at)


def _of_a_person(
    batch: Batch, route: routing.Route, incoming: Incoming, at: Address, person: Person, danger: Danger
) -> None:
    session = batch.known.sessions.get(person.id)
    match route:
        case routing.AnswerAlert(answer=answered, code=code):
            _alert_answered(batch, person, at, answered, code, danger)
        case routing.AnswerUnknownCode(codes=codes):
            reply(batch, at, wording.unknown_code(codes))
        case routing.AnswerAmbiguous(codes=codes):
            reply(batch, at, wording.which_one(codes))
        case routing.AnswerQuestion(option_id=option) if session is not None:
            _question_answered(batch, person, session, at, incoming.text, option)
        case routing.AnswerQuestionThenExplain(codes=codes) if session is not None:
            hear(batch, person, session, at, incoming.text)
            reply(batch, at, wording.how_to_take(codes))
        case routing.ReopenQuestion() if session is not None and reopen(batch, person, session, at, incoming.text):
            pass
        case routing.Media():
            _media(batch, at, person)
        case _:
            joined = person.consented is True or not person.has_role("service_user", "peer_worker")
            if danger.level == "none":
                reply(batch, at, wording.nothing_open() if joined else wording.not_joined())


def _question_answered(
    batch: Batch, person: Person, session: Session, at: Address, text: str, option: str | None
) -> None:
    """To the open question; a late press on one that ran out reopens it, like a late reply."""
    if session.state == "open":
        hear(batch, person, session, at, text, option)
    elif not reopen(batch, person, session, at, text, option):
        reply(batch, at, wording.press_stale())


def _alert_answered(
    batch: Batch, responder: Person, at: Address, answered: AlertAnswer, code: str, danger: Danger
) -> None:
    escalation_id = batch.known.codes.get(responder.id, {}).get(code)
    escalation = batch.known.escalations.get(escalation_id) if escalation_id else None
    if escalation is None:
        reply(batch, at, wording.already_closed(code))
    elif isinstance(answered, Done) and danger.level == "risk":
        reply(batch, at, people_wording.not_closed(code))
    else:
        answer(batch, responder, at, answered, escalation, code)


def _stopped(batch: Batch, at: Address, person: Person | None, *, by_carrier: bool) -> None:
    if person is not None:
        stop(batch, person, at, by_carrier=by_carrier)
    elif by_carrier:
        at.opted_out_at = batch.now
        batch.changed_address(at)


def _started(batch: Batch, at: Address, person: Person | None, code: str) -> None:
    if code and join(batch, at, code):
        return
    if person is not None:
        start(batch, person, at)
    else:
        _once_a_day(batch, at, wording.no_invitation())


def _stranger(batch: Batch, at: Address) -> None:
    _once_a_day(batch, at, wording.stranger())


def _once_a_day(batch: Batch, at: Address, text: str) -> None:
    """One polite answer that reveals nothing, at most one a day: two bots must not keep each other talking."""
    today = batch.now.date()
    if at.stranger_told_on == today or not at.usable:
        return
    at.stranger_told_on = today
    batch.changed_address(at)
    reply(batch, at, text)


def _media(batch: Batch, at: Address, person: Person) -> None:
    """It is kept, and a named person is asked to look: whoever sends a voice note may be saying what they can't type."""
    session = batch.known.sessions.get(person.id)
    if session is not None:
        there(batch, session)
    if person.has_role("service_user", "peer_worker"):
        own_line = "info" if person.has_role("service_user") else "wellness"
        escalate(batch, person, own_line, "sent a voice note, photo or the like, which I can't hear or see")
    reply(batch, at, wording.media())


def _blocked(batch: Batch, at: Address, person: Person | None, *, blocked: bool) -> None:
    """Who blocks the bot wants no more of it: as good as STOP, without a way to confirm it. A responder's is a gap."""
    at.blocked_at = batch.now if blocked else None
    batch.changed_address(at)
    if person is None or not blocked:
        return
    batch.note("address.blocked", person=person.id, channel=at.account)
    if person.has_role("service_user", "peer_worker"):
        if person.stopped_at is None:
            silence(batch, person)
            batch.note("person.stopped", person=person.id, channel=at.account, by_carrier=False)
    elif home(person) is None:
        tell_gap(batch, person)
        decline_all(batch, person)
