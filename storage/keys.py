"""The keys of one transaction: a person's data key is unwrapped once, rows without a person use their table's."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, select

from storage.errors import SealingError, StorageError
from storage.prepared import Prepared
from storage.sealing import DataKey, Keyring
from storage.sets import among
from storage.tables import people

_KEYS = Prepared(select(people.c.id, people.c.data_key).where(among(people.c.id, "ids")))


class Keys:
    """Looks up whose key seals what. Made anew for each transaction.

    `forgiving`: what does not open reads as "", and who cannot be unwrapped is as if not there: for setting something
    aside, which must be possible just when a row is damaged. What was read so is not to be written back.
    """

    def __init__(self, keyring: Keyring, connection: Connection, *, forgiving: bool = False) -> None:
        self.keyring = keyring
        self._connection = connection
        self._forgiving = forgiving
        self._known: dict[UUID, DataKey] = {}

    def learn(self, person_id: UUID, wrapped: bytes) -> bool:
        """Keep the wrapped key of a person whose row was read anyway. False if it cannot be unwrapped (`forgiving`).

        Raises:
            SealingError: it cannot be unwrapped.
        """
        try:
            key = self.keyring.unwrap(person_id, wrapped)
        except SealingError:
            if not self._forgiving:
                raise
            return False
        self._known[person_id] = _Forgiving(key) if self._forgiving else key
        return True

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
        if found is None and self._forgiving:
            return _Forgiving(None)
        if found is None:
            raise StorageError("a person's key is gone: they were erased")
        return found


class _Forgiving(DataKey):
    """Reads what does not open as ""; seals as the key it stands for."""

    __slots__ = ("_whole",)

    def __init__(self, whole: DataKey | None) -> None:
        self._whole = whole

    def seal(self, table: str, column: str, row_id: UUID, plaintext: str | bytes) -> bytes:
        return self._there().seal(table, column, row_id, plaintext)

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        try:
            return self._there().open(table, column, row_id, sealed)
        except StorageError:
            return ""

    def open_bytes(self, table: str, column: str, row_id: UUID, sealed: bytes) -> bytes:
        return self._there().open_bytes(table, column, row_id, sealed)

    def mac(self, text: str) -> bytes:
        return self._there().mac(text)

    def _there(self) -> DataKey:
        if self._whole is None:
            raise StorageError("a person's key cannot be read")
        return self._whole
