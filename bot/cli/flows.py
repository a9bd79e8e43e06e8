"""`blether flows`: are flow files fit to go live, and how would they talk."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.cli.simulator import LineError, Simulator
from bot.errors import ConfigurationError
from flows import FlowFileError, FlowRunError, Known, Problem, check_text, load_file
from flows.load import TRANSCRIPTS, shipped

app = typer.Typer(help="Conversation flows.", no_args_is_help=True)

_SHIPPED_AS = "flows/library"


@app.callback()
def flows() -> None:
    """Conversation flows."""


@app.command()
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Flow files or folders; without one the shipped flows."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="Its policies count, and its folder of flows is checked too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object instead of lines.")] = False,
) -> None:
    """Say everything that is wrong with flow files. Exit 0 when no problem is an error, 1 when one is, 2 if misused."""
    policies, folder = _configured(config)
    problems: list[Problem] = []
    count = 0
    for name, content in _files(paths or [], folder):
        count += 1
        problems += check_text(content, name, Known(policies))
    ok = all(problem.severity != "error" for problem in problems)
    if as_json:
        typer.echo(json.dumps({"ok": ok, "problems": [asdict(problem) for problem in problems]}, ensure_ascii=False))
    else:
        for problem in problems:
            typer.echo(problem.line_of_text())
        typer.echo(f"{count} checked: {'good' if ok else 'not fit to go live'}")
    raise typer.Exit(0 if ok else 1)


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A flow file.")],
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read events and write lines as JSON, one a line.")] = False,
) -> None:
    """Talk with the flow in FILE: events in on standard input, what it says and does out. No word leaves."""
    if not jsonl:
        _misused("give --jsonl; events are read from standard input, one JSON object a line")
    try:
        flow = load_file(file)
        simulator = Simulator(flow)
        for line in simulator.answers(sys.stdin):
            typer.echo(json.dumps(line, ensure_ascii=False))
            sys.stdout.flush()
    except OSError as error:
        _misused(f"{file}: cannot be read: {error.strerror}")
    except FlowFileError as error:
        for problem in error.problems:
            typer.echo(problem.line_of_text(), err=True)
        raise typer.Exit(1) from None
    except FlowRunError as error:
        typer.echo(f"{file}: the flow cannot go on: {error}", err=True)
        raise typer.Exit(1) from None
    except LineError as error:
        _misused(str(error))


def _configured(config: Path | None) -> tuple[frozenset[str], Path | None]:
    """The ids of the policies that a flow may name, and the configured folder of flows."""
    if config is None:
        from bot.escalation.shipped import shipped_policies

        return frozenset(shipped_policies()), None
    from bot.settings import load

    try:
        settings = load(config)
    except ConfigurationError as error:
        _misused("\n".join(error.problems))
    except OSError as error:
        _misused(f"{config}: cannot be read: {error.strerror}")
    return frozenset(settings.policies), settings.flows.folder


def _files(paths: list[Path], folder: Path | None) -> Iterator[tuple[str, bytes]]:
    """Every flow file asked for: what problems call it, and what is in it."""
    if not paths:
        yield from ((f"{_SHIPPED_AS}/{name}", content) for name, content in shipped())
        paths = [folder] if folder is not None else []
    for path in paths:
        try:
            yield from _inside(path).items()
        except OSError as error:
            _misused(f"{path}: cannot be read: {error.strerror}")


def _inside(path: Path) -> Mapping[str, bytes]:
    if not path.is_dir():
        return {str(path): path.read_bytes()}
    found = [one for one in sorted(path.rglob("*.toml")) if one.is_file() and not one.name.endswith(TRANSCRIPTS)]
    return {str(one): one.read_bytes() for one in found}


def _misused(what: str) -> NoReturn:
    typer.echo(what, err=True)
    raise typer.Exit(2)
