"""Whose limit a 429 is: one chat's or the whole bot's. Pure; Telegram does not say, so it is judged by what was sent.

Telegram lets about one message a second through to a chat and about 30 a second in all, and publishes no exact numbers.
Times are seconds on a clock that only goes forward. Example: at 10.0 chat A gets a text, at 10.2 a second one is
refused with "retry after 3": A's own limit. At 10.3 a text to chat B, which got none for minutes, is refused: the bot's
"""

from collections import deque

CHAT_WINDOW = 3.0  # seconds within which an earlier text to the same chat explains a refusal
BOT_RATE = 25  # texts within a second that explain a refusal by themselves


class Flood:
    """What was sent lately, and which chats Telegram asked to wait."""

    def __init__(self) -> None:
        self._sent: deque[tuple[float, str]] = deque(maxlen=200)
        self._held: dict[str, float] = {}

    def sent(self, chat: str, at: float) -> None:
        """Note that a text to `chat` was handed over."""
        self._sent.append((at, chat))

    def is_whole_account(self, chat: str, at: float, seconds: float) -> bool:
        """Judge a refusal of a text to `chat` at `at` that asks for `seconds`, and remember it."""
        self._held = {held: until for held, until in self._held.items() if until > at}
        others = any(held != chat for held in self._held)
        self._held[chat] = at + seconds
        last_second = sum(1 for when, _ in self._sent if when > at - 1)
        lately = any(to == chat and when > at - CHAT_WINDOW for when, to in self._sent)
        return others or last_second >= BOT_RATE or not lately
