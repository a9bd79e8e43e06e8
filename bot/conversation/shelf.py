"""The flows that may run: the current version of each, and older ones for the sessions that stay on them."""

from collections.abc import Iterable

from bot.logs import logger
from flows import compile_source
from flows.errors import FlowError
from flows.model import Flow
from storage.sessions import FlowVersion

_log = logger("shelf")


class FlowShelf:
    """Flow versions by id and number, compiled when first asked for and kept."""

    def __init__(self, versions: Iterable[FlowVersion]) -> None:
        self._rows = {(one.flow, one.version): one for one in versions}
        self._current = {one.flow: one.version for one in self._rows.values() if one.current}
        self._compiled: dict[tuple[str, int], Flow | None] = {}

    def current(self, flow: str) -> Flow | None:
        """The version that new sessions begin on."""
        version = self._current.get(flow)
        return None if version is None else self.version(flow, version)

    def version(self, flow: str, version: int) -> Flow | None:
        """A version that a session stays on."""
        name = (flow, version)
        if name not in self._compiled:
            row = self._rows.get(name)
            if row is None:
                return None
            try:
                self._compiled[name] = compile_source(row.source, f"{flow} version {version}")
            except FlowError as fault:
                # An older version that this release does not take any more must not keep texts from being decided.
                _log.error("flow.unreadable", error=type(fault).__name__, flow=flow, version=version)
                self._compiled[name] = None
        return self._compiled[name]
