"""One of some options: its number, its letter, its words or a part of them, or a small typo of these."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.answers.folding import LONGEST, folded, literal, spoken, tokens, word_set
from flows.answers.lexicon import STRUCTURE, Lexicon, lexicon
from flows.answers.manner import asks_back, leaves, negates, unwrapped
from flows.answers.numerals import ENGLISH, NUMBERS, ONES, is_number, number_word
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding, Unsure
from flows.answers.slips import slipped
from flows.model import ChoiceAnswer, Option

_NUMBER_WORDS: Final = {number: word for word, number in reversed(ENGLISH.items())}
LABELS: Final = word_set("option options number numbers letter choice answer no. num nr opt")
_LABEL_WORDS: Final = ("option", "number", "letter", "answer", "choice")
_ORDINALS: Final = {
    "first": 1,
    "1st": 1,
    "firstly": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "sixth": 6,
    "6th": 6,
    "seventh": 7,
    "7th": 7,
    "eighth": 8,
    "8th": 8,
    "ninth": 9,
    "9th": 9,
    "tenth": 10,
    "10th": 10,
    "last": -1,
    "final": -1,
    "bottom": -1,
    "top": 1,
    "saicont": 2,
    "thurd": 3,
}
_ORDINAL: Final = re.compile(r"\b([0-9]{1,2})(?:st|nd|rd|th)\b")
_MINUS: Final = re.compile(r"\s*[-\u2212][0-9]")
_JOINERS: Final = word_set("or and an' n & +")
_NO: Final = re.compile(r"\bno\.?\s*(?=[0-9])")
FILLERS: Final = word_set(
    "a an the i i'd i'll i'm im id ill ll think thinking thought much lot far slightly little going go gonna gaun "
    "gonnae goin for have hae take tak want wanting wanted like would wid please pls plz ta thanks thank cheers x "
    "xx xxx xo pal hen mate man doll love eh er erm um em och oh aye yes yeah yep ok okay just jist maybe mebbe "
    "mibbe perhaps prob probs probably possibly guess suppose reckon definitely deffo defo honestly tbh fancy "
    "prefer choose pick picking choosing option to tae my ma need do be it's its it that one's wee nice quick "
    "lovely hot big long short warm bit of o up say about aboot well so then hello hi hiya really pretty kind "
    "most nearly almost now today day noo tonight sorry lol feel feeling i've ive try trying some an' kinda hiv "
    "huv with wi in on at am a' best favourite"
)
_REMARK: Final = re.compile(
    r"\s*(?:[,.;!]+\s|\s-+\s|\(|\b(?:but|cos|coz|cuz|because|cause|though|altho|although|if|as long|since|so)\b)\s*(.*)",
    re.DOTALL,
)
_CANCEL: Final = word_set(
    "naw nah nope wait actually instead rather changed nvm either both neither any or scratch today now yet tomorrow"
)


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
    if len(text) > LONGEST or _MINUS.match(text):
        return NOT_UNDERSTOOD
    literally = answer.words.get(folded(text)) or answer.words.get(text.strip())
    if literally is not None:
        return _taken(answer, literally, sure="?" not in text)
    known = lexicon(answer.options, kept=answer.options_from is None)
    said = unwrapped(_NO.sub("number ", spoken(text)))
    found, sure = places(known, said, len(answer.options))
    if not found:
        found, sure = _before_a_remark(known, said, len(answer.options))
    if len(found) > 1:
        return _which(answer, found) if len(found) < 4 else NOT_UNDERSTOOD
    return _taken(answer, answer.options[found.pop()].id, sure=sure) if found else NOT_UNDERSTOOD


def exactly(answer: ChoiceAnswer, text: str) -> Understanding:
    """An option's text, one of its other words, or its number, alone."""
    said = literal(text)
    chosen = {
        option.id
        for place, option in enumerate(answer.options, start=1)
        if said == str(place) or said in {literal(one) for one in (option.text, *option.also)}
    }
    if answer.options_from is not None and said.isdigit():  # the number on the line comes before what an item says
        chosen = {option.id for place, option in enumerate(answer.options, start=1) if said == str(place)}
    return _taken(answer, chosen.pop(), sure=True) if len(chosen) == 1 else NOT_UNDERSTOOD


def hint(answer: ChoiceAnswer) -> str:
    """What is said when a reply was none of the options."""
    return "Please text the number of the one that fits best."


def places(known: Lexicon, said: str, count: int, *, letters: bool = True) -> tuple[set[int], bool]:
    """The places (from 0) of the options that the words mean: one, several to ask about, or none. And whether sure.

    `letters`: whether "b" is the second.
    """
    typed = [one for one in tokens(_ORDINAL.sub(r"\1th", said)) if one not in ',.;:!()"?-#']
    typed = _joined(typed)
    if "am" in known.places:
        typed = [word for one in typed for word in (("i", "am") if one in ("i'm", "im") else (one,))]
    asks = "?" in said
    if not typed or asks_back(typed):
        return set(), False
    part = known.part_of(typed)
    if len(part) == 1:
        return set(part), False
    if any(negates(word) for word in typed):
        return set(), False
    found = _each(known, typed, count, letters=letters)
    if found is None:
        near = known.nearly(typed)
        return (set(near), False) if len(near) == 1 else (set(), False)
    sets, plain = found
    both = sets[0].intersection(*sets[1:]) if sets else frozenset[int]()
    if len(both) == 1:
        telling = [word for word in typed if word in known.places and word not in FILLERS]
        denied = bool(telling) and all(both <= known.denied[word] for word in telling)
        return (set(), False) if denied else (set(both), plain and not asks)
    single = {next(iter(one)) for one in sets if len(one) == 1}
    return (single if len(single) > 1 else set(both) if not sets[1:] else set()), False


def _joined(typed: Sequence[str]) -> list[str]:
    """ "2", "th" → "2th": an ordinal is one word."""
    joined: list[str] = []
    for word in typed:
        if word == "th" and joined and joined[-1].isdigit():
            joined[-1] += "th"
        else:
            joined.append(word)
    return joined


@dataclass(slots=True)
class _Said:
    """What the words of a reply said so far: for each that says something the options it may mean."""

    sets: list[frozenset[int]] = field(default_factory=list[frozenset[int]])
    fillers: list[frozenset[int]] = field(default_factory=list[frozenset[int]])
    ones: int = 0
    plain: bool = True


def _each(
    known: Lexicon, typed: Sequence[str], count: int, *, letters: bool
) -> tuple[list[frozenset[int]], bool] | None:
    """For each word that says something the options it may mean, and whether it was said plainly; None: unknown word."""
    said = _Said()
    for at, word in enumerate(typed):
        if word in LABELS or word in _JOINERS or slipped(word, _LABEL_WORDS):
            continue
        if word in ONES:
            said.ones += 1
            said.sets += [frozenset({0})] if at > 0 and typed[at - 1] in LABELS else []
        elif not _number_or_word(known, typed, at, said, (count, letters)):
            return None
    sets = said.sets or said.fillers
    if not sets and said.ones == 1 and not {"the", "that", "this"}.intersection(typed):
        sets = [frozenset({0})]
    return sets, said.plain


def _number_or_word(known: Lexicon, typed: Sequence[str], at: int, said: _Said, numbering: tuple[int, bool]) -> bool:
    """Add what a number, a letter or a word means; False when it means nothing here."""
    word, (count, letters) = typed[at], numbering
    place = _numbered(word, typed, at, count, letters=letters)
    if place is not None and not {"at", "on", "in", "by"}.isdisjoint(typed[max(0, at - 2) : at]):
        return False
    named = frozenset({place}) if place is not None and 0 <= place < count else frozenset[int]()
    labelled = at > 0 and typed[at - 1] in LABELS
    if place is not None and (word not in known.places or labelled or len(typed) == 1):
        said.sets.append(named)
    elif word in FILLERS:
        said.fillers += [known.places[word]] if word in known.places and word not in STRUCTURE else []
        said.plain = said.plain and (word in ("the", "a", "an") or word in known.places)
    else:
        stands = known.stands_in(word)
        if not stands and place is None:
            return False
        said.sets.append(stands or named)
        said.plain = said.plain and word in known.places
    return True


def _numbered(word: str, typed: Sequence[str], at: int, count: int, *, letters: bool) -> int | None:
    """The place that a number, a letter or an ordinal names, from 0; outside the list −1 or more than there are."""
    if word.isdigit():
        return int(word) - 1 if len(word) < 4 else count
    if word[:-2].isdigit() and word.endswith("th"):
        return int(word[:-2]) - 1
    if word in _ORDINALS:
        return count - 1 if _ORDINALS[word] < 0 else _ORDINALS[word] - 1
    if word in NUMBERS and word not in ONES:
        return NUMBERS[word] - 1
    if (
        letters
        and len(word) == 1
        and word in string.ascii_lowercase[:count]
        and (word not in "aix" or _is_letter(typed, at))
    ):
        return string.ascii_lowercase.index(word)
    if len(word) > 3 and (number := number_word(word)) is not None and not word.endswith("ty"):
        return number - 1
    return None


def _is_letter(typed: Sequence[str], at: int) -> bool:
    return len(typed) == 1 or (at > 0 and typed[at - 1] in LABELS) or typed[at + 1 : at + 2] == ["please"]


def _before_a_remark(known: Lexicon, said: str, count: int) -> tuple[set[int], bool]:
    """The option named before a comma or a "but", when what follows names none and takes nothing back."""
    if "?" in said or (split := _REMARK.search(said)) is None or not split.start():
        return set(), False
    after = tokens(said[split.start() :].strip())
    remark = [one for one in after if one[0].isalnum()]
    if not leaves(after, is_number) or not _CANCEL.isdisjoint(remark):
        return set(), False
    if any(one in _ORDINALS or (one not in FILLERS and known.stands_in(one)) for one in remark):
        return set(), False
    found, _ = places(known, said[: split.start()], count)
    return (found, False) if len(found) == 1 else (set(), False)


def _which(answer: ChoiceAnswer, found: Iterable[int]) -> Understanding:
    texts = [answer.options[place].text for place in sorted(found)]
    return Unsure(f"Was that {', '.join(texts[:-1])} or {texts[-1]}? Please text one.")


def nearly(said: str, known: Iterable[str], allowed: int) -> list[str]:
    """The words of `known` that are at most `allowed` letters off what was said."""
    return [word for word, _, _ in process.extract_iter(said, list(known), scorer=OSA.distance, score_cutoff=allowed)]


def _taken(answer: ChoiceAnswer, chosen: str, *, sure: bool) -> Understanding:
    text = next(option.text for option in answer.options if option.id == chosen)
    return Taken(chosen, sure, text)
