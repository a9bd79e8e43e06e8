"""How fast an account and one chat of it may be written to: a real-time pace per process (shared ones come later).

Telegram: 30 messages a second overall and one a second to a chat, a short burst allowed (Bot API FAQ). SMS: as many
segments a second as the sender's kind carries; one for an ordinary UK number (Twilio, "Rate limits and message queues").
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.clock import elapsed, pause

_REMEMBERED: Final = 10_000  # chats; one forgotten was not written to for a long time


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second over all and to one address; `burst` of them may go at once."""

    overall: float
    each: float
    burst: int = 1


PACES: Final[Mapping[str, Pace]] = {
    "telegram": Pace(overall=28.0, each=1.0, burst=3),
    "sms": Pace(overall=10.0, each=1.0, burst=3),
    "local": Pace(overall=10_000.0, each=10_000.0, burst=100),
}


class Throttle:
    """The pace of one account. `turn()` waits until one more message may go."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._overall_free = 0.0  # when the next one may go (elapsed seconds)
        self._resting_until = 0.0
        self._chats: OrderedDict[str, float] = OrderedDict()

    async def turn(self, to: str, *, pressing: bool) -> None:
        """Wait for a turn to write to this chat. What is pressing goes ahead of what waits overall, not of the chat."""
        now = elapsed()
        step = 1.0 / self._pace.each
        earliest = self._chats.pop(to, 0.0)
        at = max(now, self._resting_until, earliest - step * (self._pace.burst - 1))
        if not pressing:
            at = max(at, self._overall_free)
        self._overall_free = max(now, self._overall_free) + 1.0 / self._pace.overall
        self._chats[to] = max(at, earliest) + step
        while len(self._chats) > _REMEMBERED:
            self._chats.popitem(last=False)
        if at > now:
            await pause(at - now)

    def rest(self, seconds: float) -> None:
        """The provider said to wait: nothing goes from this account before, however pressing."""
        self._resting_until = max(self._resting_until, elapsed() + seconds)
