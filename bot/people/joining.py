"""★ Joining, consent, STOP and START again.

Without consent no session begins but that of the flow `welcome`. Consent makes the person's schedules; STOP ends them,
closes what is open and silences every address of the person; START begins again.
"""

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.matter import Batch, Regular
from bot.scheduling.due import due_of, wait_for
from bot.scheduling.rules import next_nominal
from storage.records import Consent, Person, Schedule, Session, Team

WELCOME: Final = "welcome"
"""The flow that an invited person begins with."""


def consent(
    batch: Batch,
    person: Person,
    *,
    given: bool,
    text_version: str,
    session: Session,
) -> None:
    """Write down what the person said in the welcome flow, and begin their schedules if it was yes."""
    said_at = next((one for one in person.addresses if one.id == session.address_id), None)
    person.consent_seq += 1
    person.consented = given
    batch.changes.consents.append(
        Consent(
            id=batch.new_id(),
            person_id=person.id,
            given=given,
            text_version=text_version,
            source="flow",
            account=said_at.account if said_at else None,
            words=None,
            at=batch.now,
            seq=person.consent_seq,
        )
    )
    batch.note("consent.given" if given else "consent.refused", person=person.id, text_version=text_version)
    if given:
        begin_schedules(batch, person)
    else:
        end_schedules(batch, person)


def begin_schedules(batch: Batch, person: Person) -> None:
    """A row for each schedule of the configuration that is meant for this person and not there yet."""
    running = {one.key for one in batch.known.schedules.get(person.id, [])}
    for team, regular in _meant_for(batch, person):
        if regular.key in running:
            continue
        schedule = new_schedule(batch, person, team, regular)
        if schedule is not None:
            batch.changes.new_schedules.append(schedule)
            batch.known.schedules.setdefault(person.id, []).append(schedule)
            batch.note("schedule.begun", person=person.id, schedule=schedule.id, key=regular.key)


def _meant_for(batch: Batch, person: Person) -> Iterator[tuple[Team, Regular]]:
    for role in person.roles:
        team = batch.known.teams.get(role.team_id)
        for regular in batch.house.regulars:
            if team is not None and regular.team == team.key and regular.who == role.role:
                yield team, regular


def new_schedule(batch: Batch, person: Person, team: Team, regular: Regular) -> Schedule | None:
    """The person's row of a schedule, waiting for its first occurrence from now on."""
    schedule = Schedule(
        id=batch.new_id(),
        person_id=person.id,
        team_id=team.id,
        key=regular.key,
        flow=regular.flow,
        rule=regular.rule_text,
        spread=int(regular.spread.total_seconds()),
        grace=int(regular.grace.total_seconds()),
        missed=regular.missed,
        missed_in_a_row=0,
        next_date=None,
        next_slot=None,
        next_nominal_at=None,
        due_at=None,
    )
    first = next_nominal(regular.rule, ZoneInfo(person.zone), batch.now)
    if first is None:
        return None
    wait_for(schedule, first, due_of(schedule, first, person, team))
    return schedule


def end_schedules(batch: Batch, person: Person) -> None:
    """Nothing falls due for this person any more."""
    for schedule in list(batch.known.schedules.get(person.id, [])):
        end_schedule(batch, schedule)


def end_schedule(batch: Batch, schedule: Schedule) -> None:
    """This one falls due no more; the person's others go on."""
    batch.known.schedules[schedule.person_id].remove(schedule)
    schedule.ended_at = batch.now
    schedule.next_date = schedule.next_slot = schedule.next_nominal_at = schedule.due_at = None
    if schedule in batch.changes.new_schedules:
        batch.changes.new_schedules.remove(schedule)
    else:
        batch.changes.schedules[schedule.id] = schedule
    batch.note("schedule.ended", person=schedule.person_id, schedule=schedule.id, key=schedule.key)
