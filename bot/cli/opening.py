"""What commands begin with: the configuration, its database and its keys; and how they end when something is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, FileClock, RealClock
from bot.errors import BotError, ConfigurationError, NotPossibleError, PeopleError
from bot.settings import Settings, faults, load
from storage.database import Database
from storage.errors import StorageError
from storage.migrating import pending
from storage.sealing import Keyring

Config = Annotated[Path, typer.Option("--config", help="The configuration.")]
CONFIG: Final = Path("config.toml")
WRONG: Final = 1
MISUSED: Final = 2


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command works with."""

    settings: Settings
    database: Database
    keyring: Keyring
    clock: Clock


@contextmanager
def opened(config: Path) -> Iterator[Opened]:
    """The configuration read, its database open and of this version; what goes wrong inside ends the command.

    Raises:
        typer.Exit: with 1 when a list of people is wrong or a thing is not possible as things stand, with 2 otherwise;
            the reason stands on standard error.
    """
    with told():
        settings = load(config)
        clock_file = faults().clock_file
        database = Database.open(settings.database.url.get_secret_value(), threads=1, readers=1)
        try:
            if any(not migration.post for migration in database.read_sync(pending)):
                end("the database is not at this version yet: run `blether db upgrade`")
            keyring = Keyring.from_secret(settings.security.key.get_secret_value())
            yield Opened(settings, database, keyring, RealClock() if clock_file is None else FileClock(clock_file))
        finally:
            database.close_sync()


@contextmanager
def told() -> Iterator[None]:
    """Errors that have words for people are told in them, without a traceback."""
    try:
        yield
    except (ConfigurationError, PeopleError) as fault:
        end("\n".join(fault.problems), WRONG if isinstance(fault, PeopleError) else MISUSED)
    except (BotError, StorageError) as fault:
        end(str(fault), WRONG if isinstance(fault, NotPossibleError) else MISUSED)
    except SQLAlchemyError as fault:
        end(f"the database could not do it ({type(fault).__name__})")
    except OSError as fault:
        end(f"{fault.filename or 'a file'}: {fault.strerror or type(fault).__name__}")


def end(what: str, code: int = MISUSED) -> NoReturn:
    """Say what is wrong on standard error and end the command."""
    typer.echo(what, err=True)
    raise typer.Exit(code)
