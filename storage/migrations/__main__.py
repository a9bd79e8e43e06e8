"""Draft a migration from the difference between the tables and the migrations before it.

    python -m storage.migrations whole_way          the next number, `pre`
    python -m storage.migrations --post drop_old    the next number, `post`
    python -m storage.migrations --again            the last one is written anew under its name (before it is released)

Read what it writes: renamed columns look like one dropped and one added, and rows are not moved.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrationScript, UpgradeOps
from alembic.runtime.migration import MigrationContext

from storage import tables
from storage.columns import Json, Moment
from storage.engines import open_engine, parse_address
from storage.migrating import Migration, migrations, upgrade

VERSIONS = Path(__file__).parent / "versions"

_TEMPLATE = '''\
"""{title}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {body}
'''


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our column types as plain SQLAlchemy ones: a migration must not change when they do."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Json):
        return "sa.JSON(none_as_null=True)"
    return False


def difference() -> UpgradeOps:
    """What lies between a database with the present migrations and the tables."""
    with tempfile.TemporaryDirectory() as folder:
        url = parse_address(f"sqlite:///{folder}/draft.db")
        upgrade(url, post=True)
        engine = open_engine(url, "migrate")
        try:
            with engine.connect() as connection:
                context = MigrationContext.configure(connection, opts={"compare_type": True})
                script: MigrationScript = produce_migrations(context, tables.metadata)
        finally:
            engine.dispose()
    if script.upgrade_ops is None or script.upgrade_ops.is_empty():
        raise SystemExit("the migrations make the tables as they are: nothing to draft")
    return script.upgrade_ops


def draft(name: str, *, post: bool, before: list[Migration]) -> Path:
    """Write the next migration after `before` and return its file."""
    revision = f"{len(before) + 1:04}"
    code = render_python_code(difference(), render_item=render_item)
    # Alembic leaves a `use_alter` foreign key out on PostgreSQL; its tables come in the order of their keys anyway.
    body = re.sub(r"^ *#.*$", "", code, flags=re.MULTILINE).strip().replace(", use_alter=True", "")
    file = VERSIONS / f"{revision}_{'post' if post else 'pre'}_{name}.py"
    file.write_text(
        _TEMPLATE.format(
            title=name.replace("_", " ").capitalize() + ".",
            revision=revision,
            before=before[-1].revision if before else None,
            body=body,
        )
    )
    return file


def draft_again(last: Migration, *, before: list[Migration]) -> Path:
    """Write the last migration anew under its name; whatever goes wrong, the old one stays."""
    file = VERSIONS / f"{last.name}.py"
    kept = file.with_suffix(".before")
    file.rename(kept)
    try:
        written = draft(last.name.split("_", 2)[2], post=last.post, before=before)
    except BaseException:
        kept.rename(file)
        raise
    kept.unlink()
    return written


def main(arguments: list[str]) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m storage.migrations", description="Draft a migration.")
    parser.add_argument("name", nargs="?", default="", help="what it does, in letters, digits and underscores")
    parser.add_argument("--post", action="store_true", help="may run only after the old code is gone")
    parser.add_argument("--again", action="store_true", help="write the last one anew")
    chosen = parser.parse_args(arguments)
    known = migrations()
    name = chosen.name.replace(" ", "_").replace("-", "_").lower()
    if chosen.again and known:
        written = draft_again(known[-1], before=known[:-1])
    elif re.fullmatch(r"[a-z0-9_]+", name):
        written = draft(name, post=chosen.post, before=known)
    else:
        parser.error("it needs a name of letters, digits and underscores, or --again with a migration there")
    sys.stdout.write(f"{written}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
