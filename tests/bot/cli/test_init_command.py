"""`blether init`: by options and at a terminal, against the providers' servers, and what it leaves when it is stopped."""

import os
import select
import signal
import stat
import subprocess
import sys
from asyncio import to_thread
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.app import open_app
from bot.cli import app
from bot.clock import RealClock
from bot.settings import load
from tests.world.servers import TelegramServer, TwilioServer
from tests.world.waiting import free_port

pytestmark = pytest.mark.usefixtures("quiet_as_it_is")

WHO = (
    *("--name", "Leith Peer Support", "--contact-name", "Ailsa Example", "--contact-phone", "+44 7700 900102"),
    *("--supervisor", "Morag Example"),
)
TOKEN = "987654321:canary"


def run(folder: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["init", "--folder", str(folder), *arguments], input=typed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the service goes; not there yet."""
    return tmp_path / "service"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return written(tmp_path / "token", TOKEN)


def written(file: Path, secret: str) -> Path:
    file.write_text(f"{secret}\n")
    return file


def by_telegram(server: TelegramServer, file: Path) -> tuple[str, ...]:
    return ("--no-input", "--telegram-token-file", str(file), "--telegram-api-url", server.url)


def by_twilio(server: TwilioServer, file: Path) -> tuple[str, ...]:
    return (
        *("--no-input", "--twilio-token-file", str(file), "--twilio-sid", server.account_sid),
        *("--twilio-number", "+447700900100", "--public-url", "https://blether.example.org/"),
        *("--supervisor-phone", "+447700900123", "--twilio-api-url", server.url),
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def leavings(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder.parent)) for path in folder.parent.rglob("*") if "token" not in path.name)


async def test_by_options_with_telegram(telegram_server: TelegramServer, folder: Path, tmp_path: Path):
    file = written(tmp_path / "token", telegram_server.token)
    done = await to_thread(run, folder, *WHO, *by_telegram(telegram_server, file), "--check-in", "7:05")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"Next: blether run --config {folder / 'config.toml'}"
    assert telegram_server.token not in done.output
    settings = load(folder / "config.toml", environ={})
    assert (settings.service.name, settings.service.region, settings.service.zone) == (
        *("Leith Peer Support", "GB-SCT", "Europe/London"),
    )
    (team,) = settings.teams
    assert (team.key, team.name, team.staffed) == ("leith-peer-support", "Leith Peer Support", "mon-fri 09:00-17:00")
    assert (team.contact.name, team.contact.phone) == ("Ailsa Example", "+447700900102")
    (morag,) = settings.supervisors
    assert (morag.key, morag.channels, morag.roles) == ("morag", ("telegram",), ("supervisor", "coordinator"))
    assert settings.telegram is not None
    assert settings.telegram.token.get_secret_value() == telegram_server.token
    assert settings.schedules[0].rule == "daily at 07:05"
    assert await telegram_server.problems() == []


async def test_by_options_with_text_messages(twilio_server: TwilioServer, folder: Path, tmp_path: Path):
    file = written(tmp_path / "token", twilio_server.auth_token)
    done = await to_thread(run, folder, *WHO, *by_twilio(twilio_server, file), "--no-coordinator")
    assert (done.exit_code, done.stderr) == (0, "")
    settings = load(folder / "config.toml", environ={})
    assert settings.telegram is None
    assert settings.twilio is not None
    assert settings.twilio.from_number == "+447700900100"
    assert settings.web.public_url == "https://blether.example.org"
    assert (settings.supervisors[0].channels, settings.supervisors[0].roles) == (("sms",), ("supervisor",))
    assert settings.supervisors[0].phone == "+447700900123"
    assert twilio_server.auth_token not in (folder / "config.toml").read_text()
    assert await twilio_server.problems() == []


async def test_what_it_wrote_starts(telegram_server: TelegramServer, folder: Path, tmp_path: Path):
    file = written(tmp_path / "token", telegram_server.token)
    await to_thread(run, folder, *WHO, *by_telegram(telegram_server, file))
    running = await open_app(load(folder / "config.toml", environ={}), RealClock())
    try:
        assert list(running.channels) == ["main"]
        ready = await running.ready()
        assert (ready["database"], ready["schema"]) == (True, True)
    finally:
        await running.close()


def test_everything_is_for_its_owner_only(folder: Path, token_file: Path):
    old = os.umask(0)
    try:
        done = run(folder, *WHO, "--no-input", "--offline", "--telegram-token-file", str(token_file))
    finally:
        os.umask(old)
    assert done.exit_code == 0
    assert mode(folder / "secrets") == 0o700
    files = ("config.toml", "secrets/key", "secrets/telegram")
    assert {name: mode(folder / name) for name in files} == dict.fromkeys(files, 0o600)
    assert sorted(path.name for path in folder.iterdir()) == ["config.toml", "secrets"]


def test_each_gets_a_master_key_of_its_own(tmp_path: Path, token_file: Path):
    for name in ("one", "two"):
        run(tmp_path / name, *WHO, "--no-input", "--offline", "--telegram-token-file", str(token_file))
    assert (tmp_path / "one/secrets/key").read_text() != (tmp_path / "two/secrets/key").read_text()


async def test_a_wrong_telegram_token_is_said_to_be_wrong(telegram_server, folder, token_file):
    done = await to_thread(run, folder, *WHO, *by_telegram(telegram_server, token_file))
    assert done.exit_code == 1
    assert "Telegram: answered, and does not know this token" in done.stderr
    assert "--offline" not in done.stderr
    assert "canary" not in done.output
    assert not folder.exists()


async def test_a_wrong_twilio_token_is_said_to_be_wrong(twilio_server, folder, token_file):
    done = await to_thread(run, folder, *WHO, *by_twilio(twilio_server, token_file))
    assert done.exit_code == 1
    assert "Twilio: answered, and does not know this token" in done.stderr
    assert "canary" not in done.output
    assert not folder.exists()


@pytest.mark.parametrize("who", ["Telegram", "Twilio"])
def test_no_network_is_not_called_a_wrong_token(folder, token_file, who):
    nowhere = f"http://127.0.0.1:{free_port()}"
    options = {
        "Telegram": ("--telegram-token-file", str(token_file), "--telegram-api-url", nowhere),
        "Twilio": (
            *("--twilio-token-file", str(token_file), "--twilio-sid", f"AC{'0' * 32}", "--twilio-api-url", nowhere),
            *("--twilio-number", "+447700900100", "--public-url", "https://blether.example.org"),
            *("--supervisor-phone", "+447700900123"),
        ),
    }
    done = run(folder, *WHO, "--no-input", *options[who])
    assert done.exit_code == 1
    assert f"{who}: no answer (" in done.stderr
    assert "does not know" not in done.stderr
    assert "--offline" in done.stderr
    assert not folder.exists()


async def test_trouble_at_the_provider_is_neither(telegram_server, folder, tmp_path):
    await telegram_server.fail("bad_gateway", method="getMe", times=None)
    file = written(tmp_path / "token", telegram_server.token)
    done = await to_thread(run, folder, *WHO, *by_telegram(telegram_server, file))
    assert (done.exit_code, folder.exists()) == (1, False)
    assert "answered, but neither yes nor no" in done.stderr


@pytest.mark.parametrize("there", ["config.toml", "secrets", "blether.db"])
def test_it_never_overwrites(folder, token_file, there):
    folder.mkdir()
    (folder / there).write_text("mine")
    done = run(folder, *WHO, "--no-input", "--offline", "--telegram-token-file", str(token_file))
    assert done.exit_code == 2
    assert there in done.stderr
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [(there, "mine")]


def test_it_looks_before_it_asks(folder):
    folder.mkdir()
    (folder / "config.toml").write_text("mine")
    done = run(folder, typed="")
    assert (done.exit_code, done.stdout) == (2, "")


def test_everything_that_is_missing_is_told_at_once(folder):
    done = run(folder, "--no-input", "--zone", "Europe/Leith", "--contact-phone", "12")
    assert done.exit_code == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        *("--name", "--zone", "--contact-name", "--contact-phone", "a channel is needed"),
    ]
    assert not folder.exists()


def test_what_only_the_whole_shows_is_told_too(folder, tmp_path, token_file):
    """The supervisor's phone is the number that blether sends from."""
    server = (
        "--twilio-token-file",
        str(token_file),
        "--twilio-sid",
        f"AC{'0' * 32}",
        "--twilio-number",
        "+447700900123",
    )
    more = ("--public-url", "https://blether.example.org", "--supervisor-phone", "+447700900123")
    done = run(folder, *WHO, "--no-input", "--offline", *server, *more)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith("supervisors.phone: a number that blether sends from")
    assert leavings(folder) == []


ASKED = [
    *("Leith Peer Support", "", "", "Leith team", "leith", "mon-frei 09:00", "mon-fri 09:00-17:00"),
    *("Ailsa Example", "0131 12", "+447700900102"),
]
REST = ["n", "Morag Example", "", "", "", ""]


async def test_at_a_terminal_a_wrong_answer_is_asked_again(telegram_server: TelegramServer, folder: Path):
    typed = "\n".join([*ASKED, telegram_server.token, *REST, ""])
    done = await to_thread(run, folder, "--telegram-api-url", telegram_server.url, typed=typed)
    assert done.exit_code == 0, done.output
    assert telegram_server.token not in done.output
    settings = load(folder / "config.toml", environ={})
    assert (settings.teams[0].key, settings.teams[0].contact.phone) == ("leith", "+447700900102")
    assert settings.supervisors[0].key == "morag"


async def test_at_a_terminal_a_wrong_token_is_asked_again(telegram_server: TelegramServer, folder: Path):
    typed = "\n".join([*ASKED, TOKEN, *REST, telegram_server.token, ""])
    done = await to_thread(run, folder, "--telegram-api-url", telegram_server.url, typed=typed)
    assert done.exit_code == 0, done.output
    assert "does not know this token" in done.stderr
    assert (folder / "secrets/telegram").read_text() == f"{telegram_server.token}\n"
    assert "canary" not in done.output


def test_at_a_terminal_without_a_network_the_token_may_be_kept(folder: Path):
    typed = "\n".join([*ASKED, TOKEN, *REST, "y", ""])
    done = run(folder, "--telegram-api-url", f"http://127.0.0.1:{free_port()}", typed=typed)
    assert done.exit_code == 0, done.output
    assert "canary" not in done.output
    assert (folder / "secrets/telegram").read_text() == f"{TOKEN}\n"


@pytest.mark.parametrize("at", [1, 5, 9])
def test_ctrl_c_at_a_question_leaves_nothing(folder, monkeypatch, at):
    answers = iter([*ASKED[:5], *ASKED[6:8], *ASKED[9:]][: at - 1])

    def prompt(*_: object, default: str | None = None, **__: object) -> str:
        for answer in answers:
            return answer or default or ""
        raise KeyboardInterrupt

    monkeypatch.setattr(typer, "prompt", prompt)
    done = run(folder)
    assert done.exit_code == 1
    assert done.stderr == "stopped: nothing was written\n"
    assert leavings(folder) == []


def test_ctrl_c_while_it_writes_leaves_nothing(folder, token_file, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "hardlink_to", interrupted)
    done = run(folder, *WHO, "--no-input", "--offline", "--telegram-token-file", str(token_file))
    assert done.exit_code == 1
    assert leavings(folder) == []


def test_a_configuration_that_came_meanwhile_is_left_alone(folder, token_file, monkeypatch):
    link = Path.hardlink_to

    def late(self: Path, target: Path) -> None:
        self.write_text("mine")
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", late)
    done = run(folder, *WHO, "--no-input", "--offline", "--telegram-token-file", str(token_file))
    assert done.exit_code == 2
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("config.toml", "mine")]


def test_where_there_are_no_links_it_is_written_all_the_same(folder, token_file, monkeypatch):
    def impossible(*_: object) -> None:
        raise OSError(95, "not supported")

    monkeypatch.setattr(Path, "hardlink_to", impossible)
    done = run(folder, *WHO, "--no-input", "--offline", "--telegram-token-file", str(token_file))
    assert done.exit_code == 0
    assert load(folder / "config.toml", environ={}).service.name == "Leith Peer Support"
    assert sorted(path.name for path in folder.iterdir()) == ["config.toml", "secrets"]


def test_a_real_ctrl_c_ends_the_process_and_leaves_nothing(folder: Path):
    command = [sys.executable, "-c", "from bot.cli import main; main()", "init", "--folder", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert select.select([process.stdout], [], [], 20)[0]  # it asks
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 1
    assert b"stopped: nothing was written" in errors
    assert b"Traceback" not in errors
    assert not folder.exists()


def test_quotes_and_other_signs_in_names_stay_as_they_are(folder, token_file):
    name = 'Mòrag\'s "blether" \\ café'
    options = ("--name", name, "--contact-name", "Ailsa Example", "--contact-phone", "+447700900102")
    done = run(folder, *options, "--no-input", "--offline", "--telegram-token-file", str(token_file))
    assert done.exit_code == 0, done.output
    settings = load(folder / "config.toml", environ={})
    assert (settings.service.name, settings.teams[0].key) == (name, "morag-s-blether-cafe")
