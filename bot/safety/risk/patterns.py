"""Pure. The small language of the data files' patterns, and finding many patterns in one line of words quickly.

A line of words is written with one space before, between and after: " i want to die ". In a pattern: words stand for
themselves, `a|b_c` for either (`_` joins words), `<name>` for a class of words, `?` after any of these for "perhaps",
`*` for up to two words, `**` for up to five, `^` and `$` for the ends of the sentence.

    "<i> want to * die"        "^ goodbye <all>? $"
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from bot.errors import ConfigurationError

Owner = TypeVar("Owner")

_GAPS: Final = {"*": r"(?:\S+ ){0,2}?", "**": r"(?:\S+ ){0,5}?"}
_ENDS: Final = {"^": r"(?<=\A )", "$": r"\Z"}
_WORD: Final = re.compile(r"[a-z]+")
_CLASS: Final = re.compile(r"<([a-z-]+)>")

# A pattern with none of these is denied by one that stands inside what it met: "am (not) being hurt".
_DENIALS: Final = frozenset(("not", "never", "no", "nobody", "nothing", "none", "without"))

# Words that stand in every other text: a pattern is looked for by another of its words if it has one.
_COMMON_WORDS: Final = (
    "i me my you your he she it we they him her them his the a an and or to of in on at with for from by is are am was "
    "were be been being have has had do does did done can could will would not no never all this that there up out off "
    "so just about if when what who how get got go going went want need know think like time day today now one good "
    "if then than more much any some as but over after before back down into too very here"
)
_COMMON: Final = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern. One of `by` stands in every line that it meets, and one of each of `also`."""

    written: str
    meets: re.Pattern[str]
    by: frozenset[str]
    also: tuple[frozenset[str], ...]
    denies: bool  # a word of denial is part of it


def pattern(written: str, classes: Mapping[str, str], fold: Mapping[str, tuple[str, ...]] | None = None) -> Pattern:
    """The pattern written so; `fold`: its words in the forms that texts are folded into.

    Raises `ConfigurationError` for an unknown class, or a pattern with no word that must stand.
    """
    parts: list[str] = []
    keys: list[frozenset[str]] = []
    for element in written.split():
        if element in _GAPS or element in _ENDS:
            parts.append(_GAPS.get(element) or _ENDS[element])
            continue
        perhaps = element.endswith("?")
        choices = _folded(_choices(element.removesuffix("?"), classes, written), fold or {})
        ends = [choice for choice in choices if choice in _ENDS]
        choices = [choice for choice in choices if choice not in _ENDS]
        said = "|".join(choice.replace("_", " ") for choice in choices)
        said = "|".join([f"(?:{said}) ", *(_ENDS[end] for end in ends)]) + ("|" if perhaps else "")
        parts.append(f"(?:{said})")
        if not perhaps and not ends:
            keys.append(frozenset(_rarest(choice) for choice in choices))
    if not keys:
        raise ConfigurationError([f"pattern '{written}' has no word that must stand: add one"])
    keys.sort(key=_commonness)
    denies = not _DENIALS.isdisjoint(_WORD.findall(" ".join(parts)))
    return Pattern(written, re.compile("(?<= )" + "".join(parts)), keys[0], tuple(keys[1:]), denies)


def _choices(element: str, classes: Mapping[str, str], written: str) -> list[str]:
    found: list[str] = []
    for choice in element.split("|"):
        named = _CLASS.fullmatch(choice)
        if named is None:
            found.append(choice)
        elif named[1] in classes:
            found += _choices("|".join(classes[named[1]].split()), classes, written)
        else:
            raise ConfigurationError([f"pattern '{written}': no class of words is named '{named[1]}'"])
    return sorted(set(found), key=lambda choice: (-len(choice), choice))  # the longest first


def _folded(choices: list[str], fold: Mapping[str, tuple[str, ...]]) -> list[str]:
    known = {"_".join(known for word in one.split("_") for known in fold.get(word, (word,))) for one in choices}
    return sorted(known, key=lambda choice: (-len(choice), choice))


def _rarest(choice: str) -> str:
    return min(choice.split("_"), key=lambda word: (word in _COMMON, -len(word), word))


def _commonness(words: frozenset[str]) -> tuple[int, int]:
    return sum(word in _COMMON for word in words), len(words)


class Index(Generic[Owner]):
    """Many patterns, each with its owner; only those are tried whose rarest word stands in the line."""

    def __init__(self, owned: Iterable[tuple[Owner, Pattern]]) -> None:
        self._by_word: dict[str, list[tuple[int, Owner, Pattern]]] = {}
        for number, (owner, each) in enumerate(owned):
            for word in each.by:
                self._by_word.setdefault(word, []).append((number, owner, each))
        self._words = self._by_word.keys()

    def found(self, words: set[str], line: str) -> Iterator[tuple[Owner, Pattern, re.Match[str]]]:
        """Every meeting of every pattern in the line, pattern by pattern in the order of the file."""
        about = words & self._words
        if not about:
            return
        candidates = {each[0]: each for word in about for each in self._by_word[word]}
        for number in sorted(candidates):
            _, owner, one = candidates[number]
            for needed in one.also:
                if words.isdisjoint(needed):
                    break
            else:
                for match in one.meets.finditer(line):
                    yield owner, one, match
