"""The clock that every process believes: a file. It steps forwards through days, and by an hour both ways as a fault."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.world.service import LONDON, MONDAY


@dataclass(slots=True)
class Clockwork:
    """`off_by` is how far the machine's clock is wrong just now."""

    path: Path
    right: datetime = field(default_factory=lambda: MONDAY.replace(hour=8, minute=0))
    off_by: timedelta = timedelta()
    latest: datetime = field(default_factory=lambda: MONDAY)

    def at(self, day: int, clock_time: str) -> None:
        """Move to this London time, `day` days after the first Monday. The right time never goes back."""
        hour, minute = map(int, clock_time.split(":"))
        date = MONDAY.date() + timedelta(days=day)
        wanted = datetime(date.year, date.month, date.day, hour, minute, tzinfo=LONDON)
        self.right = max(self.right, wanted)
        self.write()

    def on(self, by: timedelta) -> None:
        """Move on by so much."""
        self.right = (self.right.astimezone(UTC) + by).astimezone(LONDON)
        self.write()

    def step(self, by: timedelta) -> None:
        """The machine's clock is wrong by so much from now on."""
        self.off_by = by
        self.write()

    @property
    def shown(self) -> datetime:
        """What the processes read."""
        return (self.right.astimezone(UTC) + self.off_by).astimezone(LONDON)

    def write(self) -> None:
        """Put it in the file, whole or not at all."""
        self.latest = max(self.latest, self.shown)
        new = self.path.with_suffix(".new")
        new.write_text(self.shown.isoformat())
        new.rename(self.path)
