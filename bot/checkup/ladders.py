"""★ Which ladders would reach nobody if they began now: every policy in every team, with the people that there are.

The configuration's own check knows the file only. Here STOP counts, blocked chats, invitations that were never opened
and, for a peer worker's own line, who their supporter really is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.escalation.ladder import Responders, who
from bot.escalation.policy import Policy
from storage.records import Support, Team


@dataclass(frozen=True, slots=True)
class Service:
    """Who there is: teams, whom a message can reach, and who stands behind each peer worker."""

    teams: tuple[Team, ...]
    reachable: frozenset[UUID]
    by_key: Mapping[str, UUID]
    workers: Mapping[UUID, tuple[UUID, Support]]
    """Peer worker → their team and who stands behind them."""


def silent_ladders(policies: Collection[Policy], service: Service) -> dict[str, list[str]]:
    """Team's key → ids of policies that would reach nobody there, for somebody without a peer worker of their own."""
    found = {
        team.key: [
            policy.id
            for policy in policies
            if policy.line == "service" and not _reaches(policy, service, team, Support(), None)
        ]
        for team in service.teams
    }
    return {team: ids for team, ids in found.items() if ids}


def silent_for_workers(policies: Collection[Policy], service: Service) -> dict[str, set[UUID]]:
    """Policy's id → the peer workers for whom it would reach nobody, on their own two lines."""
    teams = {team.id: team for team in service.teams}
    found = {
        policy.id: {
            worker
            for worker, (team_id, support) in service.workers.items()
            if team_id in teams and not _reaches(policy, service, teams[team_id], support, worker)
        }
        for policy in policies
        if policy.line != "service"
    }
    return {policy: workers for policy, workers in found.items() if workers}


def _reaches(policy: Policy, service: Service, team: Team, support: Support, about: UUID | None) -> bool:
    can_be_told = service.reachable - {about}
    stands = Responders(
        named_supervisors=tuple(one for one in team.supervisors if one in can_be_told),
        coordinators=tuple(one for one in team.coordinators if one in can_be_told),
        wellness_supporter=support.wellness,
        wellness_deputy=support.deputy,
        line_supervisor=support.line,
        by_key=service.by_key,
    )
    return any(one in can_be_told for level in policy.levels for one in who(level.tell, 0, stands))
