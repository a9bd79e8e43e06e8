"""Work on the database: a transaction is a synchronous function, run whole on a database thread.

`work(connection, …)` is handed to `run` or `read`, gets a connection inside one transaction and returns plain values.
Either all of it is committed or nothing is. A deadlock, a serialisation error, a busy SQLite or a connection lost
before the commit runs the whole of it again, so work changes nothing but the database. The async world never holds a
transaction: cancelling who waits neither stops nor loses one.

SQLite: one writer thread (BEGIN IMMEDIATE) and a few readers. PostgreSQL: a pool of threads for both.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Concatenate, ParamSpec, TypeVar

import stamina
import stamina.instrumentation
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from storage.engines import Engines, is_passing, open_engines, parse_address
from storage.errors import ConnectionLostError, DatabaseClosedError

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate[Connection, P], T]

ATTEMPTS = 10  # runs of one piece of work before its error is raised
_FIRST_WAIT = 0.005  # seconds
_LONGEST_WAIT = 0.5

_log = logging.getLogger(__name__)
# Its own hook would write to standard output where no log is set up; reruns are counted by `on_rerun`.
stamina.instrumentation.set_on_retry_hooks(())


class Database:
    """An open database. `open` it once, `close` it at the end."""

    def __init__(self, url: URL, engines: Engines, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor) -> None:
        self.url = url
        self._engines = engines
        self._writers = writers
        self._readers = readers
        self._callbacks: list[Callable[[], None]] = []
        self._on_rerun: list[Callable[[], None]] = []
        self._running: set[asyncio.Task[object]] = set()
        self._closed = False

    @classmethod
    def open(cls, address: str, *, threads: int = 4, readers: int = 2) -> "Database":
        """Open `sqlite:///…` (one writer, `readers` readers) or `postgresql://…` (`threads` threads). Nothing is
        connected to yet.

        Raises:
            DatabaseAddressError: the address cannot be used.
        """
        url = parse_address(address)
        if url.get_backend_name() == "sqlite":
            engines = open_engines(url, writers=1, readers=readers)
            writing = ThreadPoolExecutor(1, "database-writer")
            return cls(url, engines, writing, ThreadPoolExecutor(readers, "database-reader"))
        pool = ThreadPoolExecutor(threads, "database")
        return cls(url, open_engines(url, writers=threads, readers=threads), pool, pool)

    @property
    def dialect_name(self) -> str:
        """`sqlite` or `postgresql`: for words to people, never for branching (that is `claims.py`)."""
        return self.url.get_backend_name()

    @property
    def one_writer(self) -> bool:
        """Whether transactions that write go one after another (SQLite), so that more at once would only queue."""
        return self.dialect_name == "sqlite"

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` in the event loop after every commit of `run`, before its caller goes on: it wakes loops."""
        self._callbacks.append(callback)

    def on_rerun(self, callback: Callable[[], None]) -> None:
        """Call `callback`, on a database thread, each time that a piece of work is run again: for counting."""
        self._on_rerun.append(callback)

    async def run(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` in one transaction that may write, and give back what it returns.

        Raises:
            Exception: whatever `work` raised; its transaction was rolled back.
            ConnectionLostError: the database went away, and again at every attempt; nothing was written.
            DatabaseClosedError: after `close`.
        """
        future = self._submit(self._writers, self._engines.write, lambda connection: work(connection, *args, **kwargs))
        return await self._finish(future, self._committed)

    async def run_quietly(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`run` without telling `on_commit`: for what brings no work to anybody, such as taking some in hand. A loop that
        is woken by commits would else wake itself for ever.
        """
        future = self._submit(self._writers, self._engines.write, lambda connection: work(connection, *args, **kwargs))
        return await self._finish(future, None)

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` on one unchanging view of the database; it cannot write. Raises as `run` does."""
        future = self._submit(self._readers, self._engines.read, lambda connection: work(connection, *args, **kwargs))
        return await self._finish(future, None)

    def run_sync(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`run` for a command without an event loop; `on_commit` is not called."""
        return self._submit(
            self._writers, self._engines.write, lambda connection: work(connection, *args, **kwargs)
        ).result()

    def read_sync(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`read` for a command without an event loop."""
        return self._submit(
            self._readers, self._engines.read, lambda connection: work(connection, *args, **kwargs)
        ).result()

    async def close(self) -> None:
        """Take no more work, finish what was handed in, let the connections go. Closing twice is no error."""
        self._closed = True
        while self._running:
            await asyncio.wait(self._running)
        await asyncio.to_thread(self.close_sync)

    def close_sync(self) -> None:
        """`close` for a command without an event loop."""
        self._closed = True
        self._writers.shutdown()
        self._readers.shutdown()
        self._engines.read.dispose()
        self._engines.write.dispose()

    def _submit(self, threads: ThreadPoolExecutor, engine: Engine, work: Callable[[Connection], T]) -> Future[T]:
        if self._closed:
            raise DatabaseClosedError("the database is closed")
        # The context goes along, so that what `work` logs keeps the caller's bound values.
        return threads.submit(copy_context().run, _run_until_through, engine, work, self._run_again)

    async def _finish(self, future: Future[T], then: Callable[[], None] | None) -> T:
        """Wait in a task of its own: who called may be cancelled, the transaction and its callbacks are not."""

        async def settle() -> T:
            result = await asyncio.wrap_future(future)
            if then is not None:
                then()
            return result

        task = asyncio.create_task(settle())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_tell_unheard_error)
            raise

    def _run_again(self) -> None:
        for callback in self._on_rerun:
            callback()

    def _committed(self) -> None:
        for callback in self._callbacks:
            try:
                callback()
            except Exception as error:
                # The commit stands whatever a callback thinks of it.
                _log.error("a callback after a commit failed: %s", type(error).__name__)


def _tell_unheard_error(task: asyncio.Task[T]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("work whose caller had gone failed: %s", type(error).__name__)


def _run_until_through(engine: Engine, work: Callable[[Connection], T], again: Callable[[], None]) -> T:
    """Run on the database thread; wait and run again, telling `again`, while the error is one that passes."""
    try:
        # The usual case goes without the machinery of repeats, which costs as much as a statement.
        return _run_once(engine, work)
    except Exception as error:
        if not _may_pass(error):
            raise
    for attempt in stamina.retry_context(
        on=_may_pass,
        attempts=ATTEMPTS - 1,
        timeout=None,
        wait_initial=_FIRST_WAIT,
        wait_max=_LONGEST_WAIT,
        wait_jitter=_FIRST_WAIT * 4,
    ):
        again()
        with attempt:
            return _run_once(engine, work)
    raise ConnectionLostError("no attempt was made")


def _may_pass(error: Exception) -> bool:
    return isinstance(error, ConnectionLostError) or is_passing(error)


def _run_once(engine: Engine, work: Callable[[Connection], T]) -> T:
    committing = False
    try:
        with engine.connect() as connection, connection.begin():
            result = work(connection)
            committing = True
        return result
    except DBAPIError as error:
        # Lost during the commit, it may or may not have been kept: that is for the caller to look at.
        if error.connection_invalidated and not committing:
            raise ConnectionLostError("the database went away before the commit") from error
        raise
