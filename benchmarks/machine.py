"""What the figures were measured on, so that two results can be told apart."""

import hashlib
import os
import platform
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def calibration() -> dict[str, Any]:
    """The machine by what matters here: its processors, how fast it hashes, and how long a durable commit takes."""
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "hash_mb_per_s": round(_hashing(), 1),
        "commits_per_s": round(_commits()),
    }


def _hashing() -> float:
    block = bytes(1_000_000)
    started = time.perf_counter()
    for _ in range(100):
        hashlib.sha256(block).digest()
    return 100 / (time.perf_counter() - started)


def _commits() -> float:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "calibration.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE row (value BLOB)")
        started = time.perf_counter()
        for _ in range(500):
            connection.execute("INSERT INTO row VALUES (?)", (bytes(200),))
        taken = time.perf_counter() - started
        connection.close()
    return 500 / taken
