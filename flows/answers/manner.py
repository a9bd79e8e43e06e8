"""How people wrap an answer: hedges and courtesy change nothing, a remark after it is left aside.

What takes an answer away: a negation or a direction before it ("not 7", "more than 7"), a question back ("7 what?"),
a correction ("7 no wait 4"), and any word that could make it the answer to something else ("7 years").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from flows.answers.folding import word_set

HEDGES: Final = word_set(
    "a an the about aboot aboots around roughly approx approximately circa maybe mebbe mibbe mibby mebby perhaps "
    "prob probs probably possibly prolly nearly almost just jist i think thinking thought guess reckon suppose spose "
    "say said saying i'd id i'll i'm im i've ive it it's its is was that that's thats be wee solid decent firm total "
    "definite definitely deffo defo honestly honest tbh really quite pretty like kinda well eh er erm um uh em hmm "
    "mm oh och ach aw aye yeah yes yep yup ok okay right so hi hello hiya hey pal hen mate man doll love bud buddy x "
    "xx xo xox ta thanks thank thankyou thx ty you cheers please pls plz plse sorry lol haha me my sure for somewhere "
    "region would wid should only still again another bit ish"
)
"""Words that change nothing beside an answer, whatever the question."""

_ISH: Final = re.compile(
    r"((?:[0-9]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|half|hours?|mins?|weeks?)"
    r"|teen|ty|day|am|pm|clock))[\s-]?ish\b"
)
OR_SO: Final = re.compile(
    r"\b(?:or so|or thereabouts|thereabouts|give or take|or something(?: like that)?|or whatever|or near enough"
    r"|near enough|i'?d say|if i'?m honest|to be honest|for now|for sure|of course|in the region of|thank you|"
    r"some?where (?:about|around)|to me)\b"
)
SUITS: Final = re.compile(
    r"\b(?:sounds? (?:good|nice|great|fine|ok)|(?:is|would be|wid be|will be|be) "
    r"(?:good|nice|great|braw|grand|fine|ok|okay|lovely|best|perfect|brilliant)(?: for me)?"
    r"|works(?: best)?(?: for me)?|suits(?: me)?(?: best)?|would suit(?: me)?|(?:will|wid|would) do(?: me)?"
    r"|does me|if (?:that|it)'?s (?:ok|okay|alright|good|fine)(?: with you)?)(?=\W*$)"
)
_NEGATION: Final = re.compile(
    r"(?!gonnae|gaunnae)(?:not|no|no'|nae|naw|nah|nope|never|nor|neither|without|cannot|\w+n't|\w{2,}nae"
    r"|dont|didnt|isnt|wasnt|cant|wont|havent|wouldnt|doesnt|aint|canny|dinny|didny)"
)
_ASKING: Final = word_set("what whit wha why how who which where whaur when whose what's whats who's whos")
_AUXILIARY: Final = word_set("is are do does did can could would will should has have was were may shall")
_QUESTIONS: Final = frozenset(
    (first, second)
    for first, seconds in {
        **dict.fromkeys(("is", "wis", "was"), ("it", "that", "this", "there", "he", "she")),
        **dict.fromkeys(("do", "did", "does", "are", "have", "should"), ("you", "ye", "yous", "u", "they", "it", "i")),
    }.items()
    for second in seconds
)
_SEPARATORS: Final = frozenset(",.;:!-(")
_CONJUNCTIONS: Final = word_set(
    "but bit cos coz cuz cause because though tho although and & as if since so even despite although mind while"
)
_CANCEL: Final = word_set("wait actually mean meant rather instead nvm changed change forget scratch correction")
_PAST: Final = word_set("yesterday earlier ago before last")
FEELING: Final = word_set(
    "tired knackered exhausted shattered drained done wiped sleepy rubbish shite shit crap pants mince awful terrible "
    "horrible dreadful rotten bad badly low down sad flat numb empty lonely alone scared feart anxious anxiety nervous "
    "worried stressed panicky tense angry raging annoyed fed hopeless useless hard tough rough difficult grim bleak "
    "meh ok okay alright awright fine good great grand brilliant fantastic lovely happy calm better worse best worst "
    "steady stable improving hopeful proud relieved busy sore pain poorly ill sick unwell slow quiet restless wired "
    "hungover bored overwhelmed emotional weepy greeting tearful upset gutted mixed shaky dizzy hungry foggy heavy "
    "struggling struggled feeling felt feels feel barely hardly slept sleeping woke awake couldn't couldnae didn't "
    "didnae canny can't cannae not no nae today the this tonight now overall all thanks having had been too very "
    "absolutely bloody pure dead"
)
_AFTER_NO: Final = FEELING - word_set("no not nae the this today tonight now all thanks") | word_set(
    "much sleep energy idea sure change motivation appetite that so as long enough bother"
)


THE_DAY: Final = re.compile(r"\b(?:the|this) day\b")
"""Scots for today."""


def negates(word: str) -> bool:
    """Whether a word takes back what follows: not, nae, dinnae, isn't."""
    return _NEGATION.fullmatch(word) is not None


def unwrapped(said: str) -> str:
    """What was said without the phrases that change nothing ("or so", "7-ish", "I'd say", "sounds good")."""
    return _ISH.sub(r"\1 about", SUITS.sub("", OR_SO.sub(" about ", said)))


def asks_back(typed: Sequence[str]) -> bool:
    """Whether words ask something themselves."""
    if "?" in typed and typed[0] in _AUXILIARY:
        return True
    return not _ASKING.isdisjoint(typed) or tuple(typed[:2]) in _QUESTIONS


def plain(typed: Sequence[str], also: frozenset[str] = frozenset()) -> bool:
    """Whether every word and mark of `typed` changes nothing. `also`: words that change nothing at this question."""
    return all(one in HEDGES or one in also or one in ",.;:!?(\"')" for one in typed)


def leaves(rest: Sequence[str], value: Callable[[str], bool], also: frozenset[str] = frozenset()) -> bool:
    """Whether what stands after a value leaves it as it is: nothing, a hedge, or a remark that holds no `value`."""
    if plain(rest, also):
        return True
    if "?" in rest or any(value(one) for one in rest) or not _CANCEL.isdisjoint(rest):
        return False
    head = [one for one in rest if one not in HEDGES or one in _CONJUNCTIONS or one in FEELING]
    return bool(head) and _is_remark(head)


def _is_remark(rest: Sequence[str]) -> bool:
    first, more = rest[0], [one for one in rest[1:] if one.isalpha() or "'" in one]
    if first in _SEPARATORS:
        return not more or (more[0] not in _PAST and _after_mark(more))
    if not more:
        return first == "but" or (first in FEELING and not negates(first) and first not in ("the", "this"))
    if negates(first):
        return more[0] in _AFTER_NO
    if first in ("and", "&"):
        return more[0] in FEELING
    return first in _CONJUNCTIONS or (first in FEELING and first not in ("the", "this"))


def _after_mark(more: Sequence[str]) -> bool:
    """After a comma a negation needs something that it negates: "7, no great", but not "7, no"."""
    return not negates(more[0]) or (len(more) > 1 and more[1] not in _CANCEL)
