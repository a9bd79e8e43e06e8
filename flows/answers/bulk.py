"""All of them, or none of them, as people say it: the lot, every one, aw ae them, nane, nothing the day, no yet."""

from __future__ import annotations

from typing import Final, Literal

from flows.answers.folding import word_set, words
from flows.answers.numerals import NUMBERS

Bulk = Literal["all", "none"]

_ALL: Final = frozenset(
    [
        *["the lot", "the whole lot", "did the lot", "done the lot", "every one", "every one of them"],
        *["every single one", "a' of them", "a' of it", "aw ae them", "aw o them", "aw of them", "a' o them", "aw"],
        *[
            "all of the above",
            "all the above",
            "aw the above",
            "the hale lot",
            "all of those",
            "the full lot",
            "ivery yin",
        ],
        *["the whole list", "every yin", "each one", "each of them"],
    ]
)
_NONE: Final = frozenset(
    [
        *["0", "zero", "nil", "nought", "no yet", "no the day", "nae the day", "not yet", "not today", "not now"],
        *["not any", "no any", "didn't do any", "i didn't do any", "haven't done any", "i haven't done any"],
        *["not done any", "i've not done any", "havenae done any", "didnae dae any", "did nothing", "not one"],
        *["none of the above", "nane o the above", "not a one", "nary a one", "no one of them", "nane ae them"],
        *["not any of them", "neither of them", "neither one", "not a single one", "no any o them", "nowt", "zilch"],
    ]
)
_EVERY_WORD: Final = word_set("all everything aw")
_NO_WORD: Final = word_set("none nothing nane")
_BESIDE_ALL: Final = word_set(
    "of them these those it the did done have i i've ive today yes aye yeah please thanks pal hen x ta above o ae thanks"
)
_BESIDE_NONE: Final = _BESIDE_ALL | word_set(
    "yet so far sorry day the no just now afraid i'm im for me och oh ta really"
)


def bulk(said: str, count: int) -> Bulk | None:
    """Whether folded text means all of `count` options, or none of them. "All three" is all only of three."""
    typed = words(said)
    if said in _ALL or (count == 2 and typed[:1] in (["both"], ["baith"]) and _BESIDE_ALL.issuperset(typed[1:])):
        return "all"
    if said in _NONE or (count == 2 and typed[:1] == ["neither"] and _BESIDE_NONE.issuperset(typed[1:])):
        return "none"
    if _NO_WORD.intersection(typed) and _BESIDE_NONE.issuperset(set(typed) - _NO_WORD):
        return "none"
    if _EVERY_WORD.intersection(typed):
        beside = [word for word in typed if _number(word) != count]
        return "all" if _BESIDE_ALL.issuperset(set(beside) - _EVERY_WORD) else None
    return None


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 4 else NUMBERS.get(word)
