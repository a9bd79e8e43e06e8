"""The words in something that could not be read, so that danger in them is seen all the same. Pure."""

import json
from collections.abc import Iterator
from typing import cast

_WORDS = frozenset({"text", "caption", "Body"})  # Telegram's two, Twilio's one
_DEEPEST = 4
_MOST = 20_000  # characters


def words_in(raw: str) -> str:
    """What a person may have written in a provider's object, a line each; "" where there is nothing of the kind.

    `raw` is the object as it was kept. What is no JSON at all counts as words as it stands, at most 20,000 characters.
    """
    try:
        whole: object = json.loads(raw)
    except (ValueError, RecursionError):
        return raw[:_MOST]
    return "\n".join(_words(whole, _DEEPEST)).encode("utf-8", "replace").decode()[:_MOST]


def _words(part: object, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(part, list):
        for item in cast("list[object]", part):
            yield from _words(item, depth - 1)
    if isinstance(part, dict):
        for key, value in cast("dict[str, object]", part).items():
            if key in _WORDS and isinstance(value, str):
                yield value
            elif key != "reply_to_message":  # the bot's own words, or an older text
                yield from _words(value, depth - 1)
