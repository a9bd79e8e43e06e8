"""Any number of some options: "1 3", "1, 3 and 4", their words, "all", "none". What is not clear is asked back.

The numbers are those of the lines that the person sees; letters are not read, as no list shows any. A number beside
words that could count or date something ("2 of them", "at 7", "2/3") is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from flows.answers import yes_no
from flows.answers.bulk import bulk
from flows.answers.choice import NEGATIONS, nearly
from flows.answers.folding import FILLERS, LONGEST, folded, word_set, words
from flows.answers.reading import NOT_UNDERSTOOD, Picked, Taken, Understanding, Unsure
from flows.answers.scale import NUMBERS
from flows.model import ManyAnswer, Option, YesNoAnswer

ALL: Final = Option("*all", "All of them")
NONE: Final = Option("*none", "None just now")
ENOUGH: Final = Option("*enough", "That's all")
BUTTONS: Final = frozenset({ALL.id, NONE.id, ENOUGH.id})
"""Ids of buttons that are no options and have no number; no option of a file may have one of them."""

_NUMBERS: Final = re.compile(r"[0-9]{1,3}(?:(?:[\s,;&+.()]|and|n)+[0-9]{1,3})*")
_DASHED: Final = re.compile(r"[0-9]{1,2}(?:\s*-\s*[0-9]{1,2})+")
_RANGE: Final = re.compile(r"([0-9]{1,2})\s*(?:to|tae|till?|until|through|thru)\s*([0-9]{1,2})")
_BUT: Final = re.compile(
    r"(?:all|everything|the lot|every one)(?: of them)? (?:but|bar|except|apart from) (?:for )?(.+)"
)
_ODD: Final = re.compile(r"[0-9]\s*[/\\:-]\s*[0-9]|[<>%=£$€@^|*]|[0-9]\s*\+\s*$|[0-9][.,][0-9]{2}")
_ORDINAL: Final = re.compile(r"(?<=[0-9])(?:st|nd|rd|th)\b")
_BETWEEN: Final = re.compile(r"[,;&+.()\n]|\b(?:and|n|an'|plus|then|also)\b")
_FILLERS: Final = (FILLERS - word_set("all about around roughly one")) | word_set(
    "did done do have had i we my numbers nos both so far yes aye yeah yep these those them"
)
_DONE: Final = frozenset(["done", "did it", "done it", "i did", "did them", "done them", "did", "\u2705"])
_ENOUGH: Final = frozenset(
    [
        *["that's all", "thats all", "that's it", "thats it", "that is all", "that's the lot", "done", "finished"],
        *["no more", "nothing else", "no", "nope", "naw", "nah", "none", "just that", "just those", "ok", "okay", "ta"],
        *["thanks", "thank you", "no thanks", "cheers", "\U0001f44d", "\u2705"],
    ]
)


def understand(answer: ManyAnswer, text: str, picked: Sequence[str] = ()) -> Understanding:
    """The options that `text` means; those that were `picked` by button before belong to the answer."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = folded(text)
    if picked and said in _ENOUGH:
        return _taken(answer, picked, sure=True)
    meant = _read(answer, said, text)
    if picked and isinstance(meant, Taken) and isinstance(meant.value, tuple):
        return _taken(answer, {*picked, *meant.value}, sure=meant.sure)
    return meant


def pressed(answer: ManyAnswer, button: str, picked: Sequence[str]) -> Understanding:
    """A button adds its option to those picked before; the last one left, "All of them" and "That's all" end it."""
    ids = [option.id for option in answer.options]
    if button == ALL.id:
        return _taken(answer, ids, sure=True)
    if button == NONE.id:
        return _taken(answer, (), sure=True)
    if button == ENOUGH.id and picked:
        return _taken(answer, picked, sure=True)
    if button not in ids:
        return NOT_UNDERSTOOD
    chosen = _in_order(answer, {*picked, button})
    if len(chosen) == len(ids):
        return _taken(answer, chosen, sure=True)
    return Picked(chosen, said_back(answer, chosen))


def hint(answer: ManyAnswer) -> str:
    """What is said when a reply was none of the options."""
    count = len(answer.options)
    if count == 1:
        return "Please text 1, or NONE."
    return f"Please text the numbers, such as {'1 2' if count == 2 else '1 3'}, or ALL or NONE."


def said_back(answer: ManyAnswer, chosen: Collection[str]) -> str:
    """The texts of these options, in words: "Walk Rab, Breakfast and Ring Jo"; nothing for none."""
    texts = [option.text.rstrip(".") for option in answer.options if option.id in chosen]
    return " and ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def _read(answer: ManyAnswer, said: str, text: str) -> Understanding:
    literal = answer.words.get(said) or answer.words.get(text.strip())
    whole = bulk(said, len(answer.options))
    if literal is not None and (whole or _NUMBERS.fullmatch(said)):  # an item called "None", or "2"
        return _numbered(answer, [int(said)], sure=False) if said.isdigit() and said != "0" else Unsure(hint(answer))
    if literal is not None:
        return _taken(answer, [literal], sure=True)
    if whole is not None:
        return _taken(answer, [option.id for option in answer.options] if whole == "all" else (), sure=True)
    if but := _BUT.fullmatch(said):
        return _all_but(answer, but[1])
    return _numbers(answer, said) or _yes_or_no(answer, text, said) or _parts(answer, said) or NOT_UNDERSTOOD


def _all_but(answer: ManyAnswer, rest: str) -> Understanding:
    left = _numbers(answer, rest) or _parts(answer, rest)
    if left is None or not isinstance(left, Taken) or not isinstance(left.value, tuple):
        return left or NOT_UNDERSTOOD
    without = left.value
    return _taken(answer, [option.id for option in answer.options if option.id not in without], sure=False)


def _numbers(answer: ManyAnswer, said: str) -> Understanding | None:
    """Nothing but numbers and what stands between them; None for anything else."""
    if _NUMBERS.fullmatch(said):
        return _numbered(answer, _whole_numbers(said), sure="." not in said)
    if span := _RANGE.fullmatch(said):
        first, last = int(span[1]), int(span[2])
        return _numbered(answer, list(range(first, last + 1)) if first < last else [0], sure=False)
    if _DASHED.fullmatch(said):
        numbers = _whole_numbers(said)
        if len(numbers) > 2 or numbers[1] == numbers[0] + 1:
            return _numbered(answer, numbers, sure=False)
        return Unsure(f"Was that {numbers[0]} to {numbers[1]}, or just those two? Please text each number.")
    return None


def _numbered(answer: ManyAnswer, numbers: Sequence[int], *, sure: bool) -> Understanding:
    count = len(answer.options)
    if all(1 <= number <= count for number in numbers):
        return _taken(answer, [answer.options[number - 1].id for number in numbers], sure=sure)
    digits = [int(digit) for digit in str(numbers[0])]
    if len(numbers) == 1 < len(digits) and count < 10 and all(1 <= digit <= count for digit in digits):
        return Unsure(f"Was that {_listed([str(digit) for digit in digits])}? Please put a space between the numbers.")
    if count == 1:
        return Unsure(hint(answer))
    return Unsure(f"The numbers go from 1 to {count}. Please text the ones you mean.")


def _parts(answer: ManyAnswer, said: str) -> Understanding | None:
    """Numbers and words in company: every part must be an option or change nothing. None when there is no option."""
    chosen, left = _whole_texts(answer, _ORDINAL.sub("", said))
    if NEGATIONS.intersection(words(left)) or _ODD.search(left):
        return NOT_UNDERSTOOD
    numbers: list[int] = []
    for part in _BETWEEN.split(left):
        typed = [word for word in words(part) if word not in _FILLERS]
        found = [_number(word) for word in typed]
        if None not in found:
            numbers += [number for number in found if number is not None]
            continue
        near = _nearly(answer, part, typed)
        if len(near) != 1:
            return _which(answer, near) if near else NOT_UNDERSTOOD
        chosen |= near
    if numbers:
        meant = _numbered(answer, numbers, sure=False)
        if not isinstance(meant, Taken) or not isinstance(meant.value, tuple):
            return meant
        chosen |= set(meant.value)
    return _taken(answer, chosen, sure=not words(_BETWEEN.sub(" ", left))) if chosen else None


def _whole_texts(answer: ManyAnswer, said: str) -> tuple[set[str], str]:
    """The options whose whole text stands in what was said, and what is left when they are taken out."""
    chosen: set[str] = set()
    for word in sorted(answer.words, key=len, reverse=True):
        if word in _FILLERS or _number(word) is not None or word not in said:
            continue
        said, times = re.subn(rf"(?<!\w){re.escape(word)}(?!\w)", ",", said)
        if times:
            chosen.add(answer.words[word])
    return chosen, said


def _nearly(answer: ManyAnswer, part: str, typed: Sequence[str]) -> set[str]:
    """The options that one part may mean: by a small typo of the whole, else because they hold all of its words."""
    line = " ".join(typed)
    for spoken in (part.strip(), line):
        if len(spoken) >= 4:
            allowed = 1 if len(spoken) < 8 else 2
            near = nearly(spoken, (word for word in answer.words if len(word) >= 4), allowed)
            if near:
                return {answer.words[word] for word in near}
    if not any(len(word) >= 3 for word in typed):  # "at 9" names no item
        return set()
    return {chosen for word, chosen in answer.words.items() if _holds(words(word), typed)}


def _holds(text: Sequence[str], typed: Iterable[str]) -> bool:
    return all(any(_same(word, one) for word in text) for one in typed)


def _same(word: str, typed: str) -> bool:
    """The same word, or from five letters on one that is a letter off."""
    return word == typed or (len(typed) >= 5 and len(word) >= 4 and bool(nearly(typed, [word], 1)))


def _which(answer: ManyAnswer, near: Collection[str]) -> Understanding:
    if len(near) > 4:
        return Unsure(hint(answer))
    places = [str(place) for place, option in enumerate(answer.options, start=1) if option.id in near]
    return Unsure(f"Was that {_listed(places, 'or')}? Please text the number.")


def _yes_or_no(answer: ManyAnswer, text: str, said: str) -> Understanding | None:
    """Yes to a list of one is that one; to a longer list it may be all of them, so it is asked. No is none."""
    meant = yes_no.understand(YesNoAnswer(answer.save), text)
    yes = said in _DONE or (isinstance(meant, Taken) and meant.value is True)
    if yes and len(answer.options) == 1:
        return _taken(answer, [answer.options[0].id], sure=False)
    if yes:
        return Unsure("Was that all of them? If so, text ALL. If not, text the numbers.")
    if isinstance(meant, Taken):
        return _taken(answer, (), sure=meant.sure)
    return None


def _taken(answer: ManyAnswer, chosen: Iterable[str], *, sure: bool) -> Taken:
    ids = _in_order(answer, set(chosen))
    return Taken(ids, sure, said_back(answer, ids))


def _in_order(answer: ManyAnswer, chosen: Collection[str]) -> tuple[str, ...]:
    return tuple(option.id for option in answer.options if option.id in chosen)


def _listed(texts: Sequence[str], joiner: str = "and") -> str:
    return f"{', '.join(texts[:-1])} {joiner} {texts[-1]}"


def _whole_numbers(said: str) -> list[int]:
    return [int(number) for number in re.findall("[0-9]+", said)]


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 4 else NUMBERS.get(word)
