"""Yes or no, as people say it: aye, och aye, yep, naw, nah, no really, a thumb."""

from __future__ import annotations

from typing import Final

from flows.answers.folding import FILLERS, LONGEST, folded, word_set, words
from flows.answers.reading import NOT_UNDERSTOOD, Taken, Understanding
from flows.model import YesNoAnswer

_YES: Final = frozenset(
    ["y", "yes", "aye", "yeah", "yep", "yup", "yes please", "och aye", "aye please", "yeah please", "yes thanks"]
)
_NO: Final = frozenset(["n", "no", "naw", "nah", "nope", "no thanks", "no thank you", "nah thanks", "naw thanks"])
_YES_NEARLY: Final = frozenset(
    [
        *["ok", "okay", "sure", "fine", "ya", "yea", "yeh", "yess", "yh", "ye", "yas", "ok then", "ok yes"],
        *["that's fine", "please do", "go on", "go ahead", "of course", "why not", "definitely", "i do", "i would"],
        *["\U0001f44d", "\u2705", "\U0001f44c"],
    ]
)
_NO_NEARLY: Final = frozenset(
    [
        *["no really", "not really", "noo", "nae", "naw really", "not now", "not today", "i don't", "i dont"],
        *["dinnae", "rather not", "i'd rather not", "no the now", "\U0001f44e", "\u274c"],
    ]
)
_YES_WORDS: Final = word_set("y yes aye yeah yep yup")
_NO_WORDS: Final = word_set("n no naw nah nope")


def understand(answer: YesNoAnswer, text: str) -> Understanding:
    """Yes or no, when `text` means one of them and not the other."""
    if len(text) > LONGEST:
        return NOT_UNDERSTOOD
    said = folded(text)
    for group, value, sure in (
        (_YES, True, True),
        (_NO, False, True),
        (_YES_NEARLY, True, False),
        (_NO_NEARLY, False, False),
    ):
        if said in group:
            return _taken(value, sure=sure)
    typed = words(said)
    left = set(typed) - _YES_WORDS - _NO_WORDS - FILLERS
    yes, no = bool(_YES_WORDS.intersection(typed)), bool(_NO_WORDS.intersection(typed))
    if left or yes == no:
        return NOT_UNDERSTOOD
    return _taken(yes, sure=False)


def hint(answer: YesNoAnswer) -> str:
    """What is said when a reply was neither yes nor no."""
    return "Please text YES or NO."


def _taken(value: bool, *, sure: bool) -> Understanding:
    return Taken(value, sure, "yes" if value else "no")
