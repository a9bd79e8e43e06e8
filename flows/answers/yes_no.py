"""Yes or no, as people say it: aye, och aye, yep, naw, nah, no really, a thumb.

What is said is walked from left to right: a phrase of yes, a phrase of no, or a word that changes nothing. Anything
else leaves it open: "no" may belong to the next word ("no bad"), and a yes may have a limit ("yes but not today").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from flows.answers.folding import LONGEST, folded, literal, spoken, tokens
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding
from flows.answers.slips import slipped
from flows.model import YesNoAnswer

Sense = Literal["yes", "no", "after yes", "after no", "nothing"]

_YES: Final = frozenset(["y", "yes", "yep", "yeah", "yup", "aye", "yes please"])
_NO: Final = frozenset(["n", "no", "nope", "nah", "naw", "no thanks"])
_PLAIN: Final = frozenset(
    ["och aye", "aye please", "yeah please", "yes thanks", "no thank you", "nah thanks", "naw thanks"]
)
_PHRASES: Final[Mapping[str, Sense]] = {
    **dict.fromkeys(
        [
            *["nae bother", "no bother", "nae worries", "no worries", "no problem", "nae problem", "nae probs"],
            *["that's fine", "that's grand", "that's great", "that would be fine", "i'd like that", "go for it"],
            *["today", "the day", "i slept", "right away", "that's good"],
        ],
        "after yes",
    ),
    **dict.fromkeys(
        [
            *["i'm fine", "im fine", "am fine", "a'm fine", "i'm ok", "im ok", "i'm okay", "im okay", "i'm good"],
            *[
                "im good",
                "i'm alright",
                "im alright",
                "i'm awright",
                "a'm awright",
                "am awright",
                "am alright",
                "am ok",
            ],
            *["am good", "i'm all right", "im awright", "yer awright", "yer alright", "you're alright", "your alright"],
            *["you're awright", "ur alright", "you're ok", "you're fine", "yer fine", "yer ok", "it's ok", "it's okay"],
            *[
                "it's fine",
                "its ok",
                "its fine",
                "all good",
                "a'm no",
                "nothing",
                "no need",
                "that's ok",
                "that's okay",
            ],
            *["i'm fine just now", "i'm sorted", "am sorted", "im sorted", "sorted", "not at all", "at all", "really"],
            *["not needed", "i've not", "ive not", "i havenae", "fine", "alright", "awright"],
        ],
        "after no",
    ),
    **dict.fromkeys(
        [
            *["y", "yes", "aye", "ay", "eye aye", "yeah", "yep", "yup", "yip", "yas", "yass", "yea", "yeh", "yh", "ye"],
            *["ya", "yess", "yis", "yus", "ok", "okay", "oki", "okey dokey", "okie dokie", "okely", "k", "kk", "sure"],
            *["sure thing", "for sure", "aye sure", "surely", "definitely", "defo", "deffo", "def", "absolutely"],
            *["certainly", "totally", "indeed", "of course", "course", "go on", "go on then", "go ahead", "gaun then"],
            *["gaun", "please do", "yes please", "why not", "too right", "naturally", "100%", "affirmative"],
            *["i did", "a did", "ah did", "i do", "a do", "ah do", "i dae", "a dae", "ah dae", "i will", "a will"],
            *[
                "ah will",
                "i would",
                "i'd like to",
                "i'd like that",
                "i'd love to",
                "i can",
                "a can",
                "ah can",
                "i have",
            ],
            *[
                "a have",
                "a hae",
                "ah hae",
                "i hae",
                "yes please do",
                "i've done it",
                "i have done it",
                "a hiv",
                "i hiv",
                "ah hiv",
                "i am",
                "a am",
                "ah am",
                "it is",
            ],
            *[
                "it did",
                "it was",
                "it has",
                "that is so",
                "that's right",
                "that is right",
                "correct",
                "think so",
                "i think so",
            ],
            *["a think so", "suppose so", "i suppose so", "a suppose so", "spose so", "s'pose so", "i suppose"],
            *[
                "a suppose",
                "guess so",
                "i guess so",
                "i guess",
                "reckon so",
                "i reckon so",
                "i believe so",
                "believe so",
            ],
            *["would love to", "love to", "sounds good", "that would be good", "that would be great"],
            *["that would be nice", "happy to", "i'm happy to", "most definitely", "did", "i sure did"],
            *[
                "i certainly did",
                "sure did",
                "sure do",
                "i was",
                "a wis",
                "ah wis",
                "i wis",
                "a wid",
                "ah wid",
                "i could",
                "so i did",
                "so i do",
                "so i have",
                "so it is",
                "so a did",
            ],
        ],
        "yes",
    ),
    **dict.fromkeys(
        [
            *["n", "no", "naw", "nah", "nope", "nae", "nawp", "na", "naa", "nay", "nup", "nop", "nopey", "no thanks"],
            *["no thank you", "no way", "nae way", "no chance", "nae chance", "hell no", "not really", "no really"],
            *["nae really", "not at all", "not yet", "no yet", "nae yet", "not today", "no today", "no the day"],
            *["nae the day", "no the day", "not now", "no now", "no the noo", "not the noo", "not just now"],
            *["no just now", "not right now", "not tonight", "no the night", "not this time", "no this time", "never"],
            *["not for me", "no for me", "rather not", "i'd rather not", "would rather not", "i'd rather no"],
            *["definitely not", "defo not", "deffo not", "absolutely not", "certainly not", "of course not"],
            *["course not", "probably not", "prob not", "probs not", "maybe not", "mibbe not", "mibbe no", "think not"],
            *[
                "i think not",
                "guess not",
                "i guess not",
                "suppose not",
                "i suppose not",
                "afraid not",
                "i'm afraid not",
            ],
            *["don't think so", "i don't think so", "dont think so", "i dont think so", "dinnae think so"],
            *["i dinnae think so", "a dinnae think so", "don't think i did", "doubt it", "i doubt it", "not a chance"],
            *["negative", "no siree", "nae danger", "not likely", "no likely", "hardly", "not this week", "no need"],
            *["don't want to", "i don't want to", "dinnae want tae", "i dinnae want tae", "a dinnae want tae"],
            *["not particularly", "no particularly", "not especially", "not me", "no me", "not so far", "no so far"],
            *[
                "i've not",
                "ive not",
                "no i'm not",
                "i'm not",
                "im not",
                "am not",
                "a'm no",
                "i'm no",
                "im no",
                "it's not",
                "it isn't",
            ],
            *["it isnae", "it's no", "it wasn't", "it didn't", "it didnae", "couldn't be bothered"],
            *["couldnae be bothered", "cannae be bothered", "can't be bothered", "i did not", "i do not", "i will not"],
            *[
                "i have not",
                "i am not",
                "i cannot",
                "cannot",
                "i would not",
                "i could not",
                "i was not",
                "not happening",
            ],
        ],
        "no",
    ),
    **dict.fromkeys(
        [
            *["och", "oh", "ah", "ach", "eh", "er", "em", "erm", "um", "uh", "hmm", "well", "maybe", "mebbe"],
            *["mibbe", "probably", "prob", "probs", "perhaps", "think", "so", "then", "please", "pls", "plz"],
            *["ta", "thanks", "thank", "you", "thx", "cheers", "x", "xx", "xxx", "xo", "pal", "hen", "mate"],
            *["man", "doll", "love", "son", "bud", "bro", "big", "actually", "just", "today", "sorry", "god"],
            *["hiya", "hi", "hello", "hey", "honestly", "tbh", "lol", "haha", "quite", "very", "much", "yous"],
            *["jist", "afraid", "unfortunately", "sadly", "thankfully", "wee", "ma", "mucker", "dear"],
        ],
        "nothing",
    ),
}
_NEGATED: Final = re.compile(
    r"(?:i |a |ah |it )?(?:(?:did|do|does|have|has|had|was|is|are|am|wo|would|could|can|ca|ai|should|were|need)"
    r"(?:n't|nt|ny)|(?:did|dis|din|do|does|hav|have|hiv|huv|hin|has|had|was|wis|is|could|cud|would|wid|should|will|wull|win|can|"
    r"need|were|wur)n?(?:nae|na)|dinny|canny|didny|dont|didnt|wont|cant|havent|isnt|wasnt|wouldnt|couldnt)"
)
_LONGEST_PHRASE: Final = max(len(phrase.split()) for phrase in _PHRASES)
_LONG_WORDS: Final = ("definitely", "absolutely", "certainly", "please", "thanks")
_THUMBS: Final = {
    **dict.fromkeys("\U0001f44d\u2705\U0001f44c\u2714\u2611", "yes"),
    **dict.fromkeys("\U0001f44e\u274c\u274e", "no"),
}


def understand(answer: YesNoAnswer, text: str) -> Understanding:
    """Yes or no, when `text` means one of them and not the other."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = folded(text)
    if said in _YES or said in _NO:
        return _taken(said in _YES, sure="?" not in text)
    found = {_THUMBS[one] for one in text if one in _THUMBS}
    typed = tokens(spoken("".join(one for one in text if one not in _THUMBS)))
    senses = _senses([one for one in typed if one not in '.,!;:-"()?'])
    if senses is None or len(found) > 1:
        return NOT_UNDERSTOOD
    meant = {sense for sense in senses if sense in ("yes", "no")} | found
    if len(meant) != 1:
        return NOT_UNDERSTOOD
    yes = meant == {"yes"}
    if ("after no" if yes else "after yes") in senses:
        return NOT_UNDERSTOOD
    if "?" in typed and len(senses) != 1:
        return NOT_UNDERSTOOD
    return _taken(yes, sure=said in _PLAIN and "?" not in text)


def exactly(answer: YesNoAnswer, text: str) -> Understanding:
    """A plain yes or no and nothing else; no ok, no thumb."""
    said = literal(text)
    return _taken(said in _YES, sure=True) if said in _YES or said in _NO else NOT_UNDERSTOOD


def hint(answer: YesNoAnswer) -> str:
    """What is said when a reply was neither yes nor no."""
    return "Please text YES or NO."


def _senses(typed: Sequence[str]) -> list[Sense] | None:
    """What each phrase means, the longest first; None when some word is none of them."""
    senses: list[Sense] = []
    at = 0
    while at < len(typed):
        found = _phrase_at(typed, at, first=not any(one in ("yes", "no") for one in senses))
        if found is None:
            return None
        sense, at = found
        senses.append(sense)
    return senses


def _phrase_at(typed: Sequence[str], at: int, *, first: bool) -> tuple[Sense, int] | None:
    for end in range(min(len(typed), at + _LONGEST_PHRASE), at, -1):
        phrase = " ".join(typed[at:end])
        sense = _PHRASES.get(phrase)
        if sense is None and _NEGATED.fullmatch(phrase):
            sense = "no"
        if sense is None or (sense in ("after yes", "after no") and first):
            continue
        return sense, end
    word = typed[at]
    if len(word) >= 6 and len(near := slipped(word, _LONG_WORDS)) == 1:
        return _PHRASES[near.pop()], at + 1
    return None


def _taken(value: bool, *, sure: bool) -> Understanding:
    return Taken(value, sure, "yes" if value else "no")
