"""What was set aside because it failed, and what was done, by whom, and when."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from storage.columns import Id, Json, Moment, metadata

QUARANTINE_KINDS = ("inbound", "occurrence", "session", "escalation", "status")

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("subject_id", Id, nullable=False),  # the row that failed
    Column("person_id", Id, ForeignKey("people.id")),
    Column("reason", String(80), nullable=False),  # the error's class; never its text
    Column("times", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("next_at", Moment),  # when it is tried again; NULL: it waits for somebody
    Column("released_at", Moment),
    UniqueConstraint("kind", "subject_id"),
    CheckConstraint(f"kind IN {QUARANTINE_KINDS}", name="kind"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(40), nullable=False),  # subject.verb
    Column("person_id", Id, ForeignKey("people.id")),  # whom it concerns
    Column("actor_id", Id, ForeignKey("people.id")),  # who did it; NULL: the bot itself
    Column("detail", Json, nullable=False),  # ids, states, counts: nothing personal
    Column("personal_mac", LargeBinary(32)),  # HMAC of the personal part, under the person's key
    Column("mac", LargeBinary(32), nullable=False),  # HMAC of id, at, kind, ids, detail and personal_mac
    Column("number", Integer, unique=True),  # given by the sealer
    Column("chain", LargeBinary(32)),  # given by the sealer
    Column("written_at", Moment, nullable=False),  # the database's clock: the order of transactions
    Column("within", Integer, nullable=False),  # order among entries of one transaction, from 0
    Index("ix_audit_person", "person_id", "at"),
    Index("ix_audit_kind", "kind", "at"),
    CheckConstraint("(number IS NULL) = (chain IS NULL)", name="sealed"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("number", Integer, nullable=False),  # of the last sealed entry
    Column("chain", LargeBinary(32), nullable=False),  # its chain hash
    Column("mac", LargeBinary(32), nullable=False),  # HMAC of both, so that a shortened log shows
    Column("at", Moment, nullable=False),
    CheckConstraint("id = 1", name="one"),
)

processes = Table(
    "processes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", String(40), nullable=False),  # of blether
    Column("revision", String(20), nullable=False),  # the last migration that it knows
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # the database's clock
    Column("stopped_at", Moment),  # it said that it ends; NULL after seen_at grew old: it was killed
    Index("ix_processes_seen", "seen_at"),
)
