"""Bringing the schema to where this version needs it.

Migrations are files `NNNN_pre_NAME.py` and `NNNN_post_NAME.py` in `storage/migrations/versions`, run in the order of
their numbers. A `pre` one may run while the old code still does, a `post` one only after it is gone. At start SQLite
runs all; PostgreSQL runs the `pre` ones, up to the first `post` one that waits, under an advisory lock. There is no way
back. A new one is drafted by `python -m storage.migrations NAME`.
"""

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from storage.claims import migration_lock, runs_every_migration, tables_with_dangling_rows
from storage.engines import open_engine, parse_address
from storage.errors import MigrationError


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `revision` is its number, `name` its whole name, `post` when it may run."""

    revision: str
    name: str
    post: bool


def upgrade(address: str | URL, *, post: bool = False) -> list[str]:
    """Run what is pending on connections of its own; `post` runs the `post` ones on PostgreSQL too. All or nothing.

    Returns:
        The names of the migrations that ran.

    Raises:
        MigrationError: the database is newer than this version; a `pre` migration waits behind a `post` one; rows
            were left pointing at nothing.
    """
    url = parse_address(address) if isinstance(address, str) else address
    engine = open_engine(url, "migrate")
    try:
        with engine.connect() as connection, migration_lock(connection), connection.begin():
            due = _due(pending(connection), post=post or runs_every_migration(connection))
            if due:
                _run(connection, due[-1].revision)
            if torn := tables_with_dangling_rows(connection):
                raise MigrationError(f"rows of {', '.join(sorted(torn))} would point at nothing; nothing was changed")
        return [migration.name for migration in due]
    finally:
        engine.dispose()


def pending(connection: Connection) -> list[Migration]:
    """What this version knows and the database has not had, in order.

    Raises:
        MigrationError: the database is newer than this version.
    """
    known = migrations()
    at = _revision(connection)
    if at is None:
        return known
    places = [place for place, migration in enumerate(known) if migration.revision == at]
    if not places:
        raise MigrationError(f"the database is at migration {at}, which this version does not know: it is newer")
    return known[places[0] + 1 :]


def current(connection: Connection) -> str | None:
    """The name of the last migration that ran; its number if this version does not know it; None before the first."""
    at = _revision(connection)
    names = {migration.revision: migration.name for migration in migrations()}
    return None if at is None else names.get(at, at)


def migrations() -> list[Migration]:
    """All that this version has, in order.

    Raises:
        MigrationError: a file's name is not of the form above.
    """
    with as_file(files("storage") / "migrations") as folder:
        script = ScriptDirectory.from_config(_config(folder))
        return [_named(Path(one.path).stem, one.revision) for one in reversed(list(script.walk_revisions()))]


def _named(name: str, revision: str) -> Migration:
    number, _, rest = name.partition("_")
    kind = rest.partition("_")[0]
    if number != revision or kind not in ("pre", "post"):
        raise MigrationError(f"the migration {name} must be called {revision}_pre_NAME or {revision}_post_NAME")
    return Migration(revision, name, kind == "post")


def _due(waiting: list[Migration], *, post: bool) -> list[Migration]:
    if post:
        return waiting
    first_post = next((place for place, one in enumerate(waiting) if one.post), len(waiting))
    if behind := [one.name for one in waiting[first_post:] if not one.post]:
        raise MigrationError(
            f"{behind[0]} waits behind {waiting[first_post].name}: stop the old version everywhere, then run"
            " `blether db upgrade --post`"
        )
    return waiting[:first_post]


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _run(connection: Connection, revision: str) -> None:
    with as_file(files("storage") / "migrations") as folder:
        config = _config(folder)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
