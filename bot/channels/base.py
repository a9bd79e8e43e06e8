"""What every channel speaks: what goes out, what came of it, and what comes in.

A channel account is one bot or one sender: `main` (Telegram), `sms`, and `alerts` where alerts have their own.
Sending returns one of four outcomes and raises nothing for what a provider may answer; exceptions are faults of
the program.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

Style = Literal["sms", "telegram"]
Shape = Literal["plain", "choice", "many", "yes_no", "scale"]

Fact = Literal[
    "blocked",  # the person blocked the bot or cannot be written to: final until they write again
    "invalid",  # no such number or chat, or it takes no texts
    "opted_out",  # the carrier holds a STOP for this number: nothing until START
    "unreachable",  # this message did not arrive; the address may still be good
    "filtered",  # the carrier refused this text: not the same text again
    "setup",  # sender or region is set up wrongly: the operator, and the next channel
    "account",  # credentials are wrong or the account is suspended: pause the channel, tell the operator
    "our_fault",  # the request itself was wrong: a fault of blether
]


@dataclass(frozen=True, slots=True)
class Option:
    """One way to answer: a button on Telegram, a numbered line on SMS."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way out. `to` is the chat id or the number in E.164; `text` has no options in it yet."""

    message_id: UUID
    to: str
    text: str
    options: tuple[Option, ...] = ()
    shape: Shape = "plain"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it. `provider_id` names it there; `parts` is what it was split into."""

    provider_id: str
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not be sent. `code` is the provider's own; `fact` is what that says."""

    code: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class TryLater:
    """It was certainly not sent and may be tried again, not before `after` where the provider said so."""

    code: str
    after: timedelta | None = None
    whole_account: bool = False  # a limit of the whole account, not of this one chat


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request went out and no answer came back: it may or may not have been sent."""

    code: str


Outcome = Accepted | Refused | TryLater | Unknown

DeliveryStatus = Literal["queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled", "read"]
FINAL: frozenset[DeliveryStatus] = frozenset({"delivered", "undelivered", "failed", "canceled", "read"})


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a provider says later about a message it accepted. `message_id`: our outbox row, where it was carried."""

    account: str
    provider_id: str
    status: DeliveryStatus
    code: str = ""
    fact: Fact | None = None  # what the code says, for `undelivered` and `failed`
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed: the outbox row it hung on and the option's place, from 0."""

    message_id: UUID
    option: int


IncomingKind = Literal[
    "text",
    "press",
    "media",  # voice, photo, sticker, location, document …; `text` holds a caption where there is one
    "edit",  # an edited text: read for danger, changes nothing else
    "blocked",  # the person blocked the bot
    "unblocked",
    "group",  # the bot stands in a group: it leaves
    "other",  # a provider's object that is nothing of ours
]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that came in: as the provider gave it (`raw`, the whole object) and as far as it was understood."""

    account: str
    provider_id: str  # unique within the account: Telegram's update_id, Twilio's MessageSid
    sender: str  # chat id, or number in E.164; "" where there is none
    kind: IncomingKind
    text: str = ""
    press: Press | None = None
    raw: str = ""
    sent_at: datetime | None = None  # the provider's time, aware UTC, where it gives one
    carrier_word: Literal["STOP", "START", "HELP"] | None = None  # Twilio's OptOutType
    callback_id: str = ""  # Telegram's callback query, to be answered after commit


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A provider's object that could not be understood at all. It is set aside and a person looks at it."""

    account: str
    provider_id: str
    raw: str
    reason: str  # the error's class, never its text
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The provider knows of messages with these words to that address, the oldest first; one of them may be ours."""

    reports: tuple[StatusReport, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """The provider was asked and knows of none."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The provider could not be asked, or is none that can be."""

    code: str


LookedUp = Found | NotFound | NoAnswer


class Channel(Protocol):
    """One channel account's way out."""

    @property
    def account(self) -> str:
        """The account's key, as in the configuration."""
        ...

    @property
    def style(self) -> Style:
        """How its messages look: numbered options or buttons."""
        ...

    async def send(self, message: Outgoing) -> Outcome:
        """Hand one message to the provider. Never raises for what a provider or a network may do."""
        ...

    @property
    def looks_up(self) -> bool:
        """Whether `look_up` can find anything: whether the provider lists what it was given."""
        ...

    async def look_up(self, message: Outgoing, since: datetime, *, pressing: bool, within: float) -> LookedUp:
        """Ask the provider for a message whose outcome is unknown: one to the same address with the same words (marks put
        before them aside) that it was given at `since` or later. Takes no longer than `within` seconds; never raises
        for what a provider or a network may do. `pressing`: others that are looked up must not be in its way.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
