"""A shell for commands that need a database of either kind."""

from pathlib import Path

import pytest

from bot import logs
from tests.bot.cli.office import Shell
from tests.world.servers import telegram_process, telegram_server, twilio_process, twilio_server

__all__ = ["telegram_process", "telegram_server", "twilio_process", "twilio_server"]


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Shell:
    return Shell(tmp_path, database_url)


@pytest.fixture
def quiet_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that set logging up for their process leave this one's alone."""
    monkeypatch.setattr(logs, "configure", lambda *_, **__: None)
