"""The errors of `storage/`, by what the caller may do. No text holds a value, a name, a number or words.

StorageError
├── DatabaseAddressError   the configured address cannot be used: nothing starts
├── AlreadyHeldError       another process runs on this SQLite file: stop it first
├── DatabaseClosedError    work came after close()
├── ConnectionLostError    the database went away before the commit: nothing was written, running it again is safe
├── MigrationError         the schema and this version do not fit: nothing starts
├── ConflictError          somebody else decided first: nothing was written, decide again
├── NaiveMomentError       a program fault: a time without a zone was to be stored
├── MasterKeyError         the key file is not a key: nothing starts
├── SealingError           a sealed value does not open: wrong key, moved or changed
├── SealedLogError         the audit's head is not what was written: the sealer does not go on from it
└── NotAllowedError        this viewer may not read that

Constraint violations stay SQLAlchemy's `IntegrityError` (its text is cleansed, see `storage/engines.py`).
"""


class StorageError(Exception):
    """Anything `storage/` itself says is wrong."""


class DatabaseAddressError(StorageError):
    """The database's address is not one blether can open."""


class AlreadyHeldError(StorageError):
    """Another process runs on this SQLite file."""


class DatabaseClosedError(StorageError):
    """The database was closed before this work was handed in."""


class ConnectionLostError(StorageError):
    """The connection broke while work ran and before it was committed."""


class ConflictError(StorageError):
    """What was decided on is no longer so; the transaction was rolled back and is to be decided again."""


class MigrationError(StorageError):
    """The schema cannot be brought to where this version needs it."""


class NaiveMomentError(StorageError, ValueError):
    """A datetime without a time zone was to be stored."""


class MasterKeyError(StorageError):
    """The master key is missing or is not base64 of 32 bytes."""


class SealingError(StorageError):
    """A sealed value does not open under this key at this place."""


class SealedLogError(StorageError):
    """The head of the audit, in the database or outside it, is not one that was written by us."""


class NotAllowedError(StorageError):
    """The viewer may not read this kind of thing of this person."""
