"""From a draft to a flow: everything compiled, defaults of `[reply]` filled in, what it needs listed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

from jinja2 import nodes

from flows import answers
from flows.actions import Action
from flows.answers.choice import text_words, words_of
from flows.conditions import Condition, compile_condition
from flows.document import (
    AnswerTable,
    ChoiceTable,
    DateTable,
    DurationTable,
    ManyTable,
    NumberTable,
    OptionTable,
    PhoneTable,
    ScaleTable,
    StepTable,
    TextTable,
    TimeTable,
    YesNoTable,
)
from flows.draft import Draft, DraftStep
from flows.errors import LanguageError
from flows.model import (
    Answer,
    Branch,
    ChoiceAnswer,
    DateAnswer,
    DurationAnswer,
    Finish,
    Flow,
    ManyAnswer,
    Needs,
    NumberAnswer,
    Onward,
    Option,
    PhoneAnswer,
    Promise,
    Question,
    ReplyRules,
    ScaleAnswer,
    Step,
    Telling,
    TextAnswer,
    TimeAnswer,
    Way,
    YesNoAnswer,
)
from flows.names import reads
from flows.places import Path
from flows.report import Report
from flows.vocabulary import context_names
from flows.wording import Wording, compile_wording

_Compiled = TypeVar("_Compiled", Wording, Condition)
_UNSET: Final = timedelta(hours=6)  # never used: a question without `within` is an error (F013)


class Assembler:
    """Builds the parts of one flow; a text or condition outside the language becomes a problem and None."""

    def __init__(self, draft: Draft, report: Report) -> None:
        self._draft = draft
        self._report = report
        top = draft.top.reply
        self._reply = ReplyRules(top.within, tuple(top.nudges), top.attempts)

    def steps(self) -> dict[str, Step]:
        """The steps that could be built, by id; of two with one id the first."""
        built: dict[str, Step] = {}
        for draft in self._draft.steps:
            step = self._step(draft)
            if step is not None:
                built.setdefault(step.id, step)
        return built

    def promises(self) -> tuple[tuple[int, Promise], ...]:
        """The promises whose condition could be read, with their places in the file."""
        built: list[tuple[int, Promise]] = []
        for place, table in self._draft.promises:
            when = self._compile(compile_condition, table.when, ("promises", place, "when"))
            if when is not None:
                built.append((place, Promise(when, table.must, table.never, table.before)))
        return tuple(built)

    def flow(self, steps: Mapping[str, Step], promises: Iterable[Promise], raw: Mapping[str, Any], source: str) -> Flow:
        """The flow. Only for a draft without errors."""
        top, kept = self._draft.top, tuple(promises)
        return Flow(
            id=top.id,
            version=top.version,
            title=top.title,
            audience=top.audience,
            language=top.language,
            reply=self._reply,
            steps=steps,
            first=self._draft.steps[0].table.id,
            promises=kept,
            needs=needs(
                [*trees_of(steps.values()), *(promise.when.tree for promise in kept)],
                read_by_answers(steps.values()),
                called_by(steps.values()),
            ),
            digest=digest(raw),
            source=source,
        )

    def _step(self, draft: DraftStep) -> Step | None:
        table = draft.table
        say = self._wordings(table.say or table.ask or [], (*draft.path, "say" if table.say else "ask"))
        way = self._way(table, (*draft.path, "next"))
        actions = tuple(action for _, action in draft.actions)
        if say is None or way is None:
            return None
        if table.ask is None:
            return Telling(table.id, actions, say, way, table.call)
        return None if draft.answer is None else self._question(table, draft.answer, actions, say, way)

    def _question(
        self, table: StepTable, answer: AnswerTable, actions: tuple[Action, ...], ask: tuple[Wording, ...], way: Way
    ) -> Question:
        nudges = self._reply.nudges if table.nudges is None else tuple(table.nudges)
        return Question(
            id=table.id,
            do=actions,
            ask=ask,
            answer=answer_of(answer),
            way=way,
            within=table.within or self._reply.within or _UNSET,
            nudges=nudges,
            attempts=table.attempts or self._reply.attempts,
            otherwise=table.otherwise,
            exact=bool(table.exact),
            silence=table.silence,
            skip=table.skip,
        )

    def _wordings(self, texts: list[str], path: Path) -> tuple[Wording, ...] | None:
        built = [self._compile(compile_wording, text, (*path, place)) for place, text in enumerate(texts)]
        good = tuple(one for one in built if one is not None)
        return good if len(good) == len(texts) else None

    def _way(self, table: StepTable, path: Path) -> Way | None:
        if table.next is None:
            return None if table.end is None else Finish(table.end)
        branches: list[Branch] = []
        for place, rule in enumerate(table.next):
            when = None
            if rule.when is not None:
                when = self._compile(compile_condition, rule.when, (*path, place, "when"))
                if when is None:
                    return None
            branches.append(Branch(when, rule.to))
        return Onward(tuple(branches))

    def _compile(self, compiler: Callable[[str], _Compiled], source: str, path: Path) -> _Compiled | None:
        try:
            return compiler(source)
        except LanguageError as error:
            self._report.add(error.code, self._report.real_path((), path), error.message, error.mend)
            return None


def needs(trees: Iterable[nodes.Node], others: Iterable[str] = (), flows: Iterable[str] = ()) -> Needs:
    """What these texts and conditions read besides the answers of the session, `others` that the answers read, and the
    `flows` that are called.
    """
    values: set[str] = set(others)
    last: set[str] = set()
    windows: dict[str, int] = {}
    for tree in trees:
        for read in reads(tree):
            if read.history is None:
                values.add(read.key)
            elif read.days is None:
                last.add(read.history)
            else:
                windows[read.history] = max(read.days, windows.get(read.history, 0))
    return Needs(frozenset(values & context_names()), frozenset(last), windows, frozenset(flows))


def trees_of(steps: Iterable[Step]) -> Iterator[nodes.Node]:
    """The parsed trees of everything that these steps say and ask about."""
    for step in steps:
        for wording in step.say if isinstance(step, Telling) else step.ask:
            yield wording.tree
        if isinstance(step.way, Onward):
            yield from (branch.when.tree for branch in step.way.branches if branch.when is not None)


def called_by(steps: Iterable[Step]) -> Iterator[str]:
    """The ids of the flows that these steps call."""
    for step in steps:
        if isinstance(step, Telling) and step.call is not None:
            yield step.call


def read_by_answers(steps: Iterable[Step]) -> Iterator[str]:
    """The context names that these steps' questions read: lists for their options, the zone for dates and times."""
    for step in steps:
        if not isinstance(step, Question):
            continue
        if (name := answers.source(step.answer)) is not None:
            yield name
        if answers.needs_moment(step.answer):
            yield "person.zone"


def digest(raw: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) of the parsed file: spacing and comments do not count, any value does."""
    canonical = json.dumps(raw, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def answer_of(table: AnswerTable) -> Answer:
    """The answer that a table of the file describes."""
    match table:
        case ScaleTable():
            return ScaleAnswer(table.save, table.min, table.max, table.words)
        case NumberTable():
            return NumberAnswer(table.save, table.min, table.max)
        case ChoiceTable():
            options = options_of(table.options)
            return ChoiceAnswer(table.save, options, words_of(options), table.options_from)
        case ManyTable():
            options = options_of(table.options)
            said = [Option(one.id, one.text, (*one.also, one.id)) for one in options]
            return ManyAnswer(table.save, options, text_words(said), table.options_from)
        case YesNoTable():
            return YesNoAnswer(table.save)
        case TextTable():
            return TextAnswer(table.save)
        case _:
            return _moment_or_phone(table)


def _moment_or_phone(table: DateTable | TimeTable | DurationTable | PhoneTable) -> Answer:
    match table:
        case DateTable():
            return DateAnswer(table.save)
        case TimeTable():
            return TimeAnswer(table.save)
        case DurationTable():
            return DurationAnswer(table.save)
        case PhoneTable():
            return PhoneAnswer(table.save)


def options_of(tables: Iterable[OptionTable] | None) -> tuple[Option, ...]:
    """The options that a file lists."""
    return tuple(Option(one.id, one.text, tuple(one.also)) for one in tables or ())
