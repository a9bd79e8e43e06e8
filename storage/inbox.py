"""Everything that came in, written once."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, insert, or_, select

from storage.claims import insert_new
from storage.keys import Keys
from storage.people import address_row
from storage.records import Address, Heard, SetAside
from storage.tables import addresses, inbound, quarantine


def seen_before(connection: Connection, wanted: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (account, provider's id) are in already."""
    if not wanted:
        return set()
    match = or_(*(and_(inbound.c.account == account, inbound.c.provider_id == one) for account, one in wanted))
    rows = connection.execute(select(inbound.c.account, inbound.c.provider_id).where(match))
    return {(row.account, row.provider_id) for row in rows}


def new_addresses(connection: Connection, keys: Keys, new: Iterable[Address], now: datetime) -> None:
    """Write addresses not seen before; one that another process wrote meanwhile stays as it is."""
    rows = [address_row(keys, one, now) for one in new]
    if rows:
        insert_new(connection, addresses, rows, ["account", "value_hash"])


def save_heard(connection: Connection, keys: Keys, new: Iterable[Heard]) -> None:
    """Write what came in, raw and sealed."""
    rows = [
        {
            "id": one.id,
            "account": one.account,
            "provider_id": one.provider_id,
            "address_id": one.address_id,
            "person_id": one.person_id,
            "seq": one.seq,
            "kind": one.kind,
            "raw_sealed": keys.of(one.person_id, "inbound").seal("inbound", "raw_sealed", one.id, one.raw),
            "danger": one.danger,
            "meant": one.meant,
            "received_at": one.received_at,
        }
        for one in new
    ]
    if rows:
        connection.execute(insert(inbound), rows)


def save_set_aside(connection: Connection, new: Iterable[SetAside]) -> None:
    """Write what failed and waits for somebody to look at it."""
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "subject_id": one.subject_id,
            "person_id": one.person_id,
            "reason": one.reason,
            "times": 1,
            "at": one.at,
        }
        for one in new
    ]
    if rows:
        insert_new(connection, quarantine, rows, ["kind", "subject_id"])
