"""How typed words are made comparable before any answer type looks at them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 1_000  # characters; a longer reply answers nothing but a question for words

_KEYCAP: Final = re.compile("[\ufe0e\ufe0f\u20e3\u200b-\u200f\u2060\ufeff]|[\U0001f3fb-\U0001f3ff]")
_SPACE: Final = re.compile(r"\s+")
_LINES: Final = re.compile(r"\s*\n\s*")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_QUOTES: Final = str.maketrans({"\u2018": "'", "\u2019": "'", "`": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"'})
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_TEN: Final = "\U0001f51f"  # the keycap that is a picture of its own
_HALVES: Final = (
    (re.compile("(?<=[0-9])\\s?\u00bd"), ".5"),
    (re.compile("\u00bd"), " half "),
    (re.compile("(?<=[0-9])\\s?\u00bc"), ".25"),
    (re.compile("\u00bc"), " quarter "),
    (re.compile("(?<=[0-9])\\s?\u00be"), ".75"),
    (re.compile("\u00be"), " three quarters "),
)
_PICTURE: Final = re.compile(r"(?<!\w)[:;=]['-]?[()dpo/|*3](?!\w)|(?<![\w<])<3(?!\w)")
_WORD: Final = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*")
_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*'?|[^\w\s]")
_POINT: Final = re.compile(r"(?<![\w.])\.(?=[0-9])")
_EDGES: Final = " .,!?;:'\"()[]*-_~\n"


def word_set(line: str) -> frozenset[str]:
    """The words of a line, as a set to look in."""
    return frozenset(line.split())


def folded(text: str) -> str:
    """`text` in lower case with plain quotes, single spaces, no stretched letters, and bare edges."""
    plain = _KEYCAP.sub("", unicodedata.normalize("NFKC", text).translate(_QUOTES)).casefold()
    return _STRETCHED.sub(r"\1", _SPACE.sub(" ", plain)).strip(_EDGES)


def literal(text: str) -> str:
    """`text` for a question of safety: case, space at the ends and a closing `.` or `!` aside, as it came."""
    return " ".join(text.translate(_QUOTES).casefold().split()).rstrip(".! ")


def spoken(text: str) -> str:
    """Folded text with its marks kept and its pictures gone; a new line is a full stop."""
    for half, plain in _HALVES:
        text = half.sub(plain, text)
    plain = unicodedata.normalize("NFKC", text.replace(_TEN, "10")).translate(_QUOTES).translate(_DASHES)
    lines = _LINES.sub(" . ", _KEYCAP.sub("", plain).strip()).casefold()
    lines = _POINT.sub("0.", lines)
    bare = "".join(one if one.isascii() else _carried(one) for one in lines)
    return _STRETCHED.sub(r"\1", _SPACE.sub(" ", _PICTURE.sub(" ", bare))).strip()


_PICTURES: Final = frozenset({"So", "Sk", "Cs", "Cn", "Co", "Cf"})


def _carried(one: str) -> str:
    """A character outside ASCII: pictures go, and digits that are not ours stand for no number."""
    if unicodedata.category(one) in _PICTURES:
        return " "
    return "\u00a4" if one.isnumeric() else one


def tokens(said: str) -> list[str]:
    """The words, numbers and marks of what was said, in order: `7.30pm!` → `7.30`, `pm`, `!`."""
    return _TOKEN.findall(said)


def words(text: str) -> list[str]:
    """The words and numbers of folded text, in order; marks between them are left out."""
    return _WORD.findall(text)
