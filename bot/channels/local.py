"""The channel of the demo: phones that live in this process, on the same protocol as the real ones.

A phone can be told how to behave: `working`; `refusing` (it blocked the bot, or the number is wrong); `off` (out of
reach for now); `silent` (the text goes out and no answer ever comes back); `unanswered` (it arrives, yet the answer is
lost).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from bot.channels.base import (
    Accepted,
    Fact,
    Found,
    LookedUp,
    NoAnswer,
    NotFound,
    Option,
    Outcome,
    Outgoing,
    Refused,
    StatusReport,
    Style,
    TryLater,
    Unknown,
)
from bot.channels.sms.writing import as_text_message
from bot.clock import Clock

Behaviour = Literal["working", "refusing", "off", "silent", "unanswered"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """A text on a phone: as the phone shows it, with the buttons or numbered options it came with."""

    at: datetime
    phone: str
    message: Outgoing
    text: str

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be pressed or answered."""
        return self.message.options


Listener = Callable[[Delivered], None]


class LocalChannel:
    """One account of phones in this process; times are the simulated clock's."""

    def __init__(self, account: str, style: Style, clock: Clock) -> None:
        self.account = account
        self.style: Style = style
        self._clock = clock
        self._phones: dict[str, list[Delivered]] = {}
        self._behaviour: dict[str, tuple[Behaviour, Fact]] = {}
        self._listeners: list[Listener] = []

    def on(self, phone: str) -> tuple[Delivered, ...]:
        """What a phone has been sent, oldest first."""
        return tuple(self._phones.get(phone, ()))

    def behave(self, phone: str, behaviour: Behaviour, *, fact: Fact = "blocked") -> None:
        """Tell a phone how to behave from now on; `fact` is what `refusing` says."""
        self._behaviour[phone] = (behaviour, fact)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each text that arrives; the returned function ends that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    async def send(self, message: Outgoing) -> Outcome:
        """Put one text on its phone, or answer as the phone was told to."""
        behaviour, fact = self._behaviour.get(message.to, ("working", "blocked"))
        match behaviour:
            case "refusing":
                return Refused(code=fact, fact=fact)
            case "off":
                return TryLater(code="off")
            case "silent":
                return Unknown(code="silent")
            case "unanswered":
                self._deliver(message)
                return Unknown(code="unanswered")
            case "working":
                return self._deliver(message)
            case _:
                assert_never(behaviour)

    def _deliver(self, message: Outgoing) -> Accepted:
        text = as_text_message(message) if self.style == "sms" else message.text
        arrived = Delivered(at=self._clock.now(), phone=message.to, message=message, text=text)
        self._phones.setdefault(message.to, []).append(arrived)
        for listener in tuple(self._listeners):
            listener(arrived)
        return Accepted(provider_id=f"local-{message.message_id.hex}")

    @property
    def looks_up(self) -> bool:
        """As of the providers: texts are listed, Telegram's messages are not."""
        return self.style == "sms"

    async def look_up(self, message: Outgoing, since: datetime, *, pressing: bool, within: float) -> LookedUp:
        """Look at the phone: whether the text is on it."""
        if not self.looks_up:
            return NoAnswer("cannot")
        if any(one.message.message_id == message.message_id for one in self.on(message.to)):
            provider_id = f"local-{message.message_id.hex}"
            return Found((StatusReport(self.account, provider_id, "sent", message_id=message.message_id),))
        return NotFound()

    async def close(self) -> None:
        """Nothing to give back."""
        self._listeners.clear()
