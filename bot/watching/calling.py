"""Addresses that are called so that somebody outside learns how blether does: a call each minute while all is well, and
another while somebody waits for a person and nobody has answered.

The first is a dead-man's switch: whoever answers there raises the alarm when calls stay away, whatever the reason is: the
machine, the network, the database, a loop that died, messages that do not leave. So it is called only when all of these were
looked at. Nothing goes along, not even a count. A call that fails is logged, and the next one is a minute away.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import httpx

from bot import metrics
from bot.logs import logger
from bot.settings.model import WatchingSettings
from bot.watching.sealing import Leads, always
from storage.gauges import Stand

EVERY: Final = 60.0
"""Seconds between calls of one address."""
PATIENCE: Final = 10.0
"""Seconds that whoever is called has to answer."""
STUCK: Final = {"crisis": 120.0, "escalation": 120.0, "reply": 600.0, "check-in": 7_200.0, "bulk": 86_400.0}
"""Seconds after which messages of a class that are due and do not leave mean that something is stuck. Fifty thousand
check-ins at Telegram's thirty a second take half an hour, and nothing is wrong with that."""
OVERDUE: Final = {"escalation": 120.0, "session": 900.0, "schedule": 900.0}
"""The same for what is to be decided."""
Address = Literal["heartbeat", "failing"]
_log = logger("watching.calling")


def what_is_stuck(stand: Stand) -> list[str]:
    """Names of what should have gone on and did not; empty when all is well."""
    late = [name for name, most in STUCK.items() if stand.late.get(name, 0.0) > most]
    return late + [f"due-{name}" for name, most in OVERDUE.items() if stand.overdue.get(name, 0.0) > most]


@dataclass(slots=True)
class Caller:
    """Calls the configured addresses. `look` reads how things stand and may raise; `alive`: whether the loops turn.

    Every process sends heartbeats; of an unanswered escalation the one that leads tells.
    """

    settings: WatchingSettings
    look: Callable[[], Awaitable[Stand]]
    alive: Callable[[], bool]
    leads: Leads = always
    transport: httpx.AsyncBaseTransport | None = None
    _client: httpx.AsyncClient | None = field(default=None, init=False)

    @property
    def wanted(self) -> bool:
        """Whether there is anybody to call."""
        return bool(self.settings.heartbeat_url or self.settings.failing_url)

    async def round(self) -> None:
        """Look, and call whom it concerns."""
        try:
            stand = await self.look()
        except Exception as fault:
            _log.warning("heartbeat.withheld", reason=type(fault).__name__)
            return
        await self._heartbeat(stand)
        if self.settings.failing_url and stand.unanswered and await self.leads():
            _log.warning("escalations.unanswered", count=stand.unanswered)
            await self._call("failing", self.settings.failing_url)

    async def _heartbeat(self, stand: Stand) -> None:
        if self.settings.heartbeat_url is None:
            return
        stuck = what_is_stuck(stand) if self.alive() else ["loops"]
        if stuck:
            _log.error("heartbeat.withheld", stage=stuck[0], count=len(stuck))
            return
        await self._call("heartbeat", self.settings.heartbeat_url)

    async def _call(self, address: Address, url: str) -> None:
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=PATIENCE, transport=self.transport, headers={"User-Agent": "blether"}
            )
        try:
            answer = await self._client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            metrics.CALLS.add(address, "failed")
            _log.warning("call.failed", kind=address, error=type(fault).__name__)
            return
        good = answer.status_code < 400
        metrics.CALLS.add(address, "answered" if good else "refused")
        if not good:
            _log.warning("call.refused", kind=address, code=str(answer.status_code))

    async def close(self) -> None:
        """Give connections back."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
