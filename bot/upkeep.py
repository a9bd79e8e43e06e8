"""What looks after a running bot, put together: sealing, trying again, repairs, calls to the outside, and `/metrics`."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

from starlette.routing import Route

from bot.channels.base import Channel, Incoming, StatusReport, Unreadable
from bot.clock import Clock
from bot.conversation.work import Worker
from bot.housekeeping import Housekeeping
from bot.loops import Loops
from bot.settings import Settings
from bot.watching import calling, repairing, retrying, sealing
from bot.watching.calling import Caller
from bot.watching.reading import read_again
from bot.watching.repairing import Repairs
from bot.watching.retrying import Retrier, take_or_keep
from bot.watching.sealing import Sealer, head_file
from bot.web.forged import ForgedCalls
from bot.web.metrics import Exposition, OfProcess
from storage.gauges import Stand, read_stand
from storage.leading import Leader

TASK: Final = "sealer"
"""What the processes agree about: one of them seals, repairs and tells of unanswered escalations."""


class Upkeep:
    """The pieces of one process. `begin` and `end` once each."""

    def __init__(
        self,
        settings: Settings,
        worker: Worker,
        channels: Mapping[str, Channel],
        clock: Clock,
        loops: Loops,
        forged: ForgedCalls,
    ) -> None:
        self._worker = worker
        self._channels = channels
        self._clock = clock
        self._loops = loops
        self._forged = forged
        self._version = version("blether")
        database = worker.database
        self._leader = Leader(database.url, TASK)
        leads = self._leader.is_mine
        self.sealer = Sealer(database, worker.keyring, head_file(settings), leads)
        self.retrier = Retrier(worker, self._read)
        self.repairs = Repairs(worker, leads)
        self.caller = Caller(settings.watching, self._look, lambda: loops.alive, leads)
        self._exposition = Exposition(self._look, self._of_process)

    def keep_up(self, housekeeping: Housekeeping) -> None:
        """The rounds that this needs."""
        housekeeping.every(sealing.EVERY, "sealing", self.sealer.round)
        housekeeping.every(retrying.EVERY, "retrying", lambda: self.retrier.round(self._clock.now()))
        housekeeping.every(repairing.EVERY, "repairing", lambda: self.repairs.round(self._clock.now()))
        if self.caller.wanted:
            housekeeping.every(calling.EVERY, "calling", self.caller.round)

    async def begin(self) -> None:
        """Stand for leading."""
        await self._leader.__aenter__()

    async def end(self) -> None:
        """Lead no more, and give connections back."""
        await self._leader.__aexit__()
        await self.caller.close()

    async def take_status(self, report: StatusReport) -> None:
        """Take a provider's report in, or keep it to be taken later. Raises when neither is possible."""
        await take_or_keep(self._worker, report, self._clock.now())

    def route(self) -> Route:
        """`GET /metrics`."""
        return self._exposition.route()

    async def _look(self) -> Stand:
        return await self._worker.database.read(read_stand, self._clock.now())

    def _of_process(self) -> OfProcess:
        return OfProcess(self._version, self._loops.alive, self._forged.total)

    def _read(self, account: str, raw: str) -> Incoming | Unreadable | None:
        channel = self._channels.get(account)
        return None if channel is None else read_again(channel.style, account, raw)
