"""Calls of other flows: whether they are there, whether they go round, and what comes back with them. Pure.

A call runs another flow to its end; what that one saved is known to the steps after it. Silence, STOP and danger inside
it end the whole session.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from flows.actions import BeginFlow
from flows.answers import saves, source
from flows.draft import Draft
from flows.model import Finish, Flow, Onward, Question, ScaleAnswer, Step, Telling
from flows.problems import did_you_mean
from flows.report import Report

MOST_CALLS: Final = 4
"""How many flows may stand open inside each other, the first one not counted."""
_WELCOME: Final = "welcome"


@dataclass(frozen=True, slots=True)
class ComingBack:
    """What comes back from the flows that are called. `known` False: one of them is not there to be looked at.

    `names`: flow id → every name it may save; `surely`: those it has saved at each of its ends. `own`:
    names whose values are ids of a person's own list.
    """

    known: bool = True
    names: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    surely: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    own: frozenset[str] = frozenset()

    @property
    def every(self) -> frozenset[str]:
        """Every name that may come back."""
        return frozenset[str]().union(*self.names.values())


def coming_back(draft: Draft, callable_flows: Mapping[str, Flow]) -> ComingBack:
    """What comes back to `draft` from the flows it calls."""
    called = {step.table.call for step in draft.steps if step.table.call is not None}
    found = {one: callable_flows[one] for one in called if one in callable_flows}
    names = {one: frozenset(_names(flow)) for one, flow in found.items()}
    deep = any(_calls(flow) for flow in found.values())
    surely = {one: _surely(flow) for one, flow in found.items()}
    questions = [step for flow in found.values() for step in flow.steps.values() if isinstance(step, Question)]
    own = frozenset(one.answer.save for one in questions if source(one.answer) is not None)
    return ComingBack(len(found) == len(called) and not deep, names, surely, own)


def check_calls(draft: Draft, report: Report, flows: frozenset[str], callable_flows: Mapping[str, Flow]) -> None:
    """Add calls of flows that are not there, that lead round, or that stand where none may."""
    for step in draft.steps:
        for place, action in step.actions:
            if isinstance(action, BeginFlow) and flows and action.flow not in flows:
                where = (*step.path, "do", place, "flow")
                report.add(
                    "F031", where, f"'{action.flow}' is not a flow that is there", did_you_mean(action.flow, flows)
                )
        called, path = step.table.call, (*step.path, "call")
        if called is None:
            continue
        if draft.top.id == _WELCOME:
            report.add("F024", path, "is not something that a welcome may do", "only consent and escalate")
        if called == draft.top.id or draft.top.id in _reached(called, callable_flows):
            report.add("F031", path, f"'{called}' leads back to this flow", "call another one, or lead to a step")
        elif flows and called not in flows:
            report.add("F031", path, f"'{called}' is not a flow that is there", did_you_mean(called, flows))
        elif _depth(called, callable_flows) > MOST_CALLS:
            report.add("F031", path, f"calls more than {MOST_CALLS} flows inside each other", "call fewer")


def _calls(flow: Flow) -> list[str]:
    return sorted(flow.needs.flows)


def _reached(first: str, flows: Mapping[str, Flow]) -> set[str]:
    reached, waiting = {first}, [first]
    while waiting:
        flow = flows.get(waiting.pop())
        for called in _calls(flow) if flow is not None else []:
            if called not in reached:
                reached.add(called)
                waiting.append(called)
    return reached


def _depth(first: str, flows: Mapping[str, Flow]) -> int:
    """How many flows stand inside each other, counted until it is too many."""
    level, depth = {first}, 0
    while level and depth <= MOST_CALLS:
        depth += 1
        level = {called for one in level if one in flows for called in _calls(flows[one])}
    return depth


def _names(flow: Flow) -> Iterator[str]:
    for step in flow.steps.values():
        if isinstance(step, Question):
            yield from saves(step.answer)


def _surely(flow: Flow) -> frozenset[str]:
    """The names that are saved at every end of a flow."""
    everything = frozenset(_names(flow))
    entered: dict[str, frozenset[str]] = {flow.first: frozenset()}
    waiting, ends = [flow.first], [everything]
    while waiting:
        step = flow.steps[waiting.pop()]
        before = entered[step.id]
        left = before | _saved_at(step)
        ends += [left] if isinstance(step.way, Finish) else []
        ends += [before] if isinstance(step, Question) and step.skip is True and isinstance(step.way, Finish) else []
        for target, known in _targets(step, before, left):
            now = known & entered.get(target, everything)
            if target not in entered or now != entered[target]:
                entered[target] = now
                waiting.append(target)
    return ends[0].intersection(*ends[1:])


def _saved_at(step: Step) -> frozenset[str]:
    if isinstance(step, Telling) or step.skip is True:
        return frozenset()
    own = {step.answer.save}
    return frozenset(own - {step.answer.words} if isinstance(step.answer, ScaleAnswer) else own)


def _targets(step: Step, before: frozenset[str], left: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(step.way, Onward):
        yield from ((branch.to, left) for branch in step.way.branches)
    if isinstance(step, Question):
        yield from ((one, before) for one in (step.otherwise, step.silence, step.skip) if isinstance(one, str))
