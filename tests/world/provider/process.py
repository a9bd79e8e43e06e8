"""A provider server as a process: started, asked, stopped; everything bounded in time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx

from tests.world.provider.addresses import NO_CERTIFICATES

PUBLIC_URL = "https://blether.example.org"
"""How the bot is known to the servers unless a test says otherwise."""
_ROOT = Path(__file__).resolve().parents[3]
_START_S = 30.0
_STOP_S = 5.0
_CALL_S = 60.0


class ControlError(Exception):
    """The server said no to a control call: the test asked for something impossible."""


class NotInTime(AssertionError):
    """What a test waited for did not happen in the time that it gave."""


class ProviderProcess:
    """`python -m MODULE --port 0` with its address and its log. Synchronous: usable from any fixture."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.url = ""
        self._log: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, port: int = 0) -> str:
        """Start and return the address. Raises RuntimeError with the log when it does not come up in 30 s."""
        descriptor, name = tempfile.mkstemp(prefix="blether-provider-", suffix=".log")
        Path(name).unlink()  # it goes with the process that writes it
        self._log = os.fdopen(descriptor, "w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.module, "--port", str(port)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        line = self._first_line(self._process)
        if not line.startswith("http://"):
            log = self.log()
            self.stop()
            raise RuntimeError(f"{self.module} did not start: {line!r}\n{log}")
        self.url = line.strip()
        return self.url

    @staticmethod
    def _first_line(process: subprocess.Popen[bytes]) -> str:
        if process.stdout is None:
            return ""
        end = time.monotonic() + _START_S
        while time.monotonic() < end and process.poll() is None:
            if select.select([process.stdout], [], [], 0.2)[0]:
                return process.stdout.readline().decode()
        return ""

    def log(self) -> str:
        """What the process wrote to standard error."""
        if self._log is None:
            return ""
        written = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), written, 0).decode(errors="replace")

    def freeze(self) -> None:
        """Stop answering without closing anything, as a provider that hangs."""
        if self._process:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the process (SIGTERM, after 5 s SIGKILL) and close its files."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(_STOP_S)
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()
        if self._log is not None:
            self._log.close()
            self._log = None


class ProviderServer:
    """Drives a provider server from a test; as an async context manager it starts its own process if given none.

    With a `process` that runs already (one a test session), entering resets everything to new.
    """

    module = ""
    sending = ""

    def __init__(self, process: ProviderProcess | None = None) -> None:
        self._own = process is None
        self.process = process or ProviderProcess(self.module)
        self._client: httpx.AsyncClient | None = None

    @property
    def url(self) -> str:
        """The server's address: what the configuration calls `api_url`."""
        return self.process.url

    async def __aenter__(self) -> Self:
        if self._own:
            await asyncio.to_thread(self.process.start)
        self._client = httpx.AsyncClient(
            base_url=self.process.url, timeout=_CALL_S, verify=NO_CERTIFICATES, trust_env=False
        )
        await self.control("reset")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            with contextlib.suppress(httpx.HTTPError):
                await self.control("heal")
            await self._client.aclose()
        if self._own:
            await asyncio.to_thread(self.process.stop)

    async def control(self, name: str, **arguments: Any) -> Any:
        """Call a control door. Raises ControlError when the server says no."""
        if self._client is None:
            raise ControlError("enter the server first: async with ...")
        given = {key: value for key, value in arguments.items() if value is not None}
        answer = await self._client.post(f"/control/{name}", json=given)
        if answer.status_code != httpx.codes.OK:
            raise ControlError(f"{name}: {answer.text}")
        return answer.json()["result"]

    async def requests(self) -> list[dict[str, Any]]:
        """All requests of the bot in order: name, parameters, target, at, status, answer, fault."""
        return await self.control("requests")

    async def problems(self) -> list[str]:
        """What a correct client never does; world tests assert that it is empty."""
        return await self.control("problems")

    async def heal(self) -> None:
        """Forget all ordered failures."""
        await self.control("heal")

    async def fail(
        self,
        kind: str,
        *,
        times: int | None = 1,
        method: str | None = None,
        target: str | int | None = None,
        **more: Any,
    ) -> None:
        """Order a failure (kinds: `provider.faults.Kind`) for the next `times` requests; None: until `heal`.

        `method`: which (default the sending one, "*" any); `target`: only for this chat or phone; `more`: retry_after,
        seconds, code, description, accepted.
        """
        hit = None if method == "*" else method or self.sending
        wanted = None if target is None else str(target)
        count = _FOR_EVER if times is None else times
        await self.control("fail", kind=kind, times=count, method=hit, target=wanted, **more)


_FOR_EVER = 10**9
