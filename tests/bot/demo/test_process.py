"""`blether demo` as a process: the first line, the story over HTTP, live events, and a clean end."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.bot.demo.watching import Watcher

LIMIT = 30


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address from its first line; its temporary folder stands in `folder`."""
    command = [sys.executable, "-c", "from bot.cli import main; main()", "demo", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"TMPDIR": str(folder)}) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def ends(process: subprocess.Popen[str], folder: Path, how: signal.Signals) -> None:
    process.send_signal(how)
    assert process.wait(LIMIT) == 0
    assert list(folder.glob("blether-demo-*")) == []


async def test_the_story_over_http(tmp_path):
    with running(tmp_path, "--port", "0") as (process, address):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        async with httpx.AsyncClient(base_url=address, timeout=LIMIT) as client:
            watcher = Watcher(client)
            assert (await watcher.state())["now"][11:16] == "09:29"
            await watcher.jumps(until="09:30")
            await watcher.types("Isla", "2")
            assert "I.E. needs a person" in (await watcher.said_to("Morag"))[-1]
            await watcher.jumps(until="09:45")
            assert "I.E. needs a person" in (await watcher.said_to("Ewan"))[-1]
            await watcher.types("Ewan", "1")
            assert "Ewan has" in (await watcher.said_to("Morag"))[-1]
            await watcher.types("Ewan", f"done {await watcher.code_of('Ewan')} spoke, safe")
            assert (await watcher.state())["ladder"] == []
        ends(process, tmp_path, signal.SIGTERM)


def test_events_come_live_and_do_not_hold_up_the_end(tmp_path):
    with (
        running(tmp_path, "--port", "0") as (process, address),
        httpx.stream("GET", f"{address}/demo/events", timeout=LIMIT) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        first = next_picture(lines)
        assert first["clock"]["rate"] == 0
        httpx.post(f"{address}/demo/phones/Rhona", json={"text": "hello there"}, timeout=LIMIT)
        second = next_picture(lines)
        assert second["run"] == first["run"]
        assert second["phones"]["Rhona"]["lines"][0]["text"] == "hello there"
        ends(process, tmp_path, signal.SIGINT)


def next_picture(lines: Iterator[str]) -> dict:
    for line in lines:
        if line == "event: state":
            return json.loads(next(lines).removeprefix("data: "))
    raise AssertionError("the stream ended")


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-c", "from bot.cli import main; main()", "demo", "--port", str(port)]
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT, env={"TMPDIR": str(tmp_path)}, check=False
        )
    assert ended.returncode == 1
    assert str(port) in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize("port", ["-1", "65536", "many"])
def test_a_port_that_cannot_be_is_misuse(port):
    assert CliRunner().invoke(app, ["demo", "--port", port]).exit_code == 2
