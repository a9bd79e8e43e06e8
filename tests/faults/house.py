"""Who lives in a run: teams of ten with three supervisors each, half of the people by SMS and half by Telegram.

The numbers are Ofcom's for drama (07700 900000 to 900999), so that no real phone can ever be meant.
"""

from dataclasses import dataclass
from typing import Literal

TEAM_SIZE = 10
_FIRST_PERSON, _FIRST_SUPERVISOR = 200, 720
_NAMES = ("Ailsa", "Blair", "Catriona", "Dougal", "Eilidh", "Finlay", "Greer", "Hamish", "Iona", "Jamie", "Kirsty")
_SURNAMES = ("Abbot", "Baird", "Cowan", "Duff", "Elder", "Fraser", "Gow", "Hogg", "Innes", "Kerr", "Lamont")

Channel = Literal["sms", "telegram"]


@dataclass(frozen=True, slots=True)
class Resident:
    """One service user. `phone` is theirs where they text; on Telegram they have none."""

    number: int
    channel: Channel
    team: str

    @property
    def reference(self) -> str:
        """What the list of people calls them."""
        return f"p-{self.number:04}"

    @property
    def phone(self) -> str:
        """Their number; empty on Telegram."""
        return f"+447700900{_FIRST_PERSON + self.number // 2:03}" if self.channel == "sms" else ""

    @property
    def row(self) -> str:
        """Their line in the list of people."""
        first, last = _NAMES[self.number % len(_NAMES)], _SURNAMES[self.number // len(_NAMES) % len(_SURNAMES)]
        return f"{self.reference},{first},{last},{self.team},service_user,{self.phone},,,,,,,2026-06-01"


@dataclass(frozen=True, slots=True)
class Keeper:
    """One supervisor. `phone` is empty for those on Telegram only."""

    key: str
    team: str
    channel: Channel
    phone: str
    roles: str


def residents(people: int) -> list[Resident]:
    """So many people, every second one on Telegram, ten a team."""
    return [
        Resident(number, "sms" if number % 2 == 0 else "telegram", f"team-{number // TEAM_SIZE:02}")
        for number in range(people)
    ]


def keepers(people: int) -> list[Keeper]:
    """Three supervisors for each team: the first on Telegram, the second a coordinator, both others by SMS."""
    teams = range((people - 1) // TEAM_SIZE + 1)
    return [keeper for team in teams for keeper in _of_team(team)]


def _of_team(team: int) -> list[Keeper]:
    phone = _FIRST_SUPERVISOR + 2 * team
    name = f"team-{team:02}"
    return [
        Keeper(f"anna-{team:02}", name, "telegram", "", '"supervisor"'),
        Keeper(f"ben-{team:02}", name, "sms", f"+447700900{phone:03}", '"supervisor", "coordinator"'),
        Keeper(f"cara-{team:02}", name, "sms", f"+447700900{phone + 1:03}", '"supervisor"'),
    ]


def configuration(people: int) -> str:
    """The tables of these teams, their supervisors and their schedules, for the end of the configuration file."""
    teams = sorted({one.team for one in residents(people)})
    return "".join([*(_team(name) for name in teams), *(_keeper(one) for one in keepers(people))])


def _team(name: str) -> str:
    return f"""
[[teams]]
key = "{name}"
name = "{name.capitalize()}"
staffed = "mon-fri 09:00-17:00"
contact = {{ name = "Ailsa Anchorage", phone = "+447700900102" }}
quiet = "21:00-09:00"
[[schedules]]
key = "morning-{name}"
team = "{name}"
who = "service_user"
flow = "daily-check-in"
rule = "daily at 09:30"
missed = [{{ in_a_row = 2, policy = "gone-quiet" }}]
"""


def _keeper(keeper: Keeper) -> str:
    phone = f'phone = "{keeper.phone}"\n' if keeper.phone else ""
    return f"""
[[supervisors]]
key = "{keeper.key}"
name = "{keeper.key.split("-")[0].capitalize()} Example"
teams = ["{keeper.team}"]
roles = [{keeper.roles}]
{phone}channels = ["{keeper.channel}"]
"""
