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
|                 |                   | End missed, or unclear if the person  |           |                    |      |
|                 |                   | had written (left)                    |           |                    |      |
| Heard           |                   | noted: not missed                     |           |                    |      |
| Resume          |                   |                                       | Wait      | Wait (asking)      |      |
| Interrupt       | End (over)        | End (over)                            | End       | over, no effects   |      |

*Steps are run*: from a step on, its actions, then its words, then its way on, until a question is asked (Wait) or the
end is reached (End). More than STEP_LIMIT steps in a turn raise FlowRunError, as does a text whose value is missing:
a flow that passed the check does neither. A question whose options are the person's own list keeps the list as it was
when it was asked: its numbers go on meaning what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal, assert_never

from flows import answers
from flows.actions import Action
from flows.answers.many import ENOUGH, said_back
from flows.answers.reading import NotUnderstood, Picked, Taken, Unsure
from flows.context import Context
from flows.effects import Do, Effect, End, Kind, Save, Say, Wait
from flows.errors import FlowRunError
from flows.evaluate import Scope
from flows.events import Begin, Event, Heard, Interrupt, Reply, Resume, Silence
from flows.model import Answer, Finish, Flow, ManyAnswer, Onward, Question, Step, Telling
from flows.session import Frame, Session
from flows.wording import Wording

STEP_LIMIT: Final = 100
SETTLE: Final = timedelta(minutes=15)  # after a button of several: how long more are waited for
DONE: Final = "done"  # the outcome of `end = true`
NUDGE: Final = "Just checking in. "
UNCLEAR: Final = (
    "Sorry, I could not follow that. No bother, I will leave it there for now. To talk to a person, text TALK."
)

_OUTCOMES: Final[dict[Literal["stop", "danger", "replaced"], str]] = {
    "stop": "stopped",
    "danger": "interrupted",
    "replaced": "replaced",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one event: the session after it, and what is to be done, in order."""

    session: Session
    effects: tuple[Effect, ...]


def advance(flow: Flow, session: Session, event: Event, context: Context) -> Turn:
    """The turn that `event` makes. `flow` must be the flow and version of the session's last frame.

    Raises FlowRunError when it is not, or when the flow cannot go on (see the module's text).
    """
    top = session.top
    if (top.flow, top.version) != (flow.id, flow.version):
        raise FlowRunError("a session was advanced with another flow or version than its own")
    match event:
        case Begin():
            fresh = session.status == "open" and top.step is None
            return _begun(flow, session, context) if fresh else _nothing(session)
        case Reply():
            return _reply(_Run(flow, session, context), event) if session.waiting else _nothing(session)
        case Silence(which=which):
            return _silence(_Run(flow, session, context), which) if session.waiting else _nothing(session)
        case Heard():
            return _nothing(session.with_top(replace(top, heard=True)) if session.waiting else session)
        case Resume():
            return _resume(_Run(flow, session, context)) if session.resumable else _nothing(session)
        case Interrupt(why=why):
            return _interrupt(session, _OUTCOMES[why])
        case _:
            assert_never(event)


def reopens(flow: Flow, session: Session, reply: Reply) -> bool:
    """Whether a late `reply` opens the session again: advance it by Resume first, then by the reply.

    After silence any reply does. Where the person had had their attempts and was told that it is left there, only a
    reply that answers does: chatter is not met with the same question again, but a late 2 still counts.
    """
    step = flow.steps.get(session.top.step or "")
    if not session.resumable or not isinstance(step, Question):
        return False
    return session.top.attempts < step.attempts or isinstance(_meant(step, session.top, reply), Taken | Picked)


class _Run:
    """One turn in the making."""

    def __init__(self, flow: Flow, session: Session, context: Context) -> None:
        self.flow = flow
        self.session = session
        self.context = context
        self.frame: Frame = session.top
        self.effects: list[Effect] = []

    @property
    def question(self) -> Question:
        """The question that is open."""
        step = self.flow.steps.get(self.frame.step or "")
        if not isinstance(step, Question):
            raise FlowRunError("a session waits at a step that asks nothing")
        return step

    def from_step(self, step_id: str) -> Turn:
        """Run steps from this one until one asks or ends."""
        for _ in range(STEP_LIMIT):
            step = self._enter(step_id)
            self._perform(step.do)
            match step:
                case Question():
                    self._offer(step)
                    self.ask(step)
                    return self.waiting(step)
                case Telling():
                    if step.say:
                        self.effects.append(Say(self.text(step.say)))
                case _:
                    assert_never(step)
            onward = self._way_on(step)
            if onward is None:
                return self.ended(self._outcome(step))
            step_id = onward
        raise FlowRunError(f"more than {STEP_LIMIT} steps in one turn")

    def after(self, question: Question) -> Turn:
        """Go on from a question that was answered."""
        onward = self._way_on(question)
        return self.ended(self._outcome(question)) if onward is None else self.from_step(onward)

    def ask(self, question: Question, before: str = "", kind: Kind = "ask") -> None:
        """Say the question, with what can be pressed."""
        self.say(question, before + self.text(question.ask), kind)

    def say(self, question: Question, text: str, kind: Kind) -> None:
        """Say `text` with what can be pressed at this question."""
        answer = _offering(question, self.frame)
        self.effects.append(Say(text, answers.options(answer), answers.shape(answer), kind, answers.beside(answer)))

    def text(self, wordings: tuple[Wording, ...]) -> str:
        """The wording of this turn, written out."""
        return wordings[self.frame.variant % len(wordings)].write(self._scope()).strip()

    def waiting(self, question: Question) -> Turn:
        """The turn ends here, with the question open."""
        self.frame = replace(self.frame, waiting=True)
        self.effects.append(Wait(question.id, question.nudges, question.within))
        return Turn(replace(self.session.with_top(self.frame), status="open", outcome=None), tuple(self.effects))

    def ended(self, outcome: str) -> Turn:
        """The turn and the session end here. Whether a late reply may reopen it lies in `frame.waiting`."""
        self.effects.append(End(outcome))
        return Turn(replace(self.session.with_top(self.frame), status="ended", outcome=outcome), tuple(self.effects))

    def _enter(self, step_id: str) -> Step:
        step = self.flow.steps.get(step_id)
        if step is None:
            raise FlowRunError("a step leads to one that does not exist")
        self.frame = replace(self.frame, step=step_id, waiting=False, attempts=0, heard=False, offered=(), picked=())
        return step

    def _offer(self, question: Question) -> None:
        """Keep what the person's own list offers now, for as long as the question is open."""
        name = answers.source(question.answer)
        if name is None:
            return
        offered = self.context.offer(name)
        if not offered:
            raise FlowRunError("a question takes its options from a list that is missing or empty")
        self.frame = replace(self.frame, offered=offered)

    def _perform(self, actions: tuple[Action, ...]) -> None:
        saved = self.frame.answers
        for action in actions:
            shared = {name: saved[name] for name in action.saved_names() if name in saved}
            self.effects.append(Do(action.action, action.arguments(), shared))

    def _way_on(self, step: Step) -> str | None:
        """The next step, or None at an end."""
        match step.way:
            case Finish():
                return None
            case Onward(branches=branches):
                scope = self._scope()
                for branch in branches:
                    if branch.when is None or branch.when.holds(scope):
                        return branch.to
                raise FlowRunError("no branch of a step holds")
            case _:
                assert_never(step.way)

    def _outcome(self, step: Step) -> str:
        return step.way.outcome if isinstance(step.way, Finish) else DONE

    def _scope(self) -> Scope:
        return Scope(self.frame.answers, self.context)


def _begun(flow: Flow, session: Session, context: Context) -> Turn:
    """The wording is chosen once: a conversation keeps its tone, and later turns need not count earlier ones."""
    chosen = session.with_top(replace(session.top, variant=context.variant))
    return _Run(flow, chosen, context).from_step(flow.first)


def _reply(run: _Run, reply: Reply) -> Turn:
    question = run.question
    meant = _meant(question, run.frame, reply)
    match meant:
        case Taken():
            return _taken(run, question, meant)
        case Picked():
            return _picked(run, question, meant)
        case Unsure(hint=hint):
            return _not_understood(run, question, hint)
        case NotUnderstood():
            return _not_understood(run, question, answers.hint(_offering(question, run.frame)))
        case _:
            assert_never(meant)


def _meant(question: Question, frame: Frame, reply: Reply) -> answers.Understanding:
    return answers.understand(
        _offering(question, frame), reply.text, button=reply.button, exact=question.exact, picked=frame.picked
    )


def _offering(question: Question, frame: Frame) -> Answer:
    """The question's answer, with the person's own items in it as they were when it was asked."""
    return answers.offering(question.answer, frame.offered)


def _taken(run: _Run, question: Question, taken: Taken) -> Turn:
    name = question.answer.save
    saved = {**run.frame.answers, name: taken.value}
    run.frame = replace(run.frame, waiting=False, attempts=0, answers=saved, offered=(), picked=())
    run.effects.append(Save(name, taken.value, question.id))
    if not taken.sure and taken.as_words:  # of nothing there is nothing to say back
        run.effects.append(Say(f"I've put {taken.as_words}."))
    return run.after(question)


def _picked(run: _Run, question: Question, picked: Picked) -> Turn:
    """One button of several was pressed: said back with the others, and a moment for more."""
    run.frame = replace(run.frame, waiting=True, heard=True, picked=picked.value)
    others = [one for one in answers.options(_offering(question, run.frame)) if one.id not in picked.value]
    run.effects.append(Say(f"I've put {picked.as_words}. Anything else?", tuple(others), "plain", "hint", (ENOUGH,)))
    run.effects.append(Wait(question.id, (), min(SETTLE, question.within)))
    return Turn(replace(run.session.with_top(run.frame), status="open", outcome=None), tuple(run.effects))


def _all_picked(run: _Run, question: Question) -> Turn | None:
    """What was pressed is the answer when nothing else is said in time; None when nothing was pressed."""
    answer = _offering(question, run.frame)
    if not run.frame.picked or not isinstance(answer, ManyAnswer):
        return None
    return _taken(run, question, Taken(run.frame.picked, True, said_back(answer, run.frame.picked)))


def _not_understood(run: _Run, question: Question, hint: str) -> Turn:
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


def _silence(run: _Run, which: int | Literal["end"]) -> Turn:
    question = run.question
    if which == "end":
        return _all_picked(run, question) or run.ended("unclear" if run.frame.heard else "missed")
    if not 0 <= which < len(question.nudges):
        return _nothing(run.session)
    run.ask(question, NUDGE, "nudge")
    return Turn(run.session, tuple(run.effects))


def _resume(run: _Run) -> Turn:
    run.frame = replace(run.frame, attempts=0)
    return run.waiting(run.question)


def _interrupt(session: Session, outcome: str) -> Turn:
    closed = session.with_top(replace(session.top, waiting=False))
    if session.status == "ended":
        return _nothing(closed)
    return Turn(replace(closed, status="ended", outcome=outcome), (End(outcome),))


def _nothing(session: Session) -> Turn:
    return Turn(session, ())
