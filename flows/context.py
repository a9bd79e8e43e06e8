"""What a text or condition can see besides the answers of its own session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.errors import FlowRunError
from flows.model import Option, Value
from flows.offers import offered

Items = tuple[Option, ...]
"""A list of the person's own: an id that the caller knows again, and their words. An empty one is missing."""

ContextValue = Mapping[str, Value | Items | None] | Value | None
Entry = tuple[datetime, Value]
"""When something was saved (aware), and what."""


@dataclass(frozen=True, slots=True)
class Context:
    """The values that a turn may read, gathered by the caller (exactly what `flow.needs` lists is enough).

    `values`: `{"person": {"first_name": "Isla"}, "missed": 0, "wrap": {"daily": (Option("7f", "Walk Rab"), …)}, …}`;
    a name left out or None is missing, and so is an empty list. A list may also be of texts, each its own id.
    `history`: what this flow saved in earlier sessions, by name, in any order; times are aware.
    `at`: the moment of the turn (aware); only `mean()` and `times()` need it, their days count back from it.
    `variant`: which of several wordings of a text is taken (counted round); give the number of earlier sessions.
    """

    values: Mapping[str, ContextValue] = field(default_factory=dict[str, ContextValue])
    history: Mapping[str, Sequence[Entry]] = field(default_factory=dict[str, Sequence[Entry]])
    at: datetime | None = None
    variant: int = 0

    def offer(self, name: str) -> tuple[Option, ...]:
        """The options that the list `name` (dotted: `wrap.daily`) stands for; `()` when it is missing or empty."""
        group, _, part = name.partition(".")
        values = self.values.get(group)
        return offered(values.get(part)) if isinstance(values, Mapping) else ()

    def last(self, name: str) -> Value | None:
        """The newest value saved under `name` in an earlier session, or None."""
        entries = self.history.get(name, ())
        return max(entries, key=lambda entry: entry[0])[1] if entries else None

    def mean(self, name: str, days: int) -> float | None:
        """The mean of the numbers saved under `name` in the last `days` days (24 hours each), or None."""
        numbers = [value for value in self._within(name, days) if isinstance(value, int | float)]
        return sum(numbers) / len(numbers) if numbers else None

    def times(self, name: str, days: int) -> int:
        """How often something was saved under `name` in the last `days` days (24 hours each)."""
        return len(self._within(name, days))

    def _within(self, name: str, days: int) -> list[Value]:
        if self.at is None:
            raise FlowRunError("a text looks back some days, and the context was given no time")
        since = self.at - timedelta(days=days)
        return [value for moment, value in self.history.get(name, ()) if moment > since]
