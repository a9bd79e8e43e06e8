"""Scores the danger engine against labelled messages. Prints and returns counts only: never a message."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from bot.safety.risk import read_danger

MESSAGES = Path(__file__).with_name("messages.jsonl")


@dataclass(frozen=True, slots=True)
class Message:
    """One labelled message."""

    id: str
    text: str
    label: str
    kind: str
    group: str


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `of`, with its 95 % interval (Wilson)."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else 0.0

    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.value
        middle, spread = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + z * z / n)), min(1.0, (middle + spread) / (1 + z * z / n))

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.value:.3f} ({low:.3f} to {high:.3f})  {self.hits}/{self.of}"


def messages(path: Path) -> list[Message]:
    """The messages of a file; a line without `group` has its kind for one."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [Message(row["id"], row["text"], row["label"], row["kind"], row.get("group", row["kind"])) for row in rows]


def is_unseen(message: Message) -> bool:
    """Whether the message belongs to the third that is kept from whoever writes the rules."""
    return int(hashlib.sha256(message.id.encode()).hexdigest(), 16) % 3 == 0


Marked = tuple[Message, str]


def marked(rows: Iterable[Message]) -> list[Marked]:
    """Each message with the level that the engine gives it."""
    return [(row, read_danger(row.text).level) for row in rows]


def rate(rows: Iterable[Marked], label: str, *levels: str) -> Rate:
    """Of the messages with this label, those marked with one of the levels."""
    got = [level for row, level in rows if row.label == label]
    return Rate(sum(level in levels for level in got), len(got))


MEASURES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("risk marked risk", "risk", ("risk",)),
    ("risk marked risk or distress", "risk", ("risk", "distress")),
    ("distress marked distress or risk", "distress", ("risk", "distress")),
    ("ordinary marked risk", "none", ("risk",)),
    ("ordinary marked anything", "none", ("risk", "distress")),
)


def table(title: str, rows: list[Marked]) -> Iterator[str]:
    """The lines of one table: the five rates, then each kind and each group by label."""
    yield f"{title}: {len(rows)} messages"
    for name, label, levels in MEASURES:
        yield f"  {name:<34} {rate(rows, label, *levels)}"
    for name, part in (("kind", _kind), ("group", _group)):
        yield f"  by {name}: right (risk: marked risk; distress: distress or risk; none: none)"
        for label in ("risk", "distress", "none"):
            right = {"risk": ("risk",), "distress": ("distress", "risk"), "none": ("none",)}[label]
            for each in sorted({part(row) for row, _ in rows if row.label == label}):
                yield f"    {label:<9} {each:<24} {rate([m for m in rows if part(m[0]) == each], label, *right)}"


def _kind(message: Message) -> str:
    return message.kind


def _group(message: Message) -> str:
    return message.group


Part = Callable[[Message], str]
