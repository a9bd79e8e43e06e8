"""A short list read against a text: is somebody in danger?

`risk`: present and serious, a person is needed now. `distress`: a person is needed soon. `none`: nobody needs to act.
What counts against a hit (a denial before it, a story about it, long ago) lowers first-person danger to distress, never
to none.

    "I want to die" → risk        "I'm not going to kill myself" → distress        "dead good day, aye" → none

This reads words; it understands nobody. It misses things and it alarms for nothing, and no text says otherwise.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from bot.safety.spelling import evened, short_texts_once

Level = Literal["risk", "distress", "none"]
Kind = Literal["self", "medical", "abuse", "others", "third"]

# Words between a denial and what it denies: "not (going to) kill myself", but not "not well, want to die".
_DENIAL_REACH = 3
_REASONS_AT_MOST = 5

_SENTENCE = re.compile(r"[.!?;…]+|\bbut\b|\bexcept\b|\bthough\b")
_WORD_OR_COMMA = re.compile(r"[^\W_]+|,")
_SWAPPED = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s"})
_SWAP = re.compile(r"(?<!\S)(?=\S{0,20}[a-z])(?=\S{0,20}[01345@$*])[a-z0-9@$*]{3,20}(?!\S)")
_LETTERS_APART = re.compile(r"\b(?:\w[ .\-_*]){2,20}\w\b")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_WORDS_APART = re.compile(r"[ .\-_*]+")

# The phrases that people write letter by letter or with a letter swapped; only these are put together again.
_GUARDED_IN_ORDER = (
    "cut",
    "cutting",
    "dead",
    "death",
    "die",
    "died",
    "dying",
    "hang",
    "hanging",
    "harm",
    "help",
    "hurt",
    "jump",
    "kill",
    "killed",
    "killing",
    "kms",
    "knife",
    "myself",
    "overdose",
    "overdosed",
    "pills",
    "suicidal",
    "suicide",
    "want",
)
_GUARDED = frozenset(_GUARDED_IN_ORDER)


@dataclass(frozen=True, slots=True)
class Danger:
    """What was heard. Each reason names the list, what lowered it if anything, and the words that met it."""

    level: Level
    kind: Kind = "self"
    reasons: tuple[str, ...] = ()


NOTHING = Danger("none")


@dataclass(frozen=True, slots=True)
class _Rules:
    fold: dict[str, str]
    idioms: re.Pattern[str]
    frame: re.Pattern[str]
    denial: re.Pattern[str]
    past: re.Pattern[str]
    present: re.Pattern[str]
    risk: tuple[tuple[Kind, re.Pattern[str]], ...]
    distress: tuple[tuple[Kind, re.Pattern[str]], ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    level: Level
    kind: Kind
    reason: str


@short_texts_once
def read_danger(text: str) -> Danger:
    """Read one text of any length; of one past 100,000 characters its start and end."""
    rules = _rules("en-GB")
    hits = [hit for sentence in _sentences(text, rules) for hit in _read(sentence, rules)]
    for level in ("risk", "distress"):
        found = [hit for hit in hits if hit.level == level]
        if found:
            kind: Kind = next(first for first in _FIRST if any(hit.kind == first for hit in found))
            return Danger(level, kind, tuple(dict.fromkeys(hit.reason for hit in found))[:_REASONS_AT_MOST])
    return NOTHING


# Where a text meets several lists, the answer is that of the first: seconds count most for the body.
_FIRST: tuple[Kind, ...] = ("medical", "self", "abuse", "others", "third")


def _sentences(text: str, rules: _Rules) -> list[str]:
    """The text in sentences of known words. Where lines or commas break it, it is read twice: broken there, so that "no,"
    denies nothing that follows, and run on, so that a line that breaks inside a phrase does not hide it."""
    spelt = _SWAP.sub(_swapped_back, _LETTERS_APART.sub(_put_together, evened(text)))
    broken = [part for line in spelt.splitlines() for part in _SENTENCE.split(line)]
    run_on = _SENTENCE.split(spelt.replace(",", " ")) if "," in spelt or "\n" in spelt or "\r" in spelt else []
    return [known for part in dict.fromkeys(broken + run_on) if (known := _known_words(part, rules))]


def _known_words(part: str, rules: _Rules) -> str:
    words = (_shortened(word) for word in _WORD_OR_COMMA.findall(part))
    return " ".join(rules.fold.get(word, word) for word in words)


def _shortened(word: str) -> str:
    """A long-drawn word in the form we know: killlll → kill, diiie → die, sooo → so."""
    if not _DRAWN_OUT.search(word):
        return word
    double = _DRAWN_OUT.sub(r"\1\1", word)
    return double if double in _GUARDED else _DRAWN_OUT.sub(r"\1", word)


def _put_together(match: re.Match[str]) -> str:
    joined = _WORDS_APART.sub("", match[0])
    if joined.translate(_SWAPPED) in _GUARDED:
        return joined
    if joined[0] == "i" and joined[1:] in _GUARDED:  # i w a n t
        return f"i {joined[1:]}"
    return match[0]


def _swapped_back(match: re.Match[str]) -> str:
    word = match[0].translate(_SWAPPED)
    if "*" not in word:
        return word if word in _GUARDED else match[0]
    alike = (guarded for guarded in _GUARDED_IN_ORDER if len(guarded) == len(word))
    return next((one for one in alike if all(b in (a, "*") for a, b in zip(one, word, strict=True))), match[0])


def _read(sentence: str, rules: _Rules) -> list[_Hit]:
    plain = rules.idioms.sub(" , ", sentence)
    hits = [_weighed(kind, match, plain, rules) for kind, list_ in rules.risk for match in list_.finditer(plain)]
    hits += [
        _Hit("distress", kind, f"{kind}, distress: {match[0]}")
        for kind, list_ in rules.distress
        for match in list_.finditer(plain)
        if not rules.frame.search(plain)
    ]
    return [hit for hit in hits if hit.level != "none"]


def _weighed(kind: Kind, match: re.Match[str], plain: str, rules: _Rules) -> _Hit:
    """A hit on a risk list, with what lowers it."""
    before = " ".join(plain[max(0, match.start() - 60) : match.start()].split()[-_DENIAL_REACH:])
    lowered = ""
    if rules.frame.search(plain):
        lowered = "a story"
    elif rules.denial.search(before):
        lowered = "denied"
    elif rules.past.search(plain) and not rules.present.search(plain):
        lowered = "long ago"
    if not lowered:
        return _Hit("risk", kind, f"{kind}, risk: {match[0]}")
    stays = kind == "self" and (lowered != "a story" or _FIRST_PERSON.search(f"{before} {match[0]}"))
    return _Hit("distress" if stays else "none", kind, f"{kind}, {lowered}: {match[0]}")


_FIRST_PERSON = re.compile(r"\b(?:i|my|myself|me)\b")


@lru_cache(maxsize=4)
def _rules(language: str) -> _Rules:
    lists = tomllib.loads(files("bot.safety.risk").joinpath(f"{language}.toml").read_text("utf-8"))
    return _Rules(
        fold=lists["fold"],
        idioms=_any_of(lists["idioms"]["phrases"]),
        frame=_any_of([lists["frame"]["words"]]),
        denial=_any_of([lists["negation"]["words"]]),
        past=_any_of([lists["past"]["words"]]),
        present=_any_of([lists["past"]["present"]]),
        risk=tuple((part["kind"], _any_of(part["patterns"])) for part in lists["risk"]),
        distress=tuple((part["kind"], _any_of(part["patterns"])) for part in lists["distress"]),
    )


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    """One pattern of whole phrases; `_` stands for any one word."""
    spelt = "|".join(phrase.replace("_", "[^\\W_]{1,30}") for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{spelt})(?!\w)")
