"""What the configuration says is brought into the database at start: the database is the truth, the file its author.

Everything is known by its key. A key that is gone from the file ends its row and deletes nothing; one that comes back
goes on. Applying the same file twice changes nothing, and processes that start together take turns.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.matter import Batch, House, Known, Shelf
from bot.errors import ConfigurationError
from bot.people.inviting import ALERTS
from bot.people.regulars import apply_schedules, house_regulars
from bot.people.staff import SMS, VIEWER, apply_staff
from bot.settings import Settings, TeamSettings
from flows import Flow
from storage import roster, sessions
from storage.audit import save_audit
from storage.ids import new_id
from storage.keys import Keys
from storage.records import AuditEntry, Team
from storage.sealing import Keyring
from storage.sessions import FlowVersion

__all__ = ["EmptyShelf", "FlowVersionError", "apply_flows", "apply_settings", "house_of", "house_regulars"]


class FlowVersionError(ConfigurationError):
    """A flow file has the version of one that was loaded before, and other content."""


class EmptyShelf:
    """A shelf for decisions that begin no flow."""

    def current(self, flow: str) -> Flow | None:
        """None: nothing begins."""
        return None

    def version(self, flow: str, version: int) -> Flow | None:
        """None: nothing goes on."""
        return None


def house_of(settings: Settings, shelf: Shelf) -> House:
    """The rules of this installation."""
    separate = settings.twilio is not None and settings.twilio.alerts_from_number is not None
    return House(
        service_name=settings.service.name,
        region=settings.service.region,
        policies=settings.policies,
        shelf=shelf,
        regulars=house_regulars(settings),
        alerts_account=ALERTS if separate else None,
    )


def apply_settings(connection: Connection, keyring: Keyring, settings: Settings, now: datetime) -> None:
    """Bring accounts, teams, staff and schedules to what the file says, in the transaction of `connection`.

    Raises:
        ConfigurationError: the file does not fit what is stored: an account of another kind, the phone of somebody
            from a list of people. Nothing may be committed then.
    """
    make_id = _maker(now)
    keys = Keys(keyring, connection)
    batch = Batch(Known(), house_of(settings, EmptyShelf()), now, make_id)
    teams = _apply_teams(connection, keys, settings, batch)
    _apply_accounts(connection, settings, batch)
    # Schedules lock people and no addresses, so they come before staff: addresses are locked last, everywhere.
    ids = {key: team.id for key, team in teams.items()}
    apply_schedules(connection, keys, batch.house, ids, now, make_id)
    apply_staff(connection, keys, settings, batch, teams)
    save_audit(connection, keys, batch.changes.audit)


def _maker(now: datetime) -> Callable[[], UUID]:
    return lambda: new_id(now)


def _apply_accounts(connection: Connection, settings: Settings, batch: Batch) -> None:
    wanted = {} if settings.telegram is None else {settings.telegram.account: "telegram"}
    if settings.twilio is not None:
        wanted |= {SMS: "sms"} | ({ALERTS: "sms"} if batch.house.alerts_account else {})
        if settings.telegram is not None and settings.telegram.account in (SMS, ALERTS):
            raise ConfigurationError(['telegram.account: the name of an account for texts; "main" is the usual one'])
    there = roster.account_kinds(connection)
    wrong = [key for key, kind in wanted.items() if there.get(key, kind) != kind]
    if wrong:
        raise ConfigurationError([f"the account '{key}' is stored as one of another kind" for key in wrong])
    new = {key: kind for key, kind in wanted.items() if key not in there}
    roster.new_accounts(connection, new)
    for key, kind in new.items():
        batch.note("account.applied", channel=key, channel_kind=kind)


def _apply_teams(connection: Connection, keys: Keys, settings: Settings, batch: Batch) -> dict[str, Team]:
    """The teams of the file, by key. From here on this transaction has its turn."""
    from_file = {one.key: _team(one, settings, batch.new_id()) for one in settings.teams}
    there = roster.team_keys(connection)
    missing = [team for key, team in from_file.items() if key not in there]
    new = roster.new_teams(connection, keys, missing, batch.now) if missing else set[UUID]()
    roster.take_turns(connection)
    stored = roster.teams_by_key(connection, keys, VIEWER)
    found: dict[str, Team] = {}
    for key, wanted in from_file.items():
        team, ended_at = stored[key]
        found[key] = replace(wanted, id=team.id)
        differs = found[key] != replace(team, supervisors=(), coordinators=())
        if differs or ended_at is not None:
            roster.save_team(connection, keys, found[key], None)
        if differs or ended_at is not None or team.id in new:
            batch.note("team.applied", team=team.id, key=key, returned=ended_at is not None)
    for key, (team, ended_at) in stored.items():
        if key not in from_file and ended_at is None:
            roster.save_team(connection, keys, team, batch.now)
            batch.note("team.ended", team=team.id, key=key)
    return found


def _team(wanted: TeamSettings, settings: Settings, team_id: UUID) -> Team:
    return Team(
        id=team_id,
        key=wanted.key,
        name=wanted.name,
        zone=wanted.zone or settings.service.zone,
        language=wanted.language or settings.service.language,
        region=settings.service.region,
        staffed=wanted.staffed,
        quiet=wanted.quiet,
        contact_name=wanted.contact.name,
        contact_phone=wanted.contact.phone,
    )


def apply_flows(connection: Connection, keyring: Keyring, flows: Mapping[str, Flow], now: datetime) -> None:
    """Keep the source of each flow that may run, for the sessions that stay on it, and say which versions are current.

    Call it after `apply_settings`, whose teams make processes take turns.

    Raises:
        FlowVersionError: a version that was loaded before has other content now.
    """
    roster.take_turns(connection)
    wanted = {(flow.id, flow.version) for flow in flows.values()}
    stored = sessions.flow_sources(connection, wanted)
    newest = sessions.newest_versions(connection)
    wrong = [
        f"flow '{flow.id}': version {flow.version} was loaded before with other content;"
        f" raise version to {newest[flow.id] + 1}"
        for flow in flows.values()
        if (found := stored.get((flow.id, flow.version))) is not None and found.digest != flow.digest
    ]
    if wrong:
        raise FlowVersionError(wrong)
    new = [flow for flow in flows.values() if (flow.id, flow.version) not in stored]
    before = {(one.flow, one.version) for one in sessions.current_flows(connection).values()}
    if not new and before == wanted:
        return
    rows = {new_id(now): FlowVersion(one.id, one.version, one.digest, one.source, current=True) for one in new}
    sessions.save_flow_versions(connection, rows, wanted, now)
    _note_flows(connection, keyring, {(one.id, one.version) for one in new}, before, wanted, now)


def _note_flows(
    connection: Connection,
    keyring: Keyring,
    new: set[tuple[str, int]],
    before: set[tuple[str, int]],
    wanted: set[tuple[str, int]],
    now: datetime,
) -> None:
    """Loaded for the first time; an earlier version chosen again; a flow that is gone from the files."""
    there = {flow for flow, _ in wanted}
    notes = [("flow.loaded", *one) for one in sorted(new)]
    notes += [("flow.chosen", *one) for one in sorted(wanted - new - before)]
    notes += [("flow.withdrawn", *one) for one in sorted(before - wanted) if one[0] not in there]
    entries = [
        AuditEntry(new_id(now), now, kind, None, None, {"flow": flow, "version": version})
        for kind, flow, version in notes
    ]
    save_audit(connection, Keys(keyring, connection), entries)
