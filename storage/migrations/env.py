"""What alembic runs for each command. The connection and its transaction come from `storage/migrating.py`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
