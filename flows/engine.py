"""advance(): one event in, the session after it and what is to be done out. Pure.

A session is *new* (not begun), *asking* (a question is open), *left* (ended at an open question by silence, or because
nothing was understood), *over*, or *suspended*. What happens; an empty cell is: nothing, the session stays as it is.

| event           | new               | asking                                | suspended | left               | over |
|-----------------|-------------------|---------------------------------------|-----------|--------------------|------|
| Begin           | steps are run     |                                       |           |                    |      |
| Reply           |                   | taken: Save, steps are run            |           |                    |      |
|                 |                   | a button of several: noted, more may  |           |                    |      |
|                 |                   | follow (Wait of SETTLE, no nudges)    |           |                    |      |
|                 |                   | not: hint and Wait; at the last of    |           |                    |      |
|                 |                   | `attempts`: `otherwise`, or words and |           |                    |      |
|                 |                   | End unclear (left)                    |           |                    |      |
| Silence(number) |                   | the nudge; waits set before stay      |           |                    |      |
| Silence("end")  |                   | buttons noted: taken, as above; else  |           |                    |      |
|                 |                   | the step of `silence` is run; without |           |                    |      |
|                 |                   | one End missed, or unclear if the     |           |                    |      |
|                 |                   | person had written (left)             |           |                    |      |
| Heard           |                   | noted: not missed                     |           |                    |      |
| Back            |                   | the last answer undone, its question  |           |                    |      |
|                 |                   | asked again; without one this one is  |           |                    |      |
| Skip            |                   | on without an answer where the file   |           |                    |      |
|                 |                   | lets it, else said that it cannot     |           |                    |      |
| Resume          |                   |                                       | Wait      | Wait (asking)      |      |
| Interrupt       | End (over)        | End (over)                            | End       | over, no effects   |      |

*Steps are run*: from a step on, its actions, then its words, then its way on, until a question is asked (Wait) or the
end is reached (End). A step that calls another flow puts a frame on the session, and at that flow's end the one below
goes on with its answers; silence, STOP and danger end them all. Too many steps in a turn raise FlowRunError, as does a
text whose value is missing: a flow that passed the check does neither. A question whose options are the person's own
list keeps the list as it was when it was asked: its numbers go on meaning what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows import answers
from flows.answers.many import ENOUGH, said_back
from flows.answers.reading import NotUnderstood, Picked, Taken, Unsure
from flows.context import Context
from flows.effects import End, Save, Say, Wait
from flows.errors import FlowRunError
from flows.events import Back, Begin, Event, Heard, Interrupt, Reply, Resume, Silence, Skip
from flows.model import Flow, ManyAnswer, Question, ScaleAnswer, Value
from flows.running import Library, Run, Turn, no_library, offering_of
from flows.session import Frame, Session
from flows.vocabulary import GLOBAL_WORDS

SETTLE: Final = timedelta(minutes=15)  # after a button of several: how long more are waited for
HOME: Final = "Europe/London"
FIRST: Final = "There is nothing before this one. "
NO_SKIP: Final = "I do need an answer to this one. "
_IF_WRONG: Final = " BACK if that's wrong." if "back" in GLOBAL_WORDS else ""
_ANY_DAY: Final = Context(at=datetime(2026, 1, 7, 12, tzinfo=UTC))
NUDGE: Final = "Just checking in. "
UNCLEAR: Final = (
    "Sorry, I could not follow that. No bother, I will leave it there for now. To talk to a person, text TALK."
)

_OUTCOMES: Final[dict[Literal["stop", "danger", "replaced"], str]] = {
    "stop": "stopped",
    "danger": "interrupted",
    "replaced": "replaced",
}


def advance(flow: Flow, session: Session, event: Event, context: Context, library: Library = no_library) -> Turn:
    """The turn that `event` makes. `flow` must be the flow and version of the session's last frame.

    `library`: where the flows are that it calls, and those that called it.

    Raises FlowRunError when it is not, or when the flow cannot go on (see the module's text).
    """
    top = session.top
    if (top.flow, top.version) != (flow.id, flow.version):
        raise FlowRunError("a session was advanced with another flow or version than its own")
    match event:
        case Begin():
            fresh = session.status == "open" and top.step is None
            return _begun(Run(flow, session, context, library)) if fresh else _nothing(session)
        case Reply():
            return _reply(Run(flow, session, context, library), event) if session.waiting else _nothing(session)
        case Silence(which=which):
            return _silence(Run(flow, session, context, library), which) if session.waiting else _nothing(session)
        case Heard():
            return _nothing(session.with_top(replace(top, heard=True)) if session.waiting else session)
        case Resume():
            return _resume(Run(flow, session, context, library)) if session.resumable else _nothing(session)
        case Interrupt(why=why):
            return _interrupt(session, _OUTCOMES[why])
        case Back():
            return _back(Run(flow, session, context, library)) if session.waiting else _nothing(session)
        case Skip():
            return _skip(Run(flow, session, context, library)) if session.waiting else _nothing(session)
        case _:
            assert_never(event)


def reopens(flow: Flow, session: Session, reply: Reply, context: Context | None = None) -> bool:
    """Whether a late `reply` opens the session again: advance it by Resume first, then by the reply.

    `context` is the one that the reply is read in; without it a day or a time is read as if this were any day.

    After silence any reply does. Where the person had had their attempts and was told that it is left there, only a
    reply that answers does: chatter is not met with the same question again, but a late 2 still counts.
    """
    step = flow.steps.get(session.top.step or "")
    if not session.resumable or not isinstance(step, Question):
        return False
    return session.top.attempts < step.attempts or isinstance(
        _meant(step, session.top, reply, _moment(step, context or _ANY_DAY)), Taken | Picked
    )


def _begun(run: Run) -> Turn:
    """The wording is chosen once: a conversation keeps its tone, and later turns need not count earlier ones."""
    run.frame = replace(run.frame, variant=run.context.variant)
    return run.from_step(run.flow.first)


def _reply(run: Run, reply: Reply) -> Turn:
    question = run.question
    meant = _meant(question, run.frame, reply, _moment(question, run.context))
    match meant:
        case Taken():
            return _taken(run, question, meant)
        case Picked():
            return _picked(run, question, meant)
        case Unsure(hint=hint):
            return _not_understood(run, question, hint)
        case NotUnderstood():
            return _not_understood(run, question, answers.hint(offering_of(question, run.frame)))
        case _:
            assert_never(meant)


def _meant(question: Question, frame: Frame, reply: Reply, moment: datetime | None) -> answers.Understanding:
    return answers.understand(
        offering_of(question, frame),
        reply.text,
        button=reply.button,
        exact=question.exact,
        picked=frame.picked,
        moment=moment,
    )


def _moment(question: Question, context: Context) -> datetime | None:
    """The moment of the turn on the person's own clock, where the answer needs it."""
    if context.at is None or not answers.needs_moment(question.answer):
        return None
    person = context.values.get("person")
    zone = person.get("zone") if isinstance(person, Mapping) else None
    try:
        return context.at.astimezone(ZoneInfo(zone if isinstance(zone, str) else HOME))
    except (ZoneInfoNotFoundError, ValueError):
        raise FlowRunError("a question for a date or a time was answered in a zone that is not known") from None


def _taken(run: Run, question: Question, taken: Taken) -> Turn:
    new: dict[str, Value] = {question.answer.save: taken.value}
    if isinstance(question.answer, ScaleAnswer) and question.answer.words is not None and taken.words:
        new[question.answer.words] = taken.words
    instead = question.id in run.frame.undone
    run.answered(question, new)
    run.frame = replace(run.frame, undone=tuple(one for one in run.frame.undone if one != question.id))
    of = (run.flow.id, run.flow.version) if len(run.session.frames) > 1 else None
    run.effects.extend(Save(name, value, question.id, instead, of) for name, value in new.items())
    if not taken.sure and taken.as_words:  # of nothing there is nothing to say back
        run.effects.append(Say(f"I've put {taken.as_words}.{_IF_WRONG}"))
    return run.after(question)


def _back(run: Run) -> Turn:
    """The last answer is undone and its question asked again; without one, the question that is open is."""
    behind = _before_the_last(run)
    if behind is None:
        run.frame = replace(run.frame, heard=True, attempts=0)
        run.say(run.question, f"{FIRST}{_asked(run, run.question)}", "ask")
        return run.waiting(run.question)
    run.frame, question = behind
    return run.again(question)


def _before_the_last(run: Run) -> tuple[Frame, Question] | None:
    """The frame as it was when the last question was asked, with that question; None where it cannot be asked again."""
    frame = run.frame
    question = run.flow.steps.get(frame.trail[-1].step) if frame.trail else None
    if not isinstance(question, Question):
        return None
    last, before = frame.trail[-1], dict(frame.answers)
    for name, value in last.before:
        before.pop(name, None)
        if value is not None:
            before[name] = value
    undone = (*(one for one in frame.undone if one != question.id), question.id)
    behind = replace(frame, answers=before, trail=frame.trail[:-1], kept=(*frame.kept, *last.acted), undone=undone)
    name = answers.source(question.answer)
    offers = name is None or bool(run.context.offer(name))  # the list that its options come from may be empty by now
    return (behind, question) if offers and run.can_say(question.ask, behind) else None


def _asked(run: Run, question: Question) -> str:
    """The question once more; how to answer it, if its words read something that is not there any more."""
    if run.can_say(question.ask, run.frame):
        return run.text(question.ask)
    return answers.hint(offering_of(question, run.frame))


def _skip(run: Run) -> Turn:
    question = run.question
    if question.skip is None:
        run.frame = replace(run.frame, heard=True)
        run.say(question, f"{NO_SKIP}{answers.hint(offering_of(question, run.frame))}", "hint")
        return run.waiting(question)
    run.answered(question, {})
    return run.after(question) if question.skip is True else run.from_step(question.skip)


def _picked(run: Run, question: Question, picked: Picked) -> Turn:
    """One button of several was pressed: said back with the others, and a moment for more."""
    run.frame = replace(run.frame, waiting=True, heard=True, picked=picked.value)
    others = [one for one in answers.options(offering_of(question, run.frame)) if one.id not in picked.value]
    run.effects.append(Say(f"I've put {picked.as_words}. Anything else?", tuple(others), "plain", "hint", (ENOUGH,)))
    run.effects.append(Wait(question.id, (), min(SETTLE, question.within)))
    return Turn(replace(run.session.with_top(run.frame), status="open", outcome=None), tuple(run.effects))


def _all_picked(run: Run, question: Question) -> Turn | None:
    """What was pressed is the answer when nothing else is said in time; None when nothing was pressed."""
    answer = offering_of(question, run.frame)
    if not run.frame.picked or not isinstance(answer, ManyAnswer):
        return None
    return _taken(run, question, Taken(run.frame.picked, True, said_back(answer, run.frame.picked)))


def _not_understood(run: Run, question: Question, hint: str) -> Turn:
    attempts = run.frame.attempts + 1
    run.frame = replace(run.frame, attempts=attempts, heard=True)
    if attempts < question.attempts:
        run.say(question, hint, "hint")
        return run.waiting(question)
    if (turn := _all_picked(run, question)) is not None:
        return turn
    if question.otherwise is not None:
        return run.from_step(question.otherwise)
    run.effects.append(Say(UNCLEAR, kind="close"))
    return run.ended("unclear")


def _silence(run: Run, which: int | Literal["end"]) -> Turn:
    question = run.question
    if which == "end":
        if (turn := _all_picked(run, question)) is not None:
            return turn
        if question.silence is not None:
            return run.from_step(question.silence)
        return run.ended("unclear" if run.frame.heard else "missed")
    if not 0 <= which < len(question.nudges):
        return _nothing(run.session)
    run.ask(question, NUDGE, "nudge")
    return Turn(run.session, tuple(run.effects))


def _resume(run: Run) -> Turn:
    run.frame = replace(run.frame, attempts=0)
    return run.waiting(run.question)


def _interrupt(session: Session, outcome: str) -> Turn:
    closed = session.with_top(replace(session.top, waiting=False))
    if session.status == "ended":
        return _nothing(closed)
    return Turn(replace(closed, status="ended", outcome=outcome), (End(outcome),))


def _nothing(session: Session) -> Turn:
    return Turn(session, ())
