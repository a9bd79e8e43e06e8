"""Webhook calls that were not the provider's: counted, and written down once an hour and source."""

from datetime import datetime, timedelta


class ForgedCalls:
    """Forged calls, counted, and whose turn it is to be written down: each source once an hour."""

    APART = timedelta(hours=1)
    MOST_SOURCES = 1_000

    def __init__(self) -> None:
        self.total = 0
        self._written: dict[str, datetime] = {}

    def count(self, source: str, now: datetime) -> bool:
        """Count one from `source`; true when an audit entry is due: none for this source in the last hour."""
        self.total += 1
        self._written = {known: at for known, at in self._written.items() if now - at < self.APART}
        if source in self._written or len(self._written) >= self.MOST_SOURCES:
            return False
        self._written[source] = now
        return True
