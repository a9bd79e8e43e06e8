"""`blether risk`: what the danger list makes of texts, for those who look after it."""

import json
import sys
from typing import Annotated, Any

import typer

from bot.safety.risk import read_danger
from bot.safety.risk.danger import read_closely, reason_of

app = typer.Typer(help="What the danger list makes of texts.", invoke_without_command=True)


@app.callback()
def risk(
    context: typer.Context,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id","text"} lines, print {"id","level","reasons"} lines.')
    ] = False,
) -> None:
    """What the danger list makes of texts."""
    if context.invoked_subcommand is not None:
        return
    if not jsonl:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)
    wrong = sum(not _answer(number, line) for number, line in enumerate(sys.stdin, 1) if line.strip())
    if wrong:
        raise typer.Exit(1)


@app.command()
def explain(text: Annotated[str, typer.Argument(help="The text to read.")]) -> None:
    """Print the level of TEXT, its kind and reasons; then each sentence, its facts, what raised or lowered them."""
    danger, parts = read_closely(text)
    typer.echo(danger.level if danger.level == "none" else f"{danger.level} ({danger.kind})")
    for reason in danger.reasons:
        typer.echo(f"  {reason}")
    for number, part in enumerate(parts, 1):
        typer.echo(f"sentence {number}: {part.words}")
        for heard in part.heard:
            typer.echo(f"  {heard.points} of {heard.fact.points}  {reason_of(heard)}")
        if not part.heard:
            typer.echo("  nothing found")


def _answer(number: int, line: str) -> bool:
    """Answer one line; one that is not as it should be is named on standard error by its number alone."""
    try:
        asked: Any = json.loads(line)
        id_, text = asked["id"], asked["text"]
    except (ValueError, TypeError, KeyError):
        text = id_ = None
    if not isinstance(text, str) or not isinstance(id_, str | int):
        typer.echo(f'line {number}: expected {{"id", "text"}}', err=True)
        return False
    danger = read_danger(text)
    found = {"id": id_, "level": danger.level, "reasons": list(danger.reasons)}
    typer.echo(json.dumps(found, ensure_ascii=False))
    return True
