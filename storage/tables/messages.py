"""Words to be sent, as rows of the transaction that caused them, and each attempt to send them."""

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

from storage.columns import Id, Moment, metadata

CLASSES = ("crisis", "escalation", "reply", "check-in", "bulk")  # in the order of their priority, from 0
OUTBOX_STATES = ("queued", "sending", "unknown", "accepted", "delivered", "failed", "expired", "cancelled")
PURPOSES = ("crisis", "alert", "notice", "question", "reply")

_class_priority = " OR ".join(f"(class = '{name}' AND priority = {place})" for place, name in enumerate(CLASSES))

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id")),  # whose address it is; NULL: a stranger's
    Column("about_id", Id, ForeignKey("people.id")),  # whom it concerns, where that is another
    Column("class", String(10), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("purpose", String(10), nullable=False),  # what is checked again at sending
    Column("position", Integer, nullable=False),  # order within the address
    Column("body_sealed", LargeBinary, nullable=False),  # JSON: text, options, shape
    Column("session_id", Id, ForeignKey("sessions.id")),
    Column("escalation_id", Id, ForeignKey("escalations.id")),
    Column("alert_id", Id, ForeignKey("alerts.id")),
    Column("state", String(10), nullable=False),
    Column("due_at", Moment, nullable=False),  # not before
    Column("not_after", Moment),  # NULL: never expires
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("despite_stop", Boolean, nullable=False, server_default=text("false")),  # may leave after STOP
    Column("again", Boolean, nullable=False, server_default=text("false")),  # marked "(again)" when sent
    Column("lease_id", Id),  # whose hands it is in; a result counts only if it is still this one
    Column("lease_until", Moment),  # by the database's clock
    Column("held", String(40)),  # why it waits, for whoever looks: rate, back-off, provider's code
    Column("looked", Integer, nullable=False, server_default="0"),  # how often an unknown outcome was looked up
    Column("held_at", Moment),  # somebody holds it back: it waits until they release it
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment),
    UniqueConstraint("address_id", "position"),
    CheckConstraint(f"state IN {OUTBOX_STATES}", name="state"),
    CheckConstraint(f"purpose IN {PURPOSES}", name="purpose"),
    CheckConstraint(_class_priority, name="class_priority"),
    CheckConstraint("(state = 'sending') = (lease_id IS NOT NULL)", name="lease"),
    CheckConstraint("(lease_id IS NULL) = (lease_until IS NULL)", name="lease_until"),
    CheckConstraint("purpose <> 'question' OR session_id IS NOT NULL", name="question_has_session"),
    CheckConstraint("purpose <> 'alert' OR alert_id IS NOT NULL", name="alert_has_alert"),
    Index(
        "uq_outbox_one_sending",
        "address_id",
        "class",
        unique=True,
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_outbox_waiting",
        "address_id",
        "priority",
        "position",
        sqlite_where=text("state IN ('queued', 'sending')"),
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
    Index(
        "ix_outbox_leases",
        "lease_until",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_outbox_unknown",
        "due_at",
        sqlite_where=text("state = 'unknown'"),
        postgresql_where=text("state = 'unknown'"),
    ),
    Index("ix_outbox_session", "session_id"),
    Index("ix_outbox_escalation", "escalation_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("outbox_id", Id, ForeignKey("outbox.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("account", String(40), ForeignKey("channel_accounts.key"), nullable=False),
    Column("outcome", String(10), nullable=False),  # accepted | refused | later | unknown
    Column("code", String(40), nullable=False, server_default=""),
    Column("provider_id", String(80)),
    Column("parts", Integer),
    Column("status", String(12)),  # the provider's later word; never goes down in rank
    Column("status_code", String(40)),
    Column("status_at", Moment),
    Column("at", Moment, nullable=False),
    UniqueConstraint("outbox_id", "attempt"),
    UniqueConstraint("account", "provider_id"),
    CheckConstraint("outcome IN ('accepted', 'refused', 'later', 'unknown')", name="outcome"),
)
