"""What people type → a value: one module an answer type, chosen here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from flows.answers import choice, clock, date, duration, many, number, phone, scale, text, yes_no
from flows.answers.reading import NOT_UNDERSTOOD, NotUnderstood, Picked, Taken, Understanding, Unsure
from flows.effects import Shape
from flows.errors import FlowRunError
from flows.model import (
    Answer,
    ChoiceAnswer,
    DateAnswer,
    DurationAnswer,
    ManyAnswer,
    NumberAnswer,
    Option,
    PhoneAnswer,
    ScaleAnswer,
    TextAnswer,
    TimeAnswer,
    YesNoAnswer,
)

__all__ = [
    "NotUnderstood",
    "Picked",
    "Taken",
    "Understanding",
    "Unsure",
    "beside",
    "hint",
    "needs_moment",
    "offering",
    "options",
    "saves",
    "shape",
    "source",
    "understand",
]

YES_NO: Final = (Option("yes", "Yes"), Option("no", "No"))
_MOST_BUTTONS: Final = 11  # a scale of 0 to 10 has a button each; a longer one is typed


def source(answer: Answer) -> str | None:
    """The list of the context that the options are taken from (`wrap.daily`), if they are."""
    return answer.options_from if isinstance(answer, ChoiceAnswer | ManyAnswer) else None


def needs_moment(answer: Answer) -> bool:
    """Whether a reply can only be read with the moment of the turn and the person's zone."""
    return isinstance(answer, DateAnswer | TimeAnswer)


def saves(answer: Answer) -> tuple[str, ...]:
    """The names that an answer may be saved under."""
    if isinstance(answer, ScaleAnswer) and answer.words is not None:
        return answer.save, answer.words
    return (answer.save,)


def offering(answer: Answer, offered: tuple[Option, ...]) -> Answer:
    """`answer` with the options that a person's list offered when the question was asked."""
    match answer:
        case ChoiceAnswer(options_from=str()):
            return replace(answer, options=offered, words=choice.own_words(offered))
        case ManyAnswer(options_from=str()):
            return replace(answer, options=offered, words=choice.text_words(offered))
        case _:
            return answer


def understand(
    answer: Answer,
    typed: str,
    *,
    button: str | None = None,
    exact: bool = False,
    picked: Sequence[str] = (),
    moment: datetime | None = None,
) -> Understanding:
    """What `typed` (or the pressed option's id, `button`) means as an answer.

    With `exact` only literal answers are taken: no fillers, no typos, no thumbs. `picked`: options of a `many` that
    were pressed before. `moment`: the moment of the reply, aware, in the person's own zone; dates and times need it.

    Raises FlowRunError when it is needed and not given.
    """
    if button is not None:
        return _pressed(answer, button, picked)
    if isinstance(answer, DateAnswer | TimeAnswer):
        return _in_time(answer, typed, moment, exact=exact)
    return _at_any_time(answer, typed, picked, exact=exact)


def _at_any_time(
    answer: ScaleAnswer
    | NumberAnswer
    | ChoiceAnswer
    | ManyAnswer
    | YesNoAnswer
    | TextAnswer
    | DurationAnswer
    | PhoneAnswer,
    typed: str,
    picked: Sequence[str],
    *,
    exact: bool,
) -> Understanding:
    match answer:
        case ScaleAnswer():
            return scale.exactly(answer, typed) if exact else scale.understand(answer, typed)
        case NumberAnswer():
            return number.exactly(answer, typed) if exact else number.understand(answer, typed)
        case ChoiceAnswer():
            return choice.exactly(answer, typed) if exact else choice.understand(answer, typed)
        case ManyAnswer():
            return many.exactly(answer, typed, picked) if exact else many.understand(answer, typed, picked)
        case YesNoAnswer():
            return yes_no.exactly(answer, typed) if exact else yes_no.understand(answer, typed)
        case TextAnswer():
            return text.understand(answer, typed)
        case DurationAnswer():
            return duration.exactly(answer, typed) if exact else duration.understand(answer, typed)
        case PhoneAnswer():
            return phone.exactly(answer, typed) if exact else phone.understand(answer, typed)
        case _:
            assert_never(answer)


def _in_time(answer: DateAnswer | TimeAnswer, typed: str, moment: datetime | None, *, exact: bool) -> Understanding:
    if moment is None:
        raise FlowRunError("a question for a date or a time was answered, and the context was given no time")
    match answer:
        case DateAnswer():
            read_date = date.exactly if exact else date.understand
            return read_date(answer, typed, moment.date())
        case TimeAnswer():
            return clock.exactly(answer, typed) if exact else clock.understand(answer, typed, moment)


def hint(answer: Answer) -> str:
    """One clear sentence on how to answer."""
    match answer:
        case ScaleAnswer():
            return scale.hint(answer)
        case NumberAnswer():
            return number.hint(answer)
        case ChoiceAnswer():
            return choice.hint(answer)
        case ManyAnswer():
            return many.hint(answer)
        case YesNoAnswer():
            return yes_no.hint(answer)
        case _:
            return _hint_in_words(answer)


def _hint_in_words(answer: TextAnswer | DateAnswer | TimeAnswer | DurationAnswer | PhoneAnswer) -> str:
    match answer:
        case TextAnswer():
            return text.hint(answer)
        case DateAnswer():
            return date.hint(answer)
        case TimeAnswer():
            return clock.hint(answer)
        case DurationAnswer():
            return duration.hint(answer)
        case PhoneAnswer():
            return phone.hint(answer)
        case _:
            assert_never(answer)


def options(answer: Answer) -> tuple[Option, ...]:
    """What can be pressed: the options, yes and no, the numbers of a short scale."""
    match answer:
        case ScaleAnswer(lowest=lowest, highest=highest):
            numbers = range(lowest, highest + 1) if highest - lowest < _MOST_BUTTONS else ()
            return tuple(Option(str(one), str(one)) for one in numbers)
        case ChoiceAnswer() | ManyAnswer():
            return answer.options
        case YesNoAnswer():
            return YES_NO
        case NumberAnswer() | TextAnswer() | DateAnswer() | TimeAnswer() | DurationAnswer() | PhoneAnswer():
            return ()
        case _:
            assert_never(answer)


def beside(answer: Answer) -> tuple[Option, ...]:
    """Buttons beside the options: all and none of several."""
    match answer:
        case ManyAnswer(options=(_,)):
            return (many.NONE,)
        case ManyAnswer():
            return (many.ALL, many.NONE)
        case _:
            return ()


def shape(answer: Answer) -> Shape:
    """How the options of `answer` are meant."""
    match answer:
        case ScaleAnswer():
            return "scale"
        case ChoiceAnswer():
            return "choice"
        case ManyAnswer():
            return "many"
        case YesNoAnswer():
            return "yes_no"
        case NumberAnswer() | TextAnswer() | DateAnswer() | TimeAnswer() | DurationAnswer() | PhoneAnswer():
            return "plain"
        case _:
            assert_never(answer)


def _pressed(answer: Answer, button: str, picked: Sequence[str]) -> Understanding:
    """A button is literal: its option's id, or nothing that this question knows."""
    if isinstance(answer, ManyAnswer):
        return many.pressed(answer, button, picked)
    chosen = next((option for option in options(answer) if option.id == button), None)
    if chosen is None:
        return NOT_UNDERSTOOD
    match answer:
        case ScaleAnswer():
            return Taken(int(chosen.id), True, chosen.text)
        case YesNoAnswer():
            return Taken(chosen.id == "yes", True, chosen.text)
        case _:
            return Taken(chosen.id, True, chosen.text)
