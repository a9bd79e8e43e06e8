"""How fast an account and one chat of it may be written to; the turns are given out in `storage/rates.py`, for all
processes together.

Telegram: 30 messages a second overall and one a second to a chat (Bot API FAQ; its "short bursts" are kept for what is
pressing); one less a second overall, since clocks and networks are not even. SMS: ten parts a second for each sender to
the United Kingdom, one for one to the United States (Twilio, "Understanding Twilio rate limits and message queues").
Twilio takes more and lets it wait in a queue of its own, where an alert would stand behind every check-in: so what waits,
waits here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.channels.base import Option, Outgoing, Style
from bot.channels.sms.writing import as_text_message
from bot.clock import elapsed, pause
from flows.wording import sms_parts
from storage.rates import UNLIMITED, Pace
from storage.records import Message

PACES: Final[Mapping[str, Pace]] = {
    "telegram": Pace(overall=29.0, each=1.0),
    "sms": Pace(overall=10.0, each=1.0, burst=3),
    "local": UNLIMITED,
}


class Throttle:
    """One account's pace, and how this process keeps to the turns that its messages were given.

    `senders`: how many numbers the account sends from. `style`: what a message weighs, on SMS its parts.
    """

    def __init__(self, pace: Pace, *, senders: int = 1, style: Style = "telegram") -> None:
        self.pace = replace(pace, overall=pace.overall * senders)
        self._style: Style = style

    def weigh(self, message: Message) -> int:
        """How many turns of the account it takes."""
        if self._style != "sms":
            return 1
        options = tuple(Option(one.id, one.text) for one in message.body.options)
        return sms_parts(as_text_message(Outgoing(message.id, "", message.body.text, options, message.body.shape)))

    async def turn(self, claimed_at: float, seconds: float) -> None:
        """Wait until so many seconds after the claim (`elapsed`)."""
        wait = claimed_at + seconds - elapsed()
        if wait > 0:
            await pause(wait)
