"""What a responder texts back to an alert, and the short codes that tell alerts apart.

Only an unmistakable answer counts: "ok", "thanks" and a thumb up are none, and "1 cup of tea" takes nothing.

    1 · take · yes        has it             1 K7 · K7 1 · take k7 · "yes K 7"
    2 · can't             cannot             2 K7 · can't k7
    3 · more              tell me more       more K7
    none                  tried, no answer   none K7
    done …                it is over         done K7 spoke, safe · done spoke, safe
    later 30m             ask me again       later K7 2h · later 1 hour

A code is a letter without I, L, O, S and Z, which look like digits, and a digit from 2 to 9; 168 of them a phone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.errors import BotError
from bot.safety.spelling import evened, short_texts_once

LETTERS = "ABCDEFGHJKMNPQRTUVWXY"
DIGITS = "23456789"
CODES = tuple(letter + digit for letter in LETTERS for digit in DIGITS)

LATER_AT_MOST = timedelta(hours=24)
_LATER_UNSAID = timedelta(minutes=30)

# Past this length a text is no short answer; `done` may bring any number of words.
_LONGEST = 80


class NoCodeLeftError(BotError):
    """All 168 codes of a phone are in use or were within 7 days."""


@dataclass(frozen=True, slots=True)
class Take:
    """They have it."""

    code: str | None = None

    @property
    def bare(self) -> bool:
        """No code was given."""
        return self.code is None


@dataclass(frozen=True, slots=True)
class Cannot:
    """They can't: someone else is to be told at once."""

    code: str | None = None

    @property
    def bare(self) -> bool:
        """No code was given."""
        return self.code is None


@dataclass(frozen=True, slots=True)
class More:
    """They want to know more before they say."""

    code: str | None = None

    @property
    def bare(self) -> bool:
        """No code was given."""
        return self.code is None


@dataclass(frozen=True, slots=True)
class Tried:
    """They tried to reach the person and got no answer."""

    code: str | None = None

    @property
    def bare(self) -> bool:
        """No code was given."""
        return self.code is None


@dataclass(frozen=True, slots=True)
class Done:
    """It is over; `words` are theirs, as typed, perhaps none."""

    code: str | None = None
    words: str = ""

    @property
    def bare(self) -> bool:
        """No code was given."""
        return self.code is None


@dataclass(frozen=True, slots=True)
class Later:
    """They have it and want to be asked again after `delay`, a minute to a day."""

    code: str | None = None
    delay: timedelta = _LATER_UNSAID

    @property
    def bare(self) -> bool:
        """No code was given."""
        return self.code is None


AlertAnswer = Take | Cannot | More | Tried | Done | Later

_VERBS: dict[str, type[Take | Cannot | More | Tried]] = {
    **dict.fromkeys(
        ("1", "take", "yes", "take it", "ill take", "ill take it", "i will take it", "yes ill take it"), Take
    ),
    **dict.fromkeys(("2", "cant", "cannot", "can not", "i cant", "i cannot", "cannae", "i cannae"), Cannot),
    **dict.fromkeys(("3", "more"), More),
    "none": Tried,
}

_CODE = r"([a-hjkmnp-rt-y]) ?([2-9])"
_CODE_ALONE = re.compile(_CODE)
_CODE_FIRST = re.compile(rf"{_CODE} (.+)")
_CODE_LAST = re.compile(rf"(.+?) {_CODE}")
_NO_SPACE = re.compile(rf"([a-z]+|[123]){_CODE}")
_COURTESY = re.compile(r" (?:please|pls|thanks|thank you|ta)$")
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_DELAY = re.compile(r"(?:in |for )?(an?|half an|\d{1,4}) ?(m|mins?|minutes?|h|hrs?|hours?)")

# `done` keeps its words as typed, so it is read from the text itself. "done a 2 hour call" gives no code A2: a code typed
# with a space must not be followed by what is counted.
_COUNTED = r"\s{0,3}(?:hours?|hrs?|h|mins?|minutes?|m|days?|weeks?|times?|x|of|more|people|calls?|miles?)\b"
_EDGE = r"[\s\"'“”‘’.,:;!()\[\]-]"
_CODE_TYPED = rf"([a-hjkmnp-rt-y])(?:([2-9])|[ \t.-]{{1,2}}([2-9])(?!{_COUNTED}))(?!\w)"
_DONE = re.compile(rf"{_EDGE}{{0,5}}done(?![\w']){_EDGE}{{0,8}}(?:{_CODE_TYPED})?", re.IGNORECASE)
_CODE_DONE = re.compile(rf"{_EDGE}{{0,5}}{_CODE_TYPED}{_EDGE}{{1,8}}done(?![\w'])", re.IGNORECASE)


@short_texts_once
def read_answer(text: str) -> AlertAnswer | None:
    """The answer to an alert that this text is, or None when it is not unmistakably one."""
    if done := _read_done(text):
        return done
    if len(text) > _LONGEST:
        return None
    spelt = evened(text)
    if any(sign.isalpha() and not sign.isascii() for sign in spelt):
        return None
    plain = _NOT_PLAIN.sub(" ", spelt).strip()
    return _read_later(plain) or _read_verb(plain)


def new_code(taken: set[str], pick: Callable[[int], int]) -> str:
    """A code that is not in `taken`; `pick(n)` chooses a place below n, by chance, so that codes tell nothing.

    Raises:
        NoCodeLeftError: every code is taken.
    """
    free = [code for code in CODES if code not in taken]
    if not free:
        raise NoCodeLeftError("every alert code of this phone is in use or was within 7 days")
    return free[pick(len(free))]


def read_code(text: str) -> str | None:
    """A code typed by itself in any case and spacing ("k 7" → K7), or None."""
    match = _CODE_ALONE.fullmatch(_NOT_PLAIN.sub(" ", evened(text[:_LONGEST])).strip())
    return _coded(match[1], match[2]) if match else None


def _coded(letter: str, digit: str) -> str:
    return letter.upper() + digit


def _apart(plain: str) -> tuple[str | None, str]:
    """The code at either end and the rest."""
    if match := _CODE_LAST.fullmatch(plain):
        return _coded(match[2], match[3]), match[1]
    if match := _CODE_FIRST.fullmatch(plain):
        return _coded(match[1], match[2]), match[3]
    return None, plain


def _read_verb(plain: str) -> AlertAnswer | None:
    if verb := _VERBS.get(plain):
        return verb(None)
    if match := _NO_SPACE.fullmatch(plain):  # 1K7, takek7
        plain = f"{match[1]} {match[2]}{match[3]}"
    code, rest = _apart(plain)
    if code is None:  # a courtesy is unmistakable only beside a code: "yes please" may answer anything
        code, rest = _apart(_COURTESY.sub("", plain))
    else:
        rest = _COURTESY.sub("", rest)
    verb = _VERBS.get(rest)
    return verb(code) if verb and code else None


def _read_later(plain: str) -> Later | None:
    """`later`, then a code and a length of time in either order; a length that makes no sense makes it no answer."""
    first, _, rest = plain.partition(" ")
    code = None
    if first != "later":
        code, unsaid = _apart(plain)
        first, _, rest = unsaid.partition(" ")
        if first != "later":
            return None
    if not rest:
        return Later(code)
    if match := _CODE_ALONE.fullmatch(rest):
        return Later(_coded(match[1], match[2]))
    if code is None:
        found, unsaid = _apart(rest)
        if found and _DELAY.fullmatch(unsaid):
            code, rest = found, unsaid
    delay = _read_delay(rest)
    return Later(code, delay) if delay else None


def _read_delay(plain: str) -> timedelta | None:
    match = _DELAY.fullmatch(plain)
    if match is None:
        return None
    unit = timedelta(hours=1) if match[2].startswith("h") else timedelta(minutes=1)
    match match[1]:
        case "a" | "an":
            delay = unit
        case "half an":
            delay = unit / 2
        case number:
            delay = unit * int(number)
    return min(delay, LATER_AT_MOST) if delay >= timedelta(minutes=1) else None


def _read_done(text: str) -> Done | None:
    if match := _CODE_DONE.match(text):
        code = _coded(match[1], match[2] or match[3])
    elif match := _DONE.match(text):
        code = _coded(match[1], match[2] or match[3]) if match[1] else None
    else:
        return None
    words = text[match.end() :].strip(" \t\r\n\"'“”‘’.,:;!-")
    return Done(code, words)
