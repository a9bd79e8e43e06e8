"""Where things stand in a TOML file: the path of a key → its line. `tomllib` decides what is valid, not this."""

from __future__ import annotations

from typing import Final

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]
"""`("steps", 2, "answer", "min")`: keys, and places in lists from 0."""

_TOML: Final = Language(tree_sitter_toml.language())


class Places:
    """The lines of one file's keys, looked for when the first is asked after."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lines: dict[Path, int] | None = None

    def line(self, path: Path) -> int:
        """The line of `path`, from 1: the key's; for a missing key its table's header; 1 for the whole file."""
        if self._lines is None:
            self._lines = _lines(self._source)
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def _lines(source: str) -> dict[Path, int]:
    root = Parser(_TOML).parse(source.encode("utf-8")).root_node
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    for node in root.named_children:
        match node.type:
            case "pair":
                _pair(node, (), lines)
            case "table" | "table_array_element":
                _table(node, lines, counts)
            case _:
                pass
    return lines


def _table(node: Node, lines: dict[Path, int], counts: dict[Path, int]) -> None:
    path = _last_of_lists(_keys(node.named_children[0]) if node.named_children else (), counts)
    if node.type == "table_array_element":
        place = counts.get(path, -1) + 1
        counts[path] = place
        path = (*path, place)
    lines[path] = node.start_point.row + 1
    for child in node.named_children[1:]:
        if child.type == "pair":
            _pair(child, path, lines)


def _last_of_lists(keys: Path, counts: dict[Path, int]) -> Path:
    """`[steps.answer]` after two `[[steps]]` is `("steps", 1, "answer")`."""
    path: Path = ()
    for number, key in enumerate(keys):
        path = (*path, key)
        if path in counts and number < len(keys) - 1:
            path = (*path, counts[path])
    return path


def _pair(pair: Node, above: Path, lines: dict[Path, int]) -> None:
    """The lines of a pair and of everything inside its value; a stack, so that no nesting can exhaust Python's."""
    waiting: list[tuple[Node, Path]] = [(pair, above)]
    while waiting:
        node, path = waiting.pop()
        match node.type:
            case "pair":
                if len(node.named_children) < 2:
                    continue
                for key in _keys(node.named_children[0]):
                    path = (*path, key)
                    lines.setdefault(path, node.start_point.row + 1)
                waiting.append((node.named_children[-1], path))
            case "inline_table":
                waiting.extend((child, path) for child in node.named_children if child.type == "pair")
            case "array":
                items = [child for child in node.named_children if child.type != "comment"]
                for number, child in enumerate(items):
                    lines.setdefault((*path, number), child.start_point.row + 1)
                    waiting.append((child, (*path, number)))
            case _:
                pass


def _keys(node: Node) -> tuple[str, ...]:
    """The parts of a key: `a."b c"` → a, b c."""
    parts: list[str] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type == "dotted_key":
            waiting.extend(reversed(one.named_children))
        else:
            text = one.text.decode("utf-8", "replace") if one.text is not None else ""
            parts.append(text[1:-1] if one.type == "quoted_key" else text)
    return tuple(parts)
