"""The audit's sealer as a piece of housekeeping: numbers and chain for what was committed, and the head kept outside.

Only the leader seals. The head goes into a file after each round that sealed something, and into the log once a minute. A
file that does not fit the database is never overwritten: it is the proof that something was taken away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot import metrics
from bot.clock import elapsed
from bot.logs import logger
from bot.settings import Settings
from storage.checkup import database_file
from storage.database import Database
from storage.errors import SealedLogError
from storage.outside_head import read_outside, write_outside
from storage.sealed_log import Head, Sealed, anything_to_seal, chain_at, seal_some
from storage.sealing import Keyring

EVERY: Final = 2.0
"""Seconds between rounds."""
TOLD_EVERY: Final = 60.0
"""Seconds at least between two log lines with the head."""
Leads = Callable[[], Awaitable[bool]]
_log = logger("watching.sealing")


async def always() -> bool:
    """Leads, because there is no other."""
    return True


def head_file(settings: Settings) -> Path | None:
    """Where the head is kept outside the database: the configured file, else beside an SQLite file; None: nowhere."""
    configured = settings.security.audit_head_file
    if configured is not None:
        return configured
    database = database_file(settings.database.url.get_secret_value())
    return None if database is None else database.with_name(f"{database.name}.audit-head")


@dataclass(slots=True)
class Sealer:
    """Seals in rounds. `leads` says whether this process is the one to do it."""

    database: Database
    keyring: Keyring
    file: Path | None
    leads: Leads = always
    _fits: bool | None = field(default=None, init=False)
    _kept: int = field(default=-1, init=False)
    _told_at: dict[str, float] = field(default_factory=dict[str, float], init=False)

    async def round(self) -> int:
        """Seal everything that can be sealed now. Returns how many entries it were."""
        if not await self.leads():
            self._fits = None  # another process moves the log on; the file is looked at again before it is written
            return 0
        if not await self.database.read(anything_to_seal):
            return 0
        count, foreign, more = 0, 0, True
        sealed: Sealed | None = None
        try:
            while more:
                sealed = await self.database.run_quietly(seal_some, self.keyring)
                _tally(sealed.entries)
                count, foreign, more = count + sealed.count, max(foreign, sealed.foreign), sealed.more
        except SealedLogError:
            if self._may_tell("stopped"):
                _log.error("audit.stopped")
        if foreign and self._may_tell("foreign"):
            _log.error("audit.foreign", count=foreign)
        if sealed is not None and sealed.head.number:
            await self._keep(sealed.head)
        return count

    async def _keep(self, head: Head) -> None:
        if head.number == self._kept:
            return
        if self._may_tell("sealed"):
            _log.info("audit.sealed", entry_number=head.number, chain=head.chain.hex(), until=head.at)
        if self.file is None:
            self._kept = head.number
            return
        try:
            await self._write(self.file, head)
        except OSError as fault:
            if self._may_tell("not kept"):
                _log.error("audit.head_not_kept", error=type(fault).__name__)

    async def _write(self, file: Path, head: Head) -> None:
        if self._fits is None:
            self._fits = await self._file_fits(file)
        if self._fits:
            await asyncio.to_thread(write_outside, file, head)
            self._kept = head.number
        elif self._may_tell("differs"):
            _log.error("audit.head_differs")

    async def _file_fits(self, file: Path) -> bool:
        """Whether the database goes on from what the file says; a file that is not there yet fits anything."""
        try:
            outside = await asyncio.to_thread(read_outside, file)
        except SealedLogError:
            return False
        if outside is None:
            return True
        return outside.is_ours(self.keyring) and outside.chain == await self.database.read(chain_at, outside.number)

    def _may_tell(self, what: str) -> bool:
        now = elapsed()
        if what in self._told_at and now - self._told_at[what] < TOLD_EVERY:
            return False
        self._told_at[what] = now
        return True


def _tally(entries: Iterable[tuple[str, Mapping[str, object]]]) -> None:
    """Count what was sealed: every entry passes here once, when it is committed for good, and off the hot path."""
    for kind, detail in entries:
        metrics.ENTRIES.add(kind)
        match kind:
            case "inbound.received" | "inbound.decided_late":
                metrics.INBOUND.add(str(detail.get("channel")), str(detail.get("meant")).replace(" ", "_"))
            case "danger.heard":
                metrics.DANGER.add(str(detail.get("level")))
            case _:
                pass
