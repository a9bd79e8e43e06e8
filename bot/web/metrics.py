"""`GET /metrics`: what this process counted and how things stand, for Prometheus. Nothing personal is in it.

What needs the database is read when somebody asks, in one read, and kept for a few seconds: ten scrapers cost no more than
one. When the database does not answer, the counts are shown all the same, and `blether_database_up` is 0.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import elapsed
from bot.logs import logger
from bot.metrics import TALLIES
from storage.gauges import Stand

FRESH_FOR: Final = 5.0
"""Seconds for which what was read counts as fresh."""
PATIENCE: Final = 5.0
"""Seconds that the database has to answer."""
_log = logger("web.metrics")


@dataclass(frozen=True, slots=True)
class OfProcess:
    """What only the process itself knows."""

    version: str
    loops_alive: bool
    forged: int
    """Webhook calls that were not the provider's."""


class _Gauges(Collector):
    """What is shown besides the tallies; `stand` is set before a scrape, None while the database does not answer."""

    def __init__(self, process: Callable[[], OfProcess]) -> None:
        self.stand: Stand | None = None
        self._process = process

    def collect(self) -> Iterator[Metric]:
        """Everything of ours, in the order of the page."""
        for tally in TALLIES:
            family = CounterMetricFamily(tally.name, tally.help, labels=tally.labels)
            for values, count in sorted(tally.counts().items()):
                family.add_metric(values, count)
            yield family
        yield from _of_process(self._process())
        yield _gauge("blether_database_up", "Whether the database answered", self.stand is not None)
        if self.stand is not None:
            yield from _of_stand(self.stand)


def _of_process(process: OfProcess) -> Iterator[Metric]:
    info = GaugeMetricFamily("blether_info", "The version that runs; always 1", labels=("version",))
    info.add_metric((process.version,), 1)
    yield info
    yield _gauge("blether_loops_alive", "Whether every loop turns", process.loops_alive)
    forged = CounterMetricFamily("blether_forged_webhooks", "Webhook calls that were not the provider's")
    forged.add_metric((), process.forged)
    yield forged


def _of_stand(stand: Stand) -> Iterator[Metric]:
    yield _by("blether_outbox_waiting_messages", "Messages that have not left", "class", stand.waiting)
    yield _by("blether_outbox_oldest_seconds", "How long the oldest of them has been due", "class", stand.late)
    yield _gauge("blether_outbox_unknown_messages", "Messages that may have been sent", stand.unknown)
    yield _by("blether_escalations", "Escalations that are not resolved", "state", stand.escalations)
    yield _gauge("blether_escalations_unanswered", "Of these: told to everybody, and nobody has it", stand.unanswered)
    yield _gauge("blether_escalations_oldest_seconds", "Age of the oldest that nobody has", stand.oldest_escalation)
    yield _by("blether_quarantine_waiting", "Things set aside because they failed", "kind", stand.quarantine)
    yield _gauge("blether_audit_unsealed_entries", "Audit entries without a number yet", stand.unsealed)
    yield _gauge("blether_audit_sealer_lag_seconds", "Age of the oldest of them", stand.sealer_lag)
    yield _by("blether_overdue_seconds", "How long the first of a kind has been due", "what", stand.overdue)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=float(value))


def _by(name: str, help_text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=(label,))
    for value, count in values.items():
        family.add_metric((value,), float(count))
    return family


@dataclass(slots=True)
class Exposition:
    """Answers scrapes. `look` reads how things stand; it may raise."""

    look: Callable[[], Awaitable[Stand]]
    process: Callable[[], OfProcess]
    _gauges: _Gauges = field(init=False)
    _registry: CollectorRegistry = field(init=False)
    _read_at: float = field(default=float("-inf"), init=False)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        self._registry = CollectorRegistry()
        self._gauges = _Gauges(self.process)
        self._registry.register(self._gauges)
        ProcessCollector(registry=self._registry)

    async def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        async with self._reading:
            if elapsed() - self._read_at >= FRESH_FOR:
                self._gauges.stand = await self._look()
                self._read_at = elapsed()
        return generate_latest(self._registry)

    async def _look(self) -> Stand | None:
        try:
            return await asyncio.wait_for(self.look(), PATIENCE)
        except Exception as fault:
            _log.warning("metrics.no_database", error=type(fault).__name__)
            return None

    def route(self) -> Route:
        """`GET /metrics`."""

        async def scrape(request: Request) -> Response:
            return Response(await self.text(), media_type=CONTENT_TYPE_LATEST)

        return Route("/metrics", scrape, methods=["GET"], name="metrics")
