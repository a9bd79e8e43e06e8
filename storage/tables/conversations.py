"""Flows as they were loaded, people's runs through them, their answers, and everything that came in."""

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
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Id, Moment, metadata

flow_versions = Table(
    "flow_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("flow", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("source", Text, nullable=False),  # the file's text; a flow holds nothing personal
    Column("current", Boolean, nullable=False),
    Column("loaded_at", Moment, nullable=False),
    UniqueConstraint("flow", "version"),
    Index(
        "uq_flow_versions_current",
        "flow",
        unique=True,
        sqlite_where=text("current"),
        postgresql_where=text("current"),
    ),
)

SESSION_STATES = ("open", "suspended", "ended")

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False),  # where it is held
    Column("flow", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("schedule_id", Id, ForeignKey("schedules.id")),
    Column("state", String(10), nullable=False),
    Column("asking", Boolean, nullable=False),  # a question waits for an answer
    Column("heard", Boolean, nullable=False),  # the person said something in it: never "missed"
    Column("state_sealed", LargeBinary, nullable=False),
    Column("asked_at", Moment),  # when the present question was put
    Column("due_at", Moment),  # next nudge, or the end of `within`
    Column("nudge", Integer, nullable=False, server_default="0"),  # the next nudge's number, from 0
    Column("ends_at", Moment),  # asked_at + within
    Column("outcome", String(40)),
    Column("begun_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint(f"state IN {SESSION_STATES}", name="state"),
    CheckConstraint(
        "(state = 'ended') = (ended_at IS NOT NULL) AND (state = 'ended') = (outcome IS NOT NULL)",
        name="ended",
    ),
    CheckConstraint("state <> 'ended' OR (due_at IS NULL AND NOT asking)", name="ended_waits_for_nothing"),
    CheckConstraint("state <> 'open' OR (due_at IS NOT NULL AND asking)", name="open_has_a_due_time"),
    Index(
        "uq_sessions_open",
        "person_id",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index("ix_sessions_person", "person_id", "begun_at"),
    Index(
        "ix_sessions_due",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("session_id", Id, ForeignKey("sessions.id"), nullable=False),
    Column("flow", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", String(80), nullable=False),
    Column("name", String(80), nullable=False),
    Column("value_sealed", LargeBinary, nullable=False),  # JSON
    Column("answered_at", Moment, nullable=False),
    Index("ix_answers_history", "person_id", "flow", "name", "answered_at"),
    Index("ix_answers_session", "session_id"),
)

INBOUND_KINDS = ("text", "press", "media", "edit", "blocked", "unblocked", "group", "other", "unreadable")

inbound = Table(
    "inbound",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(40), ForeignKey("channel_accounts.key"), nullable=False),
    Column("provider_id", String(80), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id")),
    Column("person_id", Id, ForeignKey("people.id")),
    Column("seq", Integer),  # the person's own count of what they sent: the order in which it was decided
    Column("kind", String(12), nullable=False),
    Column("raw_sealed", LargeBinary, nullable=False),  # under the person's key; a stranger's under the table's
    Column("danger", String(10), nullable=False),
    Column("meant", String(40), nullable=False),  # what it was taken as (routing)
    Column("received_at", Moment, nullable=False),
    UniqueConstraint("account", "provider_id"),
    UniqueConstraint("person_id", "seq"),
    CheckConstraint(f"kind IN {INBOUND_KINDS}", name="kind"),
    CheckConstraint("danger IN ('risk', 'distress', 'none')", name="danger"),
    CheckConstraint("(person_id IS NULL) = (seq IS NULL)", name="seq_of_a_person"),
)
