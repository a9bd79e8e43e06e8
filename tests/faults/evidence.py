"""What is compared at the end: what people sent and got, as the provider servers saw it, and what the database holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tests.faults.crowd import Act

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Got:
    """A text that a provider took from the bot for a phone or chat. `row`: the outbox row that it names, where it names
    one: every SMS does in its callback address, a Telegram message does by its buttons. `at` is real time.
    """

    account: str
    provider_id: str
    to: str
    text: str
    at: datetime
    row: UUID | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A row of `inbound`. `written_at`: real time, inside the transaction."""

    account: str
    provider_id: str
    person: UUID | None
    seq: int | None
    meant: str
    danger: str
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `outbox`; `to` is the phone or chat. `unknown`: how many attempts had an outcome that nobody knew."""

    id: UUID
    person: UUID | None
    account: str
    to: str
    send_class: str
    purpose: str
    state: str
    text: str
    session: UUID | None
    escalation: UUID | None
    due_at: datetime
    despite_stop: bool
    unknown: int
    accepted_ids: frozenset[str]
    position: int = 0
    alert: UUID | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A row of `answers`."""

    person: UUID
    session: UUID
    value: Any


@dataclass(frozen=True, slots=True)
class Climb:
    """An escalation. `tellings`: (telling, level, alert) of its alerts in order; `reasons`: their words; `rose_at`: the
    first telling by the policy that it follows now, where it rose to that from another one.
    """

    id: UUID
    person: UUID
    state: str
    policy: Mapping[str, Any]
    round: int
    next_at: datetime | None
    reasons: tuple[str, ...]
    tellings: tuple[tuple[int, int, UUID], ...]
    rose_at: int = 0


@dataclass(frozen=True, slots=True)
class Timetable:
    """A schedule of somebody and the nominal dates that have a row; `dates` may hold one twice if the database let it."""

    id: UUID
    person: UUID
    began_on: date
    ended_on: date | None
    next_on: date | None
    dates: tuple[date, ...]
    sessions: tuple[tuple[UUID, date], ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """Between STOP and START of a person, in real time; `until` None: they did not begin again."""

    person: UUID
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class Evidence:
    """All of it. `mornings`: when each day's clock passed 09:25, in real time. `victims`: people whose rows were broken
    on purpose. `frozen`: spans of real time in which a process stood still.
    """

    acts: list[Act] = field(default_factory=list[Act])
    got: list[Got] = field(default_factory=list[Got])
    heard: list[Heard] = field(default_factory=list[Heard])
    rows: list[Row] = field(default_factory=list[Row])
    answers: list[Answered] = field(default_factory=list[Answered])
    climbs: list[Climb] = field(default_factory=list[Climb])
    timetables: list[Timetable] = field(default_factory=list[Timetable])
    silences: list[Silence] = field(default_factory=list[Silence])
    mornings: dict[int, datetime] = field(default_factory=dict[int, datetime])
    victims: frozenset[UUID] = frozenset()
    frozen: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])
    kills: int = 0
    lost_answers: int = 0
    """Requests that a provider processed without the bot getting its answer, by an ordered fault."""
    now: datetime = _LONG_AGO
    last_day: date = date.min
    quarantined: int = 0
    unasked_exits: list[str] = field(default_factory=list[str])
    provider_problems: list[str] = field(default_factory=list[str])
    drained: bool = True
    still_due: list[str] = field(default_factory=list[str])
