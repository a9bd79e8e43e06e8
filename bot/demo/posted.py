"""What may be posted to the demo, read strictly: one key, of the right kind."""

import json
from dataclasses import dataclass
from typing import Final

from bot.demo.driver import RATES, Rate
from bot.demo.phones import CONDITIONS, LONGEST, Condition
from bot.errors import BotError

_PHONE: Final = 'Send {"text": "words"}, {"press": "an option\'s id"} or {"behave": "off"}, one of them.'
_BEHAVE: Final = f'Send {{"behave": "working"}}, with one of: {", ".join(CONDITIONS)}.'
_SCENE: Final = 'Send {"scene": "its id"}.'
_CLOCK: Final = 'Send {"rate": 0}, with 0, 1, 60 or 600, or {"jump": "next"}.'


class PostedError(BotError):
    """What was posted cannot be used; the text says what to send."""


class TooMuchError(PostedError):
    """It is too long."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Words on a phone."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button on a phone."""

    option_id: str


@dataclass(frozen=True, slots=True)
class Behaves:
    """How a phone is from now on."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class SetRate:
    """How fast time goes."""

    rate: Rate


@dataclass(frozen=True, slots=True)
class Jump:
    """To the next moment at which something is due."""


def read_phone(body: bytes) -> Typed | Pressed | Behaves:
    """What is done on a phone.

    Raises:
        PostedError: anything else.
    """
    key, value = _one_pair(body, _PHONE)
    if key == "press" and isinstance(value, str):
        return Pressed(value)
    if key == "behave":
        condition: Condition | None = next((one for one in CONDITIONS if one == value), None)
        if condition is None:
            raise PostedError(_BEHAVE)
        return Behaves(condition)
    if key != "text" or not isinstance(value, str):
        raise PostedError(_PHONE)
    if not value.strip():
        raise PostedError("Nothing was written.")
    if len(value) > LONGEST:
        raise TooMuchError(f"At most {LONGEST} characters go into one text.")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise PostedError("There is half a character in it.")
    return Typed(value)


def read_clock(body: bytes) -> SetRate | Jump:
    """What is done to the clock.

    Raises:
        PostedError: anything else.
    """
    key, value = _one_pair(body, _CLOCK)
    if key == "jump" and value == "next":
        return Jump()
    rate: Rate | None = next((one for one in RATES if type(value) is int and one == value), None)
    if key != "rate" or rate is None:
        raise PostedError(_CLOCK)
    return SetRate(rate)


def read_scene(body: bytes) -> str:
    """Which scene is wanted; whether there is one of that name is not looked at.

    Raises:
        PostedError: anything else.
    """
    key, value = _one_pair(body, _SCENE)
    if key != "scene" or not isinstance(value, str):
        raise PostedError(_SCENE)
    return value


def _one_pair(body: bytes, wanted: str) -> tuple[str, object]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise PostedError(wanted) from None
    if not isinstance(read, dict) or len(read) != 1:
        raise PostedError(wanted)
    return next(iter(read.items()))
