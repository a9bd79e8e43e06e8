"""Where things stand in a TOML file: the line of every key, by tree-sitter. `tomllib` decides what is valid."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Place = tuple[str | int, ...]
"""The way to a key from the top: ("teams", 0, "contact", "phone")."""


@dataclass(slots=True)
class Positions:
    """Lines (from 1) by place; a table's place has the line of its header."""

    lines: dict[Place, int] = field(default_factory=dict)
    doubles: list[tuple[Place, int]] = field(default_factory=list)
    """Places given a second time, with the line of the second."""

    def line(self, place: Place) -> int:
        """The line of the place, else of the nearest table around it, else 1."""
        for length in range(len(place), 0, -1):
            line = self.lines.get(place[:length])
            if line is not None:
                return line
        return 1


def find_positions(text: str) -> Positions:
    """Find the line of each key, table header and list item. Never raises: what is not TOML is left out."""
    found = Positions()
    counts: dict[Place, int] = {}
    table: Place = ()
    tree = Parser(Language(tree_sitter_toml.language())).parse(text.encode())
    for node in tree.root_node.named_children:
        match node.type:
            case "pair":
                _note_pair(found, node, ())
            case "table" | "table_array_element":
                table = _open_table(found, counts, node)
                for child in node.named_children[1:]:
                    if child.type == "pair":
                        _note_pair(found, child, table)
            case _:
                continue
    return found


def _open_table(found: Positions, counts: dict[Place, int], node: Node) -> Place:
    line = node.start_point[0] + 1
    parts = _key_parts(node.named_children[0]) if node.named_children else ()
    place: Place = ()
    for part in parts[:-1]:
        place = (*place, part)
        found.lines.setdefault(place, line)
        if place in counts:
            place = (*place, counts[place] - 1)
    place = (*place, *parts[-1:])
    if node.type == "table":
        _note(found, place, line)
        return place
    found.lines.setdefault(place, line)
    counts[place] = counts.get(place, 0) + 1
    place = (*place, counts[place] - 1)
    found.lines[place] = line
    return place


def _note(found: Positions, place: Place, line: int) -> None:
    if place in found.lines:
        found.doubles.append((place, line))
    else:
        found.lines[place] = line


def _note_pair(found: Positions, pair: Node, table: Place) -> None:
    line = pair.start_point[0] + 1
    parts = _key_parts(pair.named_children[0])
    for length in range(1, len(parts)):
        found.lines.setdefault((*table, *parts[:length]), line)
    place = (*table, *parts)
    _note(found, place, line)
    _note_value(found, pair.named_children[-1], place)


def _note_value(found: Positions, value: Node, place: Place) -> None:
    if value.type == "inline_table":
        for pair in _without_comments(value):
            if pair.type == "pair":
                _note_pair(found, pair, place)
    elif value.type == "array":
        for index, item in enumerate(_without_comments(value)):
            found.lines[(*place, index)] = item.start_point[0] + 1
            _note_value(found, item, (*place, index))


def _without_comments(node: Node) -> Iterator[Node]:
    return (child for child in node.named_children if child.type != "comment")


def _key_parts(key: Node) -> tuple[str, ...]:
    written = (key.text or b"").decode()
    try:
        inner: object = tomllib.loads(f"{written} = 0")
    except tomllib.TOMLDecodeError:
        return (written,)
    parts: list[str] = []
    while isinstance(inner, dict):
        ((part, inner),) = inner.items()
        parts.append(part)
    return tuple(parts)
