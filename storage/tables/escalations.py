"""A person is needed: the escalation, who was told of it, and the short codes they answer with."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from storage.columns import Id, Json, Moment, metadata

LINES = ("service", "wellness", "role")
SEVERITIES = ("info", "concern", "urgent", "crisis")
ESCALATION_STATES = ("open", "taken", "lapsed", "resolved")

escalations = Table(
    "escalations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),  # whom it is about
    Column("team_id", Id, ForeignKey("teams.id"), nullable=False),
    Column("line", String(10), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("policy", String(60), nullable=False),
    Column("policy_copy", Json, nullable=False),  # as it stood when this began: an edit never moves a live one
    Column("reasons_sealed", LargeBinary, nullable=False),  # JSON: [{"at", "reason", "shared": {name: value}}]
    Column("state", String(10), nullable=False),
    Column("level", Integer, nullable=False),  # from 0
    Column("tellings", Integer, nullable=False),  # how often the present level was told
    Column("round", Integer, nullable=False),  # tellings in all: whose turn it is among named supervisors
    Column("next_at", Moment),  # the next telling, reminder or lapse
    Column("taken_by", Id, ForeignKey("people.id")),
    Column("taken_at", Moment),
    Column("reminded_at", Moment),
    Column("unanswered_at", Moment),  # when the ladder ran out and people were told so
    Column("opened_at", Moment, nullable=False),
    Column("resolved_by", Id, ForeignKey("people.id")),
    Column("resolved_at", Moment),
    Column("outcome_sealed", LargeBinary),  # the words of `done`
    CheckConstraint(f"line IN {LINES}", name="line"),
    CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),
    CheckConstraint(f"state IN {ESCALATION_STATES}", name="state"),
    CheckConstraint("state <> 'taken' OR (taken_by IS NOT NULL AND taken_at IS NOT NULL)", name="taken"),
    CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
    CheckConstraint("(state = 'resolved') = (next_at IS NULL)", name="always_a_next_step"),
    Index(
        "uq_escalations_one_open",
        "person_id",
        "line",
        unique=True,
        sqlite_where=text("state <> 'resolved'"),
        postgresql_where=text("state <> 'resolved'"),
    ),
    Index(
        "ix_escalations_due",
        "next_at",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
    Index("ix_escalations_person", "person_id", "opened_at"),
)

alert_codes = Table(
    "alert_codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("responder_id", Id, ForeignKey("people.id"), nullable=False),  # one person, one phone, over all accounts
    Column("code", String(2), nullable=False),
    Column("escalation_id", Id, ForeignKey("escalations.id"), nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("freed_at", Moment),  # when the escalation was resolved: not used again for 7 days
    Index(
        "uq_alert_codes_current",
        "responder_id",
        "code",
        unique=True,
        sqlite_where=text("freed_at IS NULL"),
        postgresql_where=text("freed_at IS NULL"),
    ),
    Index("uq_alert_codes_escalation", "responder_id", "escalation_id", unique=True),
    Index("ix_alert_codes_escalation", "escalation_id"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("escalation_id", Id, ForeignKey("escalations.id"), nullable=False),
    Column("responder_id", Id, ForeignKey("people.id"), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False),
    Column("code", String(2), nullable=False),
    Column("level", Integer, nullable=False),
    Column("telling", Integer, nullable=False),  # within all tellings of the escalation, from 0
    Column("told_at", Moment, nullable=False),
    Column("declined_at", Moment),  # they said they can't
    Column("failed_at", Moment),  # it did not arrive, and the next address was tried
    Index("ix_alerts_escalation", "escalation_id"),
    Index("ix_alerts_responder", "responder_id", "told_at"),
    Index("ix_alerts_address", "address_id"),
)
