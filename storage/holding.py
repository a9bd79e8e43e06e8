"""One running process a SQLite file: a lock beside it, held as long as the process lives."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from storage.errors import AlreadyHeldError


@contextmanager
def only_process(url: URL) -> Generator[bool]:
    """Hold the database for this process while inside. True if it is surely the only one (SQLite), False where many
    may run side by side (PostgreSQL). The lock goes with the process, however it ends.

    Raises:
        AlreadyHeldError: another process runs on this file.
    """
    if url.get_backend_name() != "sqlite" or url.database is None:
        yield False
        return
    beside = Path(f"{url.database}.lock")
    with beside.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyHeldError("another process already runs on this SQLite file: stop it first") from None
        yield True
