"""What an escalation policy is: who is told, in which order, how long each level waits. Pure.

    policy "concern":  level 0  named_supervisor       wait 15m  repeat 1
                       level 1  on_call, coordinator   wait 15m  repeat 4

Opened at 10:00: level 0 is told at 10:00 and again at 10:15; nobody has it, so level 1 is told at 10:30,
then at 10:45, 11:00, 11:15 and 11:30. A live escalation keeps the copy (`as_json`) that it began with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Literal, TypeVar, get_args

Severity = Literal["info", "concern", "urgent", "crisis"]
Line = Literal["service", "wellness", "role"]
Responder = Literal[
    "assigned_peer_worker",
    "named_supervisor",
    "on_call",
    "coordinator",
    "wellness_supporter",
    "wellness_deputy",
    "line_supervisor",
]

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""From the lowest to the highest."""
LINES: Final[tuple[Line, ...]] = get_args(Line)
RESPONDERS: Final[tuple[Responder, ...]] = get_args(Responder)
PERSON: Final = "person:"
"""`person:KEY` names one supervisor of the configuration."""

SHIPPED_IDS: Final = ("info", "gone-quiet", "concern", "urgent", "crisis", "wellness", "wellness-crisis")
"""The policies that are always there; a configuration may replace each, never take one away."""

_COPY_FORMAT = 1
T = TypeVar("T", bound=str)
_FOR_SEVERITY: Final[dict[Line, dict[Severity, str]]] = {
    "service": {"info": "info", "concern": "concern", "urgent": "urgent", "crisis": "crisis"},
    "wellness": {"info": "wellness", "concern": "wellness", "urgent": "wellness", "crisis": "wellness-crisis"},
    # There is no shipped policy of the role line: the service's people are told, still on the role line.
    "role": {"info": "info", "concern": "concern", "urgent": "urgent", "crisis": "crisis"},
}


class PolicyError(ValueError):
    """A copy of a policy cannot be read."""


@dataclass(frozen=True, slots=True)
class Level:
    """One rung of a ladder."""

    tell: tuple[str, ...]
    """Responders: names of `RESPONDERS` or `person:KEY`."""
    wait: timedelta
    """How long this level has, from the moment its alert was committed, before a repeat or the next level."""
    repeat: int = 0
    """How often this level is told again, each after `wait`."""

    @property
    def lasts(self) -> timedelta:
        """How long the ladder stays on this level: `wait` once for the first telling and once for each repeat."""
        return self.wait * (self.repeat + 1)


@dataclass(frozen=True, slots=True)
class Policy:
    """A ladder with its severity and line."""

    id: str
    severity: Severity
    line: Line
    resolve_within: timedelta
    """Taken but not resolved for this long: a reminder, then the ladder goes on."""
    levels: tuple[Level, ...]

    def as_json(self) -> dict[str, Any]:
        """The copy that an escalation keeps: plain JSON values, lengths of time in whole seconds."""
        return {
            "format": _COPY_FORMAT,
            "id": self.id,
            "severity": self.severity,
            "line": self.line,
            "resolve_within": int(self.resolve_within.total_seconds()),
            "levels": [
                {"tell": list(level.tell), "wait": int(level.wait.total_seconds()), "repeat": level.repeat}
                for level in self.levels
            ],
        }

    @classmethod
    def from_json(cls, copy: Mapping[str, Any]) -> "Policy":
        """Read back what `as_json` wrote. Raises `PolicyError` on anything else."""
        if copy.get("format") != _COPY_FORMAT:
            raise PolicyError(f"a policy copy of a form this version does not know (knows {_COPY_FORMAT})")
        try:
            return cls(
                id=str(copy["id"]),
                severity=_one_of(copy["severity"], SEVERITIES),
                line=_one_of(copy["line"], LINES),
                resolve_within=timedelta(seconds=int(copy["resolve_within"])),
                levels=tuple(
                    Level(
                        tell=tuple(str(name) for name in level["tell"]),
                        wait=timedelta(seconds=int(level["wait"])),
                        repeat=int(level["repeat"]),
                    )
                    for level in copy["levels"]
                ),
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise PolicyError("a policy copy that is not complete") from fault


def _one_of(value: object, allowed: Sequence[T]) -> T:
    for name in allowed:
        if name == value:
            return name
    raise PolicyError("a policy copy with a severity or line that is not known")


def rank(severity: Severity) -> int:
    """Where a severity stands: info 0, concern 1, urgent 2, crisis 3."""
    return SEVERITIES.index(severity)


def higher(one: Severity, other: Severity) -> Severity:
    """The graver of two severities."""
    return max(one, other, key=rank)


def policy_for(policies: Mapping[str, Policy], line: Line, severity: Severity) -> Policy:
    """The policy that a line takes for a severity.

    Service: the policy named like the severity. Wellness: `wellness` up to urgent, `wellness-crisis` for
    crisis. Role: the service's policy of that severity, kept on the role line. `policies` holds all of
    `SHIPPED_IDS`, as the settings always do.
    """
    policy = policies[_FOR_SEVERITY[line][severity]]
    return policy if policy.line == line else replace(policy, line=line)


def raised(policies: Mapping[str, Policy], policy: Policy, severity: Severity | None) -> Policy:
    """The policy to follow when `policy` was asked for with `severity`, which may only raise.

    `concern` with urgent → `urgent`; `concern` with info → `concern`; `wellness` with urgent → `wellness`.
    """
    if severity is None or rank(severity) <= rank(policy.severity):
        return policy
    return policy_for(policies, policy.line, severity)
