"""Teams, people and how they hang together: addresses, assignments, supervisions, consents, invitations."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
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

teams = Table(
    "teams",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(60), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("language", String(20), nullable=False),
    Column("region", String(20), nullable=False),
    Column("staffed", String(200), nullable=False),
    Column("quiet", String(40), nullable=False),
    Column("contact_sealed", LargeBinary),  # {"name", "phone"} under the table's key
    Column("source", String(10), nullable=False),  # file | command
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint("source IN ('file', 'command')", name="source"),
)

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(60), unique=True),  # supervisors from the file; never a service user's or peer worker's
    Column("file_order", Integer),  # supervisors are told in the order of the file
    Column("channels", Json),  # a supervisor's order of preference: ["telegram", "sms"]
    Column("reference_hash", LargeBinary(32), unique=True),
    Column("reference_sealed", LargeBinary),
    Column("first_name_sealed", LargeBinary, nullable=False),
    Column("last_name_sealed", LargeBinary, nullable=False),
    Column("zone", String(60), nullable=False),
    Column("language", String(20), nullable=False),
    Column("data_key", LargeBinary),  # wrapped by the master key; NULL once erased
    Column("inbound_seq", Integer, nullable=False, server_default="0"),  # the last `inbound.seq` given out
    Column("crisis_told_at", Moment),  # when the crisis text last went, so that a second one differs
    Column("stopped_at", Moment),  # STOP: nothing leaves until START
    Column("source", String(10), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint("source IN ('file', 'command')", name="source"),
    CheckConstraint("(source = 'file') = (key IS NOT NULL)", name="key_from_file"),
)

name_keys = Table(
    "name_keys",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),  # of a name, or of its first three letters and more
    Index("ix_name_keys_hash", "hash"),
)

ROLES = ("service_user", "peer_worker", "supervisor", "coordinator", "evaluator", "admin")

memberships = Table(
    "memberships",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("team_id", Id, ForeignKey("teams.id"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint(f"role IN {ROLES}", name="role"),
    Index(
        "uq_memberships_current",
        "person_id",
        "team_id",
        "role",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_memberships_team", "team_id", "role"),
)

channel_accounts = Table(
    "channel_accounts",
    metadata,
    Column("key", String(40), primary_key=True),  # main | sms | alerts, or the demo's own
    Column("kind", String(10), nullable=False),  # telegram | sms | local
    Column("paused_at", Moment),
    Column("paused_code", String(40)),  # the provider's code that paused it
    Column("free_at", Moment),  # when the next message may go, all of the account's taken together; database's clock
    Column("resting_until", Moment),  # the provider said to wait so long; database's clock
    Column("asked_at", Moment),  # what came in until then has been asked for and taken in
    CheckConstraint("kind IN ('telegram', 'sms', 'local')", name="kind"),
    CheckConstraint("(paused_at IS NULL) = (paused_code IS NULL)", name="paused"),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(40), ForeignKey("channel_accounts.key"), nullable=False),
    Column("value_hash", LargeBinary(32), nullable=False),
    Column("value_sealed", LargeBinary, nullable=False),  # under the person's key; a stranger's under the table's
    Column("person_id", Id, ForeignKey("people.id")),  # NULL: a stranger's
    Column("preference", Integer, nullable=False, server_default="0"),  # the lowest usable one is written to first
    Column("blocked_at", Moment),
    Column("invalid_at", Moment),
    Column("opted_out_at", Moment),  # the carrier holds a STOP for it
    Column("stranger_told_on", Date),  # one polite answer a day, no more
    Column("last_position", Integer, nullable=False, server_default="0"),  # the last `outbox.position` given out
    Column("next_send_at", Moment),  # when its first message may go; NULL: nothing waits
    Column("next_priority", Integer),
    Column("free_at", Moment),  # when the next message may go to it; database's clock
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account", "value_hash"),
    CheckConstraint("(next_send_at IS NULL) = (next_priority IS NULL)", name="next"),
    Index("ix_addresses_person", "person_id"),
    Index(
        "ix_addresses_due",
        "account",
        "next_priority",
        "next_send_at",
        sqlite_where=text("next_send_at IS NOT NULL"),
        postgresql_where=text("next_send_at IS NOT NULL"),
    ),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index("ix_invitations_person", "person_id"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("service_user_id", Id, ForeignKey("people.id"), nullable=False),
    Column("peer_worker_id", Id, ForeignKey("people.id"), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint("service_user_id <> peer_worker_id", name="two_people"),
    Index(
        "uq_assignments_current",
        "service_user_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_assignments_worker", "peer_worker_id"),
)

supervisions = Table(
    "supervisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("peer_worker_id", Id, ForeignKey("people.id"), nullable=False),
    Column("supervisor_id", Id, ForeignKey("people.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint("kind IN ('wellness', 'deputy', 'line')", name="kind"),
    CheckConstraint("peer_worker_id <> supervisor_id", name="two_people"),
    Index(
        "uq_supervisions_current",
        "peer_worker_id",
        "kind",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_supervisions_supervisor", "supervisor_id"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("text_version", String(20), nullable=False),
    Column("source", String(10), nullable=False),  # flow | import | stop
    Column("account", String(40)),  # where it was said
    Column("words_sealed", LargeBinary),
    Column("at", Moment, nullable=False),
    Column("seq", Integer, nullable=False),  # the order in which the person said it; the last one counts
    CheckConstraint("source IN ('flow', 'import', 'stop')", name="source"),
    UniqueConstraint("person_id", "seq"),
)

__all__ = [
    "ROLES",
    "addresses",
    "assignments",
    "channel_accounts",
    "consents",
    "invitations",
    "memberships",
    "name_keys",
    "people",
    "supervisions",
    "teams",
]
