"""★ One person's run through a flow: begun, replied to, reminded, ended; its effects become changes.

What the engine says goes to the outbox, what it saves becomes an answer, what it does is performed (`performing.py`),
its waits become the session's due time. A session's end is written to the occurrence that began it:

    a value was understood → replied      silence, nothing written → missed      written, nothing understood → unclear
    danger → interrupted                  STOP, or the question never arrived → neither, with the reason
"""

from datetime import timedelta
from typing import assert_never

from bot.conversation.matter import Batch
from bot.conversation.performing import perform
from bot.conversation.seeing import context
from bot.errors import BotError
from bot.escalation.raising import escalate
from flows.context import Context
from flows.effects import Do, End, Save, Say, Wait
from flows.engine import Turn, advance, reopens
from flows.errors import FlowError
from flows.events import Begin, Event, Heard, Interrupt, Reply, Resume, Silence
from flows.model import Flow, Question
from flows.running import Library
from flows.session import Session as Talk
from storage.records import Address, Answer, Body, Choice, Message, Occurrence, Person, Schedule, SendClass, Session

NEVER_ARRIVED = frozenset({"failed", "expired", "cancelled", "queued"})
"""States of an outbox row with which the person cannot have read the question."""


class NoSuchFlowError(BotError):
    """A session stands on a flow or version that is not there."""


def begin(
    batch: Batch,
    person: Person,
    at: Address,
    flow: Flow,
    *,
    send_class: SendClass,
    schedule: Schedule | None = None,
    occurrence: Occurrence | None = None,
) -> Session:
    """Begin a session at this address: everything up to its first question or its end is said."""
    session = Session(
        id=batch.new_id(),
        person_id=person.id,
        address_id=at.id,
        flow=flow.id,
        version=flow.version,
        schedule_id=schedule.id if schedule else None,
        state="open",
        asking=False,
        heard=False,
        state_json=Talk.new(flow).to_json(),
        begun_at=batch.now,
    )
    batch.changes.new_sessions[session.id] = session
    if asks(flow):  # one that only says something leaves the question before it as it is, open or to be reopened
        batch.known.sessions[person.id] = session
    if occurrence is not None:
        occurrence.session_id = session.id
        batch.known.occurrences[session.id] = occurrence
    kind = "checkin.begun" if schedule else "session.begun"
    batch.note(kind, person=person.id, session=session.id, flow=flow.id, version=flow.version)
    _turn(batch, person, session, Begin(), at, send_class)
    return session


def asks(flow: Flow) -> bool:
    """Whether the flow, or one it calls, can ask anything; if not, its sessions end as they begin."""
    return bool(flow.needs.flows) or any(isinstance(step, Question) for step in flow.steps.values())


def hear(batch: Batch, person: Person, session: Session, at: Address, text: str, button: str | None = None) -> None:
    """The open question gets what the person wrote or pressed."""
    _turn(batch, person, session, Reply(text, button), at, "reply")


def reopen(batch: Batch, person: Person, session: Session, at: Address, text: str, button: str | None = None) -> bool:
    """A late reply or press: the session that ended without one is open again at its question and gets it.

    False, and nothing changed, if it ended because nothing was understood and this is no answer either: who writes
    "thanks" an hour later is not asked for a number again. False too if its flow can be read no more.
    """
    talk = Talk.from_json(session.state_json)
    try:
        flow = _that_talks(batch, talk)
    except NoSuchFlowError:
        return False
    seen = _seen(batch, person, session, flow, _schedule_of(batch, person, session))
    if not reopens(flow, talk, Reply(text, button), seen):
        return False
    batch.note("session.reopened", person=person.id, session=session.id)
    session.state, session.outcome, session.ended_at = "open", None, None
    _turn(batch, person, session, Resume(), at, "reply")
    hear(batch, person, session, at, text, button)
    return True


def there(batch: Batch, session: Session) -> None:
    """The person wrote something that answers nothing: they are there, so the question is not missed."""
    if session.state != "open" or session.heard:
        return
    person = batch.person(session.person_id)
    try:
        _turn(batch, person, session, Heard(), None, "reply")
    except (NoSuchFlowError, FlowError):  # words that always work depend on no flow
        session.heard = True
        batch.changed_session(session)


def run_out(batch: Batch, person: Person, session: Session, at: Address | None) -> None:
    """A nudge is due, or the time to answer is over."""
    if session.ends_at is not None and batch.now >= session.ends_at:
        _turn(batch, person, session, Silence("end"), at, "check-in")
        return
    number = session.nudge
    session.nudge = number + 1
    _turn(batch, person, session, Silence(number), at, "check-in")
    if session.state == "open":
        _wait_on(batch, session)


def interrupt(batch: Batch, person: Person, why: str) -> None:
    """The person's open session ends at once, without words: `stop` or `danger`. One that a late reply would reopen is
    closed for good: no survey comes back after danger.
    """
    session = batch.known.sessions.get(person.id)
    if session is None:
        return
    event = Interrupt("danger" if why == "danger" else "stop")
    try:
        _turn(batch, person, session, event, None, "reply")
    except (NoSuchFlowError, FlowError):  # STOP and danger depend on no flow: what can't be read ends all the same
        if session.state == "open":
            _end(batch, person, session, "interrupted" if why == "danger" else "stopped", None)
            batch.changed_session(session)


def _that_talks(batch: Batch, talk: Talk) -> Flow:
    """The flow that talks, in the version that the session stays on: the session's own, or one that it calls.

    Raises:
        NoSuchFlowError: it is not on the shelf; the event is set aside.
    """
    flow = batch.house.shelf.version(talk.top.flow, talk.top.version)
    if flow is None:
        raise NoSuchFlowError("a session stands on a flow version that cannot be read")
    return flow


def _seen(batch: Batch, person: Person, session: Session, talks: Flow, schedule: Schedule | None) -> Context:
    """What the session's own flow and those it calls may see."""
    own = batch.house.shelf.version(session.flow, session.version) or talks
    return context(batch, person, own, schedule)


def _library(batch: Batch) -> Library:
    shelf = batch.house.shelf
    return lambda flow, version: shelf.current(flow) if version is None else shelf.version(flow, version)


def _schedule_of(batch: Batch, person: Person, session: Session) -> Schedule | None:
    return next((one for one in batch.known.schedules.get(person.id, []) if one.id == session.schedule_id), None)


def _turn(
    batch: Batch, person: Person, session: Session, event: Event, at: Address | None, send_class: SendClass
) -> None:
    talk = Talk.from_json(session.state_json)
    flow = _that_talks(batch, talk)
    schedule = _schedule_of(batch, person, session)
    first = len(batch.changes.messages)
    turn = advance(flow, talk, event, _seen(batch, person, session, flow, schedule), _library(batch))
    session.state_json, session.heard = turn.session.to_json(), turn.session.top.heard
    batch.changed_session(session)
    for effect in turn.effects:
        match effect:
            case Say():
                if at is not None:  # events without words never say anything
                    _say(batch, person, session, at, effect, send_class)
            case Save():
                _save(batch, person, session, effect)
            case Do():
                perform(batch, person, session, effect)
            case Wait():
                _wait(batch, session, effect)
            case End(outcome=outcome):
                _end(batch, person, session, outcome, schedule)
            case _:
                assert_never(effect)
    _bound_messages(batch, session, turn, first)


def _bound_messages(batch: Batch, session: Session, turn: Turn, first: int) -> None:
    """What this turn said by itself goes stale when its question does."""
    said = any(isinstance(effect, Say) for effect in turn.effects)
    if not said or session.ends_at is None:
        return
    for message in batch.changes.messages[first:]:
        if message.session_id == session.id and message.send_class == "check-in" and message.not_after is None:
            message.not_after = session.ends_at


def _say(batch: Batch, person: Person, session: Session, at: Address, say: Say, send_class: SendClass) -> None:
    asks = say.kind in ("ask", "nudge", "hint")
    batch.send(
        Message(
            id=batch.new_id(),
            address_id=at.id,
            person_id=person.id,
            send_class=send_class,
            purpose="question" if asks else "reply",
            body=Body(
                say.text,
                tuple(Choice(one.id, one.text) for one in say.buttons),
                say.shape,
                (Talk.from_json(session.state_json).top.step or "") if asks else "",
            ),
            due_at=batch.now,
            created_at=batch.now,
            not_after=None if send_class == "check-in" else batch.now + timedelta(hours=12),
            session_id=session.id,
        )
    )


def _save(batch: Batch, person: Person, session: Session, save: Save) -> None:
    value = list(save.value) if isinstance(save.value, tuple) else save.value
    flow, version = save.of or (session.flow, session.version)
    batch.changes.answers.append(
        Answer(
            id=batch.new_id(),
            person_id=person.id,
            session_id=session.id,
            flow=flow,
            version=version,
            step=save.step,
            name=save.name,
            value=value,
            answered_at=batch.now,
        )
    )
    batch.known.answered.add(session.id)
    batch.note(
        "answer.saved",
        person=person.id,
        personal=f"{save.name}={value}",
        session=session.id,
        step=save.step,
        name=save.name,
    )


def _wait(batch: Batch, session: Session, wait: Wait) -> None:
    session.state, session.asking = "open", True
    session.asked_at, session.ends_at, session.nudge = batch.now, batch.now + wait.within, 0
    moments = [batch.now + nudge for nudge in wait.nudges]
    session.due_at = min([*moments, session.ends_at])


def _wait_on(batch: Batch, session: Session) -> None:
    """After a nudge: the next nudge of the same question, or the end of its time."""
    talk = Talk.from_json(session.state_json)
    step = _that_talks(batch, talk).steps.get(talk.top.step or "")
    nudges = getattr(step, "nudges", ())
    asked_at, ends_at = session.asked_at, session.ends_at
    if asked_at is None or ends_at is None:
        return
    ahead = [asked_at + nudge for nudge in nudges[session.nudge :]]
    session.due_at = min([*ahead, ends_at])


def _end(batch: Batch, person: Person, session: Session, outcome: str, schedule: Schedule | None) -> None:
    states = batch.known.question_states.get(session.id, set())
    arrived = session.id in batch.changes.new_sessions or not states or not states <= NEVER_ARRIVED
    if outcome == "missed" and not arrived:
        outcome = "undelivered"
    session.state, session.outcome, session.ended_at = "ended", outcome, batch.now
    session.asking, session.due_at = False, None
    batch.changes.sessions_over.add(session.id)
    batch.note("session.ended", person=person.id, session=session.id, outcome=outcome)
    occurrence = batch.known.occurrences.get(session.id)
    if occurrence is None:
        return
    flow = batch.house.shelf.version(session.flow, session.version)
    if flow is None or asks(flow):
        occurrence.state, occurrence.reason = _became(outcome, answered=session.id in batch.known.answered)
    else:
        occurrence.state, occurrence.reason = "told", None
    if occurrence not in batch.changes.new_occurrences:
        batch.changes.occurrences[occurrence.id] = occurrence
    if schedule is not None:
        _count(batch, person, schedule, occurrence.state)


def _became(outcome: str, *, answered: bool) -> tuple[str, str | None]:
    if answered:
        return "replied", None
    match outcome:
        case "missed":
            return "missed", None
        case "undelivered":
            return "neither", "not delivered"
        case "stopped":
            return "neither", "stopped"
        case "interrupted":
            return "interrupted", None
        case _:
            return "unclear", None


def _count(batch: Batch, person: Person, schedule: Schedule, became: str) -> None:
    """Missed in a row: fires when the count reaches exactly a number of the schedule; any sign of life sets it to 0."""
    if became in ("neither", "told"):
        return
    if became != "missed":
        if schedule.missed_in_a_row:
            batch.changes.schedules[schedule.id] = schedule
            schedule.missed_in_a_row = 0
        return
    batch.changes.schedules[schedule.id] = schedule
    schedule.missed_in_a_row += 1
    batch.note("checkin.missed", person=person.id, schedule=schedule.id, in_a_row=schedule.missed_in_a_row)
    for in_a_row, policy in schedule.missed:
        if schedule.missed_in_a_row == in_a_row:
            times = "once" if in_a_row == 1 else f"{in_a_row} times in a row"
            escalate(batch, person, policy, f"has not answered a check-in {times}")
