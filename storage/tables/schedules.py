"""What falls due by the calendar: a schedule is a person, a flow and a rule; an occurrence one moment of it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from storage.columns import Id, Json, Moment, metadata

schedules = Table(
    "schedules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("team_id", Id, ForeignKey("teams.id"), nullable=False),
    Column("key", String(60), nullable=False),
    Column("flow", String(80), nullable=False),
    Column("rule", String(200), nullable=False),
    Column("spread", Integer, nullable=False),  # seconds
    Column("grace", Integer, nullable=False),  # seconds
    Column("missed", Json, nullable=False),  # [{"in_a_row": 2, "policy": "gone-quiet"}]
    Column("missed_in_a_row", Integer, nullable=False, server_default="0"),
    Column("next_date", Date),  # local date and slot of the occurrence that comes next
    Column("next_slot", String(10)),
    Column("next_nominal_at", Moment),  # its nominal moment
    Column("due_at", Moment),  # when to look at it: moved by spread, quiet hours, an alert that waits; never the key
    Column("source", String(10), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint("source IN ('file', 'command')", name="source"),
    CheckConstraint("(ended_at IS NULL) = (due_at IS NOT NULL)", name="lives_by_its_due_time"),
    CheckConstraint(
        "(due_at IS NULL) = (next_date IS NULL) AND (due_at IS NULL) = (next_slot IS NULL)"
        " AND (due_at IS NULL) = (next_nominal_at IS NULL)",
        name="next",
    ),
    Index(
        "uq_schedules_current",
        "person_id",
        "key",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_schedules_due",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)

OCCURRENCE_STATES = ("begun", "skipped", "told", "replied", "missed", "unclear", "interrupted", "neither")

occurrences = Table(
    "occurrences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("schedule_id", Id, ForeignKey("schedules.id"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("local_date", Date, nullable=False),
    Column("slot", String(10), nullable=False),
    Column("nominal_at", Moment, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(40)),  # why skipped, or why neither replied nor missed
    Column("session_id", Id, ForeignKey("sessions.id"), unique=True),
    UniqueConstraint("schedule_id", "local_date", "slot"),
    CheckConstraint(f"state IN {OCCURRENCE_STATES}", name="state"),
    CheckConstraint("(state = 'skipped') = (session_id IS NULL)", name="skipped_has_no_session"),
    CheckConstraint("state NOT IN ('skipped', 'neither') OR reason IS NOT NULL", name="reason"),
    Index("ix_occurrences_person", "person_id", "local_date"),
)
