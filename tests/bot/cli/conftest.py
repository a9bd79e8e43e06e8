"""A shell for commands that need a database of either kind."""

from pathlib import Path

import pytest

from tests.bot.cli.office import Shell


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Shell:
    return Shell(tmp_path, database_url)
