"""`blether db`: the database and its version."""

from typing import Annotated

import typer

from bot.cli.opening import CONFIG, Config, told
from bot.settings import load
from storage.engines import parse_address
from storage.holding import only_process
from storage.migrating import upgrade as bring_up

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.callback()
def db() -> None:
    """The database."""


@app.command()
def upgrade(
    config: Config = CONFIG,
    post: Annotated[
        bool,
        typer.Option("--post", help="PostgreSQL: also what may run only after the old version is gone everywhere."),
    ] = False,
) -> None:
    """Bring the database to this version. Prints each step that ran; there is no way back."""
    with told():
        address = parse_address(load(config).database.url.get_secret_value())
        with only_process(address):
            ran = bring_up(address, post=post)
    for name in ran:
        typer.echo(name)
    if not ran:
        typer.echo("nothing to do")
