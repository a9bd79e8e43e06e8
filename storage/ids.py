"""UUIDv7: ids that the application makes, in rough order of time. Python has them itself from 3.14.

Ids are never used for order that matters (`inbound.seq` and times are); their order only keeps indexes compact.
Source of the layout: RFC 9562, section 5.7.
"""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id(now: datetime) -> UUID:
    """A new UUIDv7: 48 bits of milliseconds since 1970 taken from `now` (aware), 74 random bits.

    Raises:
        ValueError: `now` has no zone or lies before 1970.
    """
    if now.tzinfo is None:
        raise ValueError("an id needs a time with a zone")
    milliseconds = (now - _EPOCH) // _MILLISECOND
    if milliseconds < 0:
        raise ValueError("an id needs a time after 1970")
    random_a = secrets.randbits(12) << 64
    return UUID(int=(milliseconds << 80) | _VERSION | random_a | _VARIANT | secrets.randbits(62))


def time_of(id: UUID) -> datetime:
    """When a UUIDv7 says that it was made: aware, UTC, whole milliseconds.

    Raises:
        ValueError: it is not a UUIDv7.
    """
    if id.version != 7:
        raise ValueError("not a UUIDv7")
    return _EPOCH + (id.int >> 80) * _MILLISECOND
