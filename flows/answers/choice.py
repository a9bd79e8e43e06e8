"""One of some options: its number, its letter, its words, or a small typo of them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.answers.folding import FILLERS, LONGEST, folded, word_set, words
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding, Unsure
from flows.answers.scale import NUMBERS
from flows.model import ChoiceAnswer, Option

_LABEL: Final = re.compile(r"(?:option|number|letter|the)\s+|no\.?\s*(?=[0-9])")
_NUMBER_AND_WORDS: Final = re.compile(r"(\w{1,3})\s*[.):-]?\s+(.+)")
NEGATIONS: Final = word_set(
    "not no nae never neither none dinnae don't dont isn't isnt wisnae cannae can't cant without"
)
_NUMBER_WORDS: Final = {number: word for word, number in reversed(NUMBERS.items())}


def option_words(options: Sequence[Option]) -> Iterator[tuple[str, str]]:
    """Each word that an option is understood by, folded, with the option's id: text, id, `also`, number, letter."""
    for place, option in enumerate(options):
        said = [option.text, option.id, *option.also, str(place + 1), _NUMBER_WORDS.get(place + 1, "")]
        if place < len(string.ascii_lowercase):
            said.append(string.ascii_lowercase[place])
        for word in dict.fromkeys(filter(None, (folded(one) or one.strip() for one in said))):
            yield word, option.id


def words_of(options: Sequence[Option]) -> dict[str, str]:
    """What may be typed → option id. Where two options understand a word (a check refuses it), the first has it."""
    table: dict[str, str] = {}
    for word, chosen in option_words(options):
        table.setdefault(word, chosen)
    return table


def own_words(options: Sequence[Option]) -> dict[str, str]:
    """What may be typed → option id, for items that a person wrote: the numbers they are shown with come first.

    A text that two items share stands for neither; one that is another item's number stands for that number.
    """
    table = {str(place): option.id for place, option in enumerate(options, start=1)}
    for word, chosen in text_words(options).items():
        table.setdefault(word, chosen)
    for place, option in enumerate(options):
        for word in (_NUMBER_WORDS.get(place + 1, ""), *string.ascii_lowercase[place : place + 1]):
            table.setdefault(word, option.id)
    return table


def text_words(options: Sequence[Option]) -> dict[str, str]:
    """The texts and `also` of options, folded → option id; one that two options share is left out."""
    table: dict[str, str] = {}
    shared: set[str] = set()
    for option in options:
        for word in (folded(one) or one.strip() for one in (option.text, *option.also)):
            if table.setdefault(word, option.id) != option.id:
                shared.add(word)
    return {word: chosen for word, chosen in table.items() if word and word not in shared}


def understand(answer: ChoiceAnswer, text: str) -> Understanding:
    """The option that `text` means."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = folded(text)
    literal = answer.words.get(said) or answer.words.get(text.strip())
    literal = literal or answer.words.get(_LABEL.sub("", said, count=1) if _LABEL.match(said) else "")
    if literal is not None:
        return _taken(answer, literal, sure=True)
    listed = _NUMBER_AND_WORDS.fullmatch(said)  # "2 a nap", as the list shows it
    chosen = answer.words.get(listed[1]) if listed else None
    if listed and chosen is not None and answer.words.get(listed[2]) == chosen:
        return _taken(answer, chosen, sure=True)
    return _in_company(answer, said)


def hint(answer: ChoiceAnswer) -> str:
    """What is said when a reply was none of the options."""
    return "Please text the number of the one that fits best."


def _in_company(answer: ChoiceAnswer, said: str) -> Understanding:
    typed = words(said)
    if NEGATIONS.intersection(typed):
        return NOT_UNDERSTOOD
    named = _named(answer.words, typed)
    if len(named) > 1:
        texts = [option.text for option in answer.options if option.id in named]
        return Unsure(f"Was that {', '.join(texts[:-1])} or {texts[-1]}? Please text one.")
    if named:
        return _taken(answer, named.pop(), sure=False)
    return _nearly(answer, said)


def _named(table: Mapping[str, str], typed: list[str]) -> set[str]:
    """The options whose words stand whole in what was typed, when everything else in it changes nothing."""
    line = f" {' '.join(typed)} "
    found: set[str] = set()
    for word in sorted(table, key=len, reverse=True):
        plain = f" {' '.join(words(word))} "
        if word not in FILLERS and plain.strip() and plain in line:
            found.add(table[word])
            line = line.replace(plain, " ")
    left = set(line.split()) - FILLERS - {"or", "and"}
    return set() if left else found


def _nearly(answer: ChoiceAnswer, said: str) -> Understanding:
    """A small typo: one letter off in four to seven, two in eight and more, and no other option as near."""
    if len(said) < 4:
        return NOT_UNDERSTOOD
    allowed = 1 if len(said) < 8 else 2
    near = nearly(said, (word for word in answer.words if len(word) >= 4), allowed)
    chosen = {answer.words[word] for word in near}
    return _taken(answer, chosen.pop(), sure=False) if len(chosen) == 1 else NOT_UNDERSTOOD


def nearly(said: str, known: Iterable[str], allowed: int) -> list[str]:
    """The words of `known` that are at most `allowed` letters off what was said."""
    return [word for word, _, _ in process.extract_iter(said, list(known), scorer=OSA.distance, score_cutoff=allowed)]


def _taken(answer: ChoiceAnswer, chosen: str, *, sure: bool) -> Understanding:
    text = next(option.text for option in answer.options if option.id == chosen)
    return Taken(chosen, sure, text)
