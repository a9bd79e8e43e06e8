"""Whether the audit is whole: every entry as it was written, none taken away, none put in.

One walk in the order of the numbers, a page at a time, so that a million entries need no more memory than a thousand. It
needs the master key and no person's: what a person's key covered stays as its HMAC, and is covered by the entry's. So it
holds when a person's key was wrapped anew or destroyed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, func, literal, select, tuple_

from storage.columns import Id, Moment
from storage.sealed_log import ENTRY, GENESIS, IN_ORDER, Head, is_ours, link, read_head
from storage.sealing import Keyring
from storage.tables import audit

PAGE: Final = 2_000
"""Entries read at a time."""
_UNREADABLE: Final = (ValueError, TypeError, AttributeError, OverflowError)
"""What a column raises that holds something of another kind: SQLite takes anything anywhere."""

How = Literal["changed", "removed", "inserted"]


@dataclass(frozen=True, slots=True)
class Intact:
    """Everything fits: so many entries, sealed or just written."""

    entries: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The number at which it breaks first, and how."""

    number: int
    how: How


def verify(
    connection: Connection, keyring: Keyring, outside: Head | None = None, *, page: int = PAGE
) -> Intact | Broken:
    """Walk through the audit. `outside`: the head that was kept outside the database, if there is one.

    changed   an entry's HMAC or chain does not fit it, or a head is not what was written
    removed   a number is missing; at the end too, where a head says that there were more
    inserted  a number given twice, one beyond the head, or an entry whose HMAC is not ours among those not sealed yet
    """
    walk = _Walk(connection, keyring, read_head(connection), outside, page)
    return walk.sealed() or walk.heads() or walk.strays() or walk.unsealed()


class _Walk:
    """Where a walk stands: the last number that fitted, and its chain."""

    def __init__(
        self, connection: Connection, keyring: Keyring, head: Head | None, outside: Head | None, page: int
    ) -> None:
        self._connection = connection
        self._keyring = keyring
        self._head = head
        self._trusted = head if head is not None and head.is_ours(keyring) else None
        self._outside = outside
        self._page = page
        self._number = 0
        self._chain = GENESIS

    def sealed(self) -> Broken | None:
        """Every entry with a number, in their order."""
        if found := self._met_outside():
            return found
        for row in self._numbered():
            if isinstance(row, int):
                return Broken(row, "changed")
            if row.number != self._number + 1:
                return Broken(self._number + 1, "removed") if row.number > self._number else _inserted(row.number)
            if self._trusted is not None and row.number > self._trusted.number:
                return _inserted(row.number)
            if not self._fits(row):
                return Broken(row.number, self._why(row))
            self._number, self._chain = row.number, row.chain
            if found := self._met_outside():
                return found
        return None

    def heads(self) -> Broken | None:
        """The end: what the two heads say there is, is there."""
        if self._head is None and self._number:
            return Broken(self._number + 1, "removed")
        if self._head is not None and self._trusted is None:
            return Broken(self._number, "changed")
        if any(one is not None and one.number > self._number for one in (self._trusted, self._outside)):
            return Broken(self._number + 1, "removed")
        if self._trusted is not None and self._trusted.chain != self._chain:
            return Broken(self._number, "changed")
        return None

    def strays(self) -> Broken | None:
        """Numbers that the walk did not come by: below the first, or given twice where somebody dropped the constraint."""
        counted = select(func.count()).where(audit.c.number.is_not(None))
        if self._connection.execute(counted).scalar_one() == self._number:
            return None
        below = select(func.min(audit.c.number)).where(audit.c.number < 1)
        twice = select(audit.c.number).where(audit.c.number >= 1).group_by(audit.c.number).having(func.count() > 1)
        number = self._connection.execute(below).scalar_one_or_none()
        if number is None:
            number = self._connection.execute(twice.order_by(audit.c.number).limit(1)).scalar_one()
        return _inserted(number)

    def unsealed(self) -> Intact | Broken:
        """What was written just now has no number yet, but its HMAC has to fit."""
        entries = self._number
        for row in self._waiting():
            entries += 1
            if row is None or not is_ours(self._keyring, row):
                return _inserted(entries)
        return Intact(entries)

    def _met_outside(self) -> Broken | None:
        outside = self._outside
        if outside is None or outside.number != self._number:
            return None
        fits = outside.chain == self._chain and outside.is_ours(self._keyring)
        return None if fits else Broken(self._number, "changed")

    def _fits(self, row: Row[Any]) -> bool:
        chain = link(self._keyring, self._chain, row.number, row.mac)
        return chain == row.chain and is_ours(self._keyring, row)

    def _why(self, row: Row[Any]) -> How:
        """An entry does not fit. Its neighbours tell whether it is itself at fault: numbers may have been moved, to hide
        that one was put in before it or taken away.
        """
        if link(self._keyring, self._chain, row.number, row.mac) == row.chain:
            return "changed"  # after it was sealed
        following = self._connection.execute(_sealed_after(row.number, 1)).one_or_none()
        if (
            following is not None
            and is_ours(self._keyring, following)
            and link(self._keyring, self._chain, row.number, following.mac) == following.chain
        ):
            return "inserted"
        last = self._connection.execute(select(func.max(audit.c.number))).scalar_one()
        known = max((one.number for one in (self._trusted, self._outside) if one is not None), default=0)
        return "removed" if is_ours(self._keyring, row) and last < known else "changed"

    def _numbered(self) -> Iterator[Row[Any] | int]:
        """Entries with a number, page by page; only the number of one that cannot even be read."""
        last = 0
        while True:
            rows = self._read(_sealed_after(last, self._page))
            if rows is None:
                yield from self._one_by_one(last)
                return
            yield from rows
            if len(rows) < self._page:
                return
            last = rows[-1].number

    def _one_by_one(self, last: int) -> Iterator[Row[Any] | int]:
        numbers = select(audit.c.number).where(audit.c.number > last).order_by(audit.c.number).limit(self._page)
        for number in self._connection.execute(numbers).scalars().all():
            rows = self._read(_sealed_after(number - 1, 1))
            if rows is None:
                yield number
                return
            yield from rows

    def _waiting(self) -> Iterator[Row[Any] | None]:
        """Entries without a number in the order in which they will get one; None for one that cannot be read."""
        place = tuple_(*IN_ORDER)
        wanted = select(*ENTRY, audit.c.written_at, audit.c.within).where(audit.c.number.is_(None)).order_by(*IN_ORDER)
        following = wanted.limit(self._page)
        while True:
            rows = self._read(following)
            if rows is None:
                yield None
                return
            yield from rows
            if len(rows) < self._page:
                return
            last = rows[-1]
            after = tuple_(literal(last.written_at, Moment), literal(last.within), literal(last.id, Id))
            following = wanted.where(place > after).limit(self._page)

    def _read(self, wanted: Any) -> Sequence[Row[Any]] | None:
        """The rows; None if one of them holds something that the column cannot."""
        try:
            return self._connection.execute(wanted).all()
        except _UNREADABLE:
            return None


def _sealed_after(number: int, limit: int) -> Any:
    columns = (*ENTRY, audit.c.number, audit.c.chain)
    return select(*columns).where(audit.c.number > number).order_by(audit.c.number).limit(limit)


def _inserted(number: int) -> Broken:
    return Broken(number, "inserted")
