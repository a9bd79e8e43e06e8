"""★ From words to a level: the facts in each sentence, what raised or lowered each, and what they come to together.

A fact is worth its points, less where it is denied, long ago, quoted, or told of a story, a training, a question. The
points of different facts add up over the text, but of the soft ones only the weightiest counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.safety.risk.rules import Fact, Frame, Kind, Rules
from bot.safety.risk.sentences import Sentence, sentences

_BLANK = "~"


@dataclass(frozen=True, slots=True)
class Heard:
    """One fact in one sentence: the words that met it, its points after all, and why they are fewer or stayed."""

    fact: Fact
    kind: Kind
    words: str
    points: int
    lowered: str = ""
    raised: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence as it was read: its words (idioms blanked), and what was heard in it."""

    words: str
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """What all parts come to: points, and the kind that the most of them are of."""

    points: int
    kind: Kind
    counted: tuple[Heard, ...]


def parts_of(text: str, rules: Rules) -> list[Part]:
    """The sentences of a text, each with the facts heard in it."""
    read = [_blanked(sentence, rules) for sentence in sentences(text, rules.spelt)]
    frames = [_frames(sentence, rules) for sentence in read]
    whole = [frame for found in frames for frame, _ in found if frame.whole]
    return [
        Part(sentence.line.strip(), tuple(_heard(sentence, found, whole, rules)))
        for sentence, found in zip(read, frames, strict=True)
    ]


def summed(parts: Iterable[Part], first: tuple[Kind, ...]) -> Sum:
    """All points together: of each fact the best hearing, of the soft facts the weightiest. Equal kinds go by `first`."""
    best: dict[str, Heard] = {}
    for heard in (each for part in parts for each in part.heard if each.points > 0):
        known = best.get(heard.fact.name)
        if known is None or known.points < heard.points:
            best[heard.fact.name] = heard
    if not best:
        return Sum(0, "self", ())
    hard = [heard for heard in best.values() if not heard.fact.soft]
    soft = sorted((heard for heard in best.values() if heard.fact.soft), key=lambda heard: -heard.points)
    counted = sorted([*hard, *soft[:1]], key=lambda heard: -heard.points)
    return Sum(sum(heard.points for heard in counted), _kind(counted, first), (*counted, *soft[1:]))


def _kind(counted: list[Heard], first: tuple[Kind, ...]) -> Kind:
    """The kind to answer: the first of `first` (the body) wherever it is in danger by itself, else the weightiest."""
    if any(heard.kind == first[0] and heard.points >= _ENOUGH for heard in counted):
        return first[0]
    weights = dict.fromkeys(first, 0)
    for heard in counted:
        weights[heard.kind] += heard.points * 2 - heard.fact.soft
    return max(first, key=lambda each: (weights[each], -first.index(each)))


_ENOUGH = 10


def _blanked(sentence: Sentence, rules: Rules) -> Sentence:
    """The sentence with every idiom taken out of it, so that it neither alarms nor hides what follows it."""
    words = list(sentence.words)
    changed = False
    for _, _, match in rules.idioms.found(set(words), sentence.line):
        start = sentence.word_at(match.start())
        size = match[0].count(" ")
        if _BLANK not in words[start : start + size]:
            words[start : start + size] = [_BLANK] * size
            changed = True
    return replace(sentence, words=tuple(words), line=f" {' '.join(words)} ") if changed else sentence


def _frames(sentence: Sentence, rules: Rules) -> list[tuple[Frame, int]]:
    """The frames of a sentence, each with the number of its first word."""
    return [
        (frame, sentence.word_at(match.start()))
        for frame, _, match in rules.frames.found(set(sentence.words), sentence.line)
    ]


def _heard(sentence: Sentence, frames: list[tuple[Frame, int]], whole: list[Frame], rules: Rules) -> Iterator[Heard]:
    words = set(sentence.words)
    found = list(rules.facts.found(words, sentence.line))
    if not found:
        return
    past = next((match[0].strip() for _, _, match in rules.past.found(words, sentence.line)), "")
    present = next(
        (
            match[0].strip()
            for _, _, match in rules.present.found(words, sentence.line)
            if sentence.words[sentence.word_at(match.start()) - 1] not in rules.negations
        ),
        "",
    )
    for fact, pattern, match in found:
        start = sentence.word_at(match.start())
        end = start + match[0].count(" ")
        if sentence.joins and not any(start < place < end for place in sentence.clauses):
            continue
        heard = Heard(fact, _whose(fact, sentence, start, end, rules), match[0].strip(), fact.points)
        inside = "" if pattern.denies else next((w for w in sentence.words[start:end] if w in _DENIES_INSIDE), "")
        yield _weighed(heard, sentence, (start, end), frames, whole, (past, present, inside), rules)


def _weighed(
    heard: Heard,
    sentence: Sentence,
    span: tuple[int, int],
    frames: list[tuple[Frame, int]],
    whole: list[Frame],
    about: tuple[str, str, str],
    rules: Rules,
) -> Heard:
    fact = heard.fact
    lowered: list[tuple[int, str]] = []
    past, present, inside = about
    if not fact.firm and (by := inside or _denied(sentence, span, rules)):
        lowered.append((fact.denied, f"denied by '{by}'"))
    covering = (*whole, *(each for each, place in frames if _covers(sentence, place, span)))
    frame = next((each for each in covering if heard.kind not in each.spare and fact.indirect >= each.indirect), None)
    if frame is not None:
        own = not _ME.isdisjoint(sentence.words[max(0, span[0] - 2) : span[1]])
        lowered.append((fact.framed if own else 0, frame.name))
    if (
        len(sentence.quoted) + 1 < len(sentence.words)
        and sentence.quoted
        and all(place in sentence.quoted for place in range(*span))
    ):
        lowered.append((0, "in quotation marks"))
    if past and not present:
        lowered.append((fact.past, f"past: '{past}'"))
    if not lowered:
        return replace(heard, raised=f"now: '{present}'" if past else "")
    points, why = min(lowered)
    return replace(heard, points=min(points, fact.points), lowered=why)


def _denied(sentence: Sentence, span: tuple[int, int], rules: Rules) -> str:
    """The word of denial whose scope reaches the span; it ends at a comma, a but, a new I, and after a few words."""
    words = sentence.words
    start, end = span
    if words[start] in rules.turns:
        return ""
    if words[start] in _SUBJECTS and not (start > 1 and words[start - 1] in _LINKS):
        return _denied_after(words, end)
    for place in range(start - 1, max(-1, start - 1 - rules.reach), -1):
        if place + 1 in sentence.clauses or words[place] in rules.turns:
            break
        if words[place] in rules.negations:
            kept = words[place + 1] in rules.unless_after or (place > 0 and words[place - 1] in rules.unless_before)
            return "" if kept else words[place]
        if words[place] in _SUBJECTS and not (place > 1 and words[place - 1] in _LINKS):
            break
    else:
        return _denied_after(words, end)
    return _denied_after(words, end)


_DENIES_INSIDE = frozenset(("not", "never"))
_SUBJECTS = frozenset(("i", "they", "he", "she", "we"))
_LINKS = frozenset(("that", "like", "if", "think"))


def _denied_after(words: tuple[str, ...], end: int) -> str:
    after = words[end : end + 2]
    return " ".join(after) if after in (("is", "not"), ("are", "not"), ("was", "not")) else ""


def _covers(sentence: Sentence, frame_at: int, span: tuple[int, int]) -> bool:
    """Whether a frame reaches the span: not where it only says when ("after the football"), nor over "and … I"."""
    words = sentence.words
    if any(word in _WHEN for word in words[max(0, frame_at - 2) : frame_at]):
        return False
    own = not _OWN.isdisjoint(words[span[0] : span[1]])
    if own and any(frame_at < clause <= span[0] for clause in sentence.clauses) and not sentence.quoted:
        return False
    if frame_at < span[0]:
        return not any(
            words[place] in _AND and not _MINE.isdisjoint(words[place : span[0] + 1])
            for place in range(frame_at, span[0])
        )
    return not any(
        words[place] in _AND and not _MINE.isdisjoint(words[place : place + 2]) for place in range(span[1], frame_at)
    )


_WHEN = frozenset(("after", "before", "until", "till", "when"))
_OWN = frozenset(("myself", "my"))
_MINE = frozenset(("i", "my", "me"))
_AND = frozenset(("and", "so", "because", "but", "though", "now"))


def _whose(fact: Fact, sentence: Sentence, start: int, end: int, rules: Rules) -> Kind:
    """`third` where the person of a fact about oneself is another: "my pal is going to jump", "she cut herself"."""
    if not fact.anyone:
        return fact.kind
    words = sentence.words
    if not _THEM.isdisjoint(words[start:end]):
        return "third"
    if not _ME.isdisjoint(words[:end]):
        return fact.kind
    return fact.kind if rules.others.isdisjoint(words[: start + 1]) else "third"


_THEM = frozenset(("himself", "herself", "themselves"))
_ME = frozenset(("i", "me", "my", "myself"))
