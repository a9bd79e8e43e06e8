"""A number without a scale: "6", "two and a half", "1,200", "a dozen", "3 meals". Never converted, never bent to fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from flows.answers.folding import LONGEST, literal, spoken, tokens, word_set
from flows.answers.manner import FEELING, HEDGES, THE_DAY, asks_back, leaves, negates, plain, unwrapped
from flows.answers.numerals import ENGLISH, ONES, TENS, Span, is_number, number_at, whole
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding, Unsure
from flows.model import NumberAnswer

_COUNTS: Final = {
    **dict.fromkeys(("none", "nane", "nowt", "nothing", "nuthin", "nuttin", "hee-haw", "zip"), 0.0),
    **dict.fromkeys(("once", "wance", "yince"), 1.0),
    **dict.fromkeys(("twice", "twicet", "couple", "cuppla"), 2.0),
    "thrice": 3.0,
    "dozen": 12.0,
    "half": 0.5,
    "hauf": 0.5,
    "single": 1.0,
}
_HALF_DOZEN: Final = re.compile(r"\b(?:half|hauf) (?:a |an? )?dozen\b")
_DOZENS: Final = re.compile(r"\b(?:(a|one)|(two|2)|(three|3)) dozen\b")
_COUPLE_OF: Final = re.compile(r"\bcouple (?:of|o')(?= \w)")
_AT_ALL: Final = re.compile(r"\bat (?:all|aw)\b")
_MINUS: Final = re.compile(r"(?<![\w.])(?:minus |-)(?=[0-9])")
_EXACT: Final = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?|[0-9]{1,3}(?:,[0-9]{3})+")
_BEFORE: Final = word_set("had have got did took taken managed number no. only total altogether today now make made on")
_AFTER: Final = word_set("today noo now this overall altogether total so far yet left all in")
_NOT_COUNTED: Final = word_set(
    "ago am pm a.m p.m oclock o'clock yesterday earlier later past to tae til till or plus more less fewer over under "
    "above below max min maximum minimum percent st nd rd th k m each every per of o ae by from since until at on if "
    "half quarter quarters halves thirds tenths point what who then back next last e x10 odd ext"
)
_ASIDE: Final = frozenset({"have", "got", "on", "made", "make", "number", "no."})


def understand(answer: NumberAnswer, text: str) -> Understanding:
    """The number that `text` means."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = _COUPLE_OF.sub("couple", _dozens(unwrapped(THE_DAY.sub("today", _AT_ALL.sub("", spoken(text))))))
    below = _MINUS.search(said) is not None
    if below and (answer.lowest is None or answer.lowest >= 0):
        return NOT_UNDERSTOOD
    typed = tokens(_MINUS.sub("", said))
    spans = _spans(typed)
    values = {span.value for span in spans}
    if len(values) != 1 or asks_back(typed):
        return _which(typed, spans, values)
    before, after = typed[: spans[0].start], typed[spans[-1].end :]
    between = typed[spans[0].end : spans[-1].start] if len(spans) > 1 else []
    if not plain(before, _BEFORE) or not plain(between) or not _leaves(before, after):
        return NOT_UNDERSTOOD
    if (spans[0].start and typed[spans[0].start - 1] == "no") or (
        _is_one(typed, spans) and "the" in before and not _just(before)
    ):
        return NOT_UNDERSTOOD
    if "?" in typed and not (plain(before) and plain(after)):
        return NOT_UNDERSTOOD
    if typed[spans[0].start] in ("half", "hauf") and not plain(after, _AFTER):  # half of what?
        return NOT_UNDERSTOOD
    if typed[spans[0].start] in ("half", "hauf") and after[:1] in (["a"], ["an"]):
        return NOT_UNDERSTOOD
    sure = len(spans) == 1 and spans[0].plain and not any(one.isalpha() for one in (*before, *after))
    return _in_range(answer, -values.pop() if below else values.pop(), sure=sure)


def exactly(answer: NumberAnswer, text: str) -> Understanding:
    """Digits, or an English word spelt right, alone."""
    said = literal(text)
    if _EXACT.fullmatch(said):
        return _in_range(answer, float(said.replace(",", "")), sure=True)
    words = {**ENGLISH, **TENS}
    return _in_range(answer, float(words[said]), sure=True) if said in words else NOT_UNDERSTOOD


def hint(answer: NumberAnswer) -> str:
    """What is said when a reply was no number."""
    lowest, highest = answer.lowest, answer.highest
    if lowest is not None and highest is not None:
        return f"Please text a number from {whole(lowest)} to {whole(highest)}."
    if lowest is not None:
        return f"Please text a number, {whole(lowest)} or more."
    if highest is not None:
        return f"Please text a number, {whole(highest)} at most."
    return "Please text just a number, such as 3."


def _dozens(said: str) -> str:
    said = _HALF_DOZEN.sub("6", said)
    return _DOZENS.sub(lambda found: "12" if found[1] else "24" if found[2] else "36", said)


def _spans(typed: Sequence[str]) -> list[Span]:
    found: list[Span] = []
    at = 0
    while at < len(typed):
        span = number_at(typed, at)
        if span is None and typed[at] in _COUNTS:
            span = Span(at, at + 1, _COUNTS[typed[at]], False)
        if span is None and typed[at][:1].isdigit():  # "3,5", "20.3.26"
            return []
        if span is not None and _many_noughts(typed[span.start]):
            return []
        if span is not None:
            found.append(span)
        at = span.end if span is not None else at + 1
    return found


def _many_noughts(token: str) -> bool:
    """A number that begins with nought and goes on is a phone number, a code or a time."""
    return len(token) > 2 and token[0] == "0" and token[1].isdigit()


def _is_one(typed: Sequence[str], spans: Sequence[Span]) -> bool:
    return typed[spans[0].start] in ONES


def _just(before: Sequence[str]) -> bool:
    """ "Just the one" counts; "the one" does not."""
    return not {"just", "only", "jist"}.isdisjoint(before)


def _leaves(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether what stands after the number leaves it: as ever, or one noun that it counts and nothing else."""
    if leaves(after, is_number, _AFTER):
        return True
    nouns = [one for one in after if one not in HEDGES and one not in _AFTER and one not in ",.;:!?"]
    if len(nouns) != 1 or not nouns[0].isalpha() or len(nouns[0]) < 2 or not _ASIDE.isdisjoint(before):
        return False
    close = after[0] == nouns[0] or after[0] in HEDGES
    return close and nouns[0] not in _NOT_COUNTED and not negates(nouns[0]) and nouns[0] not in FEELING


def _which(typed: Sequence[str], spans: Sequence[Span], values: set[float]) -> Understanding:
    if len(values) != 2 or asks_back(typed):
        return NOT_UNDERSTOOD
    covered = {place for span in spans for place in range(span.start, span.end)}
    others = [token for place, token in enumerate(typed) if place not in covered]
    if not plain(others, frozenset({"or", "to", "tae", "-"})):
        return NOT_UNDERSTOOD
    low, high = sorted(values)
    return Unsure(f"Was that {whole(low)} or {whole(high)}? Please text one number.")


def _in_range(answer: NumberAnswer, number: float, *, sure: bool) -> Understanding:
    below = answer.lowest is not None and number < answer.lowest
    above = answer.highest is not None and number > answer.highest
    if below or above:
        return Unsure(hint(answer))
    return Taken(whole(number), sure, str(whole(number)))
