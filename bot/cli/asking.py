"""Questions at a terminal, each of which an option may answer. What was answered wrongly is asked again, or is a problem."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import typer
from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from bot.cli.opening import MISUSED, end
from bot.settings import values

Check = Callable[[str], str]
_LARGEST: Final = 8_192  # bytes; a token is short


@dataclass(slots=True)
class Asker:
    """`given` are the options by their names; with `no_input` nothing is asked, and what is missing is a problem."""

    given: Mapping[str, str]
    no_input: bool
    problems: list[str] = field(default_factory=list[str])

    def text(self, option: str, words: str, check: Check, default: str | None = None) -> str:
        """The answer to a question. `default` "" is for what may be left out; None for what must be given."""
        if option in self.given:
            return self._checked(option, self.given[option], check)
        if self.no_input:
            if default is None:
                self.problems.append(f"--{option}: missing; {words}")
            return default or ""
        return self._asked(words, check, default)

    def agree(self, given: bool | None, words: str, *, default: bool) -> bool:
        """A yes or a no."""
        if given is not None or self.no_input:
            return default if given is None else given
        return typer.confirm(words, default=default)

    def hidden(self, words: str) -> str:
        """A secret, typed without being shown; "" if none was."""
        while True:
            typed = str(typer.prompt(words, default="", hide_input=True, show_default=False))
            if not typed.strip():
                return ""
            try:
                return as_token(typed)
            except PydanticCustomError as fault:
                typer.echo(f"  {fault.message()}")

    def from_file(self, option: str, file: Path) -> str:
        """A secret that stands in a file; "" and a problem when it does not."""
        try:
            with file.open("rb") as opened:
                return as_token(opened.read(_LARGEST).decode())
        except OSError as fault:
            self.problems.append(f"--{option}: cannot be read ({fault.strerror}); a file with the token on one line")
        except (PydanticCustomError, UnicodeDecodeError):
            self.problems.append(f"--{option}: holds no token; a file with the token on one line")
        return ""

    def end_with_problems(self) -> None:
        """Nothing goes on when an option is wrong or missing; all of it is told at once."""
        if self.problems:
            end("\n".join(self.problems), MISUSED)

    def _checked(self, option: str, value: str, check: Check) -> str:
        try:
            return check(value)
        except PydanticCustomError as fault:
            self.problems.append(f"--{option}: {fault.message()}")
            if not self.no_input:
                self.end_with_problems()
            return ""

    def _asked(self, words: str, check: Check, default: str | None) -> str:
        while True:
            typed = str(typer.prompt(words, default=default, show_default=bool(default))).strip()
            if not typed and default == "":
                return ""
            try:
                return check(typed)
            except PydanticCustomError as fault:
                typer.echo(f"  {fault.message()}")


def as_token(text: str) -> str:
    """A token without the space around it.

    Raises:
        PydanticCustomError: it is empty, or has a letter in it that no token has.
    """
    return values.unbroken(SecretStr(values.secret(text))).get_secret_value()
