"""The words that texts, conditions and options may or may not use: one table each."""

from __future__ import annotations

from typing import Final

ATTRIBUTES: Final[dict[str, tuple[str, ...]]] = {
    "person": ("first_name", "language", "zone", "days_enrolled"),
    "team": ("name", "contact_name", "contact_phone", "next_seen"),
    "worker": ("first_name",),
    "now": ("time", "date", "weekday", "part_of_day"),
    "wrap": ("well", "toolbox", "daily", "triggers", "warning", "breaking", "crisis", "post"),
}
"""Context names that have attributes, one deep."""

LISTS: Final = frozenset(f"wrap.{section}" for section in ATTRIBUTES["wrap"])
"""Context values that are lists of the person's own words; an empty one is missing."""

PLAIN_NAMES: Final = ("missed", "caseload")
"""Context names that are values themselves."""

FUNCTIONS: Final[dict[str, tuple[type, ...]]] = {"last": (str,), "mean": (str, int), "times": (str, int)}
"""Functions over what this flow saved in earlier sessions, with the types of their arguments (days are whole)."""

FILTERS: Final[dict[str, int]] = {
    "default": 1,
    "round": 0,
    "lower": 0,
    "upper": 0,
    "capitalize": 0,
    "as_day": 0,
    "as_time": 0,
    "as_length": 0,
    "as_phone": 0,
}
"""Filters and how many arguments each takes."""

MAYBE_MISSING: Final = frozenset(
    {"worker.first_name", *LISTS},
)
"""Context values that not everybody has: a text must guard them with `is defined`."""

RESERVED: Final = frozenset(
    {*ATTRIBUTES, *PLAIN_NAMES, *FUNCTIONS, *FILTERS}
    | {"true", "false", "none", "and", "or", "not", "in", "is", "if", "else", "defined", "loop", "self"}
)
"""Names that an answer cannot be saved under."""

CARRIER_WORDS: Final = frozenset(
    ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "start", "unstop", "help", "info"]
)
"""Single words that phone companies take for themselves (Twilio's default list), but `yes`, which an option may be."""

GLOBAL_WORDS: Final = frozenset(["stop", "start", "help", "info", "talk", "urgent", "wrap"])
"""Words that the bot answers in every state. Later words join when they are built."""


NUMBERS: Final = frozenset({"person.days_enrolled", *PLAIN_NAMES})
"""Context values that are numbers; the parts of `wrap` are lists of texts, all others are texts."""


def context_names() -> frozenset[str]:
    """Every documented context name, dotted: `person.first_name`, `missed`."""
    dotted = {f"{group}.{name}" for group, names in ATTRIBUTES.items() for name in names}
    return frozenset(dotted | set(PLAIN_NAMES))
