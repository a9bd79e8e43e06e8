"""Which scene is played: each has a new database, a new bot and a clock of its own, so that nothing is left of the last.

The next one is made ready before the one that is watched ends. With a flow file, saving the file begins its scene anew; a
file that is not fit to run changes nothing, and what is wrong with it is said.
"""

import asyncio
import contextlib
import secrets
import shutil
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from bot.clock import RealClock, pause
from bot.demo.author import LOOK, FlowFile, Reading
from bot.demo.driver import Demo
from bot.demo.scenes import FIRST, OWN, SCENES, Scene, own_flow
from bot.demo.stage import staged
from bot.errors import ConfigurationError, NotFoundError
from bot.logs import logger
from flows import Flow, Problem
from flows.errors import FlowError
from storage.errors import StorageError
from storage.migrating import upgrade

BLANK: Final = "blank.db"
_log = logger("theatre")


@dataclass(slots=True)
class Theatre:
    """The demo that is played now. `run` is another after each change of scene, and begins with `server`, which is
    another after each start of the process."""

    folder: Path
    today: date
    file: FlowFile | None = None
    server: str = field(default_factory=lambda: secrets.token_hex(4))
    scene: Scene = SCENES[FIRST]
    flow: Flow | None = None
    reading: Reading | None = None
    read_at: datetime | None = None
    closing: bool = False
    _demo: Demo | None = None
    _database: str = ""
    _playing: AsyncExitStack = field(default_factory=AsyncExitStack)
    _serial: int = 0
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _watching: asyncio.Task[None] | None = None

    @property
    def demo(self) -> Demo:
        """What is played.

        Raises:
            NotFoundError: nothing is, before the start.
        """
        if self._demo is None:
            raise NotFoundError("Nothing is played yet.")
        return self._demo

    @property
    def run(self) -> str:
        """Names this run of this scene."""
        return f"{self.server}-{self._serial}"

    @property
    def scenes(self) -> list[Scene]:
        """What can be chosen."""
        return [*([self._own()] if self.flow else []), *SCENES.values()]

    @property
    def shown(self) -> list[Scene]:
        """What the page offers: the flow's scene too, though its file may not be fit to run yet."""
        return [*([self._own()] if self.file else []), *SCENES.values()]

    def problems(self) -> list[Problem]:
        """What is wrong with the flow file, the gravest first."""
        found = self.reading.problems if self.reading else ()
        return sorted(found, key=lambda one: one.severity != "error")

    async def start(self) -> None:
        """Begin with the flow file's scene, if it is fit to run, else with an ordinary week.

        Raises:
            StorageError: the database cannot be made.
        """
        await asyncio.to_thread(upgrade, f"sqlite:///{self.folder / BLANK}")
        if self.file is not None:
            await self._read(self.file)
        if self._demo is None:
            await self.play(FIRST)
        if self.file is not None:
            self._watching = asyncio.create_task(self._watch(self.file))

    async def play(self, scene_id: str) -> None:
        """Begin a scene, or begin it again.

        Raises:
            NotFoundError: there is no such scene.
        """
        scene = next((one for one in self.scenes if one.id == scene_id), None)
        if scene is None:
            raise NotFoundError(f"There is no such scene. There are: {', '.join(one.id for one in self.scenes)}.")
        async with self._changing:
            await self._change(scene, self.flow if scene_id == OWN else None)

    async def end(self) -> None:
        """Give everything back."""
        self.closing = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        async with self._changing:
            await self._playing.aclose()

    def let_go(self) -> None:
        """Whoever watches is told that it ends."""
        self.closing = True
        if self._demo is not None:
            self._demo.news.set()

    async def _change(self, scene: Scene, flow: Flow | None) -> None:
        serial = self._serial + 1
        database = f"demo-{serial}.db"
        await asyncio.to_thread(shutil.copy, self.folder / BLANK, self.folder / database)
        async with AsyncExitStack() as opening:
            demo = await opening.enter_async_context(staged(self.folder, self.today, database=database, own=flow))
            await demo.stage(scene.steps)
            before, self._playing = self._playing, opening.pop_all()
        gone, self._database = self._database, database
        self._demo, self.scene, self._serial = demo, scene, serial
        await before.aclose()
        await asyncio.to_thread(_throw_away, self.folder, gone)

    async def _watch(self, file: FlowFile) -> None:
        while True:
            await pause(LOOK)
            try:
                await self._read(file)
            except (OSError, StorageError) as fault:
                _log.error("flow.not_read", error=type(fault).__name__, exc_info=fault)

    async def _read(self, file: FlowFile) -> None:
        """Play what was saved; where it is not fit to run, say why and let go on what runs."""
        reading = await asyncio.to_thread(file.news)
        if reading is None:
            return
        async with self._changing:
            self.read_at = RealClock().now()
            self.reading = reading
            if reading.flow is not None:
                before, self.flow = self.flow, reading.flow
                try:
                    await self._change(self._own(), reading.flow)
                except (ConfigurationError, FlowError) as fault:
                    self.flow = before
                    wrong = Problem("F005", "error", file.path.name, 1, None, None, str(fault), "")
                    self.reading = Reading(None, [wrong, *reading.problems])
        if self._demo is not None:
            self._demo.say_so()

    def _own(self) -> Scene:
        flow = self.flow
        who = "Rhona" if flow and flow.audience == "peer_worker" else "Isla"
        return own_flow(flow.title if flow else "", who)


def _throw_away(folder: Path, database: str) -> None:
    for file in folder.glob(f"{database}*") if database else ():
        with contextlib.suppress(OSError):
            file.unlink()


@asynccontextmanager
async def theatre(folder: Path, today: date, file: Path | None = None) -> AsyncGenerator[Theatre]:
    """A theatre that plays; everything is given back at the end. `folder` is an empty one that the caller removes.

    Raises:
        StorageError: the database cannot be made there.
    """
    house = Theatre(folder, today, None if file is None else FlowFile(file))
    try:
        await house.start()
        yield house
    finally:
        await house.end()
