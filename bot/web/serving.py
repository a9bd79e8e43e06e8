"""uvicorn, with its signal handling left to the command that runs it."""

from collections.abc import Generator
from contextlib import contextmanager

import uvicorn


class Server(uvicorn.Server):
    """Ends when `should_exit` is set, and not by a signal of its own: what is in hand is finished first."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave SIGTERM and Ctrl-C alone."""
        yield
