"""Commands on a small service: a configuration in a folder of its own, its database migrated and empty."""

from pathlib import Path

from typer import Typer
from typer.testing import CliRunner, Result

from bot.cli.audit import app as audit
from bot.cli.db import app as db
from bot.cli.escalations import app as escalations
from bot.cli.outbox import app as outbox
from bot.cli.people import app as people
from bot.cli.quarantine import app as quarantine
from storage.database import Database
from tests.bot.people.office import ISLA, NIALL, as_csv, write_config

APPS: dict[str, Typer] = {
    "audit": audit,
    "db": db,
    "escalations": escalations,
    "outbox": outbox,
    "people": people,
    "quarantine": quarantine,
}


class Shell:
    """A shell in the service's folder."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.configure()

    def configure(self, *changes: tuple[str, str]) -> None:
        write_config(self.folder, ("sqlite:///blether.db", self.database_url), *changes)

    def run(self, group: str, *arguments: str) -> Result:
        """A command with `--config`, its group first."""
        name, *rest = arguments
        config = str(self.folder / "config.toml")
        return CliRunner().invoke(APPS[group], [name, "--config", config, *rest])

    def import_(self, *rows: str) -> Result:
        (self.folder / "people.csv").write_bytes(as_csv(*rows or (ISLA, NIALL)))
        return self.run("people", "import", str(self.folder / "people.csv"))

    def database(self) -> Database:
        return Database.open(self.database_url)
