"""The kinds of values that a configuration holds, as pydantic types; `values.py` says what each of them allows."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, SecretStr

from bot.escalation.durations import DurationError, parse_duration, write_duration
from bot.escalation.policy import Line, Severity
from bot.settings import values
from bot.settings.problems import meant
from bot.settings.values import wrong


def choice(kind: Any) -> BeforeValidator:
    """One of the names of a Literal, with the nearest named when it is not."""
    names: tuple[str, ...] = get_args(kind)

    def check(value: Any) -> Any:
        if isinstance(value, str) and value not in names:
            raise wrong("not one of the names that are known", meant(value, names))
        return value

    return BeforeValidator(check)


@cache
def _length(least: timedelta, most: timedelta) -> BeforeValidator:
    def check(value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = parse_duration(value)
            except DurationError:
                raise wrong("not a length of time", 'a number and s, m, h or d, like "15m"') from None
        if not isinstance(value, timedelta):
            raise wrong("not a length of time", 'a text like "15m"')
        if not least <= value <= most:
            raise wrong("too short or too long", f"{write_duration(least)} to {write_duration(most)}")
        return value

    return BeforeValidator(check)


def _whole(least: int, most: int) -> AfterValidator:
    def check(value: int) -> int:
        if not least <= value <= most:
            raise wrong("too small or too large", f"a whole number from {least} to {most}")
        return value

    return AfterValidator(check)


def checked(check: Callable[[Any], Any]) -> AfterValidator:
    """`check` as a step after the type."""
    return AfterValidator(check)


Mode = Literal["polling", "webhook"]
Channel = Literal["telegram", "sms"]
Who = Literal["service_user", "peer_worker"]
StaffRole = Literal["supervisor", "coordinator", "evaluator", "admin"]
"""Roles that the file may give: service users and peer workers are never in it."""

Key = Annotated[str, checked(values.key)]
Name = Annotated[str, checked(values.name)]
Zone = Annotated[str, checked(values.zone)]
Region = Annotated[str, checked(values.region)]
Language = Annotated[str, checked(values.language)]
Phone = Annotated[str, checked(values.phone)]
Sender = Annotated[str, checked(values.sender)]
Staffed = Annotated[str, checked(values.staffed)]
QuietHours = Annotated[str, checked(values.quiet)]
RuleText = Annotated[str, checked(values.rule)]
WebAddress = Annotated[str, checked(values.address)]
CallAddress = Annotated[str, checked(values.call_address)]
AccountSid = Annotated[str, checked(values.account_sid)]
ServiceSid = Annotated[str, checked(values.service_sid)]
DatabaseUrl = Annotated[SecretStr, checked(values.database)]
Folder = Annotated[Path, BeforeValidator(values.folder)]
FilePath = Annotated[Path, BeforeValidator(values.file)]
Secret = Annotated[SecretStr, BeforeValidator(values.secret), checked(values.unbroken)]
MasterKey = Annotated[SecretStr, BeforeValidator(values.secret), checked(values.master_key)]
WebhookSecret = Annotated[SecretStr, BeforeValidator(values.secret), checked(values.webhook_secret)]
TellName = Annotated[str, checked(values.responder)]

OneMode = Annotated[Mode, choice(Mode)]
OneWho = Annotated[Who, choice(Who)]
OneSeverity = Annotated[Severity, choice(Severity)]
OneLine = Annotated[Line, choice(Line)]
Keys = Annotated[tuple[Key, ...], checked(values.each_once), checked(values.some)]
Roles = Annotated[tuple[Annotated[StaffRole, choice(StaffRole)], ...], checked(values.each_once), checked(values.some)]
Channels = Annotated[tuple[Annotated[Channel, choice(Channel)], ...], checked(values.each_once)]
Tell = Annotated[tuple[TellName, ...], checked(values.each_once), checked(values.some)]
Numbers = Annotated[tuple[Sender, ...], checked(values.each_once)]

Wait = Annotated[timedelta, _length(timedelta(seconds=1), timedelta(days=30))]
Spread = Annotated[timedelta, _length(timedelta(0), timedelta(hours=12))]
Grace = Annotated[timedelta, _length(timedelta(0), timedelta(days=7))]
Repeat = Annotated[int, _whole(0, 100)]
InARow = Annotated[int, _whole(1, 100)]
Port = Annotated[int, _whole(0, 65_535)]
