"""This process says that it is there, to the others and to whoever upgrades: a row that it renews every ten seconds."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Self
from uuid import UUID

from sqlalchemy import Connection

from bot.clock import Clock
from storage import processes
from storage.database import Database
from storage.ids import new_id
from storage.migrating import migrations


@dataclass(slots=True)
class Presence:
    """One process: its id, its version and the last migration that it knows."""

    id: UUID
    version: str
    revision: str
    clock: Clock
    since: datetime
    applied: str  # digest of the schedules of its configuration

    @classmethod
    def of_this_process(cls, clock: Clock, applied: str) -> Self:
        """Not announced yet."""
        now = clock.now()
        return cls(new_id(now), version("blether"), migrations()[-1].revision, clock, now, applied)

    def begin(self, connection: Connection) -> None:
        """Announce it: in the transaction that brings the schema up, so that nobody takes the schema away between."""
        processes.begin(connection, self.id, self.version, self.revision, self.since, applied=self.applied)

    async def beat(self, database: Database) -> None:
        """Renew it; begin anew where the row is gone (a process that stood still for days)."""
        await database.run_quietly(self._renew)

    def _renew(self, connection: Connection) -> None:
        if not processes.beat(connection, self.id):
            self.begin(connection)

    async def end(self, database: Database) -> None:
        """Say that it ends. A process that cannot say so is taken for gone after a minute."""
        await database.run_quietly(processes.end, self.id)
