"""What belongs together in a step and in a flow: ids, ways on, questions, options, actions, promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from flows.actions import ACTIONS, Consent, Escalate
from flows.answers.bulk import bulk
from flows.answers.choice import option_words
from flows.answers.many import BUTTONS
from flows.assembly import options_of
from flows.calls import ComingBack
from flows.document import AnswerTable, ChoiceTable, ManyTable, NumberTable, ScaleTable
from flows.draft import Draft, DraftStep
from flows.model import Option
from flows.places import Path
from flows.problems import did_you_mean
from flows.report import Report
from flows.vocabulary import CARRIER_WORDS, GLOBAL_WORDS, RESERVED

WELCOME: Final = "welcome"
_WELCOME_MAY: Final = (Consent, Escalate)
_ONLY_QUESTIONS: Final = ("answer", "within", "nudges", "attempts", "otherwise", "exact", "silence", "skip")


def check_structure(draft: Draft, report: Report, policies: frozenset[str] | None, back: ComingBack) -> None:
    """Add to `report` what does not belong together. `policies` None: any may be named."""
    saved, own = saved_names(draft) | back.every, own_names(draft) | back.own
    seen: dict[str, int] = {}
    for step in draft.steps:
        _check_id(step, report, seen)
        _check_way_on(step, report)
        _check_kind(step, report)
        _check_waiting(draft, step, report)
        _check_answer(step, report)
        _check_actions(draft, step, report, saved if back.known else None, own, policies)
        _check_targets(draft, step, report)
    _check_saved_twice(draft, report)
    _check_promises(draft, report)


def saved_names(draft: Draft) -> frozenset[str]:
    """Every name that a question of the flow saves."""
    answers = [step.answer for step in draft.steps if step.answer is not None]
    words = [answer.words for answer in answers if isinstance(answer, ScaleTable) and answer.words is not None]
    return frozenset([*(answer.save for answer in answers), *words])


def own_names(draft: Draft) -> frozenset[str]:
    """Of these the names whose options come from a list of the person's own."""
    answers = [step.answer for step in draft.steps]
    return frozenset(
        one.save for one in answers if isinstance(one, ChoiceTable | ManyTable) and one.options_from is not None
    )


def _check_id(step: DraftStep, report: Report, seen: dict[str, int]) -> None:
    if step.table.id in seen:
        report.add("F008", (*step.path, "id"), "is the id of a step above too", "give each step its own id")
    seen.setdefault(step.table.id, step.place)


def _check_way_on(step: DraftStep, report: Report) -> None:
    rules, end = step.table.next, step.table.end
    if rules is None and end is None:
        report.add("F011", step.path, "has no way on", "add next or end")
    elif rules is not None and end is not None:
        report.add("F011", (*step.path, "end"), "has both next and end", "keep one of them")
    for place, rule in enumerate(rules or []):
        path = report.real_path(step.path, ("next", place))
        last = place == len(rules or []) - 1
        if last and rule.when is not None:
            report.add(
                "F011", path, "has no branch for when none of its conditions holds", "end with { to = … } without when"
            )
        elif not last and rule.when is None:
            report.add(
                "F011", path, "has a branch without when before the last", "give it a when, or move it to the end"
            )


def _check_kind(step: DraftStep, report: Report) -> None:
    table = step.table
    if table.say is not None and table.ask is not None:
        report.add("F026", (*step.path, "ask"), "is beside a say", "make two steps of it")
    if table.call is not None and (table.say is not None or table.ask is not None):
        report.add("F026", (*step.path, "call"), "is beside a say or an ask", "make two steps of it")
    if table.ask is not None and table.answer is None:
        report.add("F026", (*step.path, "ask"), "has no answer", "add answer = { type = …, save = … }")
    if table.ask is None:
        for key in _ONLY_QUESTIONS:
            if getattr(table, key) is not None:
                report.add("F026", (*step.path, key), "belongs to a question", "add ask, or take it out")


def _check_waiting(draft: Draft, step: DraftStep, report: Report) -> None:
    if step.table.ask is None:
        return
    within = step.table.within or draft.top.reply.within
    if within is None:
        mend = 'add within = "6h" here or in [reply]'
        report.add("F013", step.path, "is a question without within: silence has no way out", mend)
        return
    own = step.table.nudges is not None
    nudges = step.table.nudges if step.table.nudges is not None else draft.top.reply.nudges
    if any(late >= within for late in nudges) or any(a >= b for a, b in pairwise(nudges)):
        path: Path = (
            (*step.path, "nudges") if own else (*step.path, "within") if step.table.within else ("reply", "nudges")
        )
        report.add(
            "F028",
            path,
            "has a nudge that is not before the end of within, or out of order",
            "count each from the question",
        )


def _check_answer(step: DraftStep, report: Report) -> None:
    answer, path = step.answer, (*step.path, "answer")
    if answer is None:
        return
    if answer.save in RESERVED:
        report.add("F027", (*path, "save"), f"'{answer.save}' is a word of the language itself", "choose another name")
    match answer:
        case ScaleTable():
            _check_scale(answer, path, report)
        case NumberTable(min=int() | float() as lowest, max=int() | float() as highest) if lowest >= highest:
            report.add("F005", (*path, "max"), "must be more than min")
        case ChoiceTable() | ManyTable():
            _check_options_given(answer, path, report)
            options = options_of(answer.options)
            _check_options(options, (*path, "options"), report)
            if isinstance(answer, ManyTable):
                _check_bulk(options, (*path, "options"), report)
        case _:
            pass


def _check_scale(answer: ScaleTable, path: Path, report: Report) -> None:
    if answer.min >= answer.max:
        report.add("F005", (*path, "max"), "must be more than min")
    if answer.words in RESERVED:
        report.add(
            "F027", (*path, "words"), f"'{answer.words}' is a word of the language itself", "choose another name"
        )


def _check_options_given(answer: ChoiceTable | ManyTable, path: Path, report: Report) -> None:
    if answer.options is None and answer.options_from is None:
        report.add("F004", (*path, "options"), "is missing", "give options, or options_from a list")
    elif answer.options is not None and answer.options_from is not None:
        report.add("F005", (*path, "options_from"), "stands beside options", "keep one of them")


def _check_bulk(options: Sequence[Option], path: Path, report: Report) -> None:
    """All and none are answers of their own where several may be chosen."""
    for place, option in enumerate(options):
        if option.id in BUTTONS:
            report.add("F005", (*path, place), f"'{option.id}' is kept for a button of its own", "use another id")
        for word, _ in option_words([option]):
            if (taken := bulk(word, len(options))) is not None:
                message = f"'{option.id}' understands '{word}', which here means {taken} of them"
                report.add("F019", (*path, place), message, "use other words")


def _check_options(options: Sequence[Option], path: Path, report: Report) -> None:
    understood: dict[str, str] = {}
    places: dict[str, int] = {}
    for place, option in enumerate(options):
        here = (*path, place)
        if option.id in places:
            report.add("F008", here, f"'{option.id}' is an option above too", "give each option its own id")
            continue
        places[option.id] = place
        for word, _ in option_words([option]):
            _check_word(word, here, report)
    for word, chosen in option_words(options):
        other = understood.setdefault(word, chosen)
        if other != chosen:
            mend = "change one of them; each is understood by its number and letter too"
            report.add("F019", (*path, places[chosen]), f"'{chosen}' and '{other}' both understand '{word}'", mend)


def _check_word(word: str, path: Path, report: Report) -> None:
    if word in CARRIER_WORDS:
        mend = "use another word" if word != "end" else "use another word, such as finish"
        report.add("F020", path, f"understands '{word}', which phone companies take for themselves", mend)
    elif word in GLOBAL_WORDS:
        report.add("F021", path, f"understands '{word}', which the bot answers in every state", "use another word")


def _check_actions(
    draft: Draft,
    step: DraftStep,
    report: Report,
    saved: frozenset[str] | None,
    own: frozenset[str],
    policies: frozenset[str] | None,
) -> None:
    for place, action in step.actions:
        path = (*step.path, "do", place)
        if draft.top.id == WELCOME and not isinstance(action, _WELCOME_MAY):
            report.add("F024", (*path, "action"), "is not something that a welcome may do", "only consent and escalate")
        if isinstance(action, Escalate) and policies is not None and action.policy not in policies:
            report.add(
                "F018", (*path, "policy"), "is not a policy that is known", did_you_mean(action.policy, policies)
            )
        for name in action.saved_names():
            if isinstance(action, Escalate) and name in own:
                mend = "take it out: what stands on a list is the person's own"
                report.add("F030", (*path, "share"), f"'{name}' holds ids of the person's own list", mend)
            if saved is not None and name not in saved:
                key = "share" if isinstance(action, Escalate) else "items"
                report.add("F025", (*path, key), f"'{name}' is not saved by this flow", did_you_mean(name, saved))


def _check_targets(draft: Draft, step: DraftStep, report: Report) -> None:
    for path, target in targets(step):
        if target not in draft.ids:
            where = report.real_path((), path)
            report.add("F009", where, f"leads to '{target}', which does not exist", did_you_mean(target, draft.ids))


def targets(step: DraftStep) -> Iterable[tuple[Path, str]]:
    """Where each way out of a step leads, with the path that says so."""
    for place, rule in enumerate(step.table.next or []):
        yield (*step.path, "next", place, "to"), rule.to
    for key in ("otherwise", "silence", "skip"):
        if isinstance(target := getattr(step.table, key), str):
            yield (*step.path, key), target


def _check_saved_twice(draft: Draft, report: Report) -> None:
    types: dict[str, str] = {}
    for step in draft.steps:
        if step.answer is None:
            continue
        for key, name, kind in _saves(step.answer):
            if types.setdefault(name, kind) != kind:
                path = (*step.path, "answer", key)
                report.add("F027", path, f"'{name}' is saved as {types[name]} above", "choose another name")


def _saves(answer: AnswerTable) -> Iterable[tuple[str, str, str]]:
    """Each key of an answer that names what is saved, the name, and the type of it."""
    yield "save", answer.save, answer.type
    if isinstance(answer, ScaleTable) and answer.words is not None:
        yield "words", answer.words, "text"


def _check_promises(draft: Draft, report: Report) -> None:
    for place, promise in draft.promises:
        path: Path = ("promises", place)
        if (promise.must is None) == (promise.never is None):
            report.add("F022", path, "needs one of must and never", "say what must happen, or what never does")
        for key, action in (("must", promise.must), ("never", promise.never)):
            if action is not None and action not in ACTIONS:
                report.add("F022", (*path, key), "is not an action that is known", did_you_mean(action, ACTIONS))
        if promise.before is not None and promise.before not in draft.ids:
            mend = did_you_mean(promise.before, draft.ids)
            report.add("F022", (*path, "before"), f"'{promise.before}' is not a step of this flow", mend)
        if promise.before is not None and promise.must is None:
            report.add("F022", (*path, "before"), "goes with must only", "take it out")
        report.add("F023", path, "not proved", "read through the flow yourself until promises are proved", "warning")
