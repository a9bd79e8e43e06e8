"""`blether run`: channels, workers and web in one process. SIGTERM finishes what it holds and ends."""

import asyncio
import gc
import signal
from collections.abc import Callable
from pathlib import Path

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from bot.app import App, open_app
from bot.cli.opening import end
from bot.clock import Clock, FileClock, RealClock
from bot.errors import ConfigurationError
from bot.faults import kill_at
from bot.logs import logger
from bot.settings import Settings, faults, load
from bot.web.serving import Server
from flows.errors import FlowError
from storage.engines import parse_address
from storage.errors import StorageError
from storage.holding import only_process

GRACE = 10  # seconds in which what is in hand is finished
_log = logger("run")


def run_service(config: Path) -> None:
    """Run the bot until it is told to stop (SIGTERM or Ctrl-C)."""
    try:
        with asyncio.Runner(loop_factory=_event_loop()) as runner:
            runner.run(_run(config))
    except (ConfigurationError, StorageError, FlowError) as fault:
        end(str(fault))
    except SQLAlchemyError as fault:
        end(f"the database could not be used ({type(fault).__name__}): is it running, and is there room on the disk?")


def _event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which answers a webhook in half the time; Python's own where it is not to be had (Windows)."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


async def _run(config: Path) -> None:
    settings, fault = load(config), faults()
    clock: Clock = FileClock(fault.clock_file) if fault.clock_file else RealClock()
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    with only_process(parse_address(settings.database.url.get_secret_value())) as alone:
        app = await open_app(settings, clock, stop_at=kill_at(fault.stop_at))
        if alone:
            await app.sender.give_up_all(clock.now())
        # What is loaded by now stays: the collector need not look through it at every turn.
        gc.collect()
        gc.freeze()
        await _serve(app, settings, stopping)


async def _serve(app: App, settings: Settings, stopping: asyncio.Event) -> None:
    async with app.running() as web:
        server = Server(
            uvicorn.Config(
                web,
                host=settings.web.host,
                port=settings.web.port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=GRACE // 2,
            )
        )
        serving = asyncio.create_task(server.serve())
        _log.info("run.started", port=settings.web.port, count=len(app.channels))
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
        _log.info("run.stopping")
        server.should_exit = True
        await serving
        waiting.cancel()
