"""What the words of some options are, made ready once: which options each word stands in, and each whole phrase."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from flows.answers.folding import folded, word_set, words
from flows.answers.manner import negates
from flows.answers.slips import COMMON, slipped
from flows.model import Option

STRUCTURE: Final = word_set("a an the in on at to of i am my me is it some and or with for be do you your by as so no.")
"""Words that name no option by themselves."""
_SCOTS: Final = (
    (re.compile(r"ing$"), "in"),
    (re.compile(r"^about$"), "aboot"),
    (re.compile(r"^out$"), "oot"),
    (re.compile(r"^house$"), "hoose"),
    (re.compile(r"^with$"), "wi"),
    (re.compile(r"^of$"), "o"),
    (re.compile(r"^to$"), "tae"),
    (re.compile(r"^my$"), "ma"),
    (re.compile(r"^not$"), "no"),
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`phrases`: each option's texts as words, padded with spaces; `places`: word → the places of its options.

    `denied`: word → the places of options that have it in nothing but phrases with a negation: "sure" alone is not
    "I am not sure".
    """

    phrases: tuple[tuple[int, str], ...]
    places: Mapping[str, frozenset[int]]
    denied: Mapping[str, frozenset[int]]

    def stands_in(self, word: str) -> frozenset[int]:
        """The places of the options that a word belongs to: as it is, in plural or singular, or with a typo."""
        found = self.places.get(word)
        if found is None and len(word) >= 4:
            found = self.places.get(word[:-1] if word.endswith("s") else f"{word}s")
        if found is None:
            found = frozenset[int]().union(*(self.places[near] for near in slipped(word, self.places)))
        return found

    def part_of(self, typed: Sequence[str]) -> frozenset[int]:
        """The options one of whose phrases has these words in a row, with every negation of the phrase among them."""
        if all(word in STRUCTURE or len(word) < 2 or word.isdigit() for word in typed):
            return frozenset()
        line, denied = f" {' '.join(typed)} ", {word for word in typed if negates(word)}
        fitting = [(place, phrase) for place, phrase in self.phrases if line in phrase]
        if any(not {word for word in phrase.split() if negates(word)} <= denied for _, phrase in fitting):
            return frozenset()
        return frozenset(place for place, _ in fitting)

    def nearly(self, typed: Sequence[str]) -> frozenset[int]:
        """The options one of whose phrases is all of these words but for one letter of one of them."""
        if len(typed) < 2 or len(" ".join(typed)) < 8:
            return frozenset()
        return frozenset(place for place, phrase in self.phrases if _one_letter_off(typed, phrase.split()))


def _one_letter_off(typed: Sequence[str], phrase: Sequence[str]) -> bool:
    if len(typed) != len(phrase):
        return False
    other = [(one, word) for one, word in zip(typed, phrase, strict=True) if one != word]
    if len(other) != 1:
        return False
    one, word = other[0]
    plain = one in COMMON or negates(one) or negates(word) or not one.isalpha() or len(one) < 3
    return not plain and OSA.distance(one, word, score_cutoff=1) == 1


def lexicon(options: tuple[Option, ...], *, kept: bool) -> Lexicon:
    """The lexicon of these options. `kept`: they are a file's own: made ready once, ids and all."""
    return _kept(options) if kept else _made(options, ids=False)


def _made(options: Sequence[Option], *, ids: bool) -> Lexicon:
    phrases: list[tuple[int, str]] = []
    places: dict[str, set[int]] = {}
    affirmed: dict[str, set[int]] = {}
    for place, option in enumerate(options):
        texts: list[str] = [option.text, *option.also, *([option.id] if ids else [])]
        for text in dict.fromkeys(texts):
            typed = words(folded(text))
            phrases.append((place, f" {' '.join(typed)} "))
            denies = any(negates(word) for word in typed)
            for word in [form for one in typed for form in _forms(one)]:
                places.setdefault(word, set()).add(place)
                if not denies:
                    affirmed.setdefault(word, set()).add(place)
    denied = {word: frozenset(found - affirmed.get(word, set())) for word, found in places.items()}
    return Lexicon(tuple(phrases), {word: frozenset(found) for word, found in places.items()}, denied)


def _forms(word: str) -> list[str]:
    """The word, and how it may be spelt in Scots."""
    return [word, *(pattern.sub(scots, word) for pattern, scots in _SCOTS if pattern.search(word))]


@lru_cache(maxsize=256)
def _kept(options: tuple[Option, ...]) -> Lexicon:
    return _made(options, ids=True)
