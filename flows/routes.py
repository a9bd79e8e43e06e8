"""Ways through a flow: steps that nothing leads to, and steps that go on and on without waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from flows.draft import Draft
from flows.model import Onward, Question, Step
from flows.report import Report
from flows.running import STEP_LIMIT

_LONGEST_CHAIN: Final = STEP_LIMIT


def check_routes(draft: Draft, report: Report, steps: Mapping[str, Step], *, whole: bool) -> None:
    """Add unreachable steps and loops that never wait. Unless the draft is `whole`, only loops can be told."""
    if whole:
        _check_reachable(draft, report, steps)
    _check_loops(draft, report, steps)
    _check_silence(draft, report, steps)


def onward(step: Step) -> list[str]:
    """Where a step may lead: its branches, and of a question `otherwise`, `silence` and `skip`."""
    targets = [branch.to for branch in step.way.branches] if isinstance(step.way, Onward) else []
    if isinstance(step, Question):
        targets += [one for one in (step.otherwise, step.silence, step.skip) if isinstance(one, str)]
    return targets


def _check_reachable(draft: Draft, report: Report, steps: Mapping[str, Step]) -> None:
    first = draft.steps[0].table.id
    reached, waiting = {first}, [first]
    while waiting:
        for target in onward(steps[waiting.pop()]):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    for step in draft.steps:
        if step.table.id not in reached:
            report.add("F010", step.path, "is a step that nothing leads to", "lead to it with a next, or take it out")


def _check_loops(draft: Draft, report: Report, steps: Mapping[str, Step]) -> None:
    """Steps are taken away as long as some lead to nothing that does not wait; what is left goes round for ever."""
    quick = {name: _without_waiting(step, steps) for name, step in steps.items() if not isinstance(step, Question)}
    before: dict[str, list[str]] = {name: [] for name in quick}
    open_ways = {name: len(targets) for name, targets in quick.items()}
    for name, targets in quick.items():
        for target in targets:
            before[target].append(name)
    length = dict.fromkeys(quick, 1)
    settled = [name for name, count in open_ways.items() if count == 0]
    for name in settled:  # grows while it is walked
        for earlier in before[name]:
            length[earlier] = max(length[earlier], length[name] + 1)
            open_ways[earlier] -= 1
            if open_ways[earlier] == 0:
                settled.append(earlier)
    going_round = _on_a_circle(quick, set(quick) - set(settled))
    for name in steps:
        path = ("steps", draft.ids[name], "next")
        if name in going_round:
            report.add("F012", path, "leads round to itself without ever waiting", "ask something on the way, or end")
        elif length.get(name, 0) > _LONGEST_CHAIN - 1:
            mend = "ask something on the way"
            report.add("F012", path, f"is followed by over {_LONGEST_CHAIN} steps without waiting", mend)
            return


def _check_silence(draft: Draft, report: Report, steps: Mapping[str, Step]) -> None:
    """Somebody who never writes must come to an end: silence may not lead round to a question that was asked before."""
    ways: dict[str, list[str]] = {}
    for name, step in steps.items():
        quiet = [step.silence] if isinstance(step, Question) else onward(step)
        ways[name] = [target for target in dict.fromkeys(quiet) if target is not None and target in steps]
    left = set(steps)
    while ended := {name for name in left if not left.intersection(ways[name])}:
        left -= ended
    for name in sorted(_on_a_circle(ways, left)):
        step = steps[name]
        if isinstance(step, Question) and step.silence is not None:
            path = ("steps", draft.ids[name], "silence")
            report.add("F012", path, "leads round to itself, so somebody who is silent is asked for ever", "let it end")


def _without_waiting(step: Step, steps: Mapping[str, Step]) -> list[str]:
    return [name for name in dict.fromkeys(onward(step)) if name in steps and not isinstance(steps[name], Question)]


def _on_a_circle(quick: Mapping[str, Iterable[str]], left: set[str]) -> set[str]:
    """Of the steps `left`, those that lie on a circle and do not just lead into one."""
    ways_in = dict.fromkeys(left, 0)
    for name in left:
        for target in quick[name]:
            if target in left:
                ways_in[target] += 1
    loose = [name for name, count in ways_in.items() if count == 0]
    for name in loose:  # grows while it is walked
        for target in quick[name]:
            if target in left:
                ways_in[target] -= 1
                if ways_in[target] == 0:
                    loose.append(target)
    return left - set(loose)
