"""Words that always work, whatever is going on: STOP, START, HELP, INFO, TALK, URGENT, WRAP.

They match the whole text, case and punctuation aside, and `/word` equals `word`. Two things more: STOP also counts in
short polite company ("stop please", "Please stop texting me!!"), START may bring a code, and WRAP ADD words.

    "STOP!!" → STOP      "stop please" → STOP      "the bus stop" → none      "I can't stop crying" → none
    "/start AB12CD" → START with the code AB12CD   "yes" → none: an answer, though a phone company reads it as START
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from bot.safety.spelling import short_texts_once, words_of

WordName = Literal["STOP", "START", "HELP", "INFO", "TALK", "URGENT", "WRAP"]

# A longer text is no single word, however politely it is put.
_LONGEST = 120

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_START_CODE = re.compile(r"\W{0,4}start\W{1,4}([A-Za-z0-9_-]{4,64})\W{0,4}", re.IGNORECASE)
_WRAP_ADD = re.compile(r"\W{0,4}wrap\W{1,4}add\b\W{0,4}(.*)", re.IGNORECASE | re.DOTALL)
_PLAIN: dict[str, WordName] = {
    "start": "START",
    "unstop": "START",
    "help": "HELP",
    "info": "INFO",
    "talk": "TALK",
    "urgent": "URGENT",
    "wrap": "WRAP",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A global word. `code` is what START brought, as typed. `carriers` says that the whole text is a word in the phone
    companies' list, so that on SMS the number is blocked already and must get nothing more."""

    name: WordName
    code: str = ""
    rest: str = ""  # what came with WRAP ADD, as typed
    carriers: bool = False


@dataclass(frozen=True, slots=True)
class _Company:
    carriers_stop: frozenset[str]
    always_stop: frozenset[str]
    spelt_stop: frozenset[str]
    before: frozenset[tuple[str, ...]]
    object: frozenset[tuple[str, ...]]
    after: frozenset[tuple[str, ...]]


def global_word(text: str, *, over_carrier: bool = False) -> Word | None:
    """The global word that this text is, or None.

    `over_carrier`: it came by SMS, where CANCEL, END, QUIT and REVOKE alone stop the number as STOP does; on Telegram
    they are ordinary words, and someone who types "end" must not fall silent by it.
    """
    return _over_carrier(text) if over_carrier else _elsewhere(text)


@short_texts_once
def _over_carrier(text: str) -> Word | None:
    return _read_word(text, over_carrier=True)


@short_texts_once
def _elsewhere(text: str) -> Word | None:
    return _read_word(text, over_carrier=False)


def _read_word(text: str, *, over_carrier: bool) -> Word | None:
    typed = text.strip()
    command = _COMMAND.fullmatch(typed) if typed.startswith("/") else None
    if command:
        typed = f"{command[1]} {command[2] or ''}".strip()
    if adds := _WRAP_ADD.fullmatch(typed):
        return Word("WRAP", rest=adds[1].strip())
    if len(text) > _LONGEST:
        return None
    if code := _START_CODE.fullmatch(typed):
        return Word("START", code=code[1])
    words = _joined(words_of(typed))
    carriers = not command and text.strip().casefold() in _company().carriers_stop
    if _is_stop(words, over_carrier):
        return Word("STOP", carriers=carriers)
    name = _PLAIN.get(" ".join(words))
    return Word(name) if name else None


def is_carriers_stop(text: str) -> bool:
    """Whether phone companies take the whole text as STOP themselves: no flow may offer such a word as an answer."""
    return " ".join(words_of(text[:_LONGEST])) in _company().carriers_stop


def _joined(words: list[str]) -> list[str]:
    """Spaced letters put together: s t o p → stop."""
    if len(words) > 2 and all(len(word) == 1 for word in words):
        return ["".join(words)]
    return words


def _is_stop(words: list[str], over_carrier: bool) -> bool:
    company = _company()
    whole = " ".join(words)
    if whole in company.always_stop or (over_carrier and whole in company.carriers_stop):
        return True
    rest, stops = words, 0
    while rest:
        if _squeezed(rest[0]) in company.spelt_stop:
            rest, stops = rest[1:], stops + 1
        elif size := _leading(rest, company.before):
            rest = rest[size:]
        else:
            break
    return stops > 0 and any(
        _only(rest[size:], company.after)
        for size in range(len(rest) + 1)
        if not size or tuple(rest[:size]) in company.object
    )


def _leading(words: list[str], phrases: frozenset[tuple[str, ...]]) -> int:
    """How many words the longest of the phrases that they begin with has; 0 for none."""
    return next((size for size in (4, 3, 2, 1) if tuple(words[:size]) in phrases), 0)


def _only(words: list[str], phrases: frozenset[tuple[str, ...]]) -> bool:
    """Whether the words are nothing but these phrases."""
    rest = words
    while rest:
        size = _leading(rest, phrases)
        if not size:
            return False
        rest = rest[size:]
    return True


def _squeezed(word: str) -> str:
    """A long-drawn word in its short form: stoooopp → stop. Words of the list stay themselves."""
    if word in _company().spelt_stop:
        return word
    return "".join(letter for place, letter in enumerate(word) if not place or letter != word[place - 1])


@lru_cache(maxsize=1)
def _company() -> _Company:
    lists = tomllib.loads(files("bot.safety").joinpath("words.toml").read_text("utf-8"))
    phrases = {key: frozenset(tuple(p.split()) for p in lists[key]) for key in ("before", "object", "after")}
    return _Company(
        carriers_stop=frozenset(lists["carriers_stop"]),
        always_stop=frozenset(lists["always_stop"]),
        spelt_stop=frozenset(lists["spelt_stop"]),
        **phrases,
    )
