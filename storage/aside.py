"""What was set aside because it failed, as a plain value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

QuarantineKind = Literal["inbound", "occurrence", "session", "escalation", "status"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row of `quarantine`. `next_at` None: it waits for somebody; `again`: ids and codes it takes to do it again."""

    id: UUID
    kind: QuarantineKind
    subject_id: UUID
    person_id: UUID | None
    reason: str
    at: datetime
    next_at: datetime | None = None
    again: Mapping[str, str] | None = None
