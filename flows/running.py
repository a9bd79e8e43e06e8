"""One turn in the making: steps run one after the other, questions asked, other flows called. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, assert_never

from flows import answers
from flows.calls import MOST_CALLS
from flows.context import Context
from flows.effects import Do, Effect, End, Kind, Say, Wait
from flows.errors import FlowRunError
from flows.evaluate import Scope
from flows.model import Answer, Finish, Flow, Onward, Question, Step, Telling, Value
from flows.session import Answered, Frame, Session
from flows.wording import Wording

STEP_LIMIT: Final = 100
MOST_BACK: Final = 20  # how many answers BACK can go behind: a session stays small however often it goes round
DONE: Final = "done"  # the outcome of `end = true`


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one event: the session after it, and what is to be done, in order."""

    session: Session
    effects: tuple[Effect, ...]


Library = Callable[[str, int | None], Flow | None]
"""A flow by its id and version; None: the version that new sessions begin on."""


def no_library(flow: str, version: int | None) -> Flow | None:
    return None


def offering_of(question: Question, frame: Frame) -> Answer:
    """The question's answer, with the person's own items in it as they were when it was asked."""
    return answers.offering(question.answer, frame.offered)


class Run:
    """One turn in the making."""

    def __init__(self, flow: Flow, session: Session, context: Context, library: Library) -> None:
        self.library = library
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
        for _ in range(STEP_LIMIT * (MOST_CALLS + 1)):
            step = self._enter(step_id)
            self._perform(step)
            match step:
                case Question():
                    self._offer(step)
                    self.ask(step)
                    return self.waiting(step)
                case Telling(call=str() as called):
                    step_id = self._call(called)
                    continue
                case Telling():
                    if step.say:
                        self.effects.append(Say(self.text(step.say)))
                case _:
                    assert_never(step)
            onward = self._onward(step)
            if isinstance(onward, Turn):
                return onward
            step_id = onward
        raise FlowRunError(f"more than {STEP_LIMIT} steps in one turn")

    def again(self, question: Question) -> Turn:
        """Ask a question that BACK leads to, without doing what its step does."""
        self._enter(question.id)
        self._offer(question)
        self.ask(question)
        self.frame = replace(self.frame, heard=True)
        return self.waiting(question)

    def after(self, question: Question) -> Turn:
        """Go on from a question that was answered."""
        onward = self._onward(question)
        return onward if isinstance(onward, Turn) else self.from_step(onward)

    def _onward(self, step: Step) -> str | Turn:
        """The next step. At the end of a flow that was called it is one of the flow that called it; else the session ends."""
        while (target := self._way_on(step)) is None:
            if len(self.session.frames) == 1:
                return self.ended(self._outcome(step))
            step = self._return()
        return target

    def _call(self, called: str) -> str:
        """Begin another flow on top of this one: the step that it begins at."""
        flow = self.library(called, None)
        if flow is None or len(self.session.frames) > MOST_CALLS:
            raise FlowRunError("a flow calls one that is not there, or too many inside each other")
        waiting = self.session.with_top(self.frame)
        self.flow, self.frame = flow, Frame(flow.id, flow.version, variant=self.frame.variant)
        self.session = replace(waiting, frames=(*waiting.frames, self.frame))
        return flow.first

    def _return(self) -> Step:
        """Go back to the flow that called this one, with its answers: the step that called.

        BACK does not reach behind a call: what was done in it could not be kept from being done again.
        """
        below, answered = self.session.frames[-2], self.frame.answers
        flow = self.library(below.flow, below.version)
        step = None if flow is None else flow.steps.get(below.step or "")
        if flow is None or step is None:
            raise FlowRunError("a flow was called by one that is not there")
        self.flow, self.frame = flow, replace(below, answers={**below.answers, **answered}, trail=(), undone=())
        self.session = replace(self.session, frames=self.session.frames[:-1])
        return step

    def ask(self, question: Question, before: str = "", kind: Kind = "ask") -> None:
        """Say the question, with what can be pressed."""
        self.say(question, before + self.text(question.ask), kind)

    def say(self, question: Question, text: str, kind: Kind) -> None:
        """Say `text` with what can be pressed at this question."""
        answer = offering_of(question, self.frame)
        self.effects.append(Say(text, answers.options(answer), answers.shape(answer), kind, answers.beside(answer)))

    def text(self, wordings: tuple[Wording, ...]) -> str:
        """The wording of this turn, written out."""
        return wordings[self.frame.variant % len(wordings)].write(self._scope()).strip()

    def can_say(self, wordings: tuple[Wording, ...], frame: Frame) -> bool:
        """Whether everything that these words read is there, with the answers of `frame`."""
        try:
            wordings[frame.variant % len(wordings)].write(Scope(frame.answers, self.context))
        except FlowRunError:
            return False
        return True

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

    def answered(self, question: Question, new: Mapping[str, Value]) -> None:
        """The question is over, and the names it saves stand as in `new` only."""
        old, names = self.frame.answers, answers.saves(question.answer)
        before = tuple((name, old.get(name)) for name in names)
        kept = {name: value for name, value in old.items() if name not in names}
        trail = (*self.frame.trail, Answered(question.id, before))[-MOST_BACK:]
        self.frame = replace(
            self.frame, waiting=False, attempts=0, answers={**kept, **new}, offered=(), picked=(), trail=trail
        )

    def _offer(self, question: Question) -> None:
        """Keep what the person's own list offers now, for as long as the question is open."""
        name = answers.source(question.answer)
        if name is None:
            return
        offered = self.context.offer(name)
        if not offered:
            raise FlowRunError("a question takes its options from a list that is missing or empty")
        self.frame = replace(self.frame, offered=offered)

    def _perform(self, step: Step) -> None:
        """Do what the step does, but not again what was done before BACK went behind it."""
        if not step.do:
            return
        trail, kept = self.frame.trail, list(self.frame.kept)
        if trail:
            last = replace(trail[-1], acted=(*trail[-1].acted, step.id))
            self.frame = replace(self.frame, trail=(*trail[:-1], last))
        if step.id in kept:
            kept.remove(step.id)
            self.frame = replace(self.frame, kept=tuple(kept))
            return
        saved = self.frame.answers
        for action in step.do:
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
