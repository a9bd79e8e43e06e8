"""What a flow can have done: one pydantic model an action. Arguments are literals or saved names, never expressions."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from flows.answers.lengths import written_length


def _plain(text: str) -> str:
    if not text.isprintable() or "{" in text or "}" in text:
        raise ValueError("must be plain words on one line, without placeholders")
    return text


def _length(text: str) -> str:
    seconds = written_length(text)
    if seconds is None or not 0 < seconds <= _LONGEST_WAIT:
        raise ValueError('must be a time such as "30m", "6h" or "1d 12h", at most 31 days')
    return text


_LONGEST_WAIT: Final = 31 * 86_400
Plain = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_plain)]
SAVED_NAME: Final = r"^[a-z][a-z0-9_]{0,39}$"
SavedName = Annotated[str, StringConstraints(pattern=SAVED_NAME)]
Severity = Literal["info", "concern", "urgent", "crisis"]


class _Action(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    def arguments(self) -> dict[str, Any]:
        """The arguments that the file sets, without the action's own name."""
        return self.model_dump(mode="json", exclude={"action"}, exclude_unset=True)

    def saved_names(self) -> tuple[str, ...]:
        """The saved names whose values the action hands on."""
        return ()


class Escalate(_Action):
    """Tell people, by `policy`. `severity` may only raise it; `share`: the saved names they are shown."""

    action: Literal["escalate"]
    policy: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    reason: Plain
    share: list[SavedName] = []
    severity: Severity | None = None

    def saved_names(self) -> tuple[str, ...]:
        return tuple(self.share)


class Record(_Action):
    """Write down that something was done."""

    action: Literal["record"]
    kind: Literal["wrap_done"]
    items: SavedName | None = None

    def saved_names(self) -> tuple[str, ...]:
        return () if self.items is None else (self.items,)


class Consent(_Action):
    """Write down that the person agreed, or did not, to the words of `text_version`."""

    action: Literal["consent"]
    given: bool
    text_version: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class BeginFlow(_Action):
    """Begin another flow with the person when this session has ended; `after`: that much later ("24h")."""

    action: Literal["begin"]
    flow: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    after: Annotated[str, AfterValidator(_length)] | None = None


Action = Escalate | Record | Consent | BeginFlow

ACTIONS: Final[dict[str, type[Escalate] | type[Record] | type[Consent] | type[BeginFlow]]] = {
    "escalate": Escalate,
    "record": Record,
    "consent": Consent,
}
"""Every action by its name that has a performer in `bot/` (a test compares the two); `begin` joins with its own."""
