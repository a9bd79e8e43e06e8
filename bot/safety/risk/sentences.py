"""★ A text as sentences of words that the patterns know.

Spelling is evened (accents, case, apostrophes, invisible signs), letters that stand apart or were swapped for signs are put
together again where they make a word of the crisis vocabulary, small slips in such a word are mended (`myslef`), long-drawn
words are shortened, and one table folds text-speak and Scots into the forms that the rules know (`gonnae` → going to).

    "Ah'm gonnae k1ll masel, no joke" → i am going to kill myself | no joke   (the comma begins a new clause)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.safety.spelling import evened

# A sentence longer than this many words is read in stretches that overlap, so that no text costs more than its length.
LONGEST: Final = 60
_OVERLAP: Final = 12

_PIECE: Final = re.compile(r"[^\W_]+|[.!?;…\n\r\"“”,()]|—|–| - ")
_ENDS: Final = frozenset(".!?;…\n\r")
_QUOTES: Final = frozenset('"“”')
_SWAPPED: Final = str.maketrans("01345@$!|аеоіѕԁ", "oieasasiiaeoisd")  # the last six look alike in Cyrillic
_ALIKE: Final = "а-яіѕԁ"
_SWAP: Final = re.compile(
    rf"(?<!\S)(?=\S{{0,20}}[a-z{_ALIKE}])(?=\S{{0,20}}[013457@$*!|{_ALIKE}])"
    rf"[a-z0-9@$*!|{_ALIKE}]{{3,20}}(?=[.,?!]{{0,3}}(?:\s|\Z))"
)
_SWAP_MAYBE: Final = re.compile(rf"[013457@$*|{_ALIKE}]|!\w")
_LETTERS_APART: Final = re.compile(r"\b(?:\w[ .\-_*]{1,2}){2,20}\w\b")
_APART_MAYBE: Final = re.compile(r"(?<!\w)\w[ .\-_*]{1,2}\w[ .\-_*]{1,2}\w(?!\w)")
_DRAWN_OUT: Final = re.compile(r"([a-z])\1{2,}")
_BETWEEN: Final = re.compile(r"[ .\-_*]+")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. `line` is its words with one space before, between and after; `clauses` the places (word numbers) where
    a comma, bracket or line begins a new clause; `quoted` the words inside quotation marks. `joins`: only what reaches
    over one of `clauses` counts, because the sentence is two lines put together that are also read apart."""

    words: tuple[str, ...]
    line: str
    clauses: frozenset[int] = frozenset()
    quoted: frozenset[int] = frozenset()
    asked: bool = False
    joins: bool = False

    def word_at(self, character: int) -> int:
        """The number of the word that begins at this character of `line`."""
        return self.line.count(" ", 0, character) - 1


@dataclass(frozen=True, slots=True)
class Spelling:
    """How words are folded: `fold` word by word, `signs` (emoji) before that, `vocabulary` what is put together again."""

    fold: dict[str, tuple[str, ...]]
    signs: dict[int, str]
    vocabulary: frozenset[str]
    slips: dict[str, str]


def spelling(fold: dict[str, str], signs: dict[str, str], vocabulary: list[str], real: list[str]) -> Spelling:
    """The tables of one language; `real` are words that look like slips in `vocabulary` and are words of their own."""
    known = frozenset(vocabulary)
    never = known | set(real) | set(fold)
    slips = {slip: word for word in vocabulary if len(word) >= 3 for slip in _slips(word) if slip not in never}
    folded = {word: tuple(to.split()) for word, to in fold.items()}
    return Spelling(folded, {ord(sign): f" {to} " for sign, to in signs.items()}, known, slips)


def _slips(word: str) -> Iterator[str]:
    """What fingers make of a word: two letters turned about; in longer words one left out, doubled, or another in its place.
    The first letter stays, or trades its place with the second."""
    cuts = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
    yield from (head[:-1] + tail[0] + head[-1] + tail[1:] for head, tail in cuts if tail)
    if len(word) < 5:
        return
    yield from (head + tail[1:] for head, tail in cuts if tail)
    yield from (head + head[-1] + tail for head, tail in cuts)
    if len(word) < 7:
        return
    yield from (head + letter + tail for head, tail in cuts for letter in _ALPHABET)
    yield from (head + letter + tail[1:] for head, tail in cuts if tail for letter in _ALPHABET)


def sentences(text: str, spelt: Spelling) -> list[Sentence]:
    """The sentences of a text, each once, in order."""
    flat = evened(text)
    if not flat.isascii():
        flat = flat.translate(spelt.signs)
    if _APART_MAYBE.search(flat):
        flat = _LETTERS_APART.sub(lambda match: _put_together(match[0], spelt), flat)
    if _SWAP_MAYBE.search(flat):
        flat = _SWAP.sub(lambda match: _swapped_back(match[0], spelt), flat)
    found: dict[tuple[tuple[str, ...], bool], Sentence] = {}
    drafts = list(_drafts(flat, spelt))
    for place, draft in enumerate(drafts):
        for sentence in draft.sentences():
            found.setdefault((sentence.words, sentence.joins), sentence)
        if draft.line_ends and place + 1 < len(drafts):
            for sentence in draft.joined(drafts[place + 1]).sentences():
                found.setdefault((sentence.words, sentence.joins), sentence)
    return list(found.values())


@dataclass(slots=True)
class _Draft:
    words: list[str] = field(default_factory=list)
    clauses: set[int] = field(default_factory=set)
    quoted: set[int] = field(default_factory=set)
    asked: bool = False
    line_ends: bool = False
    joins: bool = False

    def joined(self, after: "_Draft") -> "_Draft":
        """The end of this line with the start of the next."""
        words = self.words[-_OVERLAP:]
        return _Draft(words + after.words[:_OVERLAP], {len(words)}, joins=True)

    def sentences(self) -> Iterator[Sentence]:
        if not self.words:
            return
        for start in range(0, max(1, len(self.words) - _OVERLAP), LONGEST - _OVERLAP):
            words = tuple(self.words[start : start + LONGEST])
            clauses = frozenset(place - start for place in self.clauses) if self.clauses else frozenset[int]()
            quoted = frozenset(place - start for place in self.quoted) if self.quoted else frozenset[int]()
            yield Sentence(words, f" {' '.join(words)} ", clauses, quoted, self.asked, self.joins)


def _drafts(flat: str, spelt: Spelling) -> Iterator[_Draft]:
    now, in_quotes = _Draft(), False
    fold, slips = spelt.fold, spelt.slips
    for piece in _PIECE.findall(flat):
        if piece in _ENDS:
            if now.words:
                now.asked, now.line_ends = piece == "?", piece in "\n\r"
                yield now
                now = _Draft()
            in_quotes = in_quotes and piece not in "\n\r"
        elif piece in _QUOTES:
            in_quotes = not in_quotes
            now.clauses.add(len(now.words))
        elif piece[0].isalnum():
            known = fold.get(piece) or _mended(piece, slips, fold)
            if in_quotes:
                now.quoted.update(range(len(now.words), len(now.words) + len(known)))
            now.words += known
        else:
            now.clauses.add(len(now.words))
    if now.words:
        yield now


def _mended(word: str, slips: dict[str, str], fold: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if word in slips:
        return (slips[word],)
    if not _DRAWN_OUT.search(word):
        return (word,)
    for short in (_DRAWN_OUT.sub(r"\1", word), _DRAWN_OUT.sub(r"\1\1", word)):
        if short in fold:
            return fold[short]
        if short in slips:
            return (slips[short],)
        if short in _DOUBLES:
            return (short,)
    return (_DRAWN_OUT.sub(r"\1", word),)


# Words of danger with a letter that is rightly double.
_DOUBLES: Final = frozenset(("kill", "killed", "killing", "pills", "too", "need", "feel", "bleeding", "cutting", "all"))


def _put_together(apart: str, spelt: Spelling) -> str:
    joined = _BETWEEN.sub("", apart)
    word = joined.translate(_SWAPPED)
    if word in spelt.vocabulary or word in spelt.slips:
        return word
    if word[0] == "i" and word[1:] in spelt.vocabulary:  # i w a n t
        return f"i {word[1:]}"
    split = _two_words(word, spelt.vocabulary)
    return split or apart


def _two_words(word: str, vocabulary: frozenset[str]) -> str:
    return next(
        (
            f"{word[:cut]} {word[cut:]}"
            for cut in range(2, len(word) - 1)
            if word[:cut] in vocabulary and word[cut:] in vocabulary
        ),
        "",
    )


def _swapped_back(token: str, spelt: Spelling) -> str:
    word = token.translate(_SWAPPED)
    if "*" not in word:
        either = (word, token.replace("1", "l").translate(_SWAPPED))
        return next((each for each in either if each in spelt.vocabulary or each in spelt.slips), token)
    if word.replace("*", "") == "":
        return token
    for known in sorted(spelt.vocabulary):
        if len(known) == len(word) and all(b in (a, "*") for a, b in zip(known, word, strict=True)):
            return known
    return token
