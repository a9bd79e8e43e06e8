"""The errors of `flows/`, by what the caller may do.

FlowError
├── FlowFileError        a flow file is wrong: show `problems` to its author, keep the version in use
├── LanguageError        one text or condition is outside the language (the check turns it into a problem)
├── FlowRunError         a run cannot go on: end this session, tell the author; the host goes on
└── SessionFormatError   a stored session cannot be read
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.problems import Problem


class FlowError(Exception):
    """Anything that the conversation engine itself says is wrong. Holds no words that a person wrote."""


class FlowFileError(FlowError):
    """A flow file is wrong; everything wrong with it is in `problems`."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.line_of_text() for problem in problems))
        self.problems = tuple(problems)


class LanguageError(FlowError):
    """A text or condition is not in the language; `code` is a code of `flows.problems.CODES`."""

    def __init__(self, code: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.mend = mend


class FlowRunError(FlowError):
    """A conversation cannot go on: a value that is missing was printed, a step limit was hit."""


class SessionFormatError(FlowError):
    """A stored session has an unknown format or is not one."""
