"""Every table, one file a subject. Columns that end in `_sealed` hold ciphertext; see `storage/sealing.py`."""

from storage.columns import metadata
from storage.tables.conversations import answers, flow_versions, inbound, sessions
from storage.tables.escalations import alert_codes, alerts, escalations
from storage.tables.messages import deliveries, outbox
from storage.tables.people import (
    addresses,
    assignments,
    channel_accounts,
    consents,
    invitations,
    memberships,
    name_keys,
    people,
    supervisions,
    teams,
)
from storage.tables.schedules import occurrences, schedules
from storage.tables.upkeep import audit, audit_head, migrations_run, processes, quarantine
from storage.tables.wrap import wrap_items

__all__ = [
    "addresses",
    "alert_codes",
    "alerts",
    "answers",
    "assignments",
    "audit",
    "audit_head",
    "channel_accounts",
    "consents",
    "deliveries",
    "escalations",
    "flow_versions",
    "inbound",
    "invitations",
    "memberships",
    "metadata",
    "migrations_run",
    "name_keys",
    "occurrences",
    "outbox",
    "people",
    "processes",
    "quarantine",
    "schedules",
    "sessions",
    "supervisions",
    "teams",
    "wrap_items",
]
