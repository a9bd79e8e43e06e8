"""The command `blether`: one module a group of commands."""

import typer

from bot import logs
from bot.cli import demo, flows, risk, schedule
from bot.cli.db import app as db_app
from bot.cli.escalations import app as escalations_app
from bot.cli.people import app as people_app
from bot.cli.run import run

app = typer.Typer(
    name="blether",
    help="A Telegram and SMS bot for peer support: check-ins, reminders, and named people who are told.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, and those hold people's words
    add_completion=False,
)
app.command()(run)
app.command()(demo.demo)
app.add_typer(flows.app, name="flows")
app.add_typer(people_app, name="people")
app.add_typer(escalations_app, name="escalations")
app.add_typer(db_app, name="db")
app.add_typer(schedule.app, name="schedule")
app.add_typer(risk.app, name="risk")


def main() -> None:
    """The entry point of the distribution."""
    logs.configure()
    app()
