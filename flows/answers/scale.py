"""A number from a scale: "7", "seven", "7/10", "about a 7". Never a clamp, never a guess between two."""

from __future__ import annotations

import re
from typing import Final

from flows.answers.folding import FILLERS, LONGEST, folded, words
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding, Unsure
from flows.model import ScaleAnswer

_WORDS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
NUMBERS: Final = {
    **{word: number for number, word in enumerate(_WORDS)},
    "nought": 0,
    "nil": 0,
    "wan": 1,
    "twa": 2,
    "fower": 4,
    "eicht": 8,
}

_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_OUT_OF: Final = re.compile(r"(\w+)\s*(?:/|\\|out of|oot of|oot o'?)\s*(\w+)")
_BETWEEN: Final = frozenset({"or", "to", "between"})
# "3. rough night", "7, no bad": a number, a stop, then what they have to say about it. Not "7.5", not "2 tablets".
_THEN_WORDS: Final = re.compile(r"([0-9]{1,9})\s*(?:[.,;:!]|\s-)\s+\D+|([0-9]{1,9})\s*\n\D+")
_ISH: Final = re.compile(r"(?<=[0-9])\s?-?ish\b")
# Half numbers, minus signs, "7+", "<3", money and times are not a number from the scale with words round it.
_ODD_MARKS: Final = re.compile(r"[0-9][.,:][0-9]|(?<![0-9])-[0-9]|[+<>%£$€@#=*^~|]")


def understand(answer: ScaleAnswer, text: str) -> Understanding:
    """The number that `text` means on the scale of `answer`."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = folded(text)
    if _WHOLE.fullmatch(said):
        # folding takes a minus off the edge: "-2" is not a 2
        return _in_scale(answer, -int(said) if text.strip().startswith("-") else int(said), sure=True)
    if said in NUMBERS:
        return _in_scale(answer, NUMBERS[said], sure=True)
    if out_of := _OUT_OF.fullmatch(said):
        return _of_scale(answer, _number(out_of[1]), _number(out_of[2]))
    if then := _THEN_WORDS.fullmatch(text.strip()):
        return _in_scale(answer, int(then[1] or then[2]), sure=False)
    return _in_company(answer, _ISH.sub("", said))


def hint(answer: ScaleAnswer) -> str:
    """What is said when a reply was no number of the scale."""
    return f"Please text a number from {answer.lowest} to {answer.highest}."


def _in_company(answer: ScaleAnswer, said: str) -> Understanding:
    """One number among words that change nothing is taken; two that stand for each other are asked back."""
    if _ODD_MARKS.search(said):
        return NOT_UNDERSTOOD
    typed = words(said)
    numbers = sorted({number for word in typed if (number := _number(word)) is not None})
    others = {word for word in typed if _number(word) is None and word not in FILLERS}
    if len(numbers) == 1 and not others:
        return _in_scale(answer, numbers[0], sure=False)
    if len(numbers) == 2 and _BETWEEN.issuperset(others) and all(_fits(answer, number) for number in numbers):
        return Unsure(f"Was that {numbers[0]} or {numbers[1]}? Please text one number.")
    return NOT_UNDERSTOOD


def _of_scale(answer: ScaleAnswer, number: int | None, top: int | None) -> Understanding:
    if number is None or top is None:
        return NOT_UNDERSTOOD
    return _in_scale(answer, number, sure=True) if top == answer.highest else NOT_UNDERSTOOD


def _in_scale(answer: ScaleAnswer, number: int, *, sure: bool) -> Understanding:
    if _fits(answer, number):
        return Taken(number, sure, str(number))
    return Unsure(f"The numbers go from {answer.lowest} to {answer.highest}. Please text one of those.")


def _fits(answer: ScaleAnswer, number: int) -> bool:
    return answer.lowest <= number <= answer.highest


def _number(word: str) -> int | None:
    if _WHOLE.fullmatch(word):
        return int(word)
    return NUMBERS.get(word)
