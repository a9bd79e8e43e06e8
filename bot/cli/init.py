"""`blether init`: asks what a first configuration needs, tries the tokens, and writes it whole or not at all."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bot import logs
from bot.cli.asking import Asker
from bot.cli.opening import WRONG, end, told
from bot.errors import ConfigurationError
from bot.setup.answers import TELEGRAM_API, TWILIO_API, configuration, secrets_of
from bot.setup.placing import place, refuse_to_overwrite

_OPTIONS: Final = "Options in place of questions"
_TOKENS: Final = ("telegram_token_file", "twilio_token_file")


def _option(words: str, *names: str, hidden: bool = False) -> typer.models.OptionInfo:
    return typer.Option(*names, help=words, rich_help_panel=_OPTIONS, hidden=hidden)


def init(  # one parameter an option; they are read from the context, by name
    context: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where config.toml and secrets/ go; made if it is not there.")] = Path(),
    no_input: Annotated[
        bool, typer.Option("--no-input", "--yes", help="Ask nothing: options and defaults have to do.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Don't try the tokens.")] = False,
    name: Annotated[str | None, _option("The service's name. Neutral: it stands on locked screens.")] = None,
    region: Annotated[str | None, _option("Names the crisis contacts and the bank holidays.")] = None,
    zone: Annotated[str | None, _option("The time zone.")] = None,
    team: Annotated[str | None, _option("The team's name.")] = None,
    team_key: Annotated[str | None, _option("What lists of people call the team.")] = None,
    staffed: Annotated[str | None, _option("When somebody is there: mon-fri 09:00-17:00.")] = None,
    contact_name: Annotated[str | None, _option("Whom people ask for.")] = None,
    contact_phone: Annotated[str | None, _option("Where they ring.")] = None,
    supervisor: Annotated[str | None, _option("The first supervisor's name.")] = None,
    supervisor_key: Annotated[str | None, _option("What lists of people call them.")] = None,
    supervisor_phone: Annotated[str | None, _option("Their mobile; needed for sms.")] = None,
    supervisor_channels: Annotated[str | None, _option("How alerts reach them: telegram,sms.")] = None,
    coordinator: Annotated[
        bool | None, _option("Whether they are the coordinator too.", "--coordinator/--no-coordinator")
    ] = None,
    check_in: Annotated[str | None, _option("When the daily check-in comes: 09:30.")] = None,
    telegram_token_file: Annotated[Path | None, _option("A file with the bot's token.")] = None,
    twilio_sid: Annotated[str | None, _option("The Twilio account's SID.")] = None,
    twilio_token_file: Annotated[Path | None, _option("A file with its auth token.")] = None,
    twilio_number: Annotated[str | None, _option("The number that texts come from.")] = None,
    twilio_alerts_number: Annotated[str | None, _option("A second number, for alerts.")] = None,
    public_url: Annotated[str | None, _option("The https address by which Twilio reaches this machine.")] = None,
    telegram_api_url: Annotated[str, _option("For tests.", hidden=True)] = TELEGRAM_API,
    twilio_api_url: Annotated[str, _option("For tests.", hidden=True)] = TWILIO_API,
) -> None:
    """Make a first configuration: config.toml, and secrets that only you can read. Overwrites nothing."""
    logs.configure("CRITICAL")  # what goes wrong is told in words
    try:
        with told():
            _make(folder, context.params)
    except (KeyboardInterrupt, typer.Abort):
        end("stopped: nothing was written", WRONG)


def _make(folder: Path, given: Mapping[str, Any]) -> None:
    """`given`: what typer read, by the parameters' names."""
    from bot.cli.interview import Interview
    from storage.sealing import Keyring

    refuse_to_overwrite(folder)
    options = {name: given[name] for name in given if given[name] is not None}
    texts = {name.replace("_", "-"): value for name, value in options.items() if isinstance(value, str)}
    files = {name.replace("_", "-"): options[name] for name in _TOKENS if name in options}
    apis = {"telegram": given["telegram_api_url"], "twilio": given["twilio_api_url"]}
    interview = Interview(Asker(texts, no_input=given["no_input"]), files, apis, offline=given["offline"])
    answers = interview.answers(given["coordinator"])
    secrets = secrets_of(Keyring.generate().secret(), interview.telegram_token, interview.twilio_token)
    written = place(folder, configuration(answers), secrets, _look)
    typer.echo(f"Written: {written} and {written.parent / 'secrets'}, for your eyes only.")
    typer.echo("Keep a copy of secrets/key somewhere else: whoever loses it loses every name and word in the database.")
    typer.echo(f"Next: {_called()} run{'' if folder == Path() else f' --config {written}'}")


def _look(beside: Path) -> None:
    """What was written has to be good: then it gets its place. The environment's values are for later."""
    from bot.settings import load

    try:
        load(beside, environ={})
    except ConfigurationError as fault:
        raise ConfigurationError([problem.partition(": ")[2] for problem in fault.problems]) from None


def _called() -> str:
    """How this command can be called again: by its name where that is found, else by its path."""
    here, found = Path(sys.argv[0]), shutil.which("blether")
    if here.name != "blether" or (found is not None and here.exists() and Path(found).samefile(here)):
        return "blether"
    return os.path.relpath(here) if here.is_relative_to(Path.cwd()) else str(here)
