"""What a process counts, and how it names it. Counting is an addition to a dictionary: what is counted stands on hot paths.

Each tally has a name with its unit, a help text and its labels; `/metrics` shows them all (`bot/web/metrics.py`) and
`docs/watching.md` has them in its table. A label's values come from the program or the configuration: never a person, an
address, a word or an id. Counts are a process's own and begin at 0; who scrapes several adds them up.
"""

import threading
from collections.abc import Mapping
from typing import Final


class Tally:
    """Counts by labels."""

    def __init__(self, name: str, help_text: str, *labels: str) -> None:
        """`name` as it is shown, without `_total`; `labels` name the values that `add` takes, in their order."""
        self.name = name
        self.help = help_text
        self.labels = labels
        self._counts: dict[tuple[str, ...], int] = {} if labels else {(): 0}
        self._lock = threading.Lock()
        TALLIES.append(self)

    def add(self, *values: str, by: int = 1) -> None:
        """Count `by` more of what has these label values. From any thread."""
        with self._lock:
            self._counts[values] = self._counts.get(values, 0) + by

    def counts(self) -> Mapping[tuple[str, ...], int]:
        """All counts as they stand."""
        with self._lock:
            return dict(self._counts)


TALLIES: Final[list[Tally]] = []
"""Every tally there is, in the order of the page."""

INBOUND: Final = Tally(
    "blether_inbound", "Things that came in and were decided, counted when the audit is sealed", "channel", "meaning"
)
DANGER: Final = Tally("blether_danger", "Texts read as danger, counted when the audit is sealed", "level")
ENTRIES: Final = Tally("blether_audit_entries", "Audit entries, counted when they are sealed", "kind")
CLAIMED: Final = Tally("blether_outbox_claimed", "Messages that were taken in hand to be sent")
RERUNS: Final = Tally(
    "blether_transaction_reruns", "Transactions that were run again: a deadlock, a lock, a lost connection"
)
SENDS: Final = Tally("blether_sends", "Attempts to send, by what came of them", "channel", "class", "outcome")
LAPSED: Final = Tally("blether_leases_lapsed", "Messages in the hands of a process that had gone")
TRIED_AGAIN: Final = Tally(
    "blether_quarantine_tries", "Tries of what was set aside, by what came of them", "kind", "outcome"
)
REPAIRS: Final = Tally("blether_repairs", "Rows that had no due time that made sense, and were given one", "what")
CALLS: Final = Tally("blether_watch_calls", "Calls of the heartbeat and failing addresses", "address", "outcome")
