"""`blether outbox`: what waits to be sent, and holding it back, letting it go, dropping it. It never shows words.

It works beside running processes: each change is a short transaction of at most 500 messages, and a process looks once a
second for what may leave.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection

from bot.cli.opening import CONFIG, Config, Opened, end, opened
from bot.errors import NotFoundError, NotPossibleError
from storage import in_hand, people
from storage.audit import save_audit
from storage.ids import new_id
from storage.in_hand import Entry, Which
from storage.keys import Keys
from storage.outbox import NEVER_BEHIND
from storage.records import PRIORITY, AuditEntry
from storage.sealing import Keyring
from storage.viewing import System

app = typer.Typer(help="What waits to be sent.", no_args_is_help=True)

VIEWER: Final = System("an operator at the command line")

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids, or as much of each as is unmistakable.")]
Class = Annotated[str | None, typer.Option("--class", metavar="CLASS", help=f"One of {', '.join(PRIORITY)}.")]
Account = Annotated[str | None, typer.Option("--account", metavar="KEY", help="Of one channel account.")]
All = Annotated[bool, typer.Option("--all", help="Everything that waits.")]
EvenAlerts = Annotated[bool, typer.Option("--even-alerts", help="Crisis texts, alerts and notices about them too.")]
By = Annotated[str | None, typer.Option("--by", metavar="KEY", help="The key of the supervisor who wants it.")]

Change = Callable[[Connection, Which, datetime], list[Entry]]


@app.callback()
def outbox_() -> None:
    """What waits to be sent."""


@app.command("list")
def list_(
    send_class: Class = None,
    account: Account = None,
    as_json: Annotated[bool, typer.Option("--json", help="One array of objects.")] = False,
    config: Config = CONFIG,
) -> None:
    """List what waits, or whose outcome is unknown: the gravest class first. A person is shown by their initials."""
    with opened(config) as blether:
        which = Which(send_class=_class(send_class), account=_account(blether, account))
        zone = ZoneInfo(blether.settings.service.zone)
        found = blether.database.read_sync(_list, blether.keyring, which, zone)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        typer.echo("  ".join(_plainly(name, value) for name, value in one.items()))


def _plainly(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else "-"
    if value is None:
        return "-"
    return f"{name} {value}" if name.endswith(("_at", "after", "tempts", "looked")) else str(value)


def _list(connection: Connection, keyring: Keyring, which: Which, zone: ZoneInfo) -> list[dict[str, Any]]:
    found = in_hand.waiting(connection, which)
    initials = _initials(connection, keyring, {one.person_id for one in found if one.person_id is not None})
    return [_row(one, initials, zone) for one in found]


def _initials(connection: Connection, keyring: Keyring, ids: set[UUID]) -> dict[UUID, str]:
    keys, wanted = Keys(keyring, connection), sorted(ids)
    return {
        person.id: person.initials
        for start in range(0, len(wanted), in_hand.AT_ONCE)
        for person in people.load_people(connection, keys, VIEWER, wanted[start : start + in_hand.AT_ONCE]).values()
    }


def _row(one: Entry, initials: dict[UUID, str], zone: ZoneInfo) -> dict[str, Any]:
    def time(moment: datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(zone).isoformat()

    return {
        "id": str(one.id),
        "class": one.send_class,
        "purpose": one.purpose,
        "state": one.state,
        "initials": initials.get(one.person_id) if one.person_id is not None else None,
        "account": one.account,
        "due_at": time(one.due_at),
        "not_after": time(one.not_after),
        "created_at": time(one.created_at),
        "attempts": one.attempts,
        "again": one.again,
        "looked": one.looked,
        "held": one.held,
        "held_at": time(one.held_at),
    }


@app.command()
def hold(
    ids: Ids = None,
    send_class: Class = None,
    account: Account = None,
    everything: All = False,
    even_alerts: EvenAlerts = False,
    by: By = None,
    config: Config = CONFIG,
) -> None:
    """Hold messages back until they are released."""
    with opened(config) as blether:
        which = _which(blether, ids, send_class, account, everything=everything, even_alerts=even_alerts)
        _do_and_tell(blether, which, by, "outbox.held", in_hand.hold, "held")


@app.command()
def release(
    ids: Ids = None,
    send_class: Class = None,
    account: Account = None,
    everything: All = False,
    by: By = None,
    config: Config = CONFIG,
) -> None:
    """Let messages go that were held, alerts too; what came too late meanwhile is dropped."""
    with opened(config) as blether:
        which = _which(blether, ids, send_class, account, everything=everything, even_alerts=True)
        done = _do(blether, which, by, "outbox.released", lambda connection, some, _: in_hand.release(connection, some))
    _tell(done, "released", 0)


@app.command()
def expire(
    ids: Ids = None,
    send_class: Class = None,
    account: Account = None,
    everything: All = False,
    even_alerts: EvenAlerts = False,
    by: By = None,
    config: Config = CONFIG,
) -> None:
    """Drop messages: they are never sent."""
    with opened(config) as blether:
        which = _which(blether, ids, send_class, account, everything=everything, even_alerts=even_alerts)
        _do_and_tell(blether, which, by, "outbox.expired", in_hand.expire, "dropped")


def _do_and_tell(blether: Opened, which: Which, by: str | None, kind: str, change: Change, word: str) -> None:
    """Do it, and say how many it was and how many were left alone."""
    done = _do(blether, which, by, kind, change)
    _tell(done, word, _left_out(blether, which))


def _tell(done: int, what: str, left: int) -> None:
    alerts = f"; {left} crisis texts, alerts and notices left as they are (--even-alerts)" if left else ""
    typer.echo(f"{done} {'message' if done == 1 else 'messages'} {what}{alerts}")


def _class(given: str | None) -> str | None:
    if given is not None and given not in PRIORITY:
        end(f"--class: no such class; one of {', '.join(PRIORITY)}")
    return given


def _account(blether: Opened, given: str | None) -> str | None:
    known = blether.database.read_sync(in_hand.accounts)
    if given is not None and given not in known:
        end(f"--account: no such account; one of {', '.join(known)}")
    return given


def _which(
    blether: Opened,
    ids: Sequence[str] | None,
    send_class: str | None,
    account: str | None,
    *,
    everything: bool,
    even_alerts: bool,
) -> Which:
    """What the options say.

    Raises:
        NotFoundError: nothing that waits has such an id, or several do.
        NotPossibleError: one is pressing, and nobody said that it may be touched.
    """
    chosen = [bool(ids), everything, send_class is not None or account is not None]
    if chosen.count(True) != 1:
        end("say which: ids, or --class and --account, or --all")
    if send_class in NEVER_BEHIND and not even_alerts:
        end(f"--class {send_class}: these tell people of danger, or are told of it; if you are sure, add --even-alerts")
    if ids:
        return Which(ids=blether.database.read_sync(_find, ids, even_alerts))
    return Which(send_class=_class(send_class), account=_account(blether, account), pressing=even_alerts)


def _find(connection: Connection, wanted: Sequence[str], even_alerts: bool) -> tuple[UUID, ...]:
    there = in_hand.waiting(connection)
    chosen = [_one(there, one) for one in wanted]
    pressing = [str(one.id) for one in chosen if one.pressing]
    if pressing and not even_alerts:
        raise NotPossibleError(
            f"{', '.join(pressing)}: a crisis text, an alert or a notice; if you are sure, add --even-alerts"
        )
    return tuple(one.id for one in chosen)


def _one(there: Sequence[Entry], wanted: str) -> Entry:
    plain = wanted.strip().lower().replace("-", "")
    found = [one for one in there if plain and (one.id.hex.startswith(plain) or one.id.hex.endswith(plain))]
    if not found:
        raise NotFoundError(f"{wanted}: nothing that waits has an id that begins or ends so")
    if len(found) > 1:
        raise NotFoundError("\n".join(["several begin or end so:", *(str(one.id) for one in found)]))
    return found[0]


def _do(blether: Opened, which: Which, by: str | None, kind: str, change: Change) -> int:
    """Change them, a batch at a time, each with its audit entry. Returns how many it were."""
    actor = blether.database.read_sync(_actor, by) if by is not None else None
    done = 0
    while changed := blether.database.run_sync(
        _batch, blether.keyring, which, actor, kind, change, blether.clock.now()
    ):
        done += len(changed)
    return done


def _actor(connection: Connection, by: str) -> UUID:
    found = people.people_by_key(connection, [by]).get(by)
    if found is None:
        raise NotFoundError("--by: no supervisor has this key")
    return found


def _batch(
    connection: Connection,
    keyring: Keyring,
    which: Which,
    actor: UUID | None,
    kind: str,
    change: Change,
    now: datetime,
) -> list[Entry]:
    changed = change(connection, which, now)
    if not changed:
        return []
    detail: dict[str, object] = {
        "count": len(changed),
        "class": which.send_class,
        "channel": which.account,
        "even_alerts": which.pressing and which.ids is None,
        "messages": [str(one.id) for one in changed if which.ids is not None or one.pressing],
    }
    only = changed[0] if len(changed) == 1 else None
    about = None if only is None else only.about_id or only.person_id
    save_audit(connection, Keys(keyring, connection), [AuditEntry(new_id(now), now, kind, about, actor, detail)])
    return changed


def _left_out(blether: Opened, which: Which) -> int:
    """Pressing messages that fit otherwise."""
    if which.pressing or which.ids is not None:
        return 0
    found = blether.database.read_sync(in_hand.waiting, replace(which, pressing=True))
    return sum(one.pressing for one in found)
