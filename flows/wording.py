"""Texts: placeholders, the form that SMS gives them, and how many parts a text message takes.

GSM-7 alphabet and its extension table: 3GPP TS 23.038, 6.2.1; a text message of one part holds 160 septets (70 UTF-16
units when a character is outside GSM-7), one of several parts 153 (67) each, the rest being the joining header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from jinja2 import nodes

from flows.answers.many import BUTTONS
from flows.effects import Shape
from flows.evaluate import Scope, text_meaning
from flows.language import parse_text
from flows.model import Option

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")  # two septets each: escape, then the character
_CARRIED: Final = _BASIC | _EXTENDED
_YES_AND_NO: Final = re.compile(r"\byes\b.*\bno\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wording:
    """One text with placeholders: its source, its parsed tree (for the checks) and the function that writes it."""

    source: str
    tree: nodes.Template = field(compare=False, repr=False)
    write: Callable[[Scope], str] = field(compare=False, repr=False)


def compile_wording(source: str) -> Wording:
    """The text written as `source`. Raises LanguageError when it is outside the language."""
    tree = parse_text(source.strip())
    return Wording(source, tree, text_meaning(tree))


def is_gsm7(text: str) -> bool:
    """Whether a text message can carry `text` in its small alphabet."""
    return _CARRIED.issuperset(text)


def sms_parts(text: str) -> int:
    """How many text messages `text` takes: 1 up to 160 septets, then 153 each; 70 and 67 outside GSM-7."""
    if is_gsm7(text):
        sizes, one, many = [2 if character in _EXTENDED else 1 for character in text], 160, 153
    else:
        sizes, one, many = [len(character.encode("utf-16-le")) // 2 for character in text], 70, 67
    if sum(sizes) <= one:
        return 1
    parts, room = 1, many
    for size in sizes:  # a character of two units is never split between parts
        if size > room:
            parts, room = parts + 1, many
        room -= size
    return parts


def numbered(text: str, options: Sequence[Option], shape: Shape) -> str:
    """`text` as a text message shows it: options as lines (`1 A walk`); yes or no said so unless it says so already.

    A scale adds nothing: its question names the numbers. Buttons that are no options have no number.
    """
    match shape:
        case "choice" | "many":
            lines = [option.text for option in options if option.id not in BUTTONS]
            return "\n".join([text, *(f"{number} {line}" for number, line in enumerate(lines, start=1))])
        case "yes_no":
            return text if _YES_AND_NO.search(text) else f"{text} Text YES or NO."
        case "plain" | "scale":
            return text
