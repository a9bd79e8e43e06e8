"""`blether people`: lists of people, and invitations."""

import asyncio
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.channels.telegram.client import TelegramChannel, TelegramFaultError
from bot.cli.opening import CONFIG, WRONG, Config, Opened, end, opened
from bot.people.cells import COLUMNS
from bot.people.importing import Imported, check_people, import_people
from bot.people.invitations import Invited, invite, new_code
from bot.settings import TelegramSettings

app = typer.Typer(help="People: lists and invitations.", no_args_is_help=True)


@app.callback()
def people() -> None:
    """People: lists and invitations."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help=f"UTF-8; the first row is {','.join(COLUMNS)}.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    config: Config = CONFIG,
) -> None:
    """Add the people of a list: all of them, or nobody and every problem by row and column."""
    with opened(config) as blether:
        content = file.read_bytes()
        now = blether.clock.now()
        if dry_run:
            done = blether.database.read_sync(check_people, blether.keyring, blether.settings, content, now)
            typer.echo(f"would add {_counts(done)}; nothing was written")
        else:
            done = blether.database.run_sync(import_people, blether.keyring, blether.settings, content, now)
            typer.echo(f"added {_counts(done)}; schedules begun: {done.schedules}")


def _counts(done: Imported) -> str:
    return f"service users: {done.service_users}, peer workers: {done.peer_workers}; consented: {done.consented}"


@app.command("invite")
def invite_(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="A reference, or the key of a supervisor.")],
    config: Config = CONFIG,
) -> None:
    """Print a one-time Telegram link and the START code for SMS. An earlier invitation of the person ends."""
    with opened(config) as blether:
        settings = blether.settings
        if settings.telegram is None and settings.twilio is None:
            end("nothing to invite to: neither [telegram] nor [twilio] is in the configuration", WRONG)
        username = _username(settings.telegram) if settings.telegram is not None else None
        code = new_code()
        now = blether.clock.now()
        made = blether.database.run_sync(invite, blether.keyring, settings, reference, code, now)
        for line in _lines(blether, made, username, code):
            typer.echo(line)


def _lines(blether: Opened, made: Invited, username: str | None, code: str) -> list[str]:
    settings = blether.settings
    lines: list[str] = []
    if username is not None:
        lines.append(f"Telegram: https://t.me/{username}?start={code}")
    elif settings.telegram is not None:
        lines.append(f"Telegram: send the bot /start {code}")
    if settings.twilio is not None:
        lines.append(f"SMS: text START {code} to {settings.twilio.from_number}")
        if made.of_file:
            lines[-1] += " (only from the phone in the configuration)"
    until = made.until.astimezone(ZoneInfo(settings.service.zone))
    return [*lines, f"Good once, until {until.isoformat(timespec='minutes')}"]


def _username(telegram: TelegramSettings) -> str | None:
    """What the bot is called, from Telegram; None when it cannot be asked now."""

    async def ask() -> str:
        channel = TelegramChannel(telegram.account, telegram.token.get_secret_value(), telegram.api_url)
        try:
            return (await channel.get_me()).username
        finally:
            await channel.close()

    try:
        return asyncio.run(ask())
    except TelegramFaultError as fault:
        typer.echo(f"the link could not be made: {fault}", err=True)
        return None
