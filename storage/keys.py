"""The keys of one transaction: a person's data key is unwrapped once, rows without a person use their table's."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, select

from storage.errors import StorageError
from storage.prepared import Prepared
from storage.sealing import DataKey, Keyring
from storage.sets import among
from storage.tables import people

_KEYS = Prepared(select(people.c.id, people.c.data_key).where(among(people.c.id, "ids")))


class Keys:
    """Looks up whose key seals what. Made anew for each transaction."""

    def __init__(self, keyring: Keyring, connection: Connection) -> None:
        self.keyring = keyring
        self._connection = connection
        self._known: dict[UUID, DataKey] = {}

    def learn(self, person_id: UUID, wrapped: bytes) -> None:
        """Keep the wrapped key of a person whose row was read anyway."""
        self._known[person_id] = self.keyring.unwrap(person_id, wrapped)

    def fetch(self, person_ids: Iterable[UUID | None]) -> None:
        """Read the keys of all these people at once, those not known yet."""
        missing = {person_id for person_id in person_ids if person_id is not None} - self._known.keys()
        if not missing:
            return
        for row in _KEYS.rows(self._connection, ids=missing):
            if row.data_key is not None:
                self.learn(row.id, row.data_key)

    def of(self, person_id: UUID | None, table: str) -> DataKey:
        """The key for a row of `table` that belongs to this person, or to nobody.

        Raises:
            StorageError: the person's key was not fetched, or was destroyed by erasure.
        """
        if person_id is None:
            return self.keyring.table_key(table)
        found = self._known.get(person_id)
        if found is None:
            self.fetch([person_id])
            found = self._known.get(person_id)
        if found is None:
            raise StorageError("a person's key is gone: they were erased")
        return found
