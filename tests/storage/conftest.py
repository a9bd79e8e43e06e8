"""A table of the storage tests' own, so that they stand on no subject."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table

from storage.columns import Id
from storage.database import Database

BOATS = Table(
    "boats_of_the_storage_tests",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("name", String, unique=True),
    Column("berth", Integer, unique=True),
    CheckConstraint("berth >= 0", name="ck_boats_berth"),
)
CREWS = Table(
    "crews_of_the_storage_tests",
    BOATS.metadata,
    Column("id", Id, primary_key=True),
    Column("boat_id", Id, ForeignKey(BOATS.c.id), nullable=False),
)


@pytest.fixture
async def harbour(database: Database) -> AsyncIterator[Database]:
    """An open database with the two tables above, empty; once on each kind."""
    await database.run(BOATS.metadata.create_all)
    yield database
    cleaner = Database.open(database.url.render_as_string(hide_password=False))
    await cleaner.run(BOATS.metadata.drop_all)
    await cleaner.close()
