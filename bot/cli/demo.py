"""`blether demo`: the real bot with phones on a page and a clock that you move. On this machine only."""

import asyncio
import signal
import socket
import tempfile
from pathlib import Path
from typing import Final

import typer
import uvicorn

from bot import logs
from bot.clock import RealClock
from bot.demo.cast import ZONE
from bot.demo.theatre import theatre
from bot.demo.web import demo_app
from bot.web.serving import Server
from storage.errors import StorageError

HOST: Final = "127.0.0.1"
GRACE: Final = 5  # seconds in which requests in hand are finished


class _Server(Server):
    """Says a word when it is ready."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for one in sockets or ():
            typer.echo(f"http://{HOST}:{one.getsockname()[1]}")
        typer.echo("Open this address in a browser. Ctrl-C ends the demo and leaves nothing behind.")


def play(port: int, flow: Path | None = None) -> None:
    """Try blether out: phones on a page, a clock that you move, and the real bot behind them."""
    logs.configure("WARNING")  # the address comes first, and little else
    if flow is not None and not flow.is_file():
        typer.echo(f"There is no file {flow}.", err=True)
        raise typer.Exit(2)
    try:
        listening = socket.create_server((HOST, port))
    except OSError:
        typer.echo(f"Port {port} cannot be used. Another one: blether demo --port 0", err=True)
        raise typer.Exit(1) from None
    try:
        with listening, tempfile.TemporaryDirectory(prefix="blether-demo-", ignore_cleanup_errors=True) as folder:
            asyncio.run(_play(Path(folder), listening, flow))
    except StorageError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None


async def _play(folder: Path, listening: socket.socket, flow: Path | None) -> None:
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    async with theatre(folder, RealClock().now().astimezone(ZONE).date(), flow) as house:
        server = _Server(
            uvicorn.Config(
                demo_app(house), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE
            )
        )
        serving = asyncio.create_task(server.serve([listening]))
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
        house.let_go()
        server.should_exit = True
        await serving
        waiting.cancel()
