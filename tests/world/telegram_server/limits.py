"""Telegram's sending limits, on the real clock: so many a second over all, one a second a chat with short bursts."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Bucket:
    room: float
    per_second: float
    tokens: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one more may pass (0: now)."""
        self.tokens = min(self.room, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.per_second


@dataclass(slots=True)
class Limits:
    """Overall 30 a second, a chat 1 a second with `burst` at once, a group 20 a minute; `on` switches all off."""

    on: bool = True
    overall: float = 30.0
    per_chat: float = 1.0
    burst: int = 5
    group_per_minute: float = 20.0
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def change(self, **values: float | bool) -> None:
        """Set limits by name and start counting afresh."""
        for name, value in values.items():
            if name.startswith("_") or name not in self.__slots__:
                raise ValueError(f"no limit named {name}")
            setattr(self, name, value)
        self._buckets.clear()

    def take(self, chat_id: int, *, group: bool) -> int | None:
        """None when a message to the chat may go now (and is counted), else whole seconds to wait."""
        if not self.on:
            return None
        now = time.monotonic()
        wanted = [("all", self.overall, self.overall), (f"chat {chat_id}", float(self.burst), self.per_chat)]
        if group:
            wanted.append((f"group {chat_id}", self.group_per_minute, self.group_per_minute / 60))
        buckets = [self._buckets.setdefault(key, _Bucket(room, rate, room, now)) for key, room, rate in wanted]
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > 0:
            return max(1, math.ceil(wait))
        for bucket in buckets:
            bucket.tokens -= 1
        return None
