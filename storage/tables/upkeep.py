"""What was set aside because it failed, and what was done, by whom, and when."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
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
    Column("again", Json),  # what it takes to do it again, where no other row has it: ids, states and codes
    Column("told_at", Moment),  # when people were told of it
    Column("released_at", Moment),  # it went through after all, or somebody closed it
    UniqueConstraint("kind", "subject_id"),
    CheckConstraint(f"kind IN {QUARANTINE_KINDS}", name="kind"),
    Index(
        "ix_quarantine_waiting",
        "kind",
        "next_at",
        sqlite_where=text("released_at IS NULL"),
        postgresql_where=text("released_at IS NULL"),
    ),
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

migrations_run = Table(
    "migrations_run",
    metadata,
    Column("revision", String(20), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("post", Boolean, nullable=False),  # what came before it does not run on the schema any more
    Column("at", Moment, nullable=False),  # the database's clock
)

processes = Table(
    "processes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", String(40), nullable=False),  # of blether
    Column("revision", String(20), nullable=False),  # the last migration that it knows
    Column("applied", String(64)),  # digest of the schedules of its configuration
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # the database's clock
    Column("stopped_at", Moment),  # it said that it ends; NULL after seen_at grew old: it was killed
    Index("ix_processes_seen", "seen_at"),
)
