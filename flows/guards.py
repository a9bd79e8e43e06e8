"""Names that texts and conditions read: known at all, and never printed or compared where they may be missing.

For each step the names that surely have a value when it is entered are found: what every way to it has saved or
tested. A saved name stays for the session; a context value only for the turn, for a worker may leave while a question
waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from jinja2 import nodes

from flows.answers import source
from flows.assembly import trees_of
from flows.calls import ComingBack
from flows.draft import Draft
from flows.kinds import Kinds
from flows.model import Onward, Promise, Question, ScaleAnswer, Step, Telling
from flows.names import Facts, Read, facts, reads
from flows.places import Path
from flows.problems import did_you_mean
from flows.report import Report
from flows.structure import saved_names
from flows.vocabulary import ATTRIBUTES, FUNCTIONS, LISTS, MAYBE_MISSING, PLAIN_NAMES, context_names

_Place = tuple[Path, nodes.Node, Facts]


def check_names(
    draft: Draft,
    report: Report,
    steps: Mapping[str, Step],
    promises: tuple[tuple[int, Promise], ...],
    back: ComingBack,
    *,
    whole: bool,
) -> None:
    """Add names that are not known and, when the draft is `whole`, names that may be missing where they are read."""
    saved = saved_names(draft) | back.every
    if not back.known:  # from a flow that is not there to be looked at any name may come back
        saved |= _plain_names(steps, promises)
    entered: Mapping[str, Facts] = _entered(draft, steps, saved, back) if whole else {}
    fits = Kinds.of(steps)
    fits = replace(fits, own=fits.own | back.own)
    _check_promises(promises, saved, fits, report)
    for step in steps.values():
        place = draft.ids[step.id]
        for path, tree, known in _places(step, place, entered.get(step.id, frozenset()), back):
            real = report.real_path((), path)
            for message in fits.misfits(tree):
                report.add("F029", real, message, "compare numbers with numbers, and a choice with its options' ids")
            for name in fits.ids_printed(tree):
                mend = "say it without them, or ask a choice with options of the flow"
                report.add("F030", real, f"prints '{name}', which holds ids of the person's own list", mend)
            for read in reads(tree, known):
                if _known(read, saved, real, report) and whole and not read.guarded:
                    _check_guard(draft, read, saved, real, report)
        _check_list(step, place, entered.get(step.id, frozenset()), report, whole=whole)


def _check_promises(
    promises: tuple[tuple[int, Promise], ...], saved: frozenset[str], fits: Kinds, report: Report
) -> None:
    for place, promise in promises:
        where: Path = ("promises", place, "when")
        for message in fits.misfits(promise.when.tree):
            report.add("F029", where, message, "say it as a branch of the flow would")
        for read in reads(promise.when.tree):
            _known(read, saved, where, report)


def _plain_names(steps: Mapping[str, Step], promises: tuple[tuple[int, Promise], ...]) -> frozenset[str]:
    """Every name without a dot that is read, the documented ones left out."""
    trees = [*trees_of(steps.values()), *(promise.when.tree for _, promise in promises)]
    found = {read.key for tree in trees for read in reads(tree) if read.history is None and "." not in read.key}
    return frozenset(found) - set(PLAIN_NAMES) - set(FUNCTIONS)


def _check_list(step: Step, place: int, known: Facts, report: Report, *, whole: bool) -> None:
    """Options come from a list that there is, and the step is entered only where it is not empty."""
    name = source(step.answer) if isinstance(step, Question) else None
    if name is None:
        return
    path = report.real_path((), ("steps", place, "answer", "options_from"))
    if name not in LISTS:
        report.add("F016", path, f"takes options from '{name}', which is no list", did_you_mean(name, LISTS))
    elif whole and name not in known:
        mend = f'lead here by {{ when = "{name} is defined", to = "{step.id}" }} in the same turn'
        report.add("F017", path, f"takes options from '{name}', which may be missing or empty here", mend)


def _known(read: Read, saved: frozenset[str], path: Path, report: Report) -> bool:
    if read.history is not None:
        good, name, names = read.history in saved, read.history, saved
    elif "." in read.key:
        parts = ATTRIBUTES[read.root]
        good, name, names = read.key in context_names(), read.key, frozenset(f"{read.root}.{part}" for part in parts)
    else:
        names = saved | set(PLAIN_NAMES)
        good, name = read.key in names, read.key
    if not good:
        report.add("F016", path, f"reads '{name}', which is not known", did_you_mean(name, names))
    return good


def _check_guard(draft: Draft, read: Read, saved: frozenset[str], path: Path, report: Report) -> None:
    if not _maybe_missing(draft, read, saved):
        return
    name = read.key.replace("'", '"')
    report.add(
        "F017",
        path,
        f"reads '{name}', which may be missing here",
        f"guard it: {{% if {name} is defined %}}…{{% endif %}}, or 'and'",
    )


def _maybe_missing(draft: Draft, read: Read, saved: frozenset[str]) -> bool:
    if read.root in FUNCTIONS:
        return read.root != "times"
    if read.key == "caseload":
        return draft.top.audience != "peer_worker"
    return read.key in saved or read.key in MAYBE_MISSING


def _places(step: Step, place: int, known: Facts, back: ComingBack) -> Iterator[_Place]:
    """Each text and condition of a step, with what surely has a value where it is read."""
    path: Path = ("steps", place)
    for number, wording in enumerate(step.say if isinstance(step, Telling) else step.ask):
        yield (*path, "say" if isinstance(step, Telling) else "ask", number), wording.tree, known
    if isinstance(step.way, Onward):
        known = _answered(step, known, back)
        for number, branch in enumerate(step.way.branches):
            if branch.when is not None:
                yield (*path, "next", number, "when"), branch.when.tree, known
                known = known | facts(branch.when.tree, False)


def _answered(step: Step, known: Facts, back: ComingBack) -> Facts:
    """What surely has a value once a step is left by its branches: a question's own answer does, context may be gone."""
    if isinstance(step, Telling) and step.call is None:
        return known
    kept = frozenset(key for key in known if "." not in key and "(" not in key) - set(PLAIN_NAMES)
    if isinstance(step, Telling):
        return kept | back.surely.get(step.call or "", frozenset())
    if isinstance(step.answer, ScaleAnswer) and step.answer.words is not None:
        kept -= {step.answer.words}  # words after the number may be missing, whatever was there before
    return kept - {step.answer.save} if step.skip is True else kept | {step.answer.save}


def _entered(draft: Draft, steps: Mapping[str, Step], saved: frozenset[str], back: ComingBack) -> Mapping[str, Facts]:
    """For each step what surely has a value when it is entered: walked until nothing changes, each time only less."""
    first = draft.steps[0].table.id
    entered: dict[str, Facts] = {first: frozenset()}
    waiting = [first]
    while waiting:
        step = steps[waiting.pop()]
        for target, known in _leaving(step, entered[step.id], saved, back):
            before = entered.get(target)
            now = known if before is None else before & known
            if now != before:
                entered[target] = now
                waiting.append(target)
    return entered


def _leaving(step: Step, known: Facts, saved: frozenset[str], back: ComingBack) -> Iterator[tuple[str, Facts]]:
    if isinstance(step, Question):
        for target in (step.otherwise, step.silence, step.skip):
            if isinstance(target, str):
                yield target, known & saved
    if isinstance(step.way, Onward):
        known = _answered(step, known, back)
        for branch in step.way.branches:
            if branch.when is None:
                yield branch.to, known
            else:
                yield branch.to, known | facts(branch.when.tree, True)
                known = known | facts(branch.when.tree, False)
