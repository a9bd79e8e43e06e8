"""The sealer at work in a running bot: who seals, and what becomes of the head outside the database."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from bot import logs, metrics
from bot.watching import sealing
from bot.watching.sealing import Sealer
from storage.audit import save_audit
from storage.ids import new_id
from storage.keys import Keys
from storage.log_check import Broken, Intact, verify
from storage.outside_head import read_outside, write_outside
from storage.records import AuditEntry
from storage.sealed_log import Head
from storage.tables import audit, audit_head

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def log(monkeypatch) -> io.StringIO:
    """What is logged, as JSON lines."""
    stream = io.StringIO()
    monkeypatch.setattr(logs._output, "stream", stream)
    monkeypatch.setattr(logs._output, "console", False)
    return stream


def events(log: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in log.getvalue().splitlines()]


async def written(database, keyring, count: int = 3) -> None:
    """Entries of some seconds ago."""

    def write(connection: Connection) -> None:
        entries = [AuditEntry(new_id(NOW), NOW, "checkin.begun", None, None, {}) for _ in range(count)]
        save_audit(connection, Keys(keyring, connection), entries)
        connection.execute(update(audit).where(audit.c.number.is_(None)).values(written_at=NOW - timedelta(days=500)))

    await database.run(write)


@pytest.fixture
def sealer(database, keyring, tmp_path) -> Sealer:
    return Sealer(database, keyring, tmp_path / "audit-head")


async def test_a_round_seals_everything_and_keeps_the_head_outside(sealer, database, keyring):
    await written(database, keyring, 1200)
    assert await sealer.round() == 1200
    outside = read_outside(sealer.file)
    assert outside.number == 1200
    assert outside.is_ours(keyring)
    assert await database.read(verify, keyring, outside) == Intact(1200)


async def test_who_does_not_lead_seals_nothing(sealer, database, keyring):
    async def follows() -> bool:
        return False

    sealer.leads = follows
    await written(database, keyring)
    assert await sealer.round() == 0
    assert not sealer.file.exists()


async def test_the_head_is_logged_at_most_once_a_minute(sealer, database, keyring, log, monkeypatch):
    seconds = [1000.0]
    monkeypatch.setattr(sealing, "elapsed", lambda: seconds[0])
    for later in (0.0, 30.0, 31.0):
        seconds[0] += later
        await written(database, keyring)
        await sealer.round()
    assert events(log) == ["audit.sealed", "audit.sealed"]
    last = json.loads(log.getvalue().splitlines()[-1])
    assert last["entry_number"] == 9
    assert last["chain"] == read_outside(sealer.file).chain.hex()
    assert "left_out" not in last


async def test_a_file_that_does_not_fit_is_left_as_the_proof_that_it_is(sealer, database, keyring, log):
    await written(database, keyring)
    await sealer.round()
    truth = read_outside(sealer.file)
    later = Head(truth.number + 5, truth.chain, truth.mac, NOW)
    write_outside(sealer.file, later)
    again = Sealer(database, keyring, sealer.file)
    await written(database, keyring)
    await again.round()
    assert read_outside(sealer.file) == later
    assert "audit.head_differs" in events(log)
    assert await database.read(verify, keyring, later) == Broken(7, "removed")


async def test_another_process_goes_on_from_the_file_of_the_last_one(sealer, database, keyring):
    for one in (sealer, Sealer(database, keyring, sealer.file), sealer):
        await written(database, keyring)
        await one.round()
    assert read_outside(sealer.file).number == 9


async def test_entries_that_are_not_ours_are_told_of(sealer, database, keyring, log):
    await written(database, keyring)
    await database.run(lambda connection: connection.execute(update(audit).values(mac=bytes(32))) and None)
    assert await sealer.round() == 0
    assert events(log) == ["audit.foreign"]


async def test_a_file_that_cannot_be_written_stops_nothing(sealer, database, keyring, log):
    sealer.file.mkdir()
    for _ in range(2):
        await written(database, keyring)
        assert await sealer.round() == 3
    assert events(log) == ["audit.sealed", "audit.head_not_kept"]
    sealer.file.rmdir()
    await written(database, keyring)
    await sealer.round()
    assert read_outside(sealer.file).number == 9


async def test_a_head_that_is_not_ours_is_not_gone_on_from(sealer, database, keyring, log):
    await written(database, keyring)
    await sealer.round()
    await database.run(lambda connection: connection.execute(update(audit_head).values(mac=bytes(32))) and None)
    for _ in range(2):
        await written(database, keyring)
        assert await sealer.round() == 0
    assert events(log) == ["audit.sealed", "audit.stopped"]


async def test_a_round_with_nothing_to_do_writes_nothing(sealer, database, keyring, monkeypatch):
    await written(database, keyring)
    await sealer.round()

    async def never(*_args):
        raise AssertionError("a transaction that may write")

    monkeypatch.setattr(database, "run_quietly", never)
    assert await sealer.round() == 0


async def test_what_is_sealed_is_counted_once(sealer, database, keyring):
    before = metrics.ENTRIES.counts().get(("checkin.begun",), 0)
    await written(database, keyring)
    await sealer.round()
    await sealer.round()
    assert metrics.ENTRIES.counts()["checkin.begun",] == before + 3
