"""What happens next, and who is being told, in words for whoever watches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from bot.demo.cast import ZONE
from bot.demo.outlook import CLOSES, NUDGE, Coming, Ladder, Outlook
from bot.escalation.policy import PERSON, Level

_FLOWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "daily-check-in": "daily check-in",
        "peer-wellness": "weekly wellness nudge",
        "welcome": "welcome",
        "wrap-reminder": "list reminder",
        "wrap-daily": "daily list",
    }
)
_RESPONDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "assigned_peer_worker": "their peer worker",
        "named_supervisor": "a named supervisor",
        "on_call": "everybody on call",
        "coordinator": "the coordinator",
        "wellness_supporter": "their wellness supporter",
        "wellness_deputy": "the supporter's deputy",
        "line_supervisor": "their line supervisor",
    }
)
_POLICIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "info": "for when someone has time",
        "gone-quiet": "has gone quiet",
        "concern": "needs a person",
        "urgent": "needs a person soon",
        "crisis": "needs a person now",
        "wellness": "own wellness, kept apart",
        "wellness-crisis": "own wellness: needs a person now",
    }
)


def comings(outlook: Outlook) -> list[tuple[datetime, str]]:
    """What happens next, the earliest first: a moment and a sentence each."""
    found = [*_of_schedule(outlook.schedule), *_of_ladders(outlook.ladders)]
    found += [(one.due_at, f"A text to {one.phone} waits to leave") for one in outlook.outbox]
    return sorted(found)


def _of_schedule(schedule: Iterable[Coming]) -> list[tuple[datetime, str]]:
    together: defaultdict[tuple[datetime, str, str], list[str]] = defaultdict(list)
    for one in schedule:
        together[one.due_at, one.what, one.flow].append(one.who)
    return [(due_at, _sentence(what, flow, listed(who))) for (due_at, what, flow), who in together.items()]


def _sentence(what: str, flow: str, who: str) -> str:
    name = flow_named(flow)
    if what == NUDGE:
        return f"If there is no answer: one gentle nudge to {who}"
    if what == CLOSES:
        return f"If there is no answer: the {name} of {who} counts as missed"
    return f"{name[:1].upper()}{name[1:]} to {who}"


def _of_ladders(ladders: Iterable[Ladder]) -> list[tuple[datetime, str]]:
    return [(one.next_at, next_step(one, of=f" about {one.about}")) for one in ladders if one.next_at is not None]


def next_step(ladder: Ladder, of: str = "") -> str:
    """What comes of a ladder if nobody does anything; `of`: words that say which, where several stand together."""
    if ladder.state != "taken":
        return f"If nobody takes the alert{of}: {_next_rung(ladder)}"
    if ladder.reminded:
        return f"If {ladder.taken_by} does not answer: the alert{of} goes on to others"
    return f"If not closed by then: {ladder.taken_by} is reminded{of}"


def _next_rung(ladder: Ladder) -> str:
    """Who is told next. The last level repeats for ever."""
    here = ladder.rungs[ladder.level]
    moves_on = ladder.tellings > here.repeat and ladder.level + 1 < len(ladder.rungs)
    rung = ladder.rungs[ladder.level + moves_on]
    if rung.tell == ("named_supervisor",) and ladder.tellings and not moves_on:
        return "the next supervisor is told"
    several = len(rung.tell) > 1 or rung.tell == ("on_call",)
    again = " again" if ladder.tellings and not moves_on else ""
    return f"{listed([_responder(one) for one in rung.tell])} {'are' if several else 'is'} told{again}"


def heading(ladder: Ladder) -> str:
    """What it is about: "Isla: needs a person"."""
    return f"{ladder.about}: {_POLICIES.get(ladder.policy, ladder.policy)}"


def standing(ladder: Ladder) -> str:
    """How it stands: "Level 1 of 2. Nobody has it yet."."""
    if ladder.state == "taken":
        return f"{ladder.taken_by} has it."
    level = f"Level {ladder.level + 1} of {len(ladder.rungs)}."
    return f"{level} {'It went on to others again.' if ladder.state == 'lapsed' else 'Nobody has it yet.'}"


def rung(level: Level) -> str:
    """A level of the ladder: "a named supervisor, 2 times, 15 min each"."""
    who = listed([_responder(one) for one in level.tell])
    length = _length(level.wait)
    return f"{who}, {f'{level.repeat + 1} times, {length} each' if level.repeat else f'once, {length}'}"


def clock_of(moment: datetime) -> str:
    """A time on the wall in London: "09:31"."""
    return f"{moment.astimezone(ZONE):%H:%M}"


def _responder(name: str) -> str:
    return _RESPONDERS.get(name, name.removeprefix(PERSON).title())


def _length(wait: timedelta) -> str:
    minutes = int(wait.total_seconds() // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


def flow_named(flow: str) -> str:
    """A flow as people call it; one that is not shipped, by its id."""
    return _FLOWS.get(flow, flow.replace("-", " "))


def listed(words: Sequence[str]) -> str:
    """One after the other: "Isla, Callum and Rhona"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
