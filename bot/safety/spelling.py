"""One spelling for what people type: how a text is evened out before it is compared with words that we know."""

import re
import unicodedata

# Texts are read whole up to this length (characters); past it, only the start and the end are.
# Telegram's limit is 4,096.
READ_AT_MOST = 100_000

_MARKS = str.maketrans(dict.fromkeys("'\u2018\u2019\u02bc\u00b4`\u201b\u2032", None))
_NOT_WORDS = re.compile(r"[^\w]+|_+")


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
