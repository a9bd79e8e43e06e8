"""`blether escalations`: where a person is needed, who was told, and taking or resolving one in somebody's name."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection

from bot.cli.opening import CONFIG, WRONG, Config, Opened, end, opened
from bot.conversation.events import Ordered
from bot.conversation.work import Worker
from bot.errors import NotFoundError, NotPossibleError
from bot.people.applying import EmptyShelf, house_of
from storage import escalations, people
from storage.audit import audit_of
from storage.keys import Keys
from storage.records import Alert, AuditEntry, Escalation, Person
from storage.sealing import Keyring
from storage.viewing import System

app = typer.Typer(help="Where a person is needed.", no_args_is_help=True)

VIEWER: Final = System("an operator at the command line")
_LEADING_UP: Final = timedelta(hours=24)
_LED_UP: Final = ("checkin.begun", "inbound.received", "answer.saved", "checkin.missed", "danger.heard")

Id = Annotated[str, typer.Argument(metavar="ID", help="An id, or as much of its beginning or end as is unmistakable.")]
By = Annotated[str, typer.Option("--by", metavar="KEY", help="The key of the supervisor in whose name this is.")]
AsJson = Annotated[bool, typer.Option("--json", help="One array of objects.")]


@app.callback()
def escalations_() -> None:
    """Where a person is needed."""


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """List escalations, the oldest first; the level counts from 0."""
    with opened(config) as blether:
        found = blether.database.read_sync(_list, blether.keyring, everything, _zone(blether))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        typer.echo("  ".join("-" if value is None else str(value) for value in one.values()))


def _zone(blether: Opened) -> ZoneInfo:
    return ZoneInfo(blether.settings.service.zone)


def _time(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat()


def _list(connection: Connection, keyring: Keyring, everything: bool, zone: ZoneInfo) -> list[dict[str, Any]]:
    keys = Keys(keyring, connection)
    found = escalations.list_escalations(connection, keys, VIEWER, resolved=everything)
    concerned = {one.person_id for one in found} | {one.taken_by for one in found if one.taken_by is not None}
    known = people.load_people(connection, keys, VIEWER, concerned)
    return [_row(one, known, zone) for one in found]


def _row(one: Escalation, known: Mapping[UUID, Person], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "initials": known[one.person_id].initials,
        "line": one.line,
        "severity": one.severity,
        "state": one.state,
        "policy": one.policy,
        "opened_at": _time(one.opened_at, zone),
        "level": one.level,
        "next_at": _time(one.next_at, zone),
        "taken_by": _called(one.taken_by, known),
    }


def _called(person_id: UUID | None, known: Mapping[UUID, Person]) -> str | None:
    """Staff by their key, others by their initials."""
    person = known.get(person_id) if person_id is not None else None
    return None if person is None else person.key or person.initials


@app.command()
def show(escalation: Id, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show one: why, who was told, what was done, each with its time."""
    with opened(config) as blether:
        found = blether.database.read_sync(_show, blether.keyring, escalation, _zone(blether))
    if as_json:
        typer.echo(json.dumps([found], ensure_ascii=False))
        return
    lists = ("reasons", "told", "steps")
    for name, value in found.items():
        if name not in lists:
            typer.echo(f"{name}: {'-' if value is None else value}")
    for name in lists:
        typer.echo(f"{name}:")
        for one in found[name]:
            typer.echo("  " + "  ".join(_plainly(value) for value in one.values() if value not in (None, {})))


def _plainly(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name}={one}" for name, one in value.items())
    return str(value)


def _show(connection: Connection, keyring: Keyring, wanted: str, zone: ZoneInfo) -> dict[str, Any]:
    keys = Keys(keyring, connection)
    one = _find(connection, keys, wanted)
    alerts = escalations.alerts_of(connection, [one.id]).get(one.id, [])
    steps = [entry for entry in audit_of(connection, [one.person_id]) if _belongs(entry, one, alerts)]
    doing = (one.taken_by, one.resolved_by, *(step.actor_id for step in steps), *map(_responder, steps))
    concerned = {one.person_id, *(alert.responder_id for alert in alerts), *(who for who in doing if who is not None)}
    known = people.load_people(connection, keys, VIEWER, concerned)
    return {
        **_row(one, known, zone),
        "taken_at": _time(one.taken_at, zone),
        "resolved_at": _time(one.resolved_at, zone),
        "resolved_by": _called(one.resolved_by, known),
        "outcome": one.outcome,
        "reasons": [
            {"at": _time(why.at, zone), "reason": why.reason, "shared": dict(why.shared)} for why in one.reasons
        ],
        "told": [
            {
                "at": _time(alert.told_at, zone),
                "who": _called(alert.responder_id, known),
                "level": f"level {alert.level}",
                "code": alert.code,
                "answer": "declined" if alert.declined_at else "did not arrive" if alert.failed_at else None,
            }
            for alert in alerts
        ],
        "steps": [
            {
                "at": _time(step.at, zone),
                "kind": step.kind,
                "by": _called(step.actor_id, known),
                "to": _called(_responder(step), known),
                "channel": step.detail.get("channel"),
            }
            for step in steps
        ],
    }


def _responder(step: AuditEntry) -> UUID | None:
    named = step.detail.get("responder")
    return UUID(named) if isinstance(named, str) else None


def _belongs(entry: AuditEntry, one: Escalation, alerts: Sequence[Alert]) -> bool:
    """Whether a step names the escalation or one of its alerts, or led up to it within a day."""
    named = {str(one.id), *(str(alert.id) for alert in alerts)}
    if named & {entry.detail.get("escalation"), entry.detail.get("alert")}:
        return True
    return entry.kind in _LED_UP and one.opened_at - _LEADING_UP <= entry.at <= one.opened_at


def _find(connection: Connection, keys: Keys, wanted: str) -> Escalation:
    """The escalation whose id begins or ends so.

    Raises:
        NotFoundError: none does, or several do; then which.
    """
    plain = wanted.strip().lower().replace("-", "")
    ids = {} if not plain else {one.hex: one for one in escalations.ids_of_all(connection)}
    found = sorted(one for text, one in ids.items() if text.startswith(plain) or text.endswith(plain))
    if not found:
        raise NotFoundError("no escalation has an id that begins or ends so")
    if len(found) > 1:
        raise NotFoundError("\n".join(["several begin or end so:", *(str(one) for one in found)]))
    return escalations.escalations_by_id(connection, keys, VIEWER, found)[found[0]]


@app.command()
def take(escalation: Id, by: By, config: Config = CONFIG) -> None:
    """Take one in a supervisor's name, as if they had answered 1. Everybody told earlier is told."""
    with opened(config) as blether:
        done = _order(blether, escalation, by, None)
    typer.echo(f"{done.id} taken by {by}")


@app.command()
def resolve(
    escalation: Id,
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="How it ended; kept sealed.")],
    by: By,
    config: Config = CONFIG,
) -> None:
    """Resolve one in a supervisor's name, as if they had answered done. Everybody told earlier is told, without WORDS."""
    said = " ".join(words).strip()
    if not said:
        end("say in a few words how it ended")
    with opened(config) as blether:
        done = _order(blether, escalation, by, said)
    typer.echo(f"{done.id} resolved by {by}")


def _order(blether: Opened, wanted: str, by: str, words: str | None) -> Escalation:
    """Decide it as everything else is decided, then look whether it is so."""
    before, responder_id = blether.database.read_sync(_ordering, blether.keyring, wanted, by)
    if before.state == "resolved":
        raise NotPossibleError(f"{before.id} is resolved already")
    worker = Worker(blether.database, blether.keyring, lambda: house_of(blether.settings, EmptyShelf()))
    order = Ordered(before.id, before.person_id, responder_id, words)
    asyncio.run(worker.do([order], blether.clock.now()))
    after = blether.database.read_sync(_again, blether.keyring, before.id)
    done = after.taken_by == responder_id if words is None else after.resolved_by == responder_id
    if not done:
        end(f"{after.id} could not be changed; it is {after.state}", WRONG)
    return after


def _ordering(connection: Connection, keyring: Keyring, wanted: str, by: str) -> tuple[Escalation, UUID]:
    responder_id = people.people_by_key(connection, [by]).get(by)
    if responder_id is None:
        raise NotFoundError("no supervisor has this key")
    return _find(connection, Keys(keyring, connection), wanted), responder_id


def _again(connection: Connection, keyring: Keyring, escalation_id: UUID) -> Escalation:
    return escalations.escalations_by_id(connection, Keys(keyring, connection), VIEWER, [escalation_id])[escalation_id]
