"""The sealer of the audit: committed entries get consecutive numbers and a chain of HMACs, seconds after they were written.

    chain(0) = 32 zero bytes;  chain(n) = HMAC(audit key, "chain", n, chain(n-1), mac(n))

An entry's own `mac` covers its content. So a changed entry shows by itself, one that was taken away or put in between by
the chain, and one that was cut off the end by the head: the last number and chain, with an HMAC of their own, kept in
`audit_head` and, by whoever runs the sealer, outside the database (`outside_head.py`).

Entries are taken in the order (written_at, within, id), some seconds behind the database's clock, so that a transaction
that wrote its moment and is still open mostly comes into its place. One that commits later than that gets a later number:
nothing is left out, and no number is ever given again. A transaction inside which the chain was written cost five sixths
of the throughput when tried; so it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from storage.audit import canonical
from storage.claims import database_now, insert_new
from storage.errors import SealedLogError
from storage.records import AuditEntry
from storage.sealing import Keyring
from storage.tables import audit, audit_head

GENESIS: Final = bytes(32)
"""What the first entry is chained to."""
BEHIND: Final = timedelta(seconds=3)
"""How far the sealer stays behind the database's clock: longer than a transaction usually takes."""
AT_ONCE: Final = 500
"""Entries sealed in one transaction: some ten milliseconds, so that nobody waits long for SQLite's only writer."""

ENTRY: Final = (
    audit.c.id,
    audit.c.at,
    audit.c.kind,
    audit.c.person_id,
    audit.c.actor_id,
    audit.c.detail,
    audit.c.personal_mac,
    audit.c.mac,
)
"""The columns that an entry's HMAC is worked out from, and the HMAC."""
IN_ORDER: Final = (audit.c.written_at, audit.c.within, audit.c.id)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the sealed part: how many entries it has and the chain of the last. `mac` proves both."""

    number: int
    chain: bytes
    mac: bytes
    at: datetime

    def is_ours(self, keyring: Keyring) -> bool:
        """Whether we wrote it."""
        return self.mac == head_mac(keyring, self.number, self.chain)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one transaction sealed. `foreign`: entries left out because their HMAC is not ours; `more`: others wait."""

    head: Head
    entries: Sequence[tuple[str, Mapping[str, object]]]  # kind and detail of each that was sealed
    foreign: int
    more: bool

    @property
    def count(self) -> int:
        """How many were sealed."""
        return len(self.entries)


def link(keyring: Keyring, before: bytes, number: int, mac: bytes) -> bytes:
    """The chain of the entry with this number, after the one whose chain is `before`."""
    return keyring.audit_mac(b"chain" + number.to_bytes(8, "big") + before + mac)


def head_mac(keyring: Keyring, number: int, chain: bytes) -> bytes:
    """What proves that a head is ours."""
    return keyring.audit_mac(b"head" + number.to_bytes(8, "big") + chain)


def is_ours(keyring: Keyring, row: Row[Any]) -> bool:
    """Whether an entry's HMAC fits its content; `row` has the columns of `ENTRY`."""
    entry = AuditEntry(row.id, row.at, row.kind, row.person_id, row.actor_id, row.detail)
    return keyring.audit_mac(canonical(entry, row.personal_mac)) == row.mac


def anything_to_seal(connection: Connection) -> bool:
    """Whether any entry has no number: a look that locks and writes nothing."""
    wanted = select(audit.c.id).where(audit.c.number.is_(None)).limit(1)
    return connection.execute(wanted).first() is not None


def seal_some(connection: Connection, keyring: Keyring, *, limit: int = AT_ONCE, behind: timedelta = BEHIND) -> Sealed:
    """Seal the next entries. Two sealers at once go one after the other: the head's row is locked.

    An entry that lies further ahead than `behind` was written before the clock was put back, and is taken at once.

    Raises:
        SealedLogError: the head is not one that we wrote; what it says is not continued.
    """
    head = _locked_head(connection, keyring)
    now = database_now(connection)
    settled = or_(audit.c.written_at <= now - behind, audit.c.written_at > now + behind)
    wanted = select(*ENTRY).where(audit.c.number.is_(None), settled).order_by(*IN_ORDER).limit(limit)
    good, foreign, more = _ours(connection, keyring, wanted, limit)
    if not good:
        return Sealed(head, (), foreign, more=False)
    number, chain = head.number, head.chain
    rows: list[dict[str, object]] = []
    for row in good:
        number += 1
        chain = link(keyring, chain, number, row.mac)
        rows.append({"b_id": row.id, "number": number, "chain": chain})
    connection.execute(update(audit).where(audit.c.id == bindparam("b_id")), rows)
    new = Head(number, chain, head_mac(keyring, number, chain), now)
    connection.execute(
        update(audit_head)
        .where(audit_head.c.id == 1)
        .values(number=new.number, chain=new.chain, mac=new.mac, at=new.at)
    )
    return Sealed(new, [(row.kind, row.detail) for row in good], foreign, more)


def _ours(connection: Connection, keyring: Keyring, wanted: Any, limit: int) -> tuple[Sequence[Row[Any]], int, bool]:
    """The next entries that are ours. Others stay without a number, and hold up nobody however many they are."""
    foreign = offset = 0
    while True:
        rows: Sequence[Row[Any]] = connection.execute(wanted.offset(offset)).all()
        good = [row for row in rows if is_ours(keyring, row)]
        foreign += len(rows) - len(good)
        if good or len(rows) < limit:
            return good, foreign, len(rows) == limit
        offset += limit


def _locked_head(connection: Connection, keyring: Keyring) -> Head:
    mine = select(audit_head).where(audit_head.c.id == 1).with_for_update()
    row = connection.execute(mine).one_or_none()
    if row is None:
        sealed_before = connection.execute(select(audit.c.id).where(audit.c.number.is_not(None)).limit(1)).first()
        if sealed_before is not None:
            raise SealedLogError("the audit's head is gone: see `blether audit verify`")
        now = database_now(connection)
        first = {"id": 1, "number": 0, "chain": GENESIS, "mac": head_mac(keyring, 0, GENESIS), "at": now}
        insert_new(connection, audit_head, [first], ["id"])
        row = connection.execute(mine).one()
    head = Head(row.number, row.chain, row.mac, row.at)
    if not head.is_ours(keyring):
        raise SealedLogError("the audit's head is not one that this key wrote: see `blether audit verify`")
    return head


def read_head(connection: Connection) -> Head | None:
    """The head as it stands, whoever wrote it; None before anything was sealed."""
    row = connection.execute(select(audit_head).where(audit_head.c.id == 1)).one_or_none()
    return None if row is None else Head(row.number, row.chain, row.mac, row.at)


def chain_at(connection: Connection, number: int) -> bytes | None:
    """The chain of the entry with this number; None where there is none. That of 0 is where the chain begins."""
    if number == 0:
        return GENESIS
    return connection.execute(select(audit.c.chain).where(audit.c.number == number)).scalar_one_or_none()


def unsealed(connection: Connection) -> tuple[int, float]:
    """How many entries wait for the sealer, and for how many seconds the oldest has."""
    row = connection.execute(
        select(func.count().label("waiting"), func.min(audit.c.written_at).label("oldest")).where(
            audit.c.number.is_(None)
        )
    ).one()
    if row.oldest is None:
        return 0, 0.0
    return row.waiting, max(0.0, (database_now(connection) - row.oldest).total_seconds())
