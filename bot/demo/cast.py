"""Who is on stage in the demo: plainly invented people, their phones, and a configuration like any service's.

Numbers are from the range that Ofcom keeps free for fiction. Nothing here says what anybody texts: the bot does.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.escalation.shipped import shipped_policies
from bot.settings import (
    ContactSettings,
    DatabaseSettings,
    FlowsSettings,
    MissedSettings,
    ScheduleSettings,
    SecuritySettings,
    ServiceSettings,
    Settings,
    SupervisorSettings,
    TeamSettings,
    TelegramSettings,
    TwilioSettings,
    WebSettings,
)
from flows.model import Flow

ZONE_NAME: Final = "Europe/London"
ZONE: Final = ZoneInfo(ZONE_NAME)
TEAM: Final = "leith"
TELEGRAM: Final = "main"
SMS: Final = "sms"
SERVICE: Final = "Leith Link"
"""Neutral, as docs advise: it stands on locked screens."""
SMS_NUMBER: Final = "+447700900100"
OPENS: Final = "09:30"
"""When the check-in falls due in London, a minute after the demo opens."""
ACCOUNTS: Final[Mapping[str, Literal["telegram", "sms"]]] = MappingProxyType({TELEGRAM: "telegram", SMS: "sms"})
"""The channel accounts of the demo and how their messages look."""

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CONSENTED: Final = timedelta(days=30)  # so long ago everybody said yes


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with a phone. `number` receives texts, `chat` is their chat with the Telegram bot; supervisors stand in
    the configuration, everybody else comes in as a service's list of people would."""

    name: str
    role: Literal["service_user", "peer_worker", "supervisor"]
    is_called: str
    number: str = ""
    chat: str = ""
    staff_roles: tuple[Literal["supervisor", "coordinator"], ...] = ()
    peer_worker: str = ""
    wrap: tuple[str, ...] = ()
    """What they put on their own list, in their own words."""

    @property
    def key(self) -> str:
        """Their reference in the list of people, or their key in the configuration."""
        return self.name.lower()

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """(account, number or chat) of every way to reach them, the one that they like best first."""
        ways = ((TELEGRAM, self.chat), (SMS, self.number))
        return tuple((account, value) for account, value in ways if value)

    @property
    def ways(self) -> str:
        """The same in words: "Telegram, SMS"."""
        said = {"telegram": "Telegram", "sms": "SMS"}
        return ", ".join(said[ACCOUNTS[account]] for account, _ in self.places)


CAST: Final[Sequence[Actor]] = (
    Actor(
        "Isla",
        "service_user",
        "service user",
        number="+447700900001",
        peer_worker="rhona",
        wrap=("Porridge and a pot of tea", "Walk Rab round the Links", "Ring Catriona", "Phone off by eleven"),
    ),
    Actor(
        "Callum",
        "service_user",
        "service user",
        chat="700900002",
        peer_worker="rhona",
        wrap=("Ten minutes of guitar", "Text Davie back", "Get off the bus a stop early"),
    ),
    Actor("Rhona", "peer_worker", "peer worker", number="+447700900003"),
    Actor(
        "Morag",
        "supervisor",
        "first supervisor",
        number="+447700900004",
        chat="700900004",
        staff_roles=("supervisor",),
    ),
    Actor(
        "Ewan",
        "supervisor",
        "second supervisor",
        number="+447700900005",
        staff_roles=("supervisor", "coordinator"),
    ),
)


def opening_moment(today: date) -> datetime:
    """When the demo begins: 09:29 in London on the first weekday after `today`.

    Friday 20 November → Monday 23 November 2026, 09:29+00:00.
    """
    day = today + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, 9, 29, tzinfo=ZONE)


def settings(
    folder: Path, master_key: str, opening: datetime, *, database: str = "demo.db", own: Flow | None = None
) -> Settings:
    """The configuration of the demo's service, its database in `folder`. Secrets are invented: no provider is asked.

    `own`: a flow that somebody writes. Its file stands in `folder`/flows, and it takes the place of the check-in (or of
    the weekly nudge, if it is for peer workers).
    """
    return Settings(
        path=folder / "config.toml",
        service=ServiceSettings(name=SERVICE, region="GB-SCT", zone=ZONE_NAME),
        database=DatabaseSettings(url=SecretStr(f"sqlite:///{folder / database}")),
        web=WebSettings(),
        security=SecuritySettings(key=SecretStr(master_key)),
        flows=FlowsSettings(folder=None if own is None else folder / "flows"),
        telegram=TelegramSettings(account=TELEGRAM, token=SecretStr("1:invented-for-the-demo")),
        twilio=TwilioSettings(
            account_sid="AC" + "0" * 32, auth_token=SecretStr("invented-for-the-demo"), from_number=SMS_NUMBER
        ),
        teams=(
            TeamSettings(
                key=TEAM,
                name="Leith team",
                zone=ZONE_NAME,
                language="en-GB",
                staffed="mon-fri 09:00-17:00",
                contact=ContactSettings(name="Ailsa Example", phone="+447700900102"),
            ),
        ),
        supervisors=tuple(_supervisor(actor) for actor in CAST if actor.role == "supervisor"),
        policies=shipped_policies(),
        schedules=_schedules(opening, own),
    )


def _supervisor(actor: Actor) -> SupervisorSettings:
    return SupervisorSettings(
        key=actor.key,
        name=f"{actor.name} Example",
        teams=(TEAM,),
        roles=actor.staff_roles,
        phone=actor.number or None,
        channels=tuple(ACCOUNTS[account] for account, _ in actor.places),
    )


def _schedules(opening: datetime, own: Flow | None) -> tuple[ScheduleSettings, ...]:
    weekday = _DAYS[opening.astimezone(ZONE).weekday()]
    shipped = (
        ScheduleSettings(
            key="morning",
            team=TEAM,
            who="service_user",
            flow="daily-check-in",
            rule=f"daily at {OPENS}",
            missed=(MissedSettings(in_a_row=2, policy="gone-quiet"),),
        ),
        ScheduleSettings(
            key="weekly-nudge",
            team=TEAM,
            who="peer_worker",
            flow="peer-wellness",
            rule=f"weekly on {weekday} at 09:45",
        ),
        ScheduleSettings(key="evening", team=TEAM, who="service_user", flow="wrap-reminder", rule="daily at 19:00"),
    )
    if own is None:
        return shipped
    who = "peer_worker" if own.audience == "peer_worker" else "service_user"
    tried = ScheduleSettings(key="own", team=TEAM, who=who, flow=own.id, rule=f"daily at {OPENS}")
    return (tried, *(one for one in shipped if one.who != who))


_COLUMNS: Final = (
    *("reference", "first_name", "last_name", "team", "role", "phone", "zone", "language", "peer_worker"),
    *("wellness_supporter", "wellness_deputy", "line_supervisor", "consent_on"),
)


def list_of_people(opening: datetime) -> bytes:
    """Service users and the peer worker as a service would import them, all of whom said yes a month ago."""
    consent_on = (opening.astimezone(ZONE).date() - _CONSENTED).isoformat()
    written = io.StringIO()
    writer = csv.DictWriter(written, _COLUMNS, restval="")
    writer.writeheader()
    for actor in CAST:
        if actor.role == "supervisor":
            continue
        supported = (
            {"wellness_supporter": "ewan", "wellness_deputy": "morag", "line_supervisor": "morag"}
            if actor.role == "peer_worker"
            else {"peer_worker": actor.peer_worker}
        )
        writer.writerow(
            {
                "reference": actor.key,
                "first_name": actor.name,
                "last_name": "Example",
                "team": TEAM,
                "role": actor.role,
                "phone": actor.number,
                "zone": ZONE_NAME,
                "language": "en-GB",
                "consent_on": consent_on,
                **supported,
            }
        )
    return written.getvalue().encode()
