"""★ What a flow's texts and conditions may see of a person: the context of one turn."""

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from bot.conversation.matter import Batch, Shelf
from bot.people.hours import next_seen_sentence, parse_staffed
from flows.context import Context, Items
from flows.model import Flow, Option, Value
from storage.records import Person, Schedule, Support, Team

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def with_called(shelf: Shelf, flow: Flow) -> list[Flow]:
    """The flow and those that it calls, and those that they call; one that is not there is left out."""
    found = {flow.id: flow}
    waiting = [flow]
    while waiting:
        for called in sorted(waiting.pop().needs.flows):
            other = shelf.current(called)
            if other is not None and called not in found:
                found[called] = other
                waiting.append(other)
    return list(found.values())


def context(batch: Batch, person: Person, flow: Flow, schedule: Schedule | None) -> Context:
    """Everything that the flow, and those it calls, may read about this person at this moment, in the person's own zone.

    `flow.needs` told the load step which earlier answers to fetch; what was not fetched is missing.
    """
    flows = with_called(batch.house.shelf, flow)
    needed = frozenset[str]().union(*(one.needs.values for one in flows))
    zone = ZoneInfo(person.zone)
    local = batch.now.astimezone(zone)
    team = batch.team_of(person)
    worker_id = batch.known.support.get(person.id, Support()).peer_worker
    worker = batch.known.people.get(worker_id) if worker_id else None
    return Context(
        values={
            "person": {
                "first_name": person.first_name,
                "language": person.language,
                "zone": person.zone,
                "days_enrolled": (local.date() - person.began_at.astimezone(zone).date()).days,
            },
            "team": {} if team is None else _team(batch, team, zone, needed),
            "worker": {} if worker is None else {"first_name": worker.first_name},
            "now": _now(local),
            "wrap": _wrap(batch, person),
            "missed": schedule.missed_in_a_row if schedule else 0,
            "caseload": batch.known.caseloads.get(person.id, 0) if person.has_role("peer_worker") else None,
        },
        history={
            name: [(at, _flow_value(value)) for at, value in batch.known.history.get((person.id, one.id, name), ())]
            for one in reversed(flows)  # where two flows use a name, the first one's counts
            for name in (*one.needs.last, *one.needs.windows)
        },
        at=batch.now,
        variant=batch.known.session_counts.get((person.id, flow.id), 0),
    )


def next_seen(batch: Batch, team: Team, reader: ZoneInfo) -> str:
    """When the team is in, as a sentence: "The team is next in on Monday at 9am."."""
    return next_seen_sentence(parse_staffed(team.staffed), batch.now, ZoneInfo(team.zone), team.region, reader)


def _team(batch: Batch, team: Team, reader: ZoneInfo, needed: frozenset[str]) -> dict[str, Value | None]:
    return {
        "name": team.name,
        "contact_name": team.contact_name or None,
        "contact_phone": team.contact_phone or None,
        "next_seen": next_seen(batch, team, reader) if "team.next_seen" in needed else None,
    }


def _wrap(batch: Batch, person: Person) -> dict[str, Value | Items | None]:
    """The person's own lists by section, as options: each item's id and words."""
    sections: dict[str, list[Option]] = {}
    for one in batch.known.wrap.get(person.id, []):
        sections.setdefault(one.section, []).append(Option(one.id.hex, one.text))
    return {section: tuple(items) for section, items in sections.items()}


def _now(local: datetime) -> dict[str, Value | None]:
    part = "morning" if local.hour < 12 else "afternoon" if local.hour < 17 else "evening"
    return {
        "time": f"{local:%H:%M}",
        "date": f"{local.day} {_MONTHS[local.month - 1]}",
        "weekday": _WEEKDAYS[local.weekday()],
        "part_of_day": part,
    }


def _flow_value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(str(item) for item in cast("list[object]", value))
    return cast(Value, value)  # an answer of ours, read back from its JSON
