"""A British phone number, in any spacing, with words round it → "+447700900123". Nothing is filled in or mended.

Valid is what phonenumbers knows, and the numbers that Ofcom keeps for drama, which belong to nobody.
"""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from flows.answers.folding import LONGEST, literal, spoken, word_set
from flows.answers.manner import asks_back, negates
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding
from flows.model import PhoneAnswer

_NUMBER: Final = re.compile(r"(?<![\w])\+?\(?\+?[0-9](?:[\s().\-]*[0-9])+(?![0-9])")
_MIXED: Final = re.compile(r"[a-z][0-9]{3,}|[0-9]{3,}[a-z](?![x\s]*$)|[0-9][oil][0-9]|\bo[0-9]|[0-9]o+\b")
_EXTENSION: Final = re.compile(r"\b(?:ext|extension|extn|xtn)\b|\bx\s?[0-9]")
_WRONG: Final = word_set(
    "wrong old dead broken broke lost changed chynged disconnected cut used former former's wasn't isn't isnt wasnt ex "
    "invalid fake stolen barred gone neither nor"
)
_OTHERS: Final = re.compile(
    r"\b(?:his|her|hers|their|theirs|your|yours|yer|sister|brother|mum|mums|maw|dad|da|pal|pals|wife|husband|partner|"
    r"doctor|gp|friend|neighbour|son|daughter|social worker|work|somebody|someone|everybody)(?:'s)?\b"
)
_TIMES_AFTER: Final = word_set("before after at til till until on in during between late early too when if unless but")
_ASKING: Final = word_set("is what which who why how can could do does did should got have still where")
_DIGIT: Final = re.compile(r"[^0-9+]")
_NATIONAL: Final = re.compile(r"(?:\+44|0044|44)0?([1-9][0-9]{8,9})|0([1-9][0-9]{8,9})")
_DRAMA: Final = re.compile(
    r"7700900[0-9]{3}|1(?:13|14|15|16|17|18|21|31|41|51|61)4960[0-9]{3}|2079460[0-9]{3}|1632960[0-9]{3}"
)
_EXACT: Final = re.compile(r"\+?[0-9()][0-9\s().\-]*[0-9]")


def understand(answer: PhoneAnswer, text: str) -> Understanding:
    """The number that `text` gives."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = spoken(text)
    found = list(_NUMBER.finditer(said))
    long = [one for one in found if len(_DIGIT.sub("", one[0]).lstrip("+")) > 6]
    numbers = {e164(one[0]) for one in long}
    if len(numbers) != 1 or (number := numbers.pop()) is None:
        return NOT_UNDERSTOOD
    rest = said
    for one in long:
        rest = rest.replace(one[0], " # ", 1)
    before, _, after = rest.partition("#")
    if _MIXED.search(said) or _EXTENSION.search(said) or not _leaves(before, after.replace("#", " ")):
        return NOT_UNDERSTOOD
    if re.search(r"[0-9]{4,}", rest):  # another number, or a part of one
        return NOT_UNDERSTOOD
    return Taken(number, isinstance(exactly(answer, text), Taken), said_back(number))


def exactly(answer: PhoneAnswer, text: str) -> Understanding:
    """One number alone."""
    said = literal(text.replace("\N{NO-BREAK SPACE}", " "))
    number = e164(said) if _EXACT.fullmatch(said) else None
    return NOT_UNDERSTOOD if number is None else Taken(number, True, said_back(number))


def hint(answer: PhoneAnswer) -> str:
    """What is said when a reply was no phone number."""
    return "Please text the whole phone number, such as 07700 900123."


def e164(written: str) -> str | None:
    """The British number that digits write, with or without its country; None when it is none."""
    bare = _DIGIT.sub("", written)
    if len(bare) > 19 and bare[: len(bare) // 2] == bare[len(bare) // 2 :]:  # the same number twice
        written = bare = bare[: len(bare) // 2]
    found = _NATIONAL.fullmatch(bare)
    if found is None or "+" in written.strip()[1:].lstrip("("):
        return None
    national = found[1] or found[2]
    if _DRAMA.fullmatch(national):
        return f"+44{national}"
    try:
        number = phonenumbers.parse(f"+44{national}", None)
    except phonenumbers.NumberParseException:
        return None
    return f"+44{national}" if phonenumbers.is_valid_number(number) else None


def said_back(number: str) -> str:
    """A number as it is dialled at home: "07700 900123"."""
    national = number.removeprefix("+44")
    if national.startswith("7") and len(national) == 10:
        return f"0{national[:4]} {national[4:]}"
    parsed = phonenumbers.parse(number, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def _leaves(before: str, after: str) -> bool:
    """Whether the words round the number leave it as the one that was asked for."""
    first, last = re.findall(r"[a-z']+", before), re.findall(r"[a-z']+", after)
    if any(negates(word) for word in first) or not _WRONG.isdisjoint((*first, *last)):
        return False
    for at, word in enumerate(last):
        if negates(word) and not (last[at + 1 : at + 2] and last[at + 1] in _TIMES_AFTER):
            return False
    if _OTHERS.search(before) or _OTHERS.search(after):
        return False
    asks = "?" in before or "?" in after
    if first and asks_back(first):
        return False
    return not asks or (_ASKING.isdisjoint(first[:1]) and not set(last) - {"x", "please", "ok", "i", "think", "maybe"})
