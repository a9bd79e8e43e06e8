"""Whether ladders can reach anybody: each policy in each team, by what the file alone can tell.

Who is a person's peer worker, wellness supporter or line supervisor, the file does not know: those may be there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.escalation.policy import PERSON, Line, Policy
from bot.settings.problems import Problems
from bot.settings.tables import Found

_TEAM_ROLE = {"named_supervisor": "supervisor", "on_call": "supervisor", "coordinator": "coordinator"}
_ON_THE_LINE: dict[Line, frozenset[str]] = {
    "service": frozenset({"assigned_peer_worker", "named_supervisor", "on_call", "coordinator"}),
    "wellness": frozenset({"wellness_supporter", "wellness_deputy", "on_call"}),
    "role": frozenset({"line_supervisor", "named_supervisor", "on_call", "coordinator"}),
}


@dataclass(frozen=True, slots=True)
class Channels:
    """Which channels are on."""

    telegram: bool
    sms: bool

    def reach(self, person: Found) -> bool:
        """Whether any channel of this person is on. A person whose entry is wrong counts: that is told elsewhere."""
        if person.bad & {"channels", "phone", "roles", "teams"}:
            return True
        wanted = person.get("channels")
        by_sms = self.sms and "sms" in wanted and person.get("phone") is not None
        return by_sms or (self.telegram and "telegram" in wanted)


def check_people(people: list[Found], channels: Channels, problems: Problems) -> None:
    """Everyone who may be told can be."""
    for person in people:
        if person.bad & {"channels", "phone", "roles"}:
            continue
        wanted = person.get("channels")
        told = {"supervisor", "coordinator"} & set(person.get("roles"))
        if "sms" in wanted and person.get("phone") is None:
            problems.add_missing(person.place, "phone", 'channels has "sms": give the number to text')
        elif told and not wanted:
            problems.add_missing(
                person.place, "channels", 'nothing could reach them: give channels = ["sms"] and a phone'
            )
        elif told and (channels.telegram or channels.sms) and not channels.reach(person):
            place = (*person.place, "channels")
            problems.add(
                place, "none of these channels is on", "add one that is, or its section, [telegram] or [twilio]"
            )


def check_ladders(
    teams: list[Found], people: list[Found], policies: Mapping[str, Policy], channels: Channels, problems: Problems
) -> None:
    """Every policy reaches somebody in every team. `people` are the supervisors of the file."""
    if not (channels.telegram or channels.sms):
        return
    reached = [person for person in people if channels.reach(person)]
    out_of_reach = {person.get("key") for person in people} - {person.get("key") for person in reached}
    deaf = {f"{PERSON}{key}" for key in out_of_reach}
    for team in teams:
        key = team.get("key")
        there = [person for person in reached if key in (person.get("teams") or ())]
        roles = {role for person in there for role in person.get("roles") or ()}
        uncertain = any({"roles", "teams", "key"} & person.bad for person in people)
        if key is None or uncertain:
            continue
        silent = [policy.id for policy in policies.values() if not _reaches(policy, roles, deaf)]
        if silent:
            right = f'give somebody here who has a channel that is on teams = ["{key}"] and roles = ["supervisor"]'
            problems.add((*team.place, "key"), f"these ladders reach nobody in this team: {', '.join(silent)}", right)


def _reaches(policy: Policy, roles: set[str], deaf: set[str]) -> bool:
    """Whether any level tells somebody. `deaf` are those whom no channel reaches.

    A ladder that nobody of its line is on is told at the policy itself, an unknown person where they are named.
    """
    names = [name for level in policy.levels for name in level.tell]
    if not any(on_its_line(policy.line, name) for name in names):
        return True
    return any(
        on_its_line(policy.line, name) and name not in deaf and (name not in _TEAM_ROLE or _TEAM_ROLE[name] in roles)
        for name in names
    )


def on_its_line(line: Line, name: str) -> bool:
    """Whether this responder can be somebody for a person on this line."""
    return name.startswith(PERSON) or name in _ON_THE_LINE[line]
