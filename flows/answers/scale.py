"""A number from a scale: "7", "seven", "7/10", "about a 7". Never a clamp, never a guess between two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from flows.answers.folding import LONGEST, literal, spoken, tokens, word_set
from flows.answers.manner import THE_DAY, asks_back, leaves, plain, unwrapped
from flows.answers.numerals import ENGLISH, ONES, Span, is_number, numbers_in
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding, Unsure
from flows.model import ScaleAnswer

_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_POINT_NOUGHT: Final = re.compile(r"\b([0-9]+)[.]0+(?![0-9.,])")
_SITTING: Final = re.compile(r"\b(?:sittin[g']?|i'?m|am) (?:at|on)(?: an?)?(?= )")
_BETWEEN: Final = word_set("or to tae and between atween - maybe / n")
_BEFORE: Final = word_set(
    "feel feeling feels felt feelin now today number no. score mood sleep energy hope rating rate level overall day's "
    "strong good give gie call put pit sitting sittin am are today's and id i'd a' currently my "
    "doing daein"
)
_AFTER: Final = word_set("today noo now the this morning tonight overall currently anyway tho though")
_OUT: Final = frozenset({"out", "oot", "ootae", "outta", "ooto"})
_WITH_WORDS: Final = re.compile(
    r"\s*[^\w\s-]*(?:[0-9]+(?:\s*(?:/|out of|oot o'?f?)\s*\w+)?|[^\W\d_]+(?:\s+(?:out of|oot o'?f?)\s+\w+)?)"
    r"[^\w]*\s(?P<words>.+)",
    re.IGNORECASE | re.DOTALL,
)


def understand(answer: ScaleAnswer, text: str) -> Understanding:
    """The number that `text` means on the scale of `answer`."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = _SITTING.sub("", _POINT_NOUGHT.sub(r"\1", spoken(text)))
    typed = tokens(unwrapped(THE_DAY.sub("today", said)))
    if asks_back(typed[:2]):
        return NOT_UNDERSTOOD
    spans, other_top = _of_the_top(answer, typed, numbers_in(typed))
    if not spans or other_top:
        return NOT_UNDERSTOOD
    values = sorted({span.value for span in spans})
    if len(values) > 1:
        return _which(answer, typed, spans, values)
    before, after = typed[: spans[0].start], typed[spans[-1].end :]
    between = typed[spans[0].end : spans[-1].start] if len(spans) > 1 else []
    if not _opens(before, typed[spans[0].start]) or not plain(between, _BETWEEN):
        return NOT_UNDERSTOOD
    if not leaves(after, is_number, _AFTER) or ("?" in typed and not plain(before)):
        return NOT_UNDERSTOOD
    sure = len(spans) == 1 and spans[0].plain and not any(one.isalpha() for one in (*before, *after))
    return _in_scale(
        answer,
        values[0],
        sure=sure,
        words=_words(text) if answer.words and not before and not plain(after, _AFTER) else "",
    )


def exactly(answer: ScaleAnswer, text: str) -> Understanding:
    """Digits, an English word spelt right, or "7/10" with the scale's own maximum, alone."""
    said = literal(text).removesuffix(f"/{answer.highest}")
    if _WHOLE.fullmatch(said):
        return _in_scale(answer, int(said), sure=True)
    return _in_scale(answer, ENGLISH[said], sure=True) if said in ENGLISH and "/" not in text else NOT_UNDERSTOOD


def hint(answer: ScaleAnswer) -> str:
    """What is said when a reply was no number of the scale."""
    return f"Please text a number from {answer.lowest} to {answer.highest}."


def _of_the_top(answer: ScaleAnswer, typed: Sequence[str], spans: Sequence[Span]) -> tuple[list[Span], bool]:
    """The numbers, each with its "out of ten" as part of it; and whether one was out of another number."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        joint = list(typed[last.end : span.start]) if last is not None else []
        if last is None or not _is_out_of(joint):
            found.append(span)
        elif span.value != answer.highest or (joint == ["/"] and last.value > span.value):
            return [], True
        else:
            found[-1] = Span(last.start, span.end, last.value, last.plain)
    return found, False


def _is_out_of(joint: Sequence[str]) -> bool:
    if joint in (["/"], ["\\"], ["ootae"], ["outta"], ["ooto"]):
        return True
    return len(joint) == 2 and joint[0] in _OUT and joint[1] in ("of", "o", "o'", "ae", "a")


def _opens(before: Sequence[str], number: str) -> bool:
    """Whether what stands before the number changes nothing. "One" is a number only where it can be nothing else."""
    if number in ONES and not {"the", "this", "that", "decent", "another"}.isdisjoint(before):
        return False
    return plain(before, _BEFORE) and "-" not in before


def _which(answer: ScaleAnswer, typed: Sequence[str], spans: Sequence[Span], values: Sequence[float]) -> Understanding:
    covered = {place for span in spans for place in range(span.start, span.end)}
    others = [token for place, token in enumerate(typed) if place not in covered]
    fits = all(value == int(value) and _fits(answer, int(value)) for value in values)
    if len(values) == 2 and fits and plain(others, _BETWEEN | _BEFORE):
        return Unsure(f"Was that {int(values[0])} or {int(values[1])}? Please text one number.")
    return NOT_UNDERSTOOD


def _in_scale(answer: ScaleAnswer, number: float, *, sure: bool, words: str = "") -> Understanding:
    if number != int(number):
        return NOT_UNDERSTOOD
    if _fits(answer, int(number)):
        return Taken(int(number), sure, str(int(number)), words)
    return Unsure(f"The numbers go from {answer.lowest} to {answer.highest}. Please text one of those.")


def _fits(answer: ScaleAnswer, number: int) -> bool:
    return answer.lowest <= number <= answer.highest


def _words(text: str) -> str:
    """What the person wrote after the number, as they wrote it."""
    found = _WITH_WORDS.fullmatch(text)
    return found["words"].strip() if found else ""
