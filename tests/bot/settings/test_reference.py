"""Every setting is in the example and in the documentation."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import load
from bot.settings.environment import STOPPING_POINTS
from bot.settings.model import LISTS, SECRETS, SECTIONS, Table
from bot.settings.reference import reference
from bot.settings.tables import inner_table
from tests.bot.settings.conftest import AUTH, HOOK, KEY, TOKEN

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def keys_of(model: type[Table]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield name
        inner, _ = inner_table(info.annotation)
        if inner is not None:
            yield from keys_of(inner)


EVERY_KEY = [(section, key) for section, model in (SECTIONS | LISTS).items() for key in keys_of(model)]


def part_of(text: str, section: str) -> str:
    """What stands between the section's first header and the next section's."""
    others = "|".join((SECTIONS | LISTS).keys() - {section})
    start = re.search(rf"^(?:## `)?\[+{section}\]", text, re.MULTILINE)
    assert start is not None, section
    end = re.search(rf"^(?:## `)?\[+(?:{others})\]", text[start.end() :], re.MULTILINE)
    return text[start.start() :] if end is None else text[start.start() : start.end() + end.start()]


@pytest.mark.parametrize(("section", "key"), EVERY_KEY)
def test_every_setting_is_in_the_example(section, key):
    form = f"(?:{key}|{key}_file)" if key in SECRETS.get(section, ()) else key
    assert re.search(rf"(?:^|[{{,] ?|^# ){form} = |^\[\[{section}\.{key}\]\]", part_of(EXAMPLE, section), re.MULTILINE)


@pytest.mark.parametrize(("section", "key"), EVERY_KEY)
def test_every_setting_is_documented(section, key):
    assert re.search(rf"^\| `{key}`", part_of(PAGE, section), re.MULTILINE)


def test_every_setting_says_what_it_is():
    tables = [*SECTIONS.values(), *LISTS.values()]
    silent = [name for model in tables for name, info in model.model_fields.items() if not info.description]
    assert silent == []


def test_the_page_is_the_one_that_the_settings_make():
    assert reference() == PAGE, "python -m bot.settings.reference > docs/configuration.md"


def test_every_stopping_point_is_documented():
    assert all(f"`{point}`" in PAGE for point in STOPPING_POINTS)


def test_the_example_starts_once_its_secrets_are_there(tmp_path):
    (tmp_path / "secrets").mkdir()
    for name, secret in (("key", KEY), ("telegram", TOKEN), ("hook", HOOK), ("twilio", AUTH)):
        (tmp_path / "secrets" / name).write_text(secret)
    (tmp_path / "config.toml").write_text(EXAMPLE)
    settings = load(tmp_path / "config.toml", {})
    assert [person.key for person in settings.supervisors_of("leith")] == ["morag", "ewan"]


def test_the_example_starts_with_secrets_from_the_environment(tmp_path):
    (tmp_path / "config.toml").write_text(EXAMPLE)
    environ = {
        "BLETHER__SECURITY__KEY": KEY,
        "BLETHER__TELEGRAM__TOKEN": TOKEN,
        "BLETHER__TWILIO__AUTH_TOKEN": AUTH,
    }
    assert load(tmp_path / "config.toml", environ).telegram is not None


def test_what_the_example_has_switched_off_is_right_too(tmp_path):
    """The settings behind "# " are read when somebody takes the mark away."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "flows").mkdir()
    for name, secret in (("key", KEY), ("telegram", TOKEN), ("hook", HOOK), ("twilio", AUTH)):
        (tmp_path / "secrets" / name).write_text(secret)
    (tmp_path / "config.toml").write_text(re.sub(r"^# (\w+ = )", r"\1", EXAMPLE, flags=re.MULTILINE))
    environ = {"BLETHER__TELEGRAM__MODE": "webhook"}
    settings = load(tmp_path / "config.toml", environ)
    assert settings.flows.folder == tmp_path / "flows"
    assert settings.telegram.webhook_secret.get_secret_value() == HOOK


def test_the_example_holds_only_invented_people():
    document = tomllib.loads(EXAMPLE)
    names = [person["name"] for person in document["supervisors"]] + [
        team["contact"]["name"] for team in document["teams"]
    ]
    assert all(name.endswith(" Example") for name in names)
    assert set(re.findall(r"\+\d+", EXAMPLE)) <= {f"+447700900{n:03}" for n in range(1000)}
