"""★ What is known while a batch is decided, and what is to change: the two halves of every decision.

`Known` is what the load step fetched; decisions change its people, sessions, schedules and escalations in place, so
that the next event of the same batch sees them changed. `Changes` is what the save step writes. `Batch` holds both, with
the moment, the house's rules and a maker of ids; nothing here reads a clock or a database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from bot.escalation.policy import Policy
from bot.scheduling.rules import Rule
from flows.model import Flow
from storage.aside import SetAside
from storage.records import (
    Address,
    Alert,
    Answer,
    AuditEntry,
    Consent,
    Escalation,
    Heard,
    Invitation,
    Message,
    Occurrence,
    Person,
    Schedule,
    Session,
    Standing,
    Support,
    Team,
    Value,
    WrapItem,
)


class Shelf(Protocol):
    """The flows that may run, compiled."""

    def current(self, flow: str) -> Flow | None:
        """The version that new sessions begin on."""
        ...

    def version(self, flow: str, version: int) -> Flow | None:
        """A version that a session stays on."""
        ...


@dataclass(frozen=True, slots=True)
class Regular:
    """A schedule of the configuration: one row for each member of the team in that role who consented."""

    key: str
    team: str
    who: str
    flow: str
    rule: Rule
    rule_text: str
    spread: timedelta
    grace: timedelta
    missed: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class House:
    """The rules of this installation, from its configuration."""

    service_name: str
    region: str
    policies: Mapping[str, Policy]
    shelf: Shelf
    regulars: tuple[Regular, ...] = ()
    alerts_account: str | None = None  # a sender of its own for alerts


@dataclass(slots=True)
class Known:
    """What the load step fetched for the people of one batch and those who stand behind them."""

    people: dict[UUID, Person] = field(default_factory=dict[UUID, Person])
    teams: dict[UUID, Team] = field(default_factory=dict[UUID, Team])
    support: dict[UUID, Support] = field(default_factory=dict[UUID, Support])
    sessions: dict[UUID, Session] = field(default_factory=dict[UUID, Session])  # by person: open, else the last
    session_counts: dict[tuple[UUID, str], int] = field(default_factory=dict[tuple[UUID, str], int])
    schedules: dict[UUID, list[Schedule]] = field(default_factory=dict[UUID, list[Schedule]])
    occurrences: dict[UUID, Occurrence] = field(default_factory=dict[UUID, Occurrence])  # by session
    escalations: dict[UUID, Escalation] = field(default_factory=dict[UUID, Escalation])
    standing: list[Standing] = field(default_factory=list[Standing])  # alerts to and about the people of the batch
    answered: set[UUID] = field(default_factory=set[UUID])  # sessions with an answer understood
    question_states: dict[UUID, set[str]] = field(default_factory=dict[UUID, set[str]])
    history: dict[tuple[UUID, str, str], list[tuple[datetime, Value]]] = field(
        default_factory=dict[tuple[UUID, str, str], list[tuple[datetime, Value]]]
    )
    codes: dict[UUID, dict[str, UUID]] = field(default_factory=dict[UUID, dict[str, UUID]])  # of responders
    caseloads: dict[UUID, int] = field(default_factory=dict[UUID, int])
    by_key: dict[str, UUID] = field(default_factory=dict[str, UUID])
    coordinators: list[UUID] = field(default_factory=list[UUID])  # of the whole service
    pressed: dict[UUID, Message] = field(default_factory=dict[UUID, Message])
    invitations: dict[str, Invitation] = field(default_factory=dict[str, Invitation])  # by the code as typed
    wrap: dict[UUID, list[WrapItem]] = field(default_factory=dict[UUID, list[WrapItem]])
    failed: dict[UUID, Message] = field(default_factory=dict[UUID, Message])  # messages that did not arrive
    alerts: dict[UUID, Alert] = field(default_factory=dict[UUID, Alert])  # of those messages


@dataclass(slots=True)
class Changes:
    """What the save step writes, in one transaction."""

    heard: list[Heard] = field(default_factory=list[Heard])
    people: set[UUID] = field(default_factory=set[UUID])
    addresses: dict[UUID, Address] = field(default_factory=dict[UUID, Address])
    consents: list[Consent] = field(default_factory=list[Consent])
    invitations_used: set[UUID] = field(default_factory=set[UUID])
    new_sessions: dict[UUID, Session] = field(default_factory=dict[UUID, Session])
    sessions: dict[UUID, Session] = field(default_factory=dict[UUID, Session])
    answers: list[Answer] = field(default_factory=list[Answer])
    new_schedules: list[Schedule] = field(default_factory=list[Schedule])
    schedules: dict[UUID, Schedule] = field(default_factory=dict[UUID, Schedule])
    new_occurrences: list[Occurrence] = field(default_factory=list[Occurrence])
    occurrences: dict[UUID, Occurrence] = field(default_factory=dict[UUID, Occurrence])
    new_escalations: dict[UUID, Escalation] = field(default_factory=dict[UUID, Escalation])
    escalations: dict[UUID, tuple[str, Escalation]] = field(default_factory=dict[UUID, tuple[str, Escalation]])
    new_alerts: list[Alert] = field(default_factory=list[Alert])
    alerts: dict[UUID, Alert] = field(default_factory=dict[UUID, Alert])
    declined: set[tuple[UUID, UUID]] = field(default_factory=set[tuple[UUID, UUID]])  # (escalation, responder)
    messages: list[Message] = field(default_factory=list[Message])
    sessions_over: set[UUID] = field(default_factory=set[UUID])
    escalations_answered: set[UUID] = field(default_factory=set[UUID])  # taken or resolved: alerts not left go back
    escalations_resolved: set[UUID] = field(default_factory=set[UUID])  # their codes rest
    stopped: set[UUID] = field(default_factory=set[UUID])
    wrap_items: list[WrapItem] = field(default_factory=list[WrapItem])
    set_aside: list[SetAside] = field(default_factory=list[SetAside])
    audit: list[AuditEntry] = field(default_factory=list[AuditEntry])


@dataclass(slots=True)
class Batch:
    """One batch being decided."""

    known: Known
    house: House
    now: datetime
    new_id: Callable[[], UUID]
    changes: Changes = field(default_factory=Changes)

    def person(self, person_id: UUID) -> Person:
        """A person that the load step fetched."""
        return self.known.people[person_id]

    def team_of(self, person: Person) -> Team | None:
        """The person's team: of their first membership that is still current."""
        for role in person.roles:
            if team := self.known.teams.get(role.team_id):
                return team
        return None

    def note(
        self,
        kind: str,
        *,
        person: UUID | None = None,
        actor: UUID | None = None,
        personal: str | None = None,
        **detail: object,
    ) -> None:
        """An audit entry. `detail` holds ids, states and counts; `personal` is kept as an HMAC only."""
        told = {name: str(value) if isinstance(value, UUID) else value for name, value in detail.items()}
        self.changes.audit.append(AuditEntry(self.new_id(), self.now, kind, person, actor, told, personal))

    def changed_person(self, person: Person) -> None:
        """The person's own row is to be written."""
        self.changes.people.add(person.id)

    def changed_address(self, address: Address) -> None:
        """The address's facts are to be written."""
        self.changes.addresses[address.id] = address

    def changed_session(self, session: Session) -> None:
        """The session is to be written, unless it is a new one, which is anyway."""
        if session.id not in self.changes.new_sessions:
            self.changes.sessions[session.id] = session

    def changing_escalation(self, escalation: Escalation) -> None:
        """Call before changing it: the state that it is decided from is what the write insists on."""
        if escalation.id not in self.changes.new_escalations:
            self.changes.escalations.setdefault(escalation.id, (escalation.state, escalation))

    def send(self, message: Message, kind: str = "", **detail: str | int | UUID | None) -> Message:
        """Put a message in the outbox; with `kind`, audited as that."""
        self.changes.messages.append(message)
        if kind:
            about = message.about_id or message.person_id
            self.note(kind, person=about, actor=None, personal=None, message=message.id, **detail)
        return message
