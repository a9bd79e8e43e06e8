"""How well replies are understood: every labelled reply read as the engine reads it, counted by type.

The unseen third is only ever counted: nothing here shows one of its replies.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.answers import Taken, understand
from flows.assembly import answer_of
from flows.document import ANSWERS
from flows.model import Answer

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled reply. `want` None: ask again."""

    id: str
    type: str
    answer: Answer
    exact: bool
    moment: datetime | None
    text: str
    want: Any


@dataclass(slots=True)
class Count:
    """Of `all` replies: understood as they should be, and taken for a value that they are not."""

    all: int = 0
    right: int = 0
    wrong: int = 0
    exact_wrong: int = 0


def unseen(reply_id: str) -> bool:
    """Whether a reply belongs to the third that nobody looks at."""
    return int(hashlib.sha256(reply_id.encode()).hexdigest(), 16) % 3 == 0


def rows(*, hidden: bool) -> Iterator[Row]:
    """The replies of the seen two thirds, or of the unseen third (`hidden`)."""
    for path in sorted(HERE.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            if unseen(raw["id"]) == hidden:
                yield _row(raw)


def _row(raw: dict[str, Any]) -> Row:
    table = ANSWERS[raw["answer"]["type"]].model_validate({**raw["answer"], "save": "it"})
    moment = datetime.fromisoformat(raw["now"]).astimezone(ZoneInfo(raw["zone"])) if "now" in raw else None
    answer = answer_of(table)
    return Row(raw["id"], table.type, answer, raw.get("exact", False), moment, raw["text"], raw["want"])


def read(row: Row) -> Any:
    """What is understood, as JSON has it; None: asked again."""
    meant = understand(row.answer, row.text, exact=row.exact, moment=row.moment)
    if not isinstance(meant, Taken):
        return None
    return list(meant.value) if isinstance(meant.value, tuple) else meant.value


def same(want: Any, got: Any) -> bool:
    """Whether a value is the one wanted: true is not 1."""
    return type(want) is type(got) and want == got if isinstance(want, bool) or isinstance(got, bool) else want == got


def score(*, hidden: bool) -> dict[str, Count]:
    """The counts by type, and of `all`."""
    counts: dict[str, Count] = {}
    for row in rows(hidden=hidden):
        got = read(row)
        right = same(row.want, got)
        wrong = not right and got is not None
        for name in (row.type, "all"):
            count = counts.setdefault(name, Count())
            count.all += 1
            count.right += right
            count.wrong += wrong
            count.exact_wrong += wrong and row.exact
    return counts


def misses() -> Iterator[tuple[Row, Any]]:
    """The seen replies that are not understood as they should be, with what was."""
    for row in rows(hidden=False):
        got = read(row)
        if not same(row.want, got):
            yield row, got


def interval(part: int, whole: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share."""
    if whole == 0:
        return 0.0, 1.0
    z, share = 1.96, part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return max(0.0, middle - half), min(1.0, middle + half)


def table(counts: dict[str, Count]) -> str:
    """The counts as lines: type, replies, right and wrong with their intervals, wrong on questions of safety."""
    lines = ["type      replies  right                 wrong                 wrong on exact"]
    for name in sorted(counts, key=lambda one: (one == "all", one)):
        count = counts[name]
        shares = [
            f"{part / count.all:.3f} ({low:.3f}-{high:.3f})"
            for part in (count.right, count.wrong)
            for low, high in [interval(part, count.all)]
        ]
        lines.append(f"{name:<10}{count.all:>7}  {shares[0]:<22}{shares[1]:<22}{count.exact_wrong}")
    return "\n".join(lines)
