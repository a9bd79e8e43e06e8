"""Bringing the schema to where this version needs it.

Migrations are files `NNNN_pre_NAME.py` and `NNNN_post_NAME.py` in `storage/migrations/versions`, run in the order of
their numbers. A `pre` one may run while the old code still does, a `post` one only after it is gone. At start SQLite
runs all; PostgreSQL runs the `pre` ones, up to the first `post` one that waits, under an advisory lock. There is no way
back. A new one is drafted by `python -m storage.migrations NAME`.

`post` ones are refused while a process is seen whose version does not know them. What ran is written down with its kind,
so that the old version still starts on a schema which only `pre` ones of a newer one have changed.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, insert, inspect, select, table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from storage.claims import (
    database_now,
    lock_tables,
    migration_lock,
    runs_every_migration,
    tables_with_dangling_rows,
)
from storage.engines import is_passing, open_engine, parse_address
from storage.errors import MigrationError
from storage.processes import fresh
from storage.tables import migrations_run, processes

if TYPE_CHECKING:
    from alembic.config import Config

PATIENCE = (0.3, 0.6, 1.2, 2.4, *[5.0] * 12)
"""Seconds that a table is waited for, try after try. An old version that is busy stands in the way until what it has
begun is through; meanwhile what it would begin waits as well."""
_NAME = re.compile(r"(\d{4})_(pre|post)_\w+")
_AT = table("alembic_version", column("version_num"))  # where alembic keeps the last one that ran
BETWEEN = 0.2  # seconds between two tries


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `revision` is its number, `name` its whole name, `post` when it may run."""

    revision: str
    name: str
    post: bool


def upgrade(
    address: str | URL,
    *,
    post: bool = False,
    also: Path | None = None,
    then: Callable[[Connection], None] | None = None,
) -> list[str]:
    """Run what is pending on connections of its own; `post` runs the `post` ones on PostgreSQL too. All or nothing.

    The old version may be at work meanwhile: all tables are had at one moment between its transactions, which then wait
    until this is over. `also` is a folder of further migrations, with which a test is a version that does not exist yet.
    `then` is called in the same transaction.

    Returns:
        The names of the migrations that ran.

    Raises:
        MigrationError: the database is newer than this version; a `pre` migration waits behind a `post` one; a process
            runs that a `post` one would break; rows were left pointing at nothing; the tables were never free.
    """
    url = parse_address(address) if isinstance(address, str) else address
    engine = open_engine(url, "migrate")
    try:
        for patience in PATIENCE:
            try:
                return _upgrade(engine, patience, post=post, also=also, then=then)
            except DBAPIError as error:
                if not is_passing(error):
                    raise
            Event().wait(BETWEEN)
        raise MigrationError("the old version was never out of the way for a moment; nothing was changed: try again")
    finally:
        engine.dispose()


def _upgrade(
    engine: Engine, patience: float, *, post: bool, also: Path | None, then: Callable[[Connection], None] | None
) -> list[str]:
    with engine.connect() as connection, migration_lock(connection), connection.begin():
        due = _due(pending(connection, also), post=post or runs_every_migration(connection))
        if not runs_every_migration(connection):
            _refuse_while_needed(connection, due)
        if due:
            lock_tables(connection, _in_order(inspect(connection).get_table_names()), patience)
            _run(connection, due[-1].revision, also)
            # Not at every start: it looks at every row that there is.
            if torn := tables_with_dangling_rows(connection):
                raise MigrationError(f"rows of {', '.join(sorted(torn))} would point at nothing; nothing was changed")
            _write_down(connection, due)
        if then is not None:
            then(connection)
    return [migration.name for migration in due]


def _in_order(names: list[str]) -> list[str]:
    """Tables in about the order in which transactions come to them, so that they rarely stand in each other's way."""
    first = ("people", "channel_accounts", "addresses", "outbox", "escalations", "sessions", "schedules")
    return [*(name for name in first if name in names), *sorted(set(names) - set(first))]


def _refuse_while_needed(connection: Connection, due: list[Migration]) -> None:
    """No `post` migration while a process is at work that does not know it."""
    posts = [one for one in due if one.post]
    if not posts or not inspect(connection).has_table(processes.name):
        return
    last = posts[-1].revision
    old = [one for one in fresh(connection) if one.revision < last]
    if not old:
        return
    ago = (database_now(connection) - old[0].seen_at).total_seconds()
    versions = ", ".join(sorted({one.version for one in old}))
    raise MigrationError(
        f"{posts[0].name} may run only when the old version is gone, and {len(old)} of its processes (version {versions})"
        f" still run: the last was seen {ago:.0f} seconds ago. Stop them, or start this version in their place, and run"
        " `blether db upgrade --post` again; one that was killed counts as gone after a minute"
    )


def _write_down(connection: Connection, ran: list[Migration]) -> None:
    if inspect(connection).has_table(migrations_run.name):
        at = database_now(connection)
        rows = [{"revision": one.revision, "name": one.name, "post": one.post, "at": at} for one in ran]
        connection.execute(insert(migrations_run), rows)


def pending(connection: Connection, also: Path | None = None) -> list[Migration]:
    """What this version knows and the database has not had, in order. Nothing, where a newer version has run `pre`
    migrations only: this one may go on.

    Raises:
        MigrationError: the database is newer than this version.
    """
    known = migrations(also)
    at = _revision(connection)
    if at is None:
        return known
    places = [place for place, migration in enumerate(known) if migration.revision == at]
    if places:
        return known[places[0] + 1 :]
    if known and _goes_on_under(connection, known[-1].revision, at):
        return []
    raise MigrationError(f"the database is at migration {at}, which this version does not know: it is newer")


def _goes_on_under(connection: Connection, last_known: str, at: str) -> bool:
    """Whether all that came after the last known migration is known to have been `pre`."""
    rows = connection.execute(
        select(migrations_run.c.revision, migrations_run.c.post).where(migrations_run.c.revision > last_known)
    ).all()
    return at in {row.revision for row in rows} and not any(row.post for row in rows)


def current(connection: Connection) -> str | None:
    """The name of the last migration that ran; its number if this version does not know it; None before the first."""
    at = _revision(connection)
    names = {migration.revision: migration.name for migration in migrations()}
    return None if at is None else names.get(at, at)


def migrations(also: Path | None = None) -> list[Migration]:
    """All that this version has, in order.

    Raises:
        MigrationError: a file's name is not of the form above.
    """
    with as_file(files("storage") / "migrations") as folder:
        places = [folder / "versions"] if also is None else [folder / "versions", also]
        return sorted(
            (_named(file.stem) for place in places for file in place.glob("*.py") if file.stem != "__init__"),
            key=lambda one: one.revision,
        )


def _named(name: str) -> Migration:
    match = _NAME.fullmatch(name)
    if match is None:
        raise MigrationError(f"the migration {name} must be called NNNN_pre_NAME or NNNN_post_NAME, with four digits")
    return Migration(match[1], name, match[2] == "post")


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
    if not inspect(connection).has_table(_AT.name):
        return None
    return connection.execute(select(_AT.c.version_num)).scalar_one_or_none()


def _run(connection: Connection, revision: str, also: Path | None) -> None:
    # Looked up when there is something to run: it takes as long to load as all else that starts, and mostly there is not.
    from alembic import command
    from alembic.config import Config

    with as_file(files("storage") / "migrations") as folder:
        config = Config()
        _point(config, folder, also)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _point(config: "Config", folder: Path, also: Path | None) -> None:
    config.set_main_option("script_location", _escaped(folder))
    config.set_main_option("path_separator", "os")
    if also is not None:
        config.set_main_option("version_locations", os.pathsep.join(map(_escaped, (folder / "versions", also))))


def _escaped(folder: Path) -> str:
    return str(folder).replace("%", "%%")
