"""Audit entries, each with its HMAC. Numbers and the chain come from the sealer (`sealed_log.py`), seconds later."""

from collections.abc import Collection, Iterable
from datetime import UTC
from json import JSONEncoder
from uuid import UUID

from sqlalchemy import Connection, select

from storage.claims import database_now
from storage.keys import Keys
from storage.prepared import inserting
from storage.records import AuditEntry
from storage.sealing import personal_mac
from storage.tables import audit

_write = JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical(entry: AuditEntry, personal_mac: bytes | None) -> bytes:
    """What an entry's HMAC covers: id, time, kind, ids, detail, and the HMAC of the personal part."""
    return _write(
        [
            str(entry.id),
            entry.at.astimezone(UTC).isoformat(),  # as it is read back
            entry.kind,
            None if entry.person_id is None else str(entry.person_id),
            None if entry.actor_id is None else str(entry.actor_id),
            entry.detail,
            None if personal_mac is None else personal_mac.hex(),
        ]
    ).encode()


_NEW = inserting(
    audit, "id", "at", "kind", "person_id", "actor_id", "detail", "personal_mac", "mac", "written_at", "within"
)


def save_audit(connection: Connection, keys: Keys, entries: Iterable[AuditEntry]) -> None:
    """Write entries in the order in which they were decided."""
    listed = list(entries)
    if not listed:
        return
    written_at = database_now(connection)
    rows: list[dict[str, object]] = []
    for place, entry in enumerate(listed):
        personal = None
        if entry.personal is not None:
            personal = personal_mac(keys.of(entry.person_id, "audit"), entry.personal)
        rows.append(
            {
                "id": entry.id,
                "at": entry.at,
                "kind": entry.kind,
                "person_id": entry.person_id,
                "actor_id": entry.actor_id,
                "detail": dict(entry.detail),
                "personal_mac": personal,
                "mac": keys.keyring.audit_mac(canonical(entry, personal)),
                "written_at": written_at,
                "within": place,
            }
        )
    _NEW.run_many(connection, rows)


def audit_of(connection: Connection, person_ids: Collection[UUID] | None = None) -> list[AuditEntry]:
    """Entries in the order in which they were written, of these people or of all."""
    wanted = select(audit).order_by(audit.c.written_at, audit.c.within, audit.c.id)
    if person_ids is not None:
        wanted = wanted.where(audit.c.person_id.in_(person_ids))
    return [
        AuditEntry(row.id, row.at, row.kind, row.person_id, row.actor_id, row.detail)
        for row in connection.execute(wanted)
    ]
