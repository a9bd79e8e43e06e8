"""Where the audit's end is kept, and who is called: settings that may be left out."""

import pytest

from bot.settings.model import WatchingSettings
from bot.watching.sealing import head_file

SECURITY = "[flows]"
BEAT = "https://watch.example.org/ping/canary-of-beat?rid=1"


def watching(lines: str) -> tuple[str, str]:
    return SECURITY, f"[watching]\n{lines}\n{SECURITY}"


def head(value: str) -> tuple[str, str]:
    return SECURITY, f'audit_head_file = "{value}"\n{SECURITY}'


def test_nobody_is_called_unless_named(read):
    assert read().watching == WatchingSettings()
    assert read(watching("")).watching.heartbeat_url is None


def test_addresses_are_taken_whole_and_not_shown(read):
    settings = read(watching(f'heartbeat_url = "{BEAT}"\nfailing_url = "http://127.0.0.1:9/fail/"'))
    assert settings.watching.heartbeat_url == BEAT
    assert settings.watching.failing_url == "http://127.0.0.1:9/fail/"
    assert "canary" not in repr(settings)


def test_an_address_may_come_from_the_environment(read):
    assert read(environ={"BLETHER__WATCHING__HEARTBEAT_URL": BEAT}).watching.heartbeat_url == BEAT


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('heartbeat_url = "watch.example.org"', "not a web address"),
        ('heartbeat_url = "https://"', "not a web address"),
        ('heartbeat_url = "https://watch.example.org:x/"', "not a web address"),
        ('failing_url = "http://watch.example.org/x"', "https"),
        ('failing_url = "ftp://watch.example.org/x"', "not a web address"),
        ('failing_url = "https://watch.example.org/a b"', "not a web address"),
        ("failing_url = 5", "watching.failing_url"),
        ('beat = "x"', "unknown key"),
    ],
)
def test_what_is_no_address_is_named(wrong, lines, words):
    (problem,) = wrong(watching(lines))
    assert "watching." in problem
    assert words in problem


def test_the_head_is_kept_beside_an_sqlite_file_unless_named(read, home):
    assert head_file(read()) == home / "blether.db.audit-head"
    assert head_file(read(head("secrets/head"))) == home / "secrets" / "head"


def test_with_a_server_it_is_kept_nowhere_unless_named(read, home):
    server = ("sqlite:///blether.db", "postgresql://db.example.org/blether")
    assert head_file(read(server)) is None
    assert head_file(read(server, head("head"))) == home / "head"


def test_a_file_in_a_folder_that_is_not_there_is_named(wrong):
    (problem,) = wrong(head("none/head"))
    assert "security.audit_head_file" in problem
    assert "its folder is not there" in problem
