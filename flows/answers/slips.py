"""Small typos: a word that is no word, one slip away from one that is expected.

Four or five letters may have two neighbours swapped, one left out or one too many; from six on one may be another;
from eight on there may be two such slips. What is a common word of its own is never a typo: "wall" is no "walk".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rapidfuzz.distance import OSA

from flows.answers.folding import word_set

COMMON: Final = word_set(
    "the and for are but not you all any can had her was one our out day get has him his how man new now old see two "
    "way who boy did its let put say she too use tea bat cat wet set sat sit fit bit hit ten yes yet why won win war "
    "van try top tip tie sun son six sir sea row rid red rat ran raw pot pop pen pay own off odd nor net mad mum "
    "map lot lie leg led lay law key job ill ice hot hat gun got god fun fry far fan eye eat ear dry dog die dad cup "
    "cry cow car bus bug box big bed bad arm art ask add ago age act air aid wee noo fou tak mak gie nae naw aye hae "
    "fur fir tow toe fin rig rest sick fine fire five fiver file none nose nice note fort form from fore ford tree "
    "there these three thee them then they that this their threw even ever every never seven sever steven eight "
    "eighth right light night might sight weight height thirty thirsty wall walk talk tall call calm cell ball bath "
    "path bathe music muse fiend fried friend batter better bitter butter letter worse wore worst horse word work "
    "world waist waste wait want went what when were where weak week weekly been seen soon noon moon hours ours your "
    "hour house half hall hale hale day days daily dying stroll scroll shower shove sort short shot some same come "
    "home hope hole hold told cold good god food foot fool full fill fall fell feel fail fair fear year near dear "
    "hear hard heart heard head dead deal real read ready road rode rose rise rice race rate late late later last "
    "lost list lift life live like love long lone line link lack luck look book cook took tool cool pool poor door "
    "done gone bone bore more mare mary march match much must most mist past post part party pasta page pain paid "
    "plan play plus pull push poll phone phoned phony sleep slept slip sleet sheep ship shop show slow snow know knew "
    "how sat sad safe save sane sale sell send sent self shelf text test next exam mine mind mean meal meat meet met "
    "monk money month mouth moth mourning morning evening even event often open over oven other mother other another "
    "bother both booth boot boat coat cost case cause care cars card cast cash catch watch wash wish with within weigh "
    "may mayor make male made maid main man many marry merry money army juan june jury july tuned tuner sunny sundae "
    "sundry thrust first fist frost forty fifty fifth sixth tenth ninth nines fives fours eleventh twelfth minute "
    "minutes second seconds secure today toady total too two to till tell tale take taken token zero hero heroes "
    "yell yearn early quart quarter quarry quiet quite quit date data dare dark darn dander danger wander wonder "
    "under until unit untie aunt augment august april apple apply may be maybe about above after again against "
    "nothing something anything everything text texts texted train rain ran range ring rang bring string strong "
    "street stress rested tested tasted bathed walked walker talked called caller waited listen"
)
"""Words that people mean when they type them, where a slip would make another of what is expected here."""


def slip(typed: str, word: str) -> bool:
    """Whether `typed` is `word` with a small typo in it."""
    if typed in COMMON or len(word) < 4 or len(typed) < 3 or not _begins_alike(typed, word):
        return False
    if typed in (f"{word}s", f"{word}d"):  # another form of it, not a typo
        return False
    off = OSA.distance(typed, word, score_cutoff=2)
    if off == 1:
        return _small(typed, word)
    return off == 2 and len(word) >= 8 and len(typed) >= 7


def slipped(typed: str, known: Iterable[str]) -> set[str]:
    """The words of `known` that `typed` may be a typo of."""
    if typed in COMMON or len(typed) < 3 or not typed.isalpha():
        return set()
    return {word for word in known if slip(typed, word)}


def _begins_alike(typed: str, word: str) -> bool:
    return typed[0] == word[0] or (typed[0] == word[1] and typed[1] == word[0])


def _small(typed: str, word: str) -> bool:
    if len(typed) != len(word):
        return len(typed) > 3 or len(word) == 4
    return len(word) >= 6 or sorted(typed) == sorted(word)
