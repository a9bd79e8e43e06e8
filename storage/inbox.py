"""Everything that came in, written once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage import quarantine
from storage.aside import SetAside
from storage.claims import insert_new
from storage.keys import Keys
from storage.people import address_row
from storage.prepared import Prepared, inserting
from storage.records import Address, Heard
from storage.sets import among
from storage.tables import addresses, inbound

_SEEN = Prepared(
    select(inbound.c.provider_id).where(inbound.c.account == bindparam("account"), among(inbound.c.provider_id, "ids"))
)
_NEW = inserting(inbound, *(column.name for column in inbound.c))


def seen_before(connection: Connection, wanted: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (account, provider's id) are in already."""
    if not wanted:
        return set()
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for account, provider_id in wanted:
        ids[account].append(provider_id)
    return {
        (account, row.provider_id)
        for account, theirs in ids.items()
        for row in _SEEN.rows(connection, account=account, ids=theirs)
    }


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
    _NEW.run_many(connection, rows)


def save_set_aside(connection: Connection, new: Iterable[SetAside]) -> None:
    """Write what failed and is to be tried again, or waits for somebody to look at it."""
    quarantine.put(connection, new)
