"""What a person's own list offers: their words as options, folded to one line each, as many as a text can hold.

The words are the person's: anything may stand in them. They are shown as they are and never read as a template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, cast

from flows.model import Option

MOST_OFFERED: Final = 20
"""How many items of a list are offered; those after them are left out, so a list should not grow longer."""

ROOM: Final = 1_200
"""Characters that the items of one question share, so that the question stays within one long text message (1,600)."""

_CUT: Final = "..."
_JOINERS: Final = "\u200c\u200d"  # they hold emoji and letters together, and are not printable by themselves
_LOOSE_ENDS: Final = " \u200d\ufe0f"


def offered(items: object) -> tuple[Option, ...]:
    """The options that a list of the context stands for: `Option`s, or texts that are their own ids.

    At most MOST_OFFERED, in order. An item with nothing to read, or with the id of one before it, is left out; white
    space and line ends become single spaces; a text longer than its share of ROOM is cut and ends in "...". Anything
    that is no list offers nothing.
    """
    if not isinstance(items, Sequence) or isinstance(items, str):
        return ()
    kept = _kept(cast("Sequence[object]", items))[:MOST_OFFERED]
    share = ROOM // max(1, len(kept))
    return tuple(Option(one.id, _cut(one.text, share)) for one in kept)


def _kept(items: Iterable[object]) -> list[Option]:
    kept: dict[str, Option] = {}
    for option in _options(items):
        if option.text and option.id not in kept:
            kept[option.id] = option
    return list(kept.values())


def _options(items: Iterable[object]) -> Iterator[Option]:
    for item in items:
        if isinstance(item, Option):
            yield Option(item.id, _one_line(item.text))
        elif isinstance(item, str):
            yield Option(item, _one_line(item))


def _one_line(text: str) -> str:
    spaced = " ".join(text.split())
    line = "".join(one for one in spaced if one.isprintable() or one in _JOINERS).strip()
    return line if line.strip(_JOINERS) else ""


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - len(_CUT)].rstrip(_LOOSE_ENDS) + _CUT
