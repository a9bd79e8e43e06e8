"""`blether doctor`: is everything as it should be? A line for each part, and what to do."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.checkup import judging
from bot.checkup.finding import Finding
from bot.checkup.people import look_at_people
from bot.checkup.permissions import look_at_secrets
from bot.checkup.providers import look_at_telegram, look_at_twilio
from bot.checkup.upkeep import look_at_upkeep, read_head_outside
from bot.cli.opening import WRONG
from bot.clock import Clock, FileClock, RealClock
from bot.errors import ConfigurationError
from bot.flowfiles import read_flows
from bot.safety.contacts import crisis_region
from bot.settings import Settings, faults, load
from bot.settings.whereabouts import holds_secrets, secret_files
from storage import checkup
from storage.database import Database
from storage.errors import MigrationError, SealingError, StorageError
from storage.migrating import current, pending
from storage.sealing import Keyring


def examine(config: Path, *, offline: bool, as_json: bool) -> None:
    """Say how each part is; exit 1 when one fails."""
    logs.configure("CRITICAL")  # what goes wrong is told in the report
    found: list[Finding] = []
    for finding in _look(config, offline=offline):
        found.append(finding)
        if not as_json:
            typer.echo(finding.line)
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False))
    if any(one.state == "fail" for one in found):
        raise typer.Exit(WRONG)


def _look(config: Path, *, offline: bool) -> Iterator[Finding]:
    try:
        settings, clock_file = load(config), faults().clock_file
    except ConfigurationError as fault:
        mend = "mend it (docs/configuration.md), or make one with `blether init`; nothing else was looked at"
        yield from (Finding("fail", "configuration", problem, mend) for problem in fault.problems)
        return
    clock: Clock = RealClock() if clock_file is None else FileClock(clock_file)
    yield Finding("ok", "configuration", f"teams: {len(settings.teams)}, schedules: {len(settings.schedules)}")
    address = settings.database.url.get_secret_value()
    yield _secrets(config, address)
    yield from _flows(settings)
    yield _crisis_contacts(settings, clock)
    yield from _providers(settings, clock, offline=offline)
    yield from _database(settings, address, clock)


def _secrets(config: Path, address: str) -> Finding:
    try:
        file = checkup.database_file(address)
    except StorageError:
        file = None  # told where the database is looked at
    return look_at_secrets(config, secret_files(config), file, inside=holds_secrets(config))


def _flows(settings: Settings) -> list[Finding]:
    try:
        return judging.flows(len(read_flows(settings)), [])
    except ConfigurationError as fault:
        return judging.flows(0, fault.problems)


def _crisis_contacts(settings: Settings, clock: Clock) -> Finding:
    region = crisis_region(settings.service.region)
    return judging.crisis_contacts(region.code, region.last_confirmed, clock.now().astimezone(region.zone).date())


def _providers(settings: Settings, clock: Clock, *, offline: bool) -> list[Finding]:
    telegram, twilio = settings.telegram, settings.twilio
    if offline:
        names = [name for name, on in (("telegram", telegram), ("twilio", twilio)) if on is not None]
        return [Finding("ok", name, "not asked (--offline)") for name in names]

    async def ask() -> list[Finding]:
        both = [] if telegram is None else [look_at_telegram(settings, telegram, clock.now())]
        both += [] if twilio is None else [look_at_twilio(twilio)]
        return await asyncio.gather(*both)

    return asyncio.run(ask())


def _database(settings: Settings, address: str, clock: Clock) -> Iterator[Finding]:
    try:
        if checkup.missing_file(address) is not None:
            yield Finding("warn", "database", "not made yet", "`blether run` or `blether db upgrade` makes it")
            return
        database = checkup.open_to_look(address)
    except StorageError as fault:
        yield Finding("fail", "database", str(fault), "mend [database] in the configuration")
        return
    try:
        yield from _inside(database, settings, clock)
    except SealingError:
        mend = "is it the key that this database was made with? Nothing personal can be read without that one"
        yield Finding("fail", "key", "does not open what is in the database", mend)
    except (StorageError, SQLAlchemyError, OSError) as fault:
        mend = "is it running, and may this machine and user reach it?"
        yield Finding("fail", "database", f"could not be read ({type(fault).__name__})", mend)
    finally:
        database.close_sync()


def _inside(database: Database, settings: Settings, clock: Clock) -> Iterator[Finding]:
    ahead = database.read_sync(checkup.skew, clock.now())
    yield Finding("ok", "database", "reachable")
    yield judging.clock(ahead, same=database.one_writer)
    try:
        at, left = database.read_sync(current), database.read_sync(pending)
    except MigrationError as fault:
        yield judging.migrations(None, (), (), newer=str(fault))
        return
    waiting = [one.name for one in left if not one.post]
    yield judging.migrations(at, waiting, [one.name for one in left if one.post])
    if waiting:
        return
    keyring = Keyring.from_secret(settings.security.key.get_secret_value())
    yield from database.read_sync(look_at_people, keyring, settings, clock.now())
    outside = read_head_outside(settings)
    yield from database.read_sync(look_at_upkeep, keyring, outside, clock.now())
