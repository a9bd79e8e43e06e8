"""Schedules of the configuration become rows of the people they are for, and stay as the file says.

Where the file says what it said when all rows were last brought to it, nobody is looked at: a start costs the same
however many people there are. Who joins, comes back or leaves in between is seen to where that happens. Otherwise a look
goes over everybody: what kinds of rows there are, who has none and who should not have one. Only the people with something
to change are then locked, loaded, decided and saved, some hundreds at a time.

Worked example: `daily at 09:30` becomes `daily at 18:00` at noon. Who was asked this morning is asked next tomorrow at
18:00; who was not is asked today at 18:00.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.conversation.matter import Batch, House, Known, Regular
from bot.people.joining import begin_schedules
from bot.scheduling.due import due_of, wait_for
from bot.scheduling.rules import next_nominal, parse_rule
from bot.settings import Settings
from storage import people, regulars, schedules
from storage.audit import save_audit
from storage.claims import lock_rows
from storage.keys import Keys
from storage.records import AuditEntry, Person, Schedule, Team
from storage.tables import people as people_table
from storage.viewing import System

AT_A_TIME: Final = 500
VIEWER: Final = System("applying the schedules of the configuration")
_END_OF_DAY: Final = "24:00"  # later than every slot: nobody is asked twice on the day of a change


def house_regulars(settings: Settings) -> tuple[Regular, ...]:
    """The schedules of the configuration, their rules in one spelling."""
    return tuple(
        Regular(
            key=one.key,
            team=one.team,
            who=one.who,
            flow=one.flow,
            rule=parse_rule(one.rule),
            rule_text=str(parse_rule(one.rule)),
            spread=one.spread,
            grace=one.grace,
            missed=tuple((missed.in_a_row, missed.policy) for missed in one.missed),
        )
        for one in settings.schedules
    )


def apply_schedules(
    connection: Connection,
    keys: Keys,
    house: House,
    teams: Mapping[str, UUID],
    now: datetime,
    make_id: Callable[[], UUID],
) -> None:
    """Bring every row from the file to what the file says. `teams` are the ids of its teams, by key."""
    digest = digest_of(house.regulars)
    if regulars.still_applied(connection, digest):
        return
    concerned = sorted(_concerned(connection, house, teams))
    for start in range(0, len(concerned), AT_A_TIME):
        ids = concerned[start : start + AT_A_TIME]
        lock_rows(connection, people_table, ids)
        known = Known(people=people.load_people(connection, keys, VIEWER, ids))
        team_ids = {role.team_id for person in known.people.values() for role in person.roles}
        known.teams = people.load_teams(connection, keys, VIEWER, team_ids)
        known.schedules = schedules.load_schedules(connection, list(known.people))
        last = regulars.last_begun(connection, [one.id for rows in known.schedules.values() for one in rows])
        batch = Batch(known, house, now, make_id)
        for person in known.people.values():
            put_right(batch, person, last)
        schedules.save_schedules(connection, batch.changes.new_schedules, batch.changes.schedules.values(), now)
        save_audit(connection, keys, batch.changes.audit)
    detail = {"digest": digest, "count": len(concerned)}
    save_audit(connection, keys, [AuditEntry(make_id(), now, "schedules.applied", None, None, detail)])


def digest_of(these: Sequence[Regular]) -> str:
    """What tells one configuration's schedules from another's."""
    return sha256(repr(sorted(these, key=lambda one: (one.team, one.key, one.who))).encode()).hexdigest()


def _concerned(connection: Connection, house: House, teams: Mapping[str, UUID]) -> set[UUID]:
    as_the_file_says = {kind_of(one, teams[one.team]) for one in house.regulars}
    stale = {kind.key for kind in regulars.kinds(connection) - as_the_file_says}
    found = regulars.people_with(connection, stale)
    for one in house.regulars:
        found |= regulars.people_astray(connection, one.key, teams[one.team], one.who)
        found |= regulars.people_without(connection, one.key, teams[one.team], one.who)
    return found


def kind_of(regular: Regular, team_id: UUID) -> regulars.Kind:
    """What rows of this schedule look like."""
    return regulars.Kind(
        key=regular.key,
        team_id=team_id,
        flow=regular.flow,
        rule=regular.rule_text,
        spread=int(regular.spread.total_seconds()),
        grace=int(regular.grace.total_seconds()),
        missed=regular.missed,
    )


def put_right(batch: Batch, person: Person, last: Mapping[UUID, date]) -> None:
    """★ End the person's rows that the file no longer means for them, change those that differ, begin what is missing.

    `last` is the local date on which each schedule last began something.
    """
    meant = _meant_for(batch, person)
    for schedule in list(batch.known.schedules.get(person.id, [])):
        if schedule.source != "file":
            continue
        found = meant.get(schedule.key)
        if found is None or found[0].id != schedule.team_id or person.stopped_at is not None:
            _end(batch, schedule)
        elif _differs(schedule, found[1], found[0].id):
            _change(batch, person, schedule, found, last.get(schedule.id))
    if person.consented is True and person.stopped_at is None:
        begin_schedules(batch, person)


def _meant_for(batch: Batch, person: Person) -> dict[str, tuple[Team, Regular]]:
    held = {(batch.known.teams[role.team_id].key, role.role): batch.known.teams[role.team_id] for role in person.roles}
    return {one.key: (held[one.team, one.who], one) for one in batch.house.regulars if (one.team, one.who) in held}


def _differs(schedule: Schedule, regular: Regular, team_id: UUID) -> bool:
    stands = regulars.Kind(
        schedule.key,
        schedule.team_id,
        schedule.flow,
        schedule.rule,
        schedule.spread,
        schedule.grace,
        schedule.missed,
    )
    return stands != kind_of(regular, team_id)


def _change(batch: Batch, person: Person, schedule: Schedule, meant: tuple[Team, Regular], last: date | None) -> None:
    """What it waits for next is worked out anew only when the rule is another."""
    team, regular = meant
    rule_before = schedule.rule
    kind = kind_of(regular, team.id)
    schedule.flow, schedule.rule, schedule.missed = kind.flow, kind.rule, kind.missed
    schedule.spread, schedule.grace = kind.spread, kind.grace
    if kind.rule != rule_before:
        past = None if last is None else (last, _END_OF_DAY)
        coming = next_nominal(regular.rule, ZoneInfo(person.zone), batch.now, past=past)
        if coming is None:
            _end(batch, schedule)
            return
        wait_for(schedule, coming, due_of(schedule, coming, person, team))
    batch.changes.schedules[schedule.id] = schedule
    batch.note("schedule.changed", person=person.id, schedule=schedule.id, key=schedule.key, rule=schedule.rule)


def _end(batch: Batch, schedule: Schedule) -> None:
    schedule.ended_at = batch.now
    schedule.next_date = schedule.next_slot = schedule.next_nominal_at = schedule.due_at = None
    batch.known.schedules[schedule.person_id].remove(schedule)
    batch.changes.schedules[schedule.id] = schedule
    batch.note("schedule.ended", person=schedule.person_id, schedule=schedule.id, key=schedule.key)
