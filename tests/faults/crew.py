"""The `blether run` processes of a run: whatever ends one, it is started again at once."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.world.servers import NotInTime
from tests.world.waiting import until

BLETHER = str(Path(sys.executable).with_name("blether"))
_LOOK = 0.05  # seconds between two looks at a seat that is kept empty
_AFTER_REFUSAL = 0.3  # seconds before a process that would not start is started again
_GRACE = 60.0


@dataclass(frozen=True, slots=True)
class Exit:
    """A process that ended. `asked`: we killed it, or told it to kill itself or to stop."""

    place: int
    code: int
    at: datetime
    asked: bool
    words: str = ""


@dataclass(slots=True)
class Seat:
    """One place in the crew and the process that sits there now."""

    place: int
    port: int
    process: asyncio.subprocess.Process | None = None
    starts: int = 0
    asked: bool = False
    next_stop: str | None = None
    armed: bool = False
    """Told to kill itself at a stopping point."""
    kept_down: bool = False

    @property
    def url(self) -> str:
        """Where its web side listens."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(slots=True)
class Crew:
    """Starts, kills and freezes processes. `environment` is theirs; `program` what is run in place of `blether`."""

    folder: Path
    config: Path
    ports: Sequence[int]
    environment: Mapping[str, str]
    program: Sequence[str] = (BLETHER,)
    exits: list[Exit] = field(default_factory=list[Exit])
    killed: int = 0
    steady: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by a fault during which no other may kill."""
    seats: list[Seat] = field(default_factory=list[Seat])
    _keeping: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _closing: bool = False

    async def start(self, within: float = _GRACE, **stop_at: str) -> None:
        """Start all and wait until they are ready. `stop_at`: `seat0="outbox-claimed"`."""
        self._closing = False
        if not self.seats:
            self.seats = [Seat(place, port) for place, port in enumerate(self.ports)]
        for seat in self.seats:
            seat.next_stop, seat.kept_down = stop_at.get(f"seat{seat.place}"), False
        (self.folder / "logs").mkdir(exist_ok=True)
        self._keeping = [asyncio.create_task(self._keep(seat)) for seat in self.seats]
        for seat in self.seats:
            await self.ready(seat, within)

    async def _keep(self, seat: Seat) -> None:
        while not self._closing:
            if seat.kept_down:
                await asyncio.sleep(_LOOK)
                continue
            process, log = await self._launch(seat)
            code = await process.wait()
            asked, seat.asked, seat.process = seat.asked, False, None
            words = "" if code in (0, -signal.SIGKILL) else log.read_text(errors="replace")[-600:]
            self.exits.append(Exit(seat.place, code, datetime.now(UTC), asked, words))
            if code not in (0, -signal.SIGKILL) and not self._closing:
                await asyncio.sleep(_AFTER_REFUSAL)

    async def _launch(self, seat: Seat) -> tuple[asyncio.subprocess.Process, Path]:
        seat.starts += 1
        seat.armed = seat.next_stop is not None
        extra = {"BLETHER__WEB__PORT": str(seat.port)}
        if seat.next_stop:
            extra["BLETHER_STOP_AT"], seat.asked = seat.next_stop, True
            seat.next_stop = None
        path = self.folder / "logs" / f"{seat.place}-{seat.starts:04}.log"
        with path.open("wb") as log:
            seat.process = await asyncio.create_subprocess_exec(
                *self.program,
                "run",
                "--config",
                str(self.config),
                env={**self.environment, **extra},
                cwd=self.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return seat.process, path

    async def ready(self, seat: Seat, within: float = _GRACE) -> None:
        """Wait until the process in this seat is ready. Raises NotInTime."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            try:
                await until(lambda: _is_ready(client, seat), "readiness", within=within)
            except NotInTime:
                words = self.words(seat)[-3000:]
                raise NotInTime(f"process {seat.place} not ready after {within} s\n{words}") from None

    async def is_ready(self, seat: Seat) -> bool:
        """Whether it is ready now."""
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            return await _is_ready(client, seat)

    def words(self, seat: Seat) -> str:
        """What its latest process wrote."""
        path = self.folder / "logs" / f"{seat.place}-{seat.starts:04}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def signal(self, seat: Seat, number: signal.Signals) -> bool:
        """Send a signal; False if there is no process just now."""
        if seat.process is None or seat.process.returncode is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            seat.process.send_signal(number)
            return True
        return False

    def kill(self, seat: Seat) -> bool:
        """SIGKILL; False if there was nothing to kill."""
        seat.asked = True
        done = self.signal(seat, signal.SIGKILL)
        if done:
            self.killed += 1
        else:
            seat.asked = False
        return done

    def stop_there(self, seat: Seat, point: str) -> bool:
        """Start it anew so that it kills itself at this stopping point."""
        seat.next_stop = point
        done = self.kill(seat)
        if done:
            self.killed += 1
        return done

    async def stop(self) -> list[int]:
        """SIGTERM to all; their exit codes, but for those that were told to kill themselves and did. One that has not ended
        after a minute is aborted (-6), so that it says what its threads do.
        """
        self._closing = True
        armed = {seat.place for seat in self.seats if seat.armed}
        for seat in self.seats:
            if seat.process is not None:
                seat.asked = True
                self.signal(seat, signal.SIGCONT)
                self.signal(seat, signal.SIGTERM)
        before = len(self.exits)
        _, late = await asyncio.wait(self._keeping, timeout=_GRACE)
        if late:
            for seat in self.seats:
                self.signal(seat, signal.SIGABRT)
            await asyncio.wait(late)
        return [one.code for one in self.exits[before:] if not (one.code == -signal.SIGKILL and one.place in armed)]

    async def end(self) -> None:
        """Nothing stays behind, whatever happened."""
        self._closing = True
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        for seat in self.seats:
            if seat.process is not None and seat.process.returncode is None:
                seat.process.kill()
                await seat.process.wait()


async def _is_ready(client: httpx.AsyncClient, seat: Seat) -> bool:
    if seat.process is None or seat.process.returncode is not None:
        return False
    with contextlib.suppress(httpx.HTTPError):
        return (await client.get(f"{seat.url}/readyz")).is_success
    return False


def clean_environment(**switches: str) -> dict[str, str]:
    """This process's environment without anything of blether's, and these switches."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BLETHER_")}
    return {**kept, "PYTHONFAULTHANDLER": "1", **switches}
