"""What trying a provider's token came to: for `blether init` and `blether doctor`. A wrong token is told from no network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Right:
    """The provider knows the token. `called`: the bot's username, or the account's status."""

    called: str
    webhook: str = ""
    """The address that the provider brings texts to; empty where it is asked for them (Telegram only)."""
    waiting: int = 0
    """Updates that wait to be brought or asked for (Telegram only)."""
    last_fault: int | None = None
    """When bringing them last failed, in seconds since 1970 (Telegram only)."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The provider answered, and does not know the token."""


@dataclass(frozen=True, slots=True)
class Away:
    """No answer came: no network, a refused connection, a name that leads nowhere, a time-out. `code`: the error's class."""

    code: str


@dataclass(frozen=True, slots=True)
class Unwell:
    """Something answered, but neither yes nor no: trouble at the provider, or something in between. `code`: which."""

    code: str


Trial = Right | Wrong | Away | Unwell
