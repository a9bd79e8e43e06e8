"""What may not go live: everything wrong with a flow file, at once. Takes any bytes, raises nothing.

The order: bytes → text → TOML (only the first syntax error can be named) → form of each table (`draft`) → texts and
conditions (`assembly`) → what belongs together in a step and a flow (`structure`) → ways through it (`routes`) → names
read where they may be missing (`guards`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flows.assembly import Assembler
from flows.calls import check_calls, coming_back
from flows.draft import Draft, read_draft
from flows.guards import check_names
from flows.model import Flow
from flows.problems import Problem
from flows.report import Report
from flows.routes import check_routes
from flows.structure import check_structure

LARGEST: Final = 2_000_000  # bytes

_AT_LINE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Known:
    """What a flow may name outside itself: policies of the configuration, ids of other flows.

    `flows` empty: any flow may be called. `callable`: the flows themselves where they are there, so that the names that
    come back from a call can be told; without them any name may have come back.
    """

    policies: frozenset[str]
    flows: frozenset[str] = frozenset()
    callable: Mapping[str, Flow] = field(default_factory=dict[str, Flow])


def check_text(text: str | bytes, name: str, known: Known) -> list[Problem]:
    """Every problem of the flow written in `text`, by line; `name` is what they call the file."""
    return inspect(text, name, known)[1]


def inspect(text: str | bytes, name: str, known: Known | None) -> tuple[Flow | None, list[Problem]]:
    """The flow, if no problem is an error, and every problem. Without `known` any policy may be named."""
    return _read(text, name, known, checked=True)


def build(text: str | bytes, name: str) -> tuple[Flow | None, list[Problem]]:
    """The flow of a file that was checked when it went live: only its form and texts are read again."""
    return _read(text, name, None, checked=False)


def _read(text: str | bytes, name: str, known: Known | None, *, checked: bool) -> tuple[Flow | None, list[Problem]]:
    source = _decoded(text)
    report = Report(name, source or "")
    if source is None:
        mend = f"save it as UTF-8 text of at most {LARGEST:,} bytes"
        report.at("F001", 1, (), "cannot be read as text, or is too large", mend)
        return None, report.in_order()
    raw = _parsed(source, report)
    if raw is None:
        return None, report.in_order()
    report.raw = raw
    draft = read_draft(raw, report)
    flow = None if draft is None else _built(draft, report, known, source, checked=checked)
    return flow, report.in_order()


def _built(draft: Draft, report: Report, known: Known | None, source: str, *, checked: bool) -> Flow | None:
    assembler = Assembler(draft, report)
    steps, promises = assembler.steps(), assembler.promises()
    if checked:
        policies = None if known is None else known.policies
        back = coming_back(draft, {} if known is None else known.callable)
        check_structure(draft, report, policies, back)
        check_calls(draft, report, known.flows if known else frozenset(), known.callable if known else {})
        whole = draft.whole and not report.failed
        check_routes(draft, report, steps, whole=whole)
        check_names(draft, report, steps, promises, back, whole=whole)
    if report.failed:
        return None
    return assembler.flow(steps, (promise for _, promise in promises), report.raw, source)


def _decoded(text: str | bytes) -> str | None:
    try:
        encoded = text.encode("utf-8") if isinstance(text, str) else text
        if len(encoded) > LARGEST:
            return None
        return encoded.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeError:
        return None


def _parsed(source: str, report: Report) -> dict[str, Any] | None:
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _AT_LINE.search(message)
        line = int(place[1]) if place and place[1] else source.count("\n") + 1
        report.at("F002", line, (), f"is not valid TOML: {_AT_LINE.sub('', message)}", "mend this line first")
    except (RecursionError, ValueError, OverflowError):
        report.at("F002", 1, (), "is not TOML that can be read", "write it with fewer brackets and smaller numbers")
    return None
