"""Reads a configuration file and the environment into `Settings`, or names everything that is wrong."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.errors import ConfigurationError
from bot.escalation.policy import Level, Policy
from bot.escalation.shipped import shipped_policies
from bot.settings import checks
from bot.settings.environment import overlay
from bot.settings.keys import open_secrets
from bot.settings.model import (
    CHANNELS,
    LISTS,
    SECTIONS,
    DatabaseSettings,
    FlowsSettings,
    PolicySettings,
    Settings,
    WatchingSettings,
    WebSettings,
)
from bot.settings.positions import Positions, find_positions
from bot.settings.problems import Problems, meant
from bot.settings.reach import Channels, check_ladders, check_people
from bot.settings.tables import Found, read_list, read_table

_NEEDED = ("service", "database", "security")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the configuration at `path`; `environ` (the process's own if None) wins over it.

    Relative paths in it are relative to its folder. Secret files are read here, once.

    Raises:
        ConfigurationError: with every problem at once, `FILE:LINE: section.key: what; what would be right`, those of
            the environment named by their variable. A file that is not TOML is named by its first fault only.
    """
    problems = Problems(path)
    document = _parse(path, problems)
    overlay(document, environ, problems)
    folder = path.absolute().parent
    unread = open_secrets(document, folder, problems)
    sections, lists = _read(document, unread, problems)
    policies = {**shipped_policies(), **_good_policies(lists["policies"])}
    _resolve(sections, folder, problems)
    _check(sections, lists, policies, problems)
    wrong = problems.lines()
    if wrong:
        raise ConfigurationError(wrong)
    return _settings(path, sections, lists, policies)


def _parse(path: Path, problems: Problems) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise ConfigurationError([f"{path}:1: cannot be read ({fault.strerror}); name a configuration file"]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([f"{path}:1: not UTF-8 text; save it as UTF-8"]) from None
    try:
        problems.positions = find_positions(text)
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigurationError([f"{path}:1: brackets in brackets without end; mend this first"]) from None
    except tomllib.TOMLDecodeError as fault:
        raise ConfigurationError([_syntax_problem(path, text, str(fault), problems.positions)]) from None


def _syntax_problem(path: Path, text: str, fault: str, positions: Positions) -> str:
    at = _AT_LINE.search(fault)
    line = int(at[1]) if at else text.count("\n") + 1
    double = next((place for place, second in positions.doubles if second == line), None)
    if double is not None:
        name = ".".join(part for part in double if isinstance(part, str))
        return f"{path}:{line}: {name}: given twice; keep one"
    what = _AT_LINE.sub("", fault).removesuffix(" (at end of document)")
    return f"{path}:{line}: not TOML: {what}; mend this first, more may follow"


def _read(
    document: dict[str, Any], unread: set[tuple[str, str]], problems: Problems
) -> tuple[dict[str, Found], dict[str, list[Found]]]:
    known = [*SECTIONS, *LISTS]
    for name in document:
        if name not in known:
            problems.add((name,), "unknown section", meant(name, known))
    for name in _NEEDED:
        if name not in document:
            problems.add((name,), "missing", f"add the section [{name}]")
    sections = {name: _read_section(name, document[name], unread, problems) for name in SECTIONS if name in document}
    lists = {name: read_list(model, document.get(name, []), (name,), problems) for name, model in LISTS.items()}
    if not document.get("teams"):
        problems.add(("teams",), "no team", "add [[teams]]")
    if not any(name in document for name in CHANNELS):
        problems.add(("telegram",), "no channel is on, so nobody can be reached", "add [telegram] or [twilio]")
    return sections, lists


def _read_section(name: str, raw: Any, unread: set[tuple[str, str]], problems: Problems) -> Found:
    told = frozenset(key for section, key in unread if section == name)
    return read_table(SECTIONS[name], raw, (name,), problems, told)


def _good_policies(tables: list[Found]) -> dict[str, Policy]:
    return {
        table.get("id"): _policy(table.build())
        for table in tables
        if not table.bad and not any(level.bad for level in table.tables("levels"))
    }


def _policy(table: PolicySettings) -> Policy:
    levels = tuple(Level(level.tell, level.wait, level.repeat) for level in table.levels)
    return Policy(table.id, table.severity, table.line, table.resolve_within, levels)


def _resolve(sections: dict[str, Found], folder: Path, problems: Problems) -> None:
    """Paths are taken from the configuration's folder, not from where the process happened to start."""
    flows = sections.get("flows")
    if flows is not None and flows.get("folder") is not None:
        flows.values["folder"] = folder / flows.values["folder"]
        if not flows.values["folder"].is_dir():
            problems.add(
                ("flows", "folder"), "no such folder", "make it, or leave the key out: shipped flows are there"
            )
            flows.values["folder"] = None
    security = sections.get("security")
    if security is not None and security.get("audit_head_file") is not None:
        security.values["audit_head_file"] = folder / security.values["audit_head_file"]
        if not security.values["audit_head_file"].parent.is_dir():
            problems.add(("security", "audit_head_file"), "its folder is not there", "make it, or name another file")
    database = sections.get("database")
    if database is not None and database.get("url") is not None:
        database.values["url"] = SecretStr(_beside(database.values["url"].get_secret_value(), folder))


def _beside(url: str, folder: Path) -> str:
    scheme, _, rest = url.partition(":///")
    if not scheme.startswith("sqlite"):
        return url
    name, question, query = rest.partition("?")
    return f"{scheme}:///{folder / name}{question}{query}"


def _check(
    sections: dict[str, Found], lists: dict[str, list[Found]], policies: Mapping[str, Policy], problems: Problems
) -> None:
    twilio, telegram, web = sections.get("twilio"), sections.get("telegram"), sections.get("web")
    people = lists["supervisors"]
    channels = Channels(telegram=telegram is not None, sms=twilio is not None)
    folder = sections["flows"].get("folder") if "flows" in sections else None
    checks.check_keys(lists, problems)
    checks.check_references(lists, list(policies), problems)
    checks.check_schedules(lists["schedules"], folder, policies, problems)
    checks.check_policies(lists["policies"], problems)
    checks.check_own_numbers(people, twilio, problems)
    if telegram is not None:
        checks.check_telegram(telegram, web, problems)
    if twilio is not None:
        checks.check_twilio(twilio, web, problems)
    check_people(people, channels, problems)
    check_ladders(lists["teams"], people, policies, channels, problems)


def _settings(
    path: Path, sections: dict[str, Found], lists: dict[str, list[Found]], policies: Mapping[str, Policy]
) -> Settings:
    built = {name: found.build() for name, found in sections.items()}
    service = built["service"]
    database: DatabaseSettings = built["database"]
    return Settings(
        path=path,
        service=service,
        database=database,
        web=built.get("web", WebSettings()),
        security=built["security"],
        flows=built.get("flows", FlowsSettings()),
        telegram=built.get("telegram"),
        twilio=built.get("twilio"),
        teams=tuple(
            team.model_copy(update={"zone": team.zone or service.zone, "language": team.language or service.language})
            for team in (found.build() for found in lists["teams"])
        ),
        supervisors=tuple(found.build() for found in lists["supervisors"]),
        policies=policies,
        schedules=tuple(found.build() for found in lists["schedules"]),
        watching=built.get("watching", WatchingSettings()),
    )
