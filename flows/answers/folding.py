"""How typed words are made comparable before any answer type looks at them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 1_000  # characters; a longer reply answers no scale, choice or yes/no

_KEYCAP: Final = re.compile("[\ufe0e\ufe0f\u20e3\u200b-\u200f\u2060\ufeff]|[\U0001f3fb-\U0001f3ff]")
_SPACE: Final = re.compile(r"\s+")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_QUOTES: Final = str.maketrans({"\u2018": "'", "\u2019": "'", "`": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"'})
_WORD: Final = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*")
_EDGES: Final = " .,!?;:'\"()[]*-_~\n"


def word_set(line: str) -> frozenset[str]:
    """The words of a line, as a set to look in."""
    return frozenset(line.split())


FILLERS: Final = word_set(
    "a about all am an and around day doing eh er erm feel feeling feels for guess hello hen hey hi hiya i i'd i'll i'm "
    "i've id ill im is it it's its ive just kinda like maybe me mibbe might morning my now number oh ok okay only och "
    "option pal perhaps please pls probably put really roughly say so sorry ta thank thanks that that's thats the then "
    "think this today um was well would x xx xxx you"
)
"""Words that change nothing about an answer beside them."""


def folded(text: str) -> str:
    """`text` in lower case with plain quotes, single spaces, no stretched letters, and bare edges."""
    plain = _KEYCAP.sub("", unicodedata.normalize("NFKC", text).translate(_QUOTES)).casefold()
    return _STRETCHED.sub(r"\1", _SPACE.sub(" ", plain)).strip(_EDGES)


def words(text: str) -> list[str]:
    """The words and numbers of folded text, in order; marks between them are left out."""
    return _WORD.findall(text)
