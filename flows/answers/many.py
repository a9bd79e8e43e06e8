"""Any number of some options: "1 3", "1, 3 and 4", their words, "1-3", "all but 2", "none". What is not clear is asked.

A part that is not understood, outside the list, negated or unsure makes the whole unclear: nothing is dropped in silence.
The numbers are those of the lines that the person sees. A number beside words that could count or date something ("2 of
them", "at 7", "2/3") is not taken. Letters are read where the options are the file's own.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from flows.answers import yes_no
from flows.answers.bulk import bulk
from flows.answers.choice import FILLERS as CHOICE_FILLERS
from flows.answers.choice import LABELS, places
from flows.answers.folding import LONGEST, folded, literal, spoken, word_set, words
from flows.answers.lexicon import lexicon
from flows.answers.manner import asks_back, negates, unwrapped
from flows.answers.numerals import NUMBERS, ONES
from flows.answers.reading import NOT_UNDERSTOOD, Picked, Taken, Understanding, Unsure
from flows.model import ManyAnswer, Option, YesNoAnswer

ALL: Final = Option("*all", "All of them")
NONE: Final = Option("*none", "None just now")
ENOUGH: Final = Option("*enough", "That's all")
BUTTONS: Final = frozenset({ALL.id, NONE.id, ENOUGH.id})
"""Ids of buttons that are no options and have no number; no option of a file may have one of them."""

_NUMBERS: Final = re.compile(r"[0-9]{1,3}(?:(?:[\s,;&+.()]|and|an|n)+[0-9]{1,3})*")
_DASHED: Final = re.compile(r"[0-9]{1,2}(?:\s*-\s*[0-9]{1,2})+")
_RANGE: Final = re.compile(r"(\w{1,5})\s*(?:-|to|tae|till?|until|through|thru)\s*(\w{1,5})")
_BUT: Final = re.compile(
    r"(?:all|aw|everything|the lot|the whole lot|every one|everyone)(?: (?:of|o|ae)? ?them)? "
    r"(?:but|bar|except|excluding|apart from|other than|save|barring|minus)(?: for)? (.+)"
)
_ODD: Final = re.compile(r"[0-9]\s*[/\\:]\s*[0-9]|[<>%=£$€@^|*]|[0-9]\s*\+\s*$|[0-9][.,][0-9]{2}")
_ORDINAL: Final = re.compile(r"(?<=[0-9])(?:st|nd|rd|th)\b")
_BETWEEN: Final = re.compile(r"[,;&+.()\n]|(?<!\w)-(?!\w)|\b(?:and|n|an'?|plus|then|also)\b")
_FIRST: Final = re.compile(
    r"(?:just )?(?:the )?(first|last|top|bottom) (two|three|four|five|2|3|4|5|twa|couple)(?: (?:of them|please|ones))?"
)
_LOOSE: Final = re.compile(r"\b(?:or|maybe|mebbe|mibbe|mibby|perhaps|possibly|might|probably|prob|unsure)\b")
_FIRST_HEDGE: Final = re.compile(
    r"^(?:(?:i think|i'd say|maybe|mebbe|mibbe|mibby|probably|prob|perhaps|well|just|both|jist)\s+)+|\s+i think$"
)
_FILLERS: Final = (CHOICE_FILLERS - word_set("now today the day tonight best favourite about most nearly almost") | word_set(
    "did done do have had i we my numbers nos so far yes aye yeah yep these those them the number today now noo day "
    "just only "
    "really would like love both baith option options"
))  # fmt: skip
_COUNTING: Final = word_set("of o ae them those these at on in by")
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
    return _with_picked(answer, text, picked, _read(answer, text) if len(text) <= LONGEST else NOT_UNDERSTOOD)


def exactly(answer: ManyAnswer, text: str, picked: Sequence[str] = ()) -> Understanding:
    """The options' texts, other words and numbers, with commas or "and" between them; no range, no "all but"."""
    return _with_picked(answer, text, picked, _listed_exactly(answer, text))


def _with_picked(answer: ManyAnswer, text: str, picked: Sequence[str], meant: Understanding) -> Understanding:
    if picked and folded(text) in _ENOUGH:
        return _taken(answer, picked, sure=True)
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


def _read(answer: ManyAnswer, text: str) -> Understanding:
    said = folded(text)
    literally = answer.words.get(said) or answer.words.get(text.strip())
    whole = bulk(said, len(answer.options))
    if literally is not None and (whole or _NUMBERS.fullmatch(said)):  # an item called "None", or "2"
        return _numbered(answer, [int(said)], sure=False) if said.isdigit() and said != "0" else Unsure(hint(answer))
    if literally is not None:
        return _taken(answer, [literally], sure="?" not in text)
    if "?" in text and (whole or asks_back(words(said))):
        return NOT_UNDERSTOOD
    if whole is not None:
        return _taken(answer, [option.id for option in answer.options] if whole == "all" else (), sure=True)
    if but := _BUT.fullmatch(said):
        return _all_but(answer, but[1])
    plain = unwrapped(spoken(text)).strip(" .,!?;:'\"()[]*-_~").replace("\u20e3", "")
    plain = _FIRST_HEDGE.sub("", plain)
    return _numbers(answer, said) or _yes_or_no(answer, text, said) or _parts(answer, plain) or NOT_UNDERSTOOD


def _listed_exactly(answer: ManyAnswer, text: str) -> Understanding:
    said = literal(text)
    table = {literal(one): option.id for option in answer.options for one in (option.text, *option.also)}
    numbers = {str(place): option.id for place, option in enumerate(answer.options, start=1)}
    if said in table and said not in numbers:
        return _taken(answer, [table[said]], sure=True)
    if answer.options_from is not None and re.fullmatch(r"[0-9\s]+", said):
        said = ", ".join(said.split())
    parts = [part.strip() for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", said)]
    chosen = [numbers.get(part) or table.get(part) for part in parts]
    if None in chosen:
        return NOT_UNDERSTOOD
    return _taken(answer, [one for one in chosen if one is not None], sure=True)


def _all_but(answer: ManyAnswer, rest: str) -> Understanding:
    if rest in NUMBERS:  # "all but one": which?
        return NOT_UNDERSTOOD
    left = _numbers(answer, rest) or _parts(answer, rest)
    if left is None or not isinstance(left, Taken) or not isinstance(left.value, tuple):
        return left or NOT_UNDERSTOOD
    without = left.value
    return _taken(answer, [option.id for option in answer.options if option.id not in without], sure=False)


def _numbers(answer: ManyAnswer, said: str) -> Understanding | None:
    """Nothing but numbers and what stands between them; None for anything else."""
    if _NUMBERS.fullmatch(said):
        return _numbered(answer, _whole_numbers(said), sure="." not in said)
    if _DASHED.fullmatch(said) and said.count("-") > 1:
        return _numbered(answer, _whole_numbers(said), sure=False)
    if (span := _RANGE.fullmatch(said)) and (ends := _ends(answer, span[1], span[2])) is not None:
        first, last = ends
        return _numbered(answer, list(range(first, last + 1)) if first < last else [0], sure=False)
    if found := _FIRST.fullmatch(said):
        count = 2 if found[2] in ("couple", "twa") else _number(found[2]) or 0
        numbers = list(range(1, len(answer.options) + 1))
        some = numbers[:count] if found[1] in ("first", "top") else numbers[-count:]
        return _numbered(answer, some if count <= len(numbers) else [0], sure=False)
    return None


def _ends(answer: ManyAnswer, first: str, last: str) -> tuple[int, int] | None:
    numbers = [_number(one) if one not in ("to", "tae") else None for one in (first, last)]
    if None not in numbers:
        return numbers[0] or 0, numbers[1] or 0
    letters = string.ascii_lowercase[: len(answer.options)]
    if answer.options_from is None and len(first) == len(last) == 1 and first in letters and last in letters:
        return letters.index(first) + 1, letters.index(last) + 1
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
    if _LOOSE.search(said) or "?" in said:
        return NOT_UNDERSTOOD
    found_texts = _whole_texts(answer, _ORDINAL.sub("", said))
    if found_texts is None:
        return NOT_UNDERSTOOD
    chosen, left = found_texts
    if any(negates(word) for word in words(left)) or _ODD.search(left):
        return NOT_UNDERSTOOD
    found: set[int] = set()
    known = lexicon(answer.options, kept=answer.options_from is None)
    for part in _BETWEEN.split(left):
        typed = words(part)
        if all(word in _FILLERS for word in typed) and not _letters(answer, typed):
            continue
        if (several := _several(answer, typed)) is not None:
            if not isinstance(several, list):
                return several
            found |= set(several)
            continue
        bare = " ".join(word for word in typed if word not in _FILLERS or word in known.places or word in LABELS)
        one, _ = places(known, bare, len(answer.options), letters=answer.options_from is None)
        if len(one) != 1 or (len(typed) == 1 and len(bare) < 3 and not typed[0].isdigit()):
            return _which(answer, one) if len(one) > 1 else NOT_UNDERSTOOD
        if any(word.isdigit() for word in typed) and not all(word in known.places for word in typed if word.isdigit()):
            return NOT_UNDERSTOOD
        found |= one
    chosen |= {answer.options[place].id for place in found}
    return _taken(answer, chosen, sure=not words(_BETWEEN.sub(" ", left))) if chosen else None


def _several(answer: ManyAnswer, typed: Sequence[str]) -> list[int] | Understanding | None:
    """The places that a part of nothing but numbers, letters and ordinals names; None for any other part."""
    count = len(answer.options)
    if not _COUNTING.isdisjoint(typed):  # how many, or when: not which
        return NOT_UNDERSTOOD
    letters = _letters(answer, typed)
    named = [word for word in typed if word not in LABELS and (word not in _FILLERS or letters)]
    numbers: list[int] = []
    for word in named:
        number = _number(word)
        if number is None and word in ("first", "last", "second", "third"):
            number = {"first": 1, "second": 2, "third": 3, "last": count}[word]
        if number is None and letters and len(word) == 1:
            number = string.ascii_lowercase.index(word) + 1
        if number is None:
            return None
        numbers.append(number)
    if not numbers:
        return None
    if len(named) > 1 and not {"first", "second", "third", "last"}.isdisjoint(
        named
    ):  # "the first one": one is no number
        numbers = [number for word, number in zip(named, numbers, strict=True) if word not in ONES]
    meant = _numbered(answer, numbers, sure=False)
    return [number - 1 for number in numbers] if isinstance(meant, Taken) else meant


def _letters(answer: ManyAnswer, typed: Sequence[str]) -> bool:
    """Whether a part is nothing but letters of the options."""
    if answer.options_from is not None or not typed:
        return False
    letters = string.ascii_lowercase[: len(answer.options)]
    bare = [word for word in typed if word not in LABELS]
    return bool(bare) and all(len(word) == 1 and word in letters for word in bare)


def _whole_texts(answer: ManyAnswer, said: str) -> tuple[set[str], str] | None:
    """The options whose whole text stands in what was said, and what is left when they are taken out.

    None when a text stands beside a number that is another option's: "2 walk" where a walk is 1.
    """
    chosen: set[str] = set()
    numbers = {option.id: place for place, option in enumerate(answer.options, start=1)}
    for word in sorted(answer.words, key=len, reverse=True):
        if word in _FILLERS or _number(word) is not None or word not in said:
            continue
        option = answer.words[word]
        pattern = rf"(?:(?<!\w)([0-9]{{1,2}})[.):]? )?(?<!\w)(?:an? |the |my |some )?{re.escape(word)}(?!\w)"
        found = list(re.finditer(pattern, said))
        if any(one[1] and int(one[1]) != numbers[option] for one in found):
            return None
        if found:
            said = re.sub(pattern, ",", said)
            chosen.add(option)
    return chosen, said


def _which(answer: ManyAnswer, near: Collection[int]) -> Understanding:
    if len(near) > 4:
        return Unsure(hint(answer))
    return Unsure(f"Was that {_listed([str(place + 1) for place in sorted(near)], 'or')}? Please text the number.")


def _yes_or_no(answer: ManyAnswer, text: str, said: str) -> Understanding | None:
    """Yes to a list of one is that one; to a longer list it may be all of them, so it is asked. No may be none of them,
    or no wish to say: it is asked too.
    """
    meant = yes_no.understand(YesNoAnswer(answer.save), text)
    yes = said in _DONE or (isinstance(meant, Taken) and meant.value is True)
    if yes and len(answer.options) == 1:
        return _taken(answer, [answer.options[0].id], sure=False)
    if yes:
        return Unsure("Was that all of them? If so, text ALL. If not, text the numbers.")
    if isinstance(meant, Taken):
        return Unsure("Was that none of them? If so, text NONE. If not, text the numbers.")
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
