"""What exists is written down, and what is written down exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli import app
from flows.problems import CODES
from tests.house.source import ROOT, modules, strings, table_of, tracked

PAGES = sorted(name for name in tracked() if name.endswith(".md"))


def commands(command: Any, name: str = "blether") -> Iterator[tuple[str, Any]]:
    """Every command by its whole name; a group counts as one where it does something by itself (`blether risk`)."""
    inside = getattr(command, "commands", None)
    if inside is None or command.invoke_without_command:
        yield name, command
    for word, inner in (inside or {}).items():
        yield from commands(inner, f"{name} {word}")


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name):
    assert any(re.match(rf"{name}(?: [\[A-Z-]|$)", written) for written in table_of("commands.md")), "docs/commands.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented(name):
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    options = {word for parameter in COMMANDS[name].params for word in parameter.opts if word.startswith("--")}
    missing = [word for word in options - {"--help"} if not re.search(rf"(?<![\w-]){word}(?![\w-])", page)]
    assert missing == [], "docs/commands.md"


def test_every_documented_command_exists():
    known = sorted(COMMANDS, key=len, reverse=True)
    strays = [one for one in table_of("commands.md") if not any(f"{one} ".startswith(f"{name} ") for name in known)]
    assert strays == []


def test_every_command_says_what_it_does():
    assert [name for name, command in COMMANDS.items() if not command.help] == []


def test_the_codes_of_flow_errors_are_those_of_the_page():
    assert table_of("flow-errors.md") == CODES


SUBJECT_VERB = re.compile(r"[a-z]+(_[a-z]+)*\.(?!(?:toml|html|css|js|json|csv|txt|db)$)[a-z]+(_[a-z]+)*")
NO_KINDS = re.compile(r"(person|team|worker|now)\.(first_name|language|zone|days_enrolled|name|next_seen|time|date)")
"""Names that flows may read have the same form."""
OTHER_CALLS = {"logger", "files", "debug", "info", "warning", "error", "critical", "exception"}


@cache
def audit_kinds() -> dict[str, str]:
    """Each kind with a place that writes it: every string `subject.verb` of the rooms that write audit entries, but for
    names of loggers, log lines and packages.
    """
    kinds: dict[str, str] = {}
    for module in modules("bot"):
        if module.within("bot/channels/", "bot/settings/", "bot/logs.py"):
            continue
        others = {id(argument) for call in calls_of_others(module.tree) for argument in call.args}
        for node in strings(module):
            if SUBJECT_VERB.fullmatch(node.value) and not NO_KINDS.fullmatch(node.value) and id(node) not in others:
                kinds.setdefault(node.value, module.place(node))
    return kinds


def calls_of_others(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in OTHER_CALLS:
            yield node


def test_kinds_of_audit_entries_are_written_whole():
    """So that a search finds who writes one."""
    built = [
        module.place(node)
        for module in modules("bot")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".note") and node.args
        if any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in ast.walk(node.args[0]))
    ]
    assert built == []


def test_every_kind_of_audit_entry_is_documented():
    documented = table_of("audit.md")
    assert {kind: place for kind, place in audit_kinds().items() if kind not in documented} == {}, "docs/audit.md"


def test_every_documented_kind_of_audit_entry_is_written_somewhere():
    assert [kind for kind in table_of("audit.md") if kind not in audit_kinds()] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    inside = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if not ((ROOT / page).parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_paths_named_in_pages_exist(page):
    """`bot/people/hours.py` in backticks is a promise; a folder ends with a slash."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:bot|flows|storage|tests|docs)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_page_can_be_found_from_the_readme():
    reached, ahead = set(), [Path("README.md")]
    while ahead:
        page = ahead.pop()
        if page in reached or not (ROOT / page).is_file() or page.suffix != ".md":
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)\s#:]+)", (ROOT / page).read_text(encoding="utf-8"))
        ahead += [(ROOT / page.parent / link).resolve().relative_to(ROOT) for link in links]
    assert [page for page in PAGES if page.startswith("docs/") and Path(page) not in reached] == []


def test_the_changelog_has_the_version_that_is_built():
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert f"## {version[1]}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
