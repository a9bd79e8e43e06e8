"""What people type → a value: one module an answer type, chosen here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, assert_never

from flows.answers import choice, many, scale, text, yes_no
from flows.answers.reading import NOT_UNDERSTOOD, NotUnderstood, Picked, Taken, Understanding, Unsure
from flows.effects import Shape
from flows.model import Answer, ChoiceAnswer, ManyAnswer, Option, ScaleAnswer, TextAnswer, YesNoAnswer

__all__ = [
    "NotUnderstood",
    "Picked",
    "Taken",
    "Understanding",
    "Unsure",
    "beside",
    "hint",
    "offering",
    "options",
    "shape",
    "source",
    "understand",
]

YES_NO: Final = (Option("yes", "Yes"), Option("no", "No"))
_MOST_BUTTONS: Final = 11  # a scale of 0 to 10 has a button each; a longer one is typed


def source(answer: Answer) -> str | None:
    """The list of the context that the options are taken from (`wrap.daily`), if they are."""
    return answer.options_from if isinstance(answer, ChoiceAnswer | ManyAnswer) else None


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
    answer: Answer, typed: str, *, button: str | None = None, exact: bool = False, picked: Sequence[str] = ()
) -> Understanding:
    """What `typed` (or the pressed option's id, `button`) means as an answer.

    With `exact` only literal answers are taken: no fillers, no typos, no thumbs. `picked`: options of a `many` that
    were pressed before.
    """
    if button is not None:
        return _pressed(answer, button, picked)
    match answer:
        case ScaleAnswer():
            meant = scale.understand(answer, typed)
        case ChoiceAnswer():
            meant = choice.understand(answer, typed)
        case ManyAnswer():
            meant = many.understand(answer, typed, picked)
        case YesNoAnswer():
            meant = yes_no.understand(answer, typed)
        case TextAnswer():
            meant = text.understand(answer, typed)
        case _:
            assert_never(answer)
    return NOT_UNDERSTOOD if exact and isinstance(meant, Taken) and not meant.sure else meant


def hint(answer: Answer) -> str:
    """One clear sentence on how to answer."""
    match answer:
        case ScaleAnswer():
            return scale.hint(answer)
        case ChoiceAnswer():
            return choice.hint(answer)
        case ManyAnswer():
            return many.hint(answer)
        case YesNoAnswer():
            return yes_no.hint(answer)
        case TextAnswer():
            return text.hint(answer)
        case _:
            assert_never(answer)


def options(answer: Answer) -> tuple[Option, ...]:
    """What can be pressed: the options, yes and no, the numbers of a short scale."""
    match answer:
        case ScaleAnswer(lowest=lowest, highest=highest):
            numbers = range(lowest, highest + 1) if highest - lowest < _MOST_BUTTONS else ()
            return tuple(Option(str(number), str(number)) for number in numbers)
        case ChoiceAnswer() | ManyAnswer():
            return answer.options
        case YesNoAnswer():
            return YES_NO
        case TextAnswer():
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
        case TextAnswer():
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
        case ChoiceAnswer():
            return Taken(chosen.id, True, chosen.text)
        case YesNoAnswer():
            return Taken(chosen.id == "yes", True, chosen.text)
        case TextAnswer():
            return NOT_UNDERSTOOD
        case _:
            assert_never(answer)
