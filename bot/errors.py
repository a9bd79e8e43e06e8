"""The errors of `bot/`, by what the caller may do.

BotError
├── ConfigurationError   nothing starts: the file, section, key or variable is named
├── PeopleError          a list of people or one of its rows is wrong: nothing was written
├── NotFoundError        no such person, escalation, account
└── NotPossibleError     the thing asked for is not possible in this state, and why
"""


class BotError(Exception):
    """Anything blether itself says is wrong. Its text holds nothing secret or personal."""


class ConfigurationError(BotError):
    """The configuration is wrong; every problem is in `problems`, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PeopleError(BotError):
    """A list of people is wrong; every problem names row, column and reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NotFoundError(BotError):
    """Nothing goes by that name."""


class NotPossibleError(BotError):
    """It cannot be done in the state that things are in."""
