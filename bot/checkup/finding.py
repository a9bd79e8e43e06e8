"""★ What a look at one part of an installation found: a line of `blether doctor`."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["ok", "warn", "fail"]
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """`name` is the part, `what` how it is, `mend` what to do; empty where there is nothing to do. Nothing personal."""

    state: State
    name: str
    what: str
    mend: str = ""

    @property
    def line(self) -> str:
        """As people read it."""
        return f"{self.state} {self.name}: {self.what}" + (f"; {self.mend}" if self.mend else "")

    def as_json(self) -> dict[str, str]:
        """As programs read it."""
        return {"state": self.state, "name": self.name, "what": self.what, "do": self.mend}


def some(names: Collection[str]) -> str:
    """The first few of many names, and how many more there are."""
    listed = sorted(names)
    more = len(listed) - _SHOWN
    return ", ".join(listed[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
