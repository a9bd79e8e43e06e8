"""Both sides of the comparison, gathered once nothing moves any more: from the provider servers and the database."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Table, select

from storage.columns import metadata
from storage.keys import Keys
from storage.outbox import read_body
from storage.sealing import Keyring
from tests.faults.evidence import Answered, Climb, Evidence, Got, Heard, Row, Silence, Timetable
from tests.faults.world import World
from tests.world.household import KEY

_ROW_ID = re.compile(r"[?&]\w+=([0-9a-f]{32})")


async def provider_side(world: World) -> list[Got]:
    """What both providers took from the bot."""
    texts, _ = await world.twilio.outgoing()
    messages, _ = await world.telegram.outgoing()
    found = [
        Got(
            "alerts" if one.sender == world.twilio.alerts_number else "sms",
            one.sid,
            one.to,
            one.body,
            one.at,
            _row_id(one.status_callback or ""),
            failed=one.status in ("failed", "undelivered"),
        )
        for one in texts
    ]
    for chat, one in messages:
        named = next((button.data for button in one.buttons if button.data), None)
        row = UUID(hex=named.partition(":")[0]) if named and re.fullmatch(r"[0-9a-f]{32}:\d+", named) else None
        found.append(Got("main", str(one.message_id), str(chat), one.text, one.at, row))
    return found


def _row_id(callback: str) -> UUID | None:
    found = _ROW_ID.search(callback)
    return UUID(hex=found[1]) if found else None


def read_database(connection: Connection, evidence: Evidence) -> None:
    """Add what the database holds."""
    keys = Keys(Keyring.from_secret(KEY), connection)
    kept = {table.name: _all(connection, table) for table in metadata.sorted_tables}
    keys.fetch(row["id"] for row in kept["people"])
    evidence.heard = _heard(kept)
    evidence.rows = _rows(kept, keys)
    evidence.answers = [
        Answered(
            row["person_id"],
            row["session_id"],
            json.loads(
                keys.of(row["person_id"], "answers").open("answers", "value_sealed", row["id"], row["value_sealed"])
            ),
        )
        for row in kept["answers"]
    ]
    evidence.climbs = _climbs(kept, keys)
    evidence.timetables = _timetables(kept)
    evidence.silences = _silences(kept)
    evidence.quarantined = len(kept["quarantine"])


def _all(connection: Connection, table: Table) -> list[RowMapping]:
    return list(connection.execute(select(table)).mappings())


Kept = Mapping[str, list[RowMapping]]


def _heard(kept: Kept) -> list[Heard]:
    written: dict[str, datetime] = {}
    for entry in kept["audit"]:
        if entry["kind"] in ("inbound.received", "inbound.set_aside"):
            written.setdefault(str(entry["detail"].get("inbound")), entry["written_at"])
    return [
        Heard(
            row["account"],
            row["provider_id"],
            row["person_id"],
            row["seq"],
            row["meant"],
            row["danger"],
            written.get(str(row["id"])),
        )
        for row in kept["inbound"]
    ]


def _rows(kept: Kept, keys: Keys) -> list[Row]:
    where = {row["id"]: row for row in kept["addresses"]}
    values = {
        row["id"]: keys.of(row["person_id"], "addresses").open(
            "addresses", "value_sealed", row["id"], row["value_sealed"]
        )
        for row in kept["addresses"]
    }
    unknown: dict[UUID, int] = {}
    accepted: dict[UUID, set[str]] = {}
    for row in kept["deliveries"]:
        # One that a report proved to be accepted later keeps the code of what was unknown about it.
        was_unknown = row["outcome"] == "unknown" or (row["outcome"] == "accepted" and row["code"] != "")
        unknown[row["outbox_id"]] = unknown.get(row["outbox_id"], 0) + was_unknown
        if row["provider_id"]:
            accepted.setdefault(row["outbox_id"], set()).add(row["provider_id"])
    return [
        Row(
            id=row["id"],
            person=row["person_id"],
            account=where[row["address_id"]]["account"],
            to=values[row["address_id"]],
            send_class=row["class"],
            purpose=row["purpose"],
            state=row["state"],
            text=read_body(
                keys.of(row["person_id"], "outbox").open("outbox", "body_sealed", row["id"], row["body_sealed"])
            ).text,
            session=row["session_id"],
            escalation=row["escalation_id"],
            due_at=row["due_at"],
            despite_stop=row["despite_stop"],
            unknown=unknown.get(row["id"], 0),
            accepted_ids=frozenset(accepted.get(row["id"], ())),
            position=row["position"],
            alert=row["alert_id"],
        )
        for row in kept["outbox"]
    ]


def _climbs(kept: Kept, keys: Keys) -> list[Climb]:
    told: dict[UUID, list[tuple[int, int, UUID]]] = {}
    since = _rises(kept, {row["id"]: row["telling"] for row in kept["alerts"]})
    for row in kept["alerts"]:
        told.setdefault(row["escalation_id"], []).append((row["telling"], row["level"], row["id"]))
    climbs: list[Climb] = []
    for row in kept["escalations"]:
        key = keys.of(row["person_id"], "escalations")
        reasons = json.loads(key.open("escalations", "reasons_sealed", row["id"], row["reasons_sealed"]))
        climbs.append(
            Climb(
                id=row["id"],
                person=row["person_id"],
                state=row["state"],
                policy=row["policy_copy"],
                round=row["round"],
                next_at=row["next_at"],
                reasons=tuple(one["reason"] for one in reasons),
                tellings=tuple(sorted(told.get(row["id"], []))),
                rose_at=since.get(row["id"], 0),
            )
        )
    return climbs


def _rises(kept: Kept, tellings: Mapping[UUID, int]) -> dict[UUID, int]:
    """By escalation the first telling after it last rose, in the order in which both were written down."""
    since: dict[UUID, int] = {}
    waiting: set[UUID] = set()
    for entry in sorted(kept["audit"], key=lambda one: (one["written_at"], one["within"])):
        if entry["kind"] not in ("escalation.rose", "alert.queued"):
            continue
        escalation = UUID(entry["detail"]["escalation"])
        if entry["kind"] == "escalation.rose":
            waiting.add(escalation)
        elif escalation in waiting:
            waiting.discard(escalation)
            since[escalation] = tellings[UUID(entry["detail"]["alert"])]
    return since


def _timetables(kept: Kept) -> list[Timetable]:
    dates: dict[UUID, list[date]] = {}
    for row in kept["occurrences"]:
        dates.setdefault(row["schedule_id"], []).append(row["local_date"])
    sessions: dict[UUID, list[tuple[UUID, date]]] = {}
    by_session = {row["session_id"]: row["local_date"] for row in kept["occurrences"] if row["session_id"]}
    for row in kept["sessions"]:
        if row["schedule_id"]:
            found = by_session.get(row["id"], date.min)  # a session without an occurrence: nobody counted it
            sessions.setdefault(row["schedule_id"], []).append((row["id"], found))
    return [
        Timetable(
            id=row["id"],
            person=row["person_id"],
            began_on=row["began_at"].date(),
            ended_on=row["ended_at"].date() if row["ended_at"] else None,
            next_on=row["next_date"],
            dates=tuple(sorted(dates.get(row["id"], []))),
            sessions=tuple(sessions.get(row["id"], [])),
        )
        for row in kept["schedules"]
    ]


def _silences(kept: Kept) -> list[Silence]:
    found: list[Silence] = []
    open_since: dict[UUID, datetime] = {}
    for entry in sorted(kept["audit"], key=lambda one: (one["written_at"], one["within"])):
        person = entry["person_id"]
        if entry["kind"] == "person.stopped":
            open_since.setdefault(person, entry["written_at"])
        elif entry["kind"] == "person.started" and person in open_since:
            found.append(Silence(person, open_since.pop(person), entry["written_at"]))
    return [*found, *(Silence(person, since, None) for person, since in open_since.items())]
