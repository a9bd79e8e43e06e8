"""Rows as plain values: what `loading` gives and `saving` takes. Sealed columns stand here opened.

Nothing here knows a database. Times are aware UTC. The mutable ones are changed in place while a batch is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

Value = str | int | float | bool | list[str]
SendClass = Literal["crisis", "escalation", "reply", "check-in", "bulk"]
Purpose = Literal["crisis", "alert", "notice", "question", "reply"]
PRIORITY: Mapping[SendClass, int] = {"crisis": 0, "escalation": 1, "reply": 2, "check-in": 3, "bulk": 4}


@dataclass(slots=True)
class Address:
    """One channel account and number or chat. `kind` is the account's; `value` the number in E.164 or the chat id."""

    id: UUID
    account: str
    kind: str
    value: str
    person_id: UUID | None
    preference: int
    blocked_at: datetime | None = None
    invalid_at: datetime | None = None
    opted_out_at: datetime | None = None
    stranger_told_on: date | None = None
    account_paused: bool = False

    @property
    def usable(self) -> bool:
        """Whether a message has a chance there."""
        return not (self.blocked_at or self.invalid_at or self.opted_out_at)


@dataclass(frozen=True, slots=True)
class Role:
    """A current membership."""

    team_id: UUID
    role: str


@dataclass(slots=True)
class Person:
    """A person, their names and addresses. `consented` is what they last said; None: never asked."""

    id: UUID
    key: str | None
    file_order: int
    first_name: str
    last_name: str
    zone: str
    language: str
    inbound_seq: int
    crisis_told_at: datetime | None
    stopped_at: datetime | None
    began_at: datetime
    channels: tuple[str, ...] = ()  # a supervisor's order of preference
    consented: bool | None = None
    consent_seq: int = 0
    roles: tuple[Role, ...] = ()
    addresses: list[Address] = field(default_factory=list[Address])

    @property
    def initials(self) -> str:
        """First letters of both names, as in alerts: "I.M."."""
        return "".join(f"{name[0].upper()}." for name in (self.first_name, self.last_name) if name)

    def has_role(self, *roles: str) -> bool:
        """Whether a current membership has one of `roles`."""
        return any(held.role in roles for held in self.roles)


@dataclass(frozen=True, slots=True)
class Team:
    """A team and who stands behind it: supervisors in the order of the file, coordinators."""

    id: UUID
    key: str
    name: str
    zone: str
    language: str
    region: str
    staffed: str
    quiet: str
    contact_name: str
    contact_phone: str
    supervisors: tuple[UUID, ...] = ()
    coordinators: tuple[UUID, ...] = ()


@dataclass(slots=True)
class Session:
    """One person's run through one flow; `state_json` is the engine's."""

    id: UUID
    person_id: UUID
    address_id: UUID
    flow: str
    version: int
    schedule_id: UUID | None
    state: Literal["open", "suspended", "ended"]
    asking: bool
    heard: bool
    state_json: str
    begun_at: datetime
    asked_at: datetime | None = None
    due_at: datetime | None = None
    nudge: int = 0
    ends_at: datetime | None = None
    outcome: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One value understood."""

    id: UUID
    person_id: UUID
    session_id: UUID
    flow: str
    version: int
    step: str
    name: str
    value: Value
    answered_at: datetime


@dataclass(slots=True)
class Schedule:
    """A person, a flow and a rule; `next_*` name the coming occurrence and `due_at` when to look at it."""

    id: UUID
    person_id: UUID
    team_id: UUID
    key: str
    flow: str
    rule: str
    spread: int
    grace: int
    missed: tuple[tuple[int, str], ...]  # (in a row, policy)
    missed_in_a_row: int
    next_date: date | None
    next_slot: str | None
    next_nominal_at: datetime | None
    due_at: datetime | None
    source: str = "file"
    ended_at: datetime | None = None


@dataclass(slots=True)
class Occurrence:
    """One nominal moment of a schedule and what became of it."""

    id: UUID
    schedule_id: UUID
    person_id: UUID
    local_date: date
    slot: str
    nominal_at: datetime
    decided_at: datetime
    state: str
    reason: str | None = None
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a person is needed, and the values that were agreed to be shared for it."""

    at: datetime
    reason: str
    shared: Mapping[str, Value]


@dataclass(slots=True)
class Escalation:
    """A person is needed. `policy_copy` is the policy as it stood when this began."""

    id: UUID
    person_id: UUID
    team_id: UUID
    line: str
    severity: str
    policy: str
    policy_copy: Mapping[str, object]
    reasons: list[Reason]
    state: Literal["open", "taken", "lapsed", "resolved"]
    level: int
    tellings: int
    round: int
    next_at: datetime | None
    opened_at: datetime
    taken_by: UUID | None = None
    taken_at: datetime | None = None
    reminded_at: datetime | None = None
    unanswered_at: datetime | None = None
    resolved_by: UUID | None = None
    resolved_at: datetime | None = None
    outcome: str | None = None


@dataclass(slots=True)
class Alert:
    """One message to a responder about an escalation."""

    id: UUID
    escalation_id: UUID
    responder_id: UUID
    address_id: UUID
    code: str  # "" until the save step has given one
    level: int
    telling: int
    told_at: datetime
    declined_at: datetime | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a message."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """The words of a message and its options, as sealed in the outbox."""

    text: str
    options: tuple[Choice, ...] = ()
    shape: Literal["plain", "choice", "many", "yes_no", "scale"] = "plain"
    step: str = ""  # of a flow, that asks it: a button is good for this question only
    tried: tuple[str, ...] = ()  # addresses that it was moved on from: it never comes back to them


@dataclass(slots=True)
class Message:
    """A row of the outbox. `position` is given in the save step, under the lock of the address."""

    id: UUID
    address_id: UUID
    person_id: UUID | None
    send_class: SendClass
    purpose: Purpose
    body: Body
    due_at: datetime
    created_at: datetime
    not_after: datetime | None = None
    about_id: UUID | None = None
    session_id: UUID | None = None
    escalation_id: UUID | None = None
    alert_id: UUID | None = None
    state: str = "queued"
    position: int = 0
    attempts: int = 0
    again: bool = False
    despite_stop: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said to being written to."""

    id: UUID
    person_id: UUID
    given: bool
    text_version: str
    source: Literal["flow", "import", "stop"]
    account: str | None
    words: str | None
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A row of `inbound`: something that came in, as it was decided."""

    id: UUID
    account: str
    provider_id: str
    address_id: UUID | None
    person_id: UUID | None
    seq: int | None
    kind: str
    raw: str
    danger: str
    meant: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something done. `detail` holds ids, states and counts only; `personal` is kept as an HMAC."""

    id: UUID
    at: datetime
    kind: str
    person_id: UUID | None
    actor_id: UUID | None
    detail: Mapping[str, object]
    personal: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code that was given to a person."""

    id: UUID
    person_id: UUID
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Support:
    """Who stands behind a person: the assigned peer worker, and a peer worker's own supervisors."""

    peer_worker: UUID | None = None
    wellness: UUID | None = None
    deputy: UUID | None = None
    line: UUID | None = None

    @property
    def everyone(self) -> set[UUID]:
        """All of them."""
        return {one for one in (self.peer_worker, self.wellness, self.deputy, self.line) if one}


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert that a responder has had, of an escalation not resolved."""

    escalation_id: UUID
    about_id: UUID
    responder_id: UUID
    address_id: UUID
    code: str
    state: str
    taken_by: UUID | None
    declined: bool
    failed: bool
    telling: int


@dataclass(frozen=True, slots=True)
class GivenCode:
    """A code of a responder's phone: whose escalation it stands for, and since when it rests."""

    responder_id: UUID
    code: str
    escalation_id: UUID
    freed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in our hands, with what must be looked at again before it leaves."""

    message: Message
    address: Address
    lease_id: UUID
    person_stopped: bool
    session_state: str | None  # of the session it asks for
    session_asking: bool
    escalation_state: str | None  # of the escalation it tells of
    escalation_opened_at: datetime | None
    leaves_in: float = 0.0  # seconds after it was claimed


@dataclass(frozen=True, slots=True)
class WrapItem:
    """An item of a person's own WRAP, in their own words. `place`: its order within the section, from 0."""

    id: UUID
    person_id: UUID
    section: str
    place: int
    text: str
    added_at: datetime
