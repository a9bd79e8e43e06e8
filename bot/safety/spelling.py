"""One spelling for what people type: how a text is evened out before it is compared with words that we know."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Meaning = TypeVar("Meaning")

# Texts are read whole up to this length (characters); past it, only the start and the end are.
# Telegram's limit is 4,096.
READ_AT_MOST = 100_000

_MARKS = str.maketrans(dict.fromkeys("'\u2018\u2019\u02bc\u00b4`\u201b\u2032", None))
_NOT_WORDS = re.compile(r"[^\w]+|_+")


# What most people send is a number or a word; those are read once, and no text that says much is kept.
_SHORT = 16
_KEPT = 1024


def short_texts_once(read: Callable[[str], Meaning]) -> Callable[[str], Meaning]:
    """`read` with what it made of short texts remembered: the same text always means the same."""
    kept = lru_cache(maxsize=_KEPT)(read)

    @wraps(read)
    def reading(text: str) -> Meaning:
        return kept(text) if len(text) <= _SHORT else read(text)

    return reading


def bounded(text: str) -> str:
    """The text, or of a longer one its first and last halves of `READ_AT_MOST` characters."""
    if len(text) <= READ_AT_MOST:
        return text
    half = READ_AT_MOST // 2
    return text[:half] + " \n " + text[-half:]


def evened(text: str) -> str:
    """Compatibility forms, accents and case evened out, apostrophes and invisible characters gone (can’t → cant)."""
    wide = unicodedata.normalize("NFKD", bounded(text)).casefold().translate(_MARKS)
    if wide.isascii() and wide.isprintable():
        return wide
    return "".join(sign for sign in wide if sign in "\n\t" or unicodedata.category(sign) not in _DROPPED)


_DROPPED = frozenset({"Cf", "Mn", "Me", "Cc", "Cs", "Co", "Cn"})


def words_of(text: str) -> list[str]:
    """The text as evened words: letters and digits only ("Stop, please!!" → stop please)."""
    return _NOT_WORDS.sub(" ", evened(text)).split()
