"""A small configuration that starts, and a way to write one with something wrong in it."""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import Settings, load

KEY = base64.b64encode(bytes(range(32))).decode()
TOKEN = "987654321:canary-of-telegram"
HOOK = "canary-of-hook"
AUTH = "canary-of-twilio"

GOOD = """\
[service]
name = "Leith Peer Support"
region = "GB-SCT"
zone = "Europe/London"
language = "en-GB"
[database]
url = "sqlite:///blether.db"
[web]
host = "127.0.0.1"
port = 8000
public_url = "https://blether.example.org"
[security]
key_file = "secrets/key"
[flows]
folder = "flows"
[telegram]
account = "main"
token_file = "secrets/telegram"
mode = "polling"
webhook_secret_file = "secrets/hook"
api_url = "https://api.telegram.org"
[twilio]
account_sid = "AC00000000000000000000000000000000"
auth_token_file = "secrets/twilio"
from_number = "+447700900100"
messaging_service_sid = ""
numbers = []
alerts_from_number = "+447700900101"
api_url = "https://api.twilio.com"
[[teams]]
key = "leith"
name = "Leith team"
zone = "Europe/London"
staffed = "mon-fri 09:00-17:00"
contact = { name = "Ailsa Example", phone = "+447700900102" }
quiet = "21:00-09:00"
[[supervisors]]
key = "morag"
name = "Morag Example"
teams = ["leith"]
roles = ["supervisor", "coordinator"]
phone = "+447700900123"
channels = ["telegram", "sms"]
[[policies]]
id = "slow"
severity = "concern"
line = "service"
resolve_within = "4h"
[[policies.levels]]
tell = ["named_supervisor"]
wait = "15m"
repeat = 1
[[policies.levels]]
tell = ["on_call", "coordinator", "person:morag"]
wait = "15m"
repeat = 4
[[schedules]]
key = "morning"
team = "leith"
who = "service_user"
flow = "a-check-in"
rule = "daily at 09:30"
spread = "20m"
grace = "2h"
missed = [{ in_a_row = 2, policy = "gone-quiet" }]
"""

Load = Callable[..., Settings]
Wrong = Callable[..., list[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with secrets and two flows."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "flows").mkdir()
    for name, secret in (("key", KEY), ("telegram", TOKEN), ("hook", HOOK), ("twilio", AUTH)):
        (tmp_path / "secrets" / name).write_text(secret + "\n")
    for flow, audience in (("a-check-in", "service_user"), ("a-nudge", "peer_worker")):
        (tmp_path / "flows" / f"{flow}.toml").write_text(f'id = "{flow}"\naudience = "{audience}"\n')
    return tmp_path


@pytest.fixture
def read(home: Path) -> Load:
    """Loads GOOD with pairs of texts replaced, each of which must be there."""

    def read_with(*changes: tuple[str, str], environ: Mapping[str, str] | None = None) -> Settings:
        text = GOOD
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = home / "config.toml"
        path.write_text(text)
        return load(path, environ or {})

    return read_with


@pytest.fixture
def wrong(read: Load, home: Path) -> Wrong:
    """The problems of GOOD with replacements, the path in front of each left out."""

    def problems(*changes: tuple[str, str], environ: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            read(*changes, environ=environ)
        return [line.removeprefix(f"{home / 'config.toml'}:") for line in caught.value.problems]

    return problems
