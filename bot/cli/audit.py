"""`blether audit`: whether what was written down is still what stands there."""

from typing import assert_never

import typer

from bot.cli.opening import CONFIG, WRONG, Config, opened
from bot.watching.sealing import head_file
from storage.errors import SealedLogError
from storage.log_check import Broken, Intact, verify
from storage.outside_head import read_outside

app = typer.Typer(help="What was done, and whether the record of it is whole.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """What was done, and whether the record of it is whole."""


@app.command("verify")
def verify_(config: Config = CONFIG) -> None:
    """Go through the whole audit: `ok N entries`, or `broken at SEQ: changed|removed|inserted` and exit 1."""
    with opened(config) as blether:
        file = head_file(blether.settings)
        try:
            outside = None if file is None else read_outside(file)
        except SealedLogError as fault:
            typer.echo(f"{file}: {fault}", err=True)
            typer.echo("broken at 0: changed")
            raise typer.Exit(WRONG) from None
        found = blether.database.read_sync(verify, blether.keyring, outside)
    match found:
        case Intact(entries=entries):
            typer.echo(f"ok {entries} entries")
        case Broken(number=number, how=how):
            typer.echo(f"broken at {number}: {how}")
            raise typer.Exit(WRONG)
        case _:
            assert_never(found)
