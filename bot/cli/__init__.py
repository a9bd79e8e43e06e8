"""The command `blether`: one module a group of commands.

`run`, `demo`, `doctor` and the questions of `init` are looked up when they are called: they need every provider's library,
and no other command should wait a second for those.
"""

from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.cli import flows, risk, schedule
from bot.cli.audit import app as audit_app
from bot.cli.db import app as db_app
from bot.cli.escalations import app as escalations_app
from bot.cli.init import init
from bot.cli.outbox import app as outbox_app
from bot.cli.people import app as people_app
from bot.cli.quarantine import app as quarantine_app

app = typer.Typer(
    name="blether",
    help="A Telegram and SMS bot for peer support: check-ins, reminders, and named people who are told.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, and those hold people's words
    add_completion=False,
)


@app.command()
def run(config: Annotated[Path, typer.Option(help="The configuration file.")] = Path("config.toml")) -> None:
    """Run the bot until it is told to stop (SIGTERM or Ctrl-C)."""
    from bot.cli.run import run_service

    run_service(config)


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port of the page; 0 takes any free one.")] = 8000,
    flow: Annotated[
        Path | None, typer.Option(help="A flow file that you write: it begins at once, and again when you save it.")
    ] = None,
) -> None:
    """Try blether out: phones on a page, a clock that you move, and the real bot behind them."""
    from bot.cli.demo import play

    play(port, flow)


@app.command()
def doctor(
    config: Annotated[Path, typer.Option(help="The configuration file.")] = Path("config.toml"),
    offline: Annotated[bool, typer.Option("--offline", help="Don't ask Telegram and Twilio.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One array of objects.")] = False,
) -> None:
    """Say how each part is and what to do: ok, warn or fail. Exit 1 when one fails. Changes nothing."""
    from bot.cli.doctor import examine

    examine(config, offline=offline, as_json=as_json)


app.command("init")(init)
app.add_typer(flows.app, name="flows")
app.add_typer(people_app, name="people")
app.add_typer(escalations_app, name="escalations")
app.add_typer(audit_app, name="audit")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(outbox_app, name="outbox")
app.add_typer(db_app, name="db")
app.add_typer(schedule.app, name="schedule")
app.add_typer(risk.app, name="risk")


def main() -> None:
    """The entry point of the distribution."""
    logs.configure()
    app()
