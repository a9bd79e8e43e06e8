"""A flow that somebody is writing: its file is read whenever it was saved, and what is wrong with it is said."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.escalation.policy import SHIPPED_IDS
from flows import FlowFileError, Known, Problem, check_text, load_text, read_library
from flows.model import Flow

LOOK: Final = 0.3
"""Real seconds between two looks at the file."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the file says now. `flow` is None where it is not fit to run; then `problems` holds the reasons.

    `problems` are all that the check finds, warnings too.
    """

    flow: Flow | None
    problems: Sequence[Problem]
    content: bytes = b""


class FlowFile:
    """The file at `path`, which may be saved at any moment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._digest = b""

    def news(self) -> Reading | None:
        """What it says, if it was saved with other content since the last look; None if not. A file that is gone for a
        moment, as some editors save, is not news.

        Blocks on the disk.
        """
        try:
            found = self.path.stat()
            seen = (found.st_mtime_ns, found.st_size)
            if seen == self._seen:
                return None
            content = self.path.read_bytes()
        except OSError:
            return None
        self._seen = seen
        digest = hashlib.sha256(content).digest()
        if digest == self._digest:
            return None
        self._digest = digest
        return read(content, self.path.name)


def read(content: bytes, name: str) -> Reading:
    """The flow in `content`, or what is wrong with it."""
    library = read_library()
    known = Known(policies=frozenset(SHIPPED_IDS), flows=frozenset(library), callable=library)
    problems = check_text(content, name, known)
    try:
        flow = load_text(content, name, known)
    except FlowFileError as fault:
        return Reading(None, problems or fault.problems, content)
    if flow.audience == "supervisor":
        what = "a flow for supervisors can't be tried here: no schedule can begin it yet"
        refused = Problem("F005", "error", name, 1, None, "audience", what, 'use "service_user" or "peer_worker"')
        return Reading(None, [refused, *problems], content)
    return Reading(flow, problems, content)
