"""The form of a flow file: pydantic models for its tables, and what pydantic finds wrong said in plain words."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import ErrorDetails, PydanticCustomError

from flows.actions import SAVED_NAME, SavedName
from flows.answers.lengths import written_length
from flows.model import Audience
from flows.offers import MOST_OFFERED

_LONGEST_WAIT: Final = timedelta(days=31)


def duration(text: object) -> timedelta:
    """`"6h"`, `"90m"`, `"1d 12h"` → how long. Raises PydanticCustomError for anything else."""
    seconds = written_length(text) if isinstance(text, str) else None
    long = timedelta(seconds=seconds or 0)
    if not timedelta() < long <= _LONGEST_WAIT:
        raise PydanticCustomError("duration", 'must be a time such as "30m", "6h" or "1d 12h", at most 31 days')
    return long


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _rules(value: object) -> object:
    return [{"to": value}] if isinstance(value, str) else value


def _outcome(value: object) -> object:
    if value is False:
        raise PydanticCustomError("end", "must be true or a word for the outcome")
    return "done" if value is True else value


def _skip(value: object) -> object:
    return None if value is False else value


def _options(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [{"id": one, "text": one} if isinstance(one, str) else one for one in cast("list[object]", value)]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must not be empty")
    return text


_ID: Final = r"^[a-z0-9][a-z0-9_-]{0,59}$"
_OUTCOME: Final = r"^[a-z][a-z0-9_-]{0,39}$"
_LANGUAGE: Final = r"^[a-z]{2,3}(-[A-Z]{2})?$"
_FORMS: Final[dict[str, str]] = {
    _ID: "must be small letters, digits, - and _, at most 60",
    _OUTCOME: "must be small letters, digits, - and _, at most 40",
    SAVED_NAME: "must be small letters, digits and _, beginning with a letter, at most 40",
    _LANGUAGE: 'must be a language such as "en-GB"',
}

Id = Annotated[str, StringConstraints(pattern=_ID)]
Duration = Annotated[timedelta, BeforeValidator(duration)]
Text = Annotated[str, AfterValidator(_not_blank)]
Texts = Annotated[list[Text], BeforeValidator(_listed), Field(min_length=1, max_length=20)]
Attempts = Annotated[int, Field(ge=1, le=9)]
OptionText = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_not_blank)]
Number = Annotated[int | float, Field(allow_inf_nan=False)]
Outcome = Annotated[str, BeforeValidator(_outcome), StringConstraints(pattern=_OUTCOME)]


class Table(BaseModel):
    """Any table of a flow file: no unknown keys, no value turned into another kind."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ReplyTable(Table):
    """`[reply]`."""

    within: Duration | None = None
    nudges: list[Duration] = []
    attempts: Attempts = 2


class TopTable(Table):
    """The file itself; steps and promises are read one by one, so that one broken step hides no other."""

    id: Id
    version: Annotated[int, Field(ge=1, le=2**31)]
    title: Annotated[str, StringConstraints(max_length=120), AfterValidator(_not_blank)]
    audience: Audience
    language: Annotated[str, StringConstraints(pattern=_LANGUAGE)]
    reply: ReplyTable = ReplyTable()
    steps: Annotated[list[dict[str, Any]], Field(min_length=1)]
    promises: list[dict[str, Any]] = []


class RuleTable(Table):
    """One branch of `next`."""

    when: str | None = None
    to: Id


class OptionTable(Table):
    """One option of a choice."""

    id: OptionText
    text: OptionText
    also: list[OptionText] = []


class ScaleTable(Table):
    """`answer = { type = "scale" }`. `words`: the name for what is written after the number ("2 rubbish")."""

    type: Literal["scale"]
    save: SavedName
    min: Annotated[int, Field(ge=0, le=1_000)] = 0
    max: Annotated[int, Field(ge=1, le=1_000)] = 10
    words: SavedName | None = None


class NumberTable(Table):
    """`answer = { type = "number" }`: `min` and `max` may be left out."""

    type: Literal["number"]
    save: SavedName
    min: Annotated[Number, Field(ge=-1_000_000, le=1_000_000_000)] | None = None
    max: Annotated[Number, Field(ge=-1_000_000, le=1_000_000_000)] | None = None


class ChoiceTable(Table):
    """`answer = { type = "choice" }`: `options`, or the list of the context that they are taken from."""

    type: Literal["choice"]
    save: SavedName
    options: Annotated[list[OptionTable], BeforeValidator(_options), Field(min_length=2, max_length=500)] | None = None
    options_from: str | None = None


class ManyTable(Table):
    """`answer = { type = "many" }`: as a choice, but no more options than one text shows."""

    type: Literal["many"]
    save: SavedName
    options: (
        Annotated[list[OptionTable], BeforeValidator(_options), Field(min_length=2, max_length=MOST_OFFERED)] | None
    ) = None
    options_from: str | None = None


class YesNoTable(Table):
    """`answer = { type = "yes_no" }`."""

    type: Literal["yes_no"]
    save: SavedName


class TextTable(Table):
    """`answer = { type = "text" }`."""

    type: Literal["text"]
    save: SavedName


class DateTable(Table):
    """`answer = { type = "date" }`."""

    type: Literal["date"]
    save: SavedName


class TimeTable(Table):
    """`answer = { type = "time" }`."""

    type: Literal["time"]
    save: SavedName


class DurationTable(Table):
    """`answer = { type = "duration" }`."""

    type: Literal["duration"]
    save: SavedName


class PhoneTable(Table):
    """`answer = { type = "phone" }`."""

    type: Literal["phone"]
    save: SavedName


AnswerTable = (
    ScaleTable
    | NumberTable
    | ChoiceTable
    | ManyTable
    | YesNoTable
    | TextTable
    | DateTable
    | TimeTable
    | DurationTable
    | PhoneTable
)
ANSWERS: Final[
    dict[
        str,
        type[ScaleTable]
        | type[NumberTable]
        | type[ChoiceTable]
        | type[ManyTable]
        | type[YesNoTable]
        | type[TextTable]
        | type[DateTable]
        | type[TimeTable]
        | type[DurationTable]
        | type[PhoneTable],
    ]
] = {
    "choice": ChoiceTable,
    "many": ManyTable,
    "scale": ScaleTable,
    "number": NumberTable,
    "yes_no": YesNoTable,
    "text": TextTable,
    "date": DateTable,
    "time": TimeTable,
    "duration": DurationTable,
    "phone": PhoneTable,
}
"""Every answer type by its name."""


class StepTable(Table):
    """One of `[[steps]]`. `answer` and `do` are read on their own, by type and by action."""

    id: Id
    say: Texts | None = None
    ask: Texts | None = None
    call: Id | None = None
    answer: dict[str, Any] | None = None
    do: list[dict[str, Any]] = []
    next: Annotated[list[RuleTable], BeforeValidator(_rules), Field(min_length=1, max_length=100)] | None = None
    end: Outcome | None = None
    within: Duration | None = None
    nudges: list[Duration] | None = None
    attempts: Attempts | None = None
    otherwise: Id | None = None
    exact: bool | None = None
    silence: Id | None = None
    skip: Annotated[Literal[True] | Id | None, BeforeValidator(_skip)] = None


class PromiseTable(Table):
    """One of `[[promises]]`."""

    when: Text
    must: Annotated[str, StringConstraints(min_length=1)] | None = None
    never: Annotated[str, StringConstraints(min_length=1)] | None = None
    before: Id | None = None


_KINDS: Final[dict[str, str]] = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list in [ ]",
    "dict_type": "must be a table in { }",
    "model_type": "must be a table in { }",
    "model_attributes_type": "must be a table in { }",
    "string_too_short": "must not be empty",
}


def said_plainly(error: ErrorDetails) -> str:
    """What pydantic found, for somebody who has never heard of it."""
    kind, more = error["type"], error.get("ctx", {})
    match kind:
        case "string_pattern_mismatch":
            return _FORMS.get(more.get("pattern", ""), "does not have the right form")
        case "literal_error":
            return f"must be {more.get('expected', '')}"
        case "too_short":
            return f"must have at least {more.get('min_length', 1)}"
        case "too_long":
            return f"must have at most {more.get('max_length', '')}"
        case "string_too_long":
            return f"must have at most {more.get('max_length', '')} characters"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case _:
            message = _KINDS.get(kind, error["msg"])
            return message[:1].lower() + message[1:]
