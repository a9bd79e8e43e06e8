"""Sealed columns and keyed hashes.

What is personal is stored as AES-256-GCM under a data key per person; the master key wraps those keys, and destroying
a person's wrapped key makes all that was sealed under it unreadable. Rows without a person use a key per table derived
from the master key. Table, column and row id are authenticated with each value, so it opens only where it was sealed.

A sealed value: one byte of format, 12 bytes of random nonce, the ciphertext, 16 bytes of tag.
Sources: NIST SP 800-38D (GCM), RFC 5869 (HKDF), RFC 2104 (HMAC).
"""

import base64
import binascii
import hmac
import secrets
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import MasterKeyError, SealingError
from storage.normalising import name_prefixes, normalise

KEY_BYTES = 32
_FORMAT = b"\x01"  # AES-256-GCM, 96-bit nonce, parts of the associated data length-prefixed
_NONCE_BYTES = 12
_TAG_BYTES = 16
_CACHED_KEYS = 2048


def _framed(*parts: bytes) -> bytes:
    """Parts joined so that no two different lists give the same bytes: each after its length."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _derive(secret: bytes, *purpose: str) -> bytes:
    info = _framed(b"blether", *(part.encode() for part in purpose))
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


class DataKey:
    """A key that seals and opens. It shows nothing of itself when printed."""

    __slots__ = ("_cipher", "_key", "_mac_key")

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes."""
        if len(key) != KEY_BYTES:
            raise SealingError("a data key has 32 bytes")
        self._cipher = AESGCM(key)
        self._key = key
        self._mac_key: bytes | None = None  # derived when it is first needed: most keys only open something

    def __repr__(self) -> str:
        return "DataKey(…)"

    def seal(self, table: str, column: str, row_id: UUID, plaintext: str | bytes) -> bytes:
        """Seal a value for one place. Sealing the same twice gives different bytes."""
        plain = plaintext.encode() if isinstance(plaintext, str) else plaintext
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain, _place(table, column, row_id))

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        """The text that was sealed for this place.

        Raises:
            SealingError: another key, another place, changed bytes, an unknown format, or not text.
        """
        try:
            return self.open_bytes(table, column, row_id, sealed).decode()
        except UnicodeDecodeError:
            raise SealingError(f"{table}.{column} is not text") from None

    def open_bytes(self, table: str, column: str, row_id: UUID, sealed: bytes) -> bytes:
        """The bytes that were sealed for this place. Raises as `open` does."""
        if len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES or sealed[:1] != _FORMAT:
            raise SealingError(f"{table}.{column} has an unknown form")
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, rest, _place(table, column, row_id))
        except InvalidTag:
            raise SealingError(f"{table}.{column} does not open with this key here") from None

    def mac(self, text: str) -> bytes:
        """HMAC-SHA256 of `text` under a key derived from this one, 32 bytes."""
        if self._mac_key is None:
            self._mac_key = _derive(self._key, "personal-mac")
        return hmac.digest(self._mac_key, text.encode(), "sha256")


def _place(table: str, column: str, row_id: UUID) -> bytes:
    return _column(table, column) + _framed(row_id.bytes)


@lru_cache(maxsize=256)
def _column(table: str, column: str) -> bytes:
    return _framed(table.encode(), column.encode())


def personal_mac(key: DataKey, text: str) -> bytes:
    """What the audit keeps of a personal part: its HMAC under the person's key. Once that key is gone it tells nothing,
    and hashes that cover it stay valid.
    """
    return key.mac(text)


class Keyring:
    """The master key and everything derived from it. Safe to use from several threads."""

    def __init__(self, master: bytes) -> None:
        """`master`: 32 bytes; `from_secret` reads it from what a key file holds."""
        if len(master) != KEY_BYTES:
            raise MasterKeyError("the master key must have 32 bytes")
        self._master = master
        self._wrapping = DataKey(_derive(master, "wrap"))
        self._audit_key = _derive(master, "audit")
        self.table_key = lru_cache(maxsize=None)(self._table_key)
        self._lookup_key = lru_cache(maxsize=None)(self._derive_lookup_key)
        self._unwrapped = lru_cache(maxsize=_CACHED_KEYS)(self._unwrap)

    def __repr__(self) -> str:
        return "Keyring(…)"

    @classmethod
    def from_secret(cls, secret: bytes | str) -> "Keyring":
        """The keyring of a key file's content: base64 (either alphabet) of 32 bytes, blanks round it ignored.

        Raises:
            MasterKeyError: it is anything else. The text shows nothing of it.
        """
        raw = secret.encode() if isinstance(secret, str) else secret
        try:
            master = base64.b64decode(raw.strip(), altchars=b"-_" if set(raw) & set(b"-_") else None, validate=True)
        except (binascii.Error, ValueError):
            raise MasterKeyError("the key file is not base64: write one with 32 random bytes in base64") from None
        if len(master) != KEY_BYTES:
            raise MasterKeyError(f"the key file holds {len(master)} bytes in base64; it must hold 32 random bytes")
        return cls(master)

    @classmethod
    def generate(cls) -> "Keyring":
        """A keyring with a new random master key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def secret(self) -> str:
        """What a key file must hold for this keyring: base64 of the master key. Only for writing that file."""
        return base64.b64encode(self._master).decode()

    def wrap(self, person_id: UUID, key: bytes) -> bytes:
        """A person's data key as it is stored: sealed under the master key, for that person only."""
        return self._wrapping.seal("person", "wrapped_key", person_id, key)

    def unwrap(self, person_id: UUID, wrapped: bytes) -> DataKey:
        """A person's data key for use; some are remembered by their wrapped form.

        Raises:
            SealingError: another master key or another person's.
        """
        return self._unwrapped(person_id, wrapped)

    def forget(self) -> None:
        """Drop remembered data keys: after an erasure and after a rotation."""
        self._unwrapped.cache_clear()

    def lookup_hash(self, kind: str, value: str) -> bytes:
        """What a value is found by, 32 bytes: HMAC-SHA256 of its normalised form under a key of its own per `kind`.

        `number` and `name` are normalised as `storage/normalising.py` says; any other kind loses only blanks round it.
        """
        return hmac.digest(self._lookup_key(kind), normalise(kind, value).encode(), "sha256")

    def name_hashes(self, name: str) -> set[bytes]:
        """What a name is found by: itself and its beginnings of three letters and more; look up with kind `name`."""
        return {self.lookup_hash("name", beginning) for beginning in name_prefixes(name)}

    def audit_mac(self, payload: bytes) -> bytes:
        """HMAC-SHA256 of an audit entry's canonical bytes, 32 bytes."""
        return hmac.digest(self._audit_key, payload, "sha256")

    def _table_key(self, table: str) -> DataKey:
        """The key for rows of `table` that belong to no person."""
        return DataKey(_derive(self._master, "table", table))

    def _derive_lookup_key(self, kind: str) -> bytes:
        return _derive(self._master, "lookup", kind)

    def _unwrap(self, person_id: UUID, wrapped: bytes) -> DataKey:
        return DataKey(self._wrapping.open_bytes("person", "wrapped_key", person_id, wrapped))


def new_data_key() -> bytes:
    """A new random data key for one person, 32 bytes: `Keyring.wrap` it before it is stored."""
    return secrets.token_bytes(KEY_BYTES)
