"""Formatted text: the checks behind "can't parse entities", for HTML, MarkdownV2 and Markdown."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.world.telegram_server.refusals import bad

_HTML_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "blockquote": "blockquote",
}
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s[^<>]*)?)>")
_MARKS = {
    "MarkdownV2": ["||", "__", "```", "*", "_", "~", "`"],
    "Markdown": ["```", "*", "_", "`"],
}
_MARK_KINDS = {
    "||": "spoiler",
    "__": "underline",
    "```": "pre",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
    "`": "code",
}
_RESERVED = set("_*[]()~`>#+-=|{}.!")
_LINK = re.compile(r"\[((?:[^\]\\]|\\.)+)\]\(((?:[^)\\]|\\.)+)\)")
Entity = dict[str, Any]


def utf16(text: str) -> int:
    """Length in UTF-16 code units, the measure of all lengths and offsets in the Bot API."""
    return len(text.encode("utf-16-le")) // 2


def parse(text: str, parse_mode: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities. Raises `Refusal` where Telegram can't parse it."""
    match parse_mode:
        case "":
            return text, []
        case "html":
            return _html(text)
        case "markdownv2":
            return _markdown(text, "MarkdownV2")
        case "markdown":
            return _markdown(text, "Markdown")
        case _:
            raise bad("unsupported parse_mode")


def _cannot(words: str) -> Exception:
    return bad(f"can't parse entities: {words}")


def _byte_offset(text: str, position: int) -> int:
    return len(text[:position].encode())


def _html(text: str) -> tuple[str, list[Entity]]:
    plain = ""
    open_tags: list[tuple[str, int]] = []
    found: list[Entity] = []
    position = 0
    while position < len(text):
        if text[position] != "<":
            end = text.find("<", position)
            end = len(text) if end < 0 else end
            plain += unescape(text[position:end])
            position = end
            continue
        tag = _TAG.match(text, position)
        offset = _byte_offset(text, position)
        if tag is None:
            raise _cannot(f"Unsupported start tag or unescaped < at byte offset {offset}")
        closing, name = tag[1] == "/", tag[2].lower()
        if name not in _HTML_KINDS:
            raise _cannot(f'Unsupported start tag "{name}" at byte offset {offset}')
        if closing:
            found.append(_close(open_tags, name, plain, offset))
        else:
            open_tags.append((name, utf16(plain)))
        position = tag.end()
    if open_tags:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return plain, [entity for entity in found if entity["length"]]


def _close(open_tags: list[tuple[str, int]], name: str, plain: str, offset: int) -> Entity:
    if not open_tags:
        raise _cannot(f"Unexpected end tag at byte offset {offset}")
    expected, start = open_tags.pop()
    if expected != name:
        raise _cannot(f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{name}>"')
    return {"type": _HTML_KINDS[name], "offset": start, "length": utf16(plain) - start}


def _markdown(text: str, mode: str) -> tuple[str, list[Entity]]:
    plain = ""
    open_marks: list[tuple[str, int, int]] = []
    found: list[Entity] = []
    position = 0
    while position < len(text):
        if text[position] == "\\" and position + 1 < len(text):
            plain += text[position + 1]
            position += 2
            continue
        link = _LINK.match(text, position)
        if link:
            found.append({"type": "text_link", "offset": utf16(plain), "length": utf16(link[1]), "url": link[2]})
            plain += link[1]
            position = link.end()
            continue
        mark = next((one for one in _MARKS[mode] if text.startswith(one, position)), None)
        if mark is None:
            plain += _ordinary(text, position, mode)
            position += 1
            continue
        if open_marks and open_marks[-1][0] == mark:
            _, start, _ = open_marks.pop()
            found.append({"type": _MARK_KINDS[mark], "offset": start, "length": utf16(plain) - start})
        else:
            open_marks.append((mark, utf16(plain), _byte_offset(text, position)))
        position += len(mark)
    if open_marks:
        mark, _, offset = open_marks[-1]
        raise _cannot(f"Can't find end of {_MARK_KINDS[mark].capitalize()} entity at byte offset {offset}")
    return plain, [entity for entity in found if entity["length"]]


def _ordinary(text: str, position: int, mode: str) -> str:
    character = text[position]
    if mode == "MarkdownV2" and character in _RESERVED and not (character == ">" and position == 0):
        raise _cannot(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
    if mode == "Markdown" and character == "[":
        raise _cannot(f"Can't find end of the entity starting at byte offset {_byte_offset(text, position)}")
    return character
