"""From a file to a flow that may run. A file with any error is refused, with all of its problems."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Final

from flows.check import Known, build, inspect
from flows.errors import FlowFileError
from flows.model import Flow

_LIBRARY: Final = "library"
TRANSCRIPTS: Final = ".transcripts.toml"


def load_text(text: str | bytes, name: str, known: Known | None = None) -> Flow:
    """The flow written in `text`; `name` is what problems call the file.

    Without `known` any policy may be named. Raises FlowFileError with every problem of the file.
    """
    flow, problems = inspect(text, name, known)
    if flow is None:
        raise FlowFileError([problem for problem in problems if problem.severity == "error"])
    return flow


def load_file(path: FilePath, known: Known | None = None) -> Flow:
    """The flow in the file at `path`. Raises FlowFileError, or OSError when there is no such file."""
    return load_text(path.read_bytes(), str(path), known)


def compile_source(source: str, name: str) -> Flow:
    """The flow of a version that went live earlier, from its stored source.

    It is not checked again, so that sessions of an older version go on under newer checks. Raises FlowFileError only
    when it cannot be built at all.
    """
    flow, problems = build(source, name)
    if flow is None:
        raise FlowFileError([problem for problem in problems if problem.severity == "error"])
    return flow


def shipped() -> Iterator[tuple[str, bytes]]:
    """The flow files inside the package, by file name."""
    folder = resources.files("flows").joinpath(_LIBRARY)
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml") and not entry.name.endswith(TRANSCRIPTS):
            yield entry.name, entry.read_bytes()


def shipped_transcripts(flow_id: str) -> str | None:
    """The transcripts beside a shipped flow, or None."""
    entry = resources.files("flows").joinpath(_LIBRARY, flow_id + TRANSCRIPTS)
    return entry.read_text("utf-8") if entry.is_file() else None


@cache
def read_library() -> MappingProxyType[str, Flow]:
    """The shipped flows by id. Read once a process."""
    flows = [load_text(text, name) for name, text in shipped()]
    return MappingProxyType({flow.id: flow for flow in flows})
