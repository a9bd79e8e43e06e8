"""What can be wrong with a flow file: one code each, said the same way everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz import fuzz, process

CODES: Final[dict[str, str]] = {
    "F001": "The file cannot be read: it is not UTF-8 text, or it is too large.",
    "F002": "The file is not valid TOML. Only the first place is named.",
    "F003": "A key that is not known here.",
    "F004": "A key that is needed is missing.",
    "F005": "A value of the wrong kind or form.",
    "F006": "An answer type that is not known.",
    "F007": "An action that is not known.",
    "F008": "An id that is used twice.",
    "F009": "A step that does not exist.",
    "F010": "A step that nothing leads to.",
    "F011": "A step with no way on, or with more than one, or whose branches are not complete.",
    "F012": "Steps that lead to each other without ever waiting for an answer, or too many in a row.",
    "F013": "A question with no way out on silence: no `within` on itself or in [reply].",
    "F014": "A text or condition outside the language.",
    "F015": "A text or condition that is too long or too deep.",
    "F016": "A name that is not known.",
    "F017": "A name that may be missing and is not guarded.",
    "F018": "A policy that is not known.",
    "F019": "Two options that understand the same word.",
    "F020": "An option that understands a word which phone companies take for themselves.",
    "F021": "An option that understands a word which the bot answers in every state.",
    "F022": "A promise about a step or an action that is not known, or a promise that is not whole.",
    "F023": "A promise that is not proved yet (a warning).",
    "F024": "A welcome flow that does anything but `consent` and `escalate`.",
    "F025": "An action that hands on a name which this flow does not save.",
    "F026": "A step that both says and asks, or a question and its answer that do not belong together.",
    "F027": "A name that an answer cannot be saved under.",
    "F028": "A nudge that is not between the question and the end of `within`, in order.",
    "F029": "A comparison or sum of things that never fit, or with an option that the question does not have.",
    "F030": "A text or an escalation that would show the ids of a person's own list.",
    "F031": "A flow that is called or begun and is not there, or that calls itself.",
}
"""Every code with what it means; `docs/reference` is compared with this table."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a flow file. `line` counts from 1; `step` and `key` are None where there is none."""

    code: str
    severity: Literal["error", "warning"]
    file: str
    line: int
    step: str | None
    key: str | None
    message: str
    mend: str

    def line_of_text(self) -> str:
        """`FILE:LINE: F012 step 'x', key 'next': what; how to mend`."""
        place = [f"step '{self.step}'"] if self.step is not None else []
        if self.key is not None:
            place.append(f"key '{self.key}'")
        where = f" {', '.join(place)}" if place else ""
        warning = " (a warning)" if self.severity == "warning" else ""
        mend = f"; {self.mend}" if self.mend else ""
        return f"{self.file}:{self.line}: {self.code}{where}: {self.message}{warning}{mend}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, if any looks like it at all."""
    found = process.extractOne(name[:100], sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    return None if found is None else found[0]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """How to mend an unknown name: the nearest one, else all of them, else nothing."""
    names = sorted(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    return f"known here: {', '.join(names[:12])}" if names else "none is known here"
