"""What a configuration holds, table by table. The descriptions are the reference: `docs/configuration.md`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from bot.escalation.policy import Policy
from bot.settings import kinds as kind


class Table(BaseModel):
    """A table of the file. Frozen; names, numbers and secrets stay out of its repr and its errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ServiceSettings(Table):
    """The service itself."""

    name: kind.Name = Field(
        description="What people know the service as. Neutral: it stands in first texts, on a locked screen too."
    )
    region: kind.Region = Field(description="Names the crisis contacts and the bank holidays.")
    zone: kind.Zone = Field(description="The service's time zone.")
    language: kind.Language = Field(default="en-GB", description="The language of texts unless a person has another.")


class DatabaseSettings(Table):
    """Where everything is kept."""

    url: kind.DatabaseUrl = Field(
        repr=False, description="An SQLite file (a relative one beside the configuration) or a PostgreSQL database."
    )


class WebSettings(Table):
    """The web server: webhooks, delivery reports and pages."""

    host: str = Field(default="127.0.0.1", min_length=1, description="The address to listen on.")
    port: kind.Port = Field(default=8000, description="The port to listen on; 0 takes any free one.")
    public_url: kind.WebAddress | None = Field(
        default=None,
        description="How the outside reaches the web server: https. Needed by Twilio and by Telegram webhooks.",
    )


class SecuritySettings(Table):
    """The master key."""

    key: kind.MasterKey = Field(
        repr=False,
        description="Seals everything personal in the database. Whoever loses it loses the data: keep a copy.",
    )
    audit_head_file: kind.FilePath | None = Field(
        default=None,
        description="Where the end of the audit is written outside the database, best on another disk; left out, beside "
        "an SQLite file, and nowhere with PostgreSQL.",
    )


class FlowsSettings(Table):
    """The service's own conversations."""

    folder: kind.Folder | None = Field(
        default=None, description="A folder of flow files; one with a shipped flow's id replaces it."
    )


class TelegramSettings(Table):
    """A Telegram bot. Without this table Telegram is off."""

    account: kind.Key = Field(default="main", description="The name of this channel account in blether.")
    token: kind.Secret = Field(repr=False, description="The bot's token, from BotFather.")
    mode: kind.OneMode = Field(
        default="polling", description='"polling" asks Telegram for texts; "webhook" has Telegram bring them.'
    )
    webhook_secret: kind.WebhookSecret | None = Field(
        default=None,
        repr=False,
        description="Webhook only, else not read. Telegram sends it in a header, so that nobody else can bring texts.",
    )
    api_url: kind.WebAddress = Field(default="https://api.telegram.org", description="Where Telegram answers.")


class TwilioSettings(Table):
    """Text messages through Twilio. Without this table SMS is off."""

    account_sid: kind.AccountSid = Field(description="The account, from Twilio's console.")
    auth_token: kind.Secret = Field(repr=False, description="The account's secret.")
    from_number: kind.Sender = Field(
        repr=False, description="The number that texts come from. Always needed: missed texts are listed by it."
    )
    messaging_service_sid: kind.ServiceSid = Field(
        default="", description="A messaging service to send through; then name every number of it in `numbers`."
    )
    numbers: kind.Numbers = Field(
        default=(), repr=False, description="Every number of the messaging service: texts to any of them are read."
    )
    alerts_from_number: kind.Sender | None = Field(
        default=None, repr=False, description="A separate number for alerts, so that reminders never hold one up."
    )
    api_url: kind.WebAddress = Field(default="https://api.twilio.com", description="Where Twilio answers.")

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """Every number that people may text, each once, `from_number` first."""
        more = () if self.alerts_from_number is None else (self.alerts_from_number,)
        return tuple(dict.fromkeys((self.from_number, *self.numbers, *more)))


class ContactSettings(Table):
    """The person to ask for in a team."""

    name: kind.Name = Field(repr=False, description="Whom people ask for.")
    phone: kind.Phone = Field(repr=False, description="Where they ring.")


class TeamSettings(Table):
    """A team. At least one."""

    key: kind.Key = Field(description="What the file and lists of people call the team.")
    name: kind.Name = Field(description="What people know the team as.")
    zone: kind.Zone | None = Field(default=None, description="The team's time zone; left out, the service's.")
    language: kind.Language | None = Field(default=None, description="The team's language; left out, the service's.")
    staffed: kind.Staffed = Field(
        description='Who looks when: days and hours, or "always". Bank holidays of the region are left out.'
    )
    contact: ContactSettings = Field(description="The person to ask for: a name and a phone.")
    quiet: kind.QuietHours = Field(default="21:00-09:00", description="When texts that nobody asked for wait.")


class SupervisorSettings(Table):
    """A supervisor or other member of staff. Their order is the order in which supervisors are told."""

    key: kind.Key = Field(description="What the file and lists of people call this person.")
    name: kind.Name = Field(repr=False, description="Their name; others are told who has taken an alert.")
    teams: kind.Keys = Field(description="Keys of their teams.")
    roles: kind.Roles = Field(description="What they are there: supervisor, coordinator, evaluator, admin.")
    phone: kind.Phone | None = Field(default=None, repr=False, description="Their mobile. Needed for SMS.")
    channels: kind.Channels = Field(
        default=(),
        description="How to reach them, first choice first: telegram (once their invitation is opened), sms.",
    )


class LevelSettings(Table):
    """One level of a policy."""

    tell: kind.Tell = Field(description='Who is told: responders, or "person:KEY" for one supervisor.')
    wait: kind.Wait = Field(description="How long they have, from the moment the alert was committed.")
    repeat: kind.Repeat = Field(default=0, description="How often this level is told again, each after `wait`.")


class PolicySettings(Table):
    """A policy of your own, or one that replaces a shipped one with the same id."""

    id: kind.Key = Field(description="What flows and schedules call it.")
    severity: kind.OneSeverity = Field(description="info, concern, urgent or crisis.")
    line: kind.OneLine = Field(description="service, wellness or role.")
    resolve_within: kind.Wait = Field(
        description="Taken but not resolved for this long: a reminder, then the ladder goes on."
    )
    levels: tuple[LevelSettings, ...] = Field(description="The ladder, first level first.")


class MissedSettings(Table):
    """What happens after check-ins missed in a row."""

    in_a_row: kind.InARow = Field(description="Fires when exactly so many were missed; a reply sets the count to 0.")
    policy: kind.Key = Field(description="The policy to open.")


class ScheduleSettings(Table):
    """When a flow begins, and for whom."""

    key: kind.Key = Field(description="What the file and lists call the schedule.")
    team: kind.Key = Field(description="The team whose members it is for.")
    who: kind.OneWho = Field(description="service_user or peer_worker: each member who consented.")
    flow: kind.Key = Field(description="The id of the flow that begins.")
    rule: kind.RuleText = Field(description="When, by the clock where each person is.")
    spread: kind.Spread = Field(default=timedelta(0), description="Sends are spread over this long.")
    grace: kind.Grace = Field(default=timedelta(hours=2), description="How late it may still begin.")
    missed: tuple[MissedSettings, ...] = Field(default=(), description="What follows when check-ins are missed.")


class WatchingSettings(Table):
    """Who learns that blether itself is unwell. Nothing personal goes to these addresses."""

    heartbeat_url: kind.CallAddress | None = Field(
        default=None,
        repr=False,
        description="Called each minute while all is well; whoever answers there raises the alarm when calls stay away.",
    )
    failing_url: kind.CallAddress | None = Field(
        default=None,
        repr=False,
        description="Called each minute while nobody has answered an escalation, or nobody could be told of one.",
    )


SECTIONS: Final[dict[str, type[Table]]] = {
    "service": ServiceSettings,
    "database": DatabaseSettings,
    "web": WebSettings,
    "security": SecuritySettings,
    "flows": FlowsSettings,
    "telegram": TelegramSettings,
    "twilio": TwilioSettings,
    "watching": WatchingSettings,
}
"""Tables of which there is one; the environment may set their values."""

LISTS: Final[dict[str, type[Table]]] = {
    "teams": TeamSettings,
    "supervisors": SupervisorSettings,
    "policies": PolicySettings,
    "schedules": ScheduleSettings,
}
"""Lists of tables: `[[teams]]`."""

CHANNELS: Final = ("telegram", "twilio")
"""Sections that switch a channel on."""

SECRETS: Final[dict[str, tuple[str, ...]]] = {
    "security": ("key",),
    "telegram": ("token", "webhook_secret"),
    "twilio": ("auth_token",),
}
"""Values that may be given as the name of a file that holds them: `NAME_file`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A configuration without a fault."""

    path: Path
    service: ServiceSettings
    database: DatabaseSettings
    web: WebSettings
    security: SecuritySettings
    flows: FlowsSettings
    telegram: TelegramSettings | None
    twilio: TwilioSettings | None
    teams: tuple[TeamSettings, ...]
    """`zone` and `language` are filled from the service's where the file left them out."""
    supervisors: tuple[SupervisorSettings, ...]
    """In the order of the file."""
    policies: Mapping[str, Policy]
    """By id: the shipped ones, replaced and added to by the file's."""
    schedules: tuple[ScheduleSettings, ...]
    watching: WatchingSettings = field(default_factory=WatchingSettings)

    def supervisors_of(self, team: str, role: kind.StaffRole = "supervisor") -> tuple[SupervisorSettings, ...]:
        """Who has `role` in the team with this key, in the order of the file."""
        return tuple(person for person in self.supervisors if team in person.teams and role in person.roles)
