"""Numbers and chain of the audit, and what `verify` finds when somebody had a hand in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from storage.audit import save_audit
from storage.claims import database_now
from storage.database import Database
from storage.errors import SealedLogError
from storage.ids import new_id
from storage.keys import Keys
from storage.log_check import Broken, Intact, verify
from storage.outside_head import read_outside, write_outside
from storage.records import AuditEntry
from storage.sealed_log import Head, head_mac, link, read_head, seal_some, unsealed
from storage.sealing import Keyring, new_data_key
from storage.tables import audit, audit_head, people

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
AT_ONCE = timedelta(0)


class Book:
    """An audit with entries in it."""

    def __init__(self, database, keyring) -> None:
        self.database, self.keyring = database, keyring
        self.person_id = new_id(NOW)

    async def write(self, count: int = 1, **more) -> None:
        """Entries of one transaction."""
        await self.database.run(self._write, count, more)

    def _write(self, connection: Connection, count: int, more) -> None:
        entries = [
            AuditEntry(new_id(NOW), NOW, "checkin.begun", None, None, {"place": at, "of": [1.5, "x"]})
            for at in range(count)
        ]
        save_audit(connection, Keys(self.keyring, connection), [replace(one, **more) for one in entries])

    async def move_in(self) -> None:
        """A person with a key of their own."""
        await self.database.run(self._move_in)

    def _move_in(self, connection: Connection) -> None:
        wrapped = self.keyring.wrap(self.person_id, new_data_key())
        values = {"zone": "Europe/London", "language": "en-GB", "source": "command", "began_at": NOW}
        sealed = {"first_name_sealed": b"-", "last_name_sealed": b"-", "data_key": wrapped}
        connection.execute(insert(people).values(id=self.person_id, **values, **sealed))

    async def seal(self, limit: int = 500):
        """Seal what there is, however young."""
        return await self.database.run(seal_some, self.keyring, limit=limit, behind=AT_ONCE)

    async def check(self, outside: Head | None = None, page: int = 4):
        """What `verify` says, in small pages."""
        return await self.database.read(verify, self.keyring, outside, page=page)

    async def head(self) -> Head:
        """The head as it stands."""
        found = await self.database.read(read_head)
        assert found is not None
        return found

    async def numbers(self) -> list[int | None]:
        """Everybody's number, in the order in which they were written."""
        order = select(audit.c.number).order_by(audit.c.written_at, audit.c.within, audit.c.id)
        return await self.database.read(lambda connection: list(connection.execute(order).scalars()))

    async def tamper(self, *statements) -> None:
        """Somebody with the database's password does this."""
        await self.database.run(lambda connection: [connection.execute(one) for one in statements] and None)

    async def moved(self, first: int, by: int) -> None:
        """Numbers from `first` on are moved, so that no gap shows."""

        def move(connection: Connection) -> None:
            found = connection.execute(select(audit.c.id, audit.c.number).where(audit.c.number >= first)).all()
            for row in sorted(found, key=lambda row: row.number, reverse=by > 0):
                connection.execute(update(audit).where(audit.c.id == row.id).values(number=row.number + by))

        await self.database.run(move)


@pytest.fixture
async def book(database, keyring) -> Book:
    return Book(database, keyring)


@pytest.fixture
async def sealed(book) -> Book:
    """Ten entries of two transactions, sealed."""
    await book.write(6)
    await book.write(4)
    await book.seal()
    return book


async def test_an_empty_audit_is_whole(book):
    assert await book.check() == Intact(0)
    assert (await book.seal()).count == 0
    assert await book.check() == Intact(0)


async def test_entries_get_consecutive_numbers_in_the_order_of_their_transactions(book):
    await book.write(3)
    await book.write(2)
    first = await book.seal(limit=4)
    assert (first.count, first.more) == (4, True)
    last = await book.seal(limit=4)
    assert (last.count, last.more) == (1, False)
    assert await book.numbers() == [1, 2, 3, 4, 5]
    assert await book.check() == Intact(5)


async def test_what_was_written_just_now_waits_a_little_and_counts_all_the_same(book):
    await book.write(3)
    assert (await book.database.run(seal_some, book.keyring, behind=timedelta(minutes=5))).count == 0
    assert await book.check() == Intact(3)
    waiting, seconds = await book.database.read(unsealed)
    assert waiting == 3
    assert 0 <= seconds < 60


async def test_a_transaction_that_commits_late_gets_a_later_number(sealed):
    await sealed.write(1)
    long_ago = update(audit).where(audit.c.number.is_(None)).values(written_at=NOW - timedelta(days=400))
    await sealed.tamper(long_ago)
    assert (await sealed.seal()).head.number == 11
    assert await sealed.check() == Intact(11)


async def test_entries_from_before_the_clock_was_put_back_do_not_wait_for_it(book):
    await book.write(2)
    await book.database.run(
        lambda connection: connection.execute(
            update(audit).values(written_at=database_now(connection) + timedelta(hours=1))
        )
    )
    assert (await book.database.run(seal_some, book.keyring)).count == 2


async def test_it_holds_through_a_new_wrapping_and_the_loss_of_a_persons_key(book):
    await book.move_in()
    await book.write(3, person_id=book.person_id, personal="rang her, all well")
    await book.seal()
    before = await book.check()
    await book.tamper(update(people).values(data_key=book.keyring.wrap(book.person_id, new_data_key())))
    assert await book.check() == before == Intact(3)
    await book.tamper(update(people).values(data_key=None))
    assert await book.check() == before


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "checkin.missed"},
        {"detail": {"place": 99}},
        {"at": NOW + timedelta(microseconds=1)},
        {"personal_mac": bytes(32)},
        {"mac": bytes(32)},
        {"chain": bytes(32)},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("number", [1, 5, 10])
async def test_a_changed_entry_shows(sealed, number, change):
    await sealed.tamper(update(audit).where(audit.c.number == number).values(**change))
    assert await sealed.check() == Broken(number, "changed")


@pytest.mark.parametrize("number", [1, 4, 5, 10])
async def test_a_removed_entry_shows(sealed, number):
    await sealed.tamper(delete(audit).where(audit.c.number == number))
    assert await sealed.check() == Broken(number, "removed")


@pytest.mark.parametrize("number", [1, 4, 9])
async def test_a_removed_entry_shows_when_the_others_move_up(sealed, number):
    await sealed.tamper(delete(audit).where(audit.c.number == number))
    await sealed.moved(number + 1, -1)
    assert await sealed.check() == Broken(number, "removed")


@pytest.mark.parametrize("number", [1, 5])
async def test_an_entry_put_in_between_shows(sealed, number):
    await sealed.moved(number, 1)
    await sealed.write(1)
    forged = update(audit).where(audit.c.number.is_(None)).values(number=number, chain=bytes(32), mac=bytes(32))
    await sealed.tamper(forged)
    assert await sealed.check() == Broken(number, "inserted")


@pytest.mark.parametrize("number", [0, -3])
async def test_a_number_below_the_first_shows(sealed, number):
    await sealed.write(1)
    await sealed.tamper(update(audit).where(audit.c.number.is_(None)).values(number=number, chain=bytes(32)))
    assert await sealed.check() == Broken(number, "inserted")


async def test_an_entry_beyond_the_head_shows(sealed):
    await sealed.write(1)
    await sealed.tamper(update(audit).where(audit.c.number.is_(None)).values(number=11, chain=bytes(32)))
    assert await sealed.check() == Broken(11, "inserted")


async def test_an_entry_that_we_did_not_write_gets_no_number_and_shows(sealed):
    await sealed.write(1)
    await sealed.tamper(update(audit).where(audit.c.number.is_(None)).values(mac=bytes(32)))
    await sealed.write(3)
    round_ = await sealed.seal()
    assert (round_.count, round_.foreign) == (3, 1)
    assert (await sealed.numbers())[-4:] == [None, 11, 12, 13]
    assert await sealed.check() == Broken(14, "inserted")


async def test_many_that_we_did_not_write_hold_up_nobody(book):
    await book.write(7)
    await book.tamper(update(audit).values(mac=bytes(32)))
    await book.write(2)
    assert (await book.seal(limit=3)).count == 2


async def test_a_shortened_audit_shows_by_its_head(sealed):
    await sealed.tamper(delete(audit).where(audit.c.number > 8))
    assert await sealed.check() == Broken(9, "removed")


async def test_a_shortened_audit_with_an_older_head_shows_by_the_one_outside(sealed):
    older = await sealed.head()
    await sealed.write(3)
    outside = (await sealed.seal()).head
    back = {"number": older.number, "chain": older.chain, "mac": older.mac}
    await sealed.tamper(delete(audit).where(audit.c.number > 10), update(audit_head).values(**back))
    assert await sealed.check() == Intact(10)
    assert await sealed.check(outside) == Broken(11, "removed")


async def test_an_audit_written_anew_shows_by_the_head_outside(sealed):
    """Even by somebody who has the master key: the chain is another one."""
    outside = await sealed.head()
    await sealed.tamper(delete(audit), delete(audit_head))
    await sealed.write(12)
    await sealed.seal()
    assert await sealed.check() == Intact(12)
    assert await sealed.check(outside) == Broken(10, "changed")


async def test_a_head_outside_that_lags_a_little_fits(sealed):
    outside = await sealed.head()
    await sealed.write(2)
    await sealed.seal()
    assert await sealed.check(outside) == Intact(12)


async def test_a_lost_or_forged_head_shows_and_is_not_gone_on_from(sealed):
    await sealed.write(1)
    await sealed.tamper(update(audit_head).values(number=9))
    assert await sealed.check() == Broken(10, "changed")
    with pytest.raises(SealedLogError):
        await sealed.seal()
    await sealed.tamper(delete(audit_head))
    assert await sealed.check() == Broken(11, "removed")
    with pytest.raises(SealedLogError):
        await sealed.seal()


async def test_another_master_key_fits_nothing(sealed):
    sealed.keyring = Keyring.generate()
    assert await sealed.check() == Broken(1, "changed")


async def test_the_chain_is_what_the_page_says(sealed):
    """Worked out again from the rows alone."""
    rows = await sealed.database.read(
        lambda connection: connection.execute(select(audit.c.mac, audit.c.chain).order_by(audit.c.number)).all()
    )
    chain = bytes(32)
    for number, row in enumerate(rows, 1):
        chain = sealed.keyring.audit_mac(b"chain" + number.to_bytes(8, "big") + chain + row.mac)
        assert row.chain == chain
    assert (await sealed.head()).mac == head_mac(sealed.keyring, 10, chain)
    assert link(sealed.keyring, bytes(32), 1, rows[0].mac) == rows[0].chain


def _spoil(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE audit SET at = 'never' WHERE number = 6")


async def test_what_cannot_be_read_any_more_is_changed(sqlite_url, keyring):
    """SQLite takes any text for a time."""
    database = Database.open(sqlite_url)
    book = Book(database, keyring)
    await book.write(10)
    await book.seal()
    await database.run(_spoil)
    assert await book.check() == Broken(6, "changed")
    await database.close()


def test_the_head_outside_is_replaced_as_a_whole(tmp_path, keyring):
    file = tmp_path / "audit-head"
    assert read_outside(file) is None
    head = Head(7, bytes(range(32)), head_mac(keyring, 7, bytes(range(32))), NOW)
    write_outside(file, head)
    write_outside(file, head)
    assert read_outside(file) == head
    assert [one.name for one in tmp_path.iterdir()] == ["audit-head"]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "[]", '{"number": 1}', '{"number": "x", "chain": "", "mac": "", "at": ""}'])
def test_a_file_that_holds_no_head_is_refused(tmp_path, text):
    (tmp_path / "audit-head").write_text(text)
    with pytest.raises(SealedLogError):
        read_outside(tmp_path / "audit-head")
