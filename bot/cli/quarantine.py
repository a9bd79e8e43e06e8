"""`blether quarantine`: what failed and was set aside, and having it tried again now."""

import json
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection

from bot.cli.opening import CONFIG, WRONG, Config, end, opened
from bot.errors import NotFoundError
from storage import quarantine
from storage.audit import save_audit
from storage.ids import new_id
from storage.keys import Keys
from storage.quarantine import Waiting
from storage.records import AuditEntry
from storage.sealing import Keyring

app = typer.Typer(help="What failed and was set aside.", no_args_is_help=True)

_LEAST: Final = 4  # letters of an id that are taken for one
AsJson = Annotated[bool, typer.Option("--json", help="One array of objects.")]
Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="Ids, or as much of their beginnings or ends as is unmistakable."),
]


@app.callback()
def quarantine_() -> None:
    """What failed and was set aside."""


@app.command("list")
def list_(as_json: AsJson = False, config: Config = CONFIG) -> None:
    """List what is set aside, the oldest first: kind, the error's class, how often it failed, since when, when next."""
    with opened(config) as blether:
        zone = ZoneInfo(blether.settings.service.zone)
        found = [_row(one, zone) for one in blether.database.read_sync(quarantine.listing)]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        typer.echo("  ".join("-" if value is None else str(value) for value in one.values()))


def _row(one: Waiting, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "kind": one.kind,
        "reason": "overtaken" if one.overtaken else one.reason,
        "times": one.times,
        "at": one.at.astimezone(zone).isoformat(),
        "next_at": None if one.next_at is None else one.next_at.astimezone(zone).isoformat(),
        "subject": str(one.subject_id),
    }


@app.command()
def release(
    ids: Ids = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is set aside.")] = False,
    config: Config = CONFIG,
) -> None:
    """Have it tried again now, by the bot that runs. What later texts of the same person have overtaken is closed."""
    if everything == bool(ids):
        end("name what is to be released, or give --all")
    with opened(config) as blether:
        told = blether.database.run_sync(_release, blether.keyring, ids, blether.clock.now())
    for line in told:
        typer.echo(line)
    if not told:
        end("nothing is set aside", WRONG)


def _release(connection: Connection, keyring: Keyring, ids: list[str] | None, now: datetime) -> list[str]:
    waiting = quarantine.listing(connection)
    chosen = waiting if not ids else {one.id: one for one in (_meant(waiting, given) for given in ids)}.values()
    told: list[str] = []
    entries: list[AuditEntry] = []
    for one in chosen:
        if one.overtaken or one.again == {"ordered": "yes"}:
            quarantine.close(connection, one.id, now)
            told.append(f"{one.id}  closed: it is not done again")
        else:
            quarantine.try_now(connection, one, now)
            told.append(f"{one.id}  tried again within half a minute")
        detail = {"quarantine": str(one.id), "of": one.kind, "times": one.times}
        entries.append(AuditEntry(new_id(now), now, "quarantine.released", one.person_id, None, detail))
    save_audit(connection, Keys(keyring, connection), entries)
    return told


def _meant(waiting: list[Waiting], wanted: str) -> Waiting:
    letters = wanted.lower()
    found = [one for one in waiting if str(one.id).startswith(letters) or str(one.id).endswith(letters)]
    if len(found) != 1 or len(letters) < _LEAST:
        raise NotFoundError(f"{wanted}: not the id of one thing that is set aside; see `blether quarantine list`")
    return found[0]
