"""`blether schedule`: what a rule means, in times."""

from datetime import UTC, datetime
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo, available_timezones

import typer

from bot.scheduling.rules import RuleError, occurrences, parse_rule

app = typer.Typer(help="Schedules and their rules.", no_args_is_help=True)


@app.callback()
def schedule() -> None:
    """Schedules and their rules."""


@app.command()
def preview(
    rule: Annotated[str, typer.Argument(help="As in 'daily at 09:30' or 'weekly on mon,thu at 09:30'.")],
    zone: Annotated[str, typer.Option("--zone", help="As in Europe/London.")],
    start: Annotated[str, typer.Option("--from", help="ISO 8601; without an offset it is a time in the zone.")],
    count: Annotated[int, typer.Option("--count", min=1, help="How many times to show.")],
) -> None:
    """Print when RULE falls due: the first at or after --from and on, one time a line with the zone's offset."""
    if zone not in available_timezones():
        _misused("unknown zone; a zone is a name such as Europe/London")
    place = ZoneInfo(zone)
    try:
        parsed = parse_rule(rule)
        for nominal in occurrences(parsed, place, _read_start(start, place), count):
            typer.echo(nominal.due_at.astimezone(place).isoformat())
    except RuleError as error:
        _misused(str(error))
    except (ValueError, OverflowError):
        _misused("--from is a time in ISO 8601, as in 2026-03-28T00:00+00:00, years 2 to 9998")


def _read_start(text: str, place: ZoneInfo) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=place)).astimezone(UTC)


def _misused(what: str) -> NoReturn:
    typer.echo(what, err=True)
    raise typer.Exit(2)
