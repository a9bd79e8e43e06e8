"""`blether doctor`: each line provoked, on both databases and against the providers' servers."""

import json
from asyncio import to_thread
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert, select, text, update
from typer.testing import CliRunner, Result

from bot.cli import app
from storage.ids import new_id
from storage.keys import Keys
from storage.migrating import migrations
from storage.outside_head import write_outside
from storage.records import Address
from storage.roster import give_addresses
from storage.sealed_log import Head, seal_some
from storage.sealing import Keyring
from storage.tables import addresses, audit, channel_accounts, invitations, outbox, people, quarantine, supervisions
from storage.viewing import System
from tests.bot.cli.office import Shell
from tests.bot.people.office import CANARIES, ISLA, KEY, NIALL, RORY
from tests.world.servers import TelegramServer, TwilioServer
from tests.world.waiting import free_port

pytestmark = pytest.mark.usefixtures("quiet_as_it_is")

TWILIO = '[twilio]\naccount_sid = "AC00000000000000000000000000000000"\nauth_token = "canary"\n'
NAMES = (
    *("configuration", "secrets", "flows", "crisis-contacts", "telegram", "twilio", "database", "clock", "migrations"),
    *("applied", "ladders", "staff", "invitations", "supporters", "consent", "accounts", "messages"),
    *("quarantine", "due", "audit", "audit-head"),
)
OPENED = ('channels = ["telegram", "sms"]', 'channels = ["sms"]')
"""Morag does not want Telegram, so that no invitation waits."""
HEAD = ("[telegram]", 'audit_head_file = "audit-head"\n[telegram]')
"""On PostgreSQL the audit's end is kept outside only where the configuration says so."""


class Report:
    """What doctor said, by the part's name; the last line of each."""

    def __init__(self, result: Result) -> None:
        self.code = result.exit_code
        self.output = result.output
        self.lines = result.stdout.splitlines()
        split = [line.split(": ", 1) for line in self.lines]
        self.said = {head.split(" ")[1]: rest for head, rest in split}
        self.states = {head.split(" ")[1]: head.split(" ")[0] for head, _ in split}

    def is_so(self, name: str, state: str, *words: str) -> None:
        assert self.states[name] == state, self.output
        assert [word for word in words if word not in self.said[name]] == [], self.output
        assert self.code == (1 if "fail" in self.states.values() else 0)


def run(folder: Path, *options: str) -> Result:
    result = CliRunner().invoke(app, ["doctor", "--config", str(folder / "config.toml"), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def report(shell: Shell) -> Report:
    (shell.folder / "config.toml").chmod(0o600)
    return Report(run(shell.folder, "--offline"))


def write(shell: Shell, work: Callable[[Connection], Any]) -> None:
    database = shell.database()
    try:
        database.run_sync(work)
    finally:
        database.close_sync()


def change(shell: Shell, table: Any, *where: Any, **values: object) -> None:
    write(shell, lambda connection: connection.execute(update(table).where(*where).values(**values)))


def add(shell: Shell, table: Any, **values: object) -> None:
    write(shell, lambda connection: connection.execute(insert(table).values(**values)))


@pytest.fixture
def service(shell: Shell) -> Shell:
    """A service in which nothing is wrong: Isla and Niall have consented, staff get text messages."""
    shell.configure(OPENED, HEAD)
    assert shell.import_(ISLA, NIALL).exit_code == 0
    return shell


@pytest.fixture
def alone(tmp_path: Path) -> Shell:
    """A configuration whose database is not made yet."""
    return Shell(tmp_path, "sqlite:///new.db")


def now() -> datetime:
    return datetime.now(UTC)


async def test_all_is_well(service: Shell, telegram_server: TelegramServer, twilio_server: TwilioServer):
    service.configure(
        OPENED,
        HEAD,
        ("http://127.0.0.1:9", telegram_server.url),
        ("987654321:abc", telegram_server.token),
        ("AC00000000000000000000000000000000", twilio_server.account_sid),
        ('auth_token = "canary"', f'auth_token = "{twilio_server.auth_token}"\napi_url = "{twilio_server.url}"'),
    )
    found = await asked(service)
    assert found.code == 0, found.output
    assert [line.split(" ")[0] for line in found.lines] == ["ok"] * len(NAMES), found.output
    assert tuple(found.states) == NAMES
    assert await telegram_server.problems() == []
    assert await twilio_server.problems() == []


def test_as_json(service: Shell):
    (service.folder / "config.toml").chmod(0o600)
    result = run(service.folder, "--offline", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert tuple(one["name"] for one in found) == NAMES
    assert {tuple(one) for one in found} == {("state", "name", "what", "do")}


def test_offline_says_what_was_not_asked(service: Shell):
    found = report(service)
    found.is_so("telegram", "ok", "not asked (--offline)")
    found.is_so("twilio", "ok", "not asked (--offline)")


def test_nothing_personal_is_said(shell: Shell):
    shell.import_(ISLA, NIALL, RORY)
    write(shell, lambda connection: connection.execute(update(people).values(stopped_at=now())))
    found = report(shell)
    assert "SU-2" in found.output
    assert [canary for canary in (*CANARIES, "canary", "987654321", KEY) if canary in found.output] == []


def test_each_problem_of_a_configuration_is_a_line(alone: Shell):
    alone.configure(("Europe/London", "Europe/Leith"), ("mon-fri", "man-fri"))
    found = report(alone)
    assert found.code == 1
    assert [line.partition(":")[0] for line in found.lines] == ["fail configuration"] * 2
    assert "service.zone" in found.lines[0]
    assert "teams.staffed" in found.lines[1]


def test_a_configuration_that_is_not_there_points_to_init(tmp_path: Path):
    found = Report(run(tmp_path))
    found.is_so("configuration", "fail", "blether init")


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o640, "warn"), (0o604, "fail")])
def test_who_may_read_a_secret(alone: Shell, mode, state):
    (alone.folder / "secrets").mkdir()
    (alone.folder / "secrets/key").write_text(KEY)
    (alone.folder / "secrets/key").chmod(mode)
    alone.configure((f'key = "{KEY}"', 'key_file = "secrets/key"'))
    report(alone).is_so("secrets", state, "chmod 600" if state != "ok" else "1 file")


def test_secrets_in_an_open_configuration(alone: Shell):
    (alone.folder / "config.toml").chmod(0o644)
    Report(run(alone.folder, "--offline")).is_so("secrets", "fail", "config.toml")


def test_a_database_that_is_not_there_yet_is_not_made(alone: Shell):
    report(alone).is_so("database", "warn", "not made yet")
    assert not (alone.folder / "new.db").exists()


def test_a_database_that_is_away(tmp_path: Path):
    found = report(Shell(tmp_path, f"postgresql://blether:canary@127.0.0.1:{free_port()}/blether"))
    found.is_so("database", "fail", "could not be read")
    assert "canary" not in found.output


def test_a_database_that_is_empty(alone: Shell):
    (alone.folder / "new.db").touch(0o600)
    found = report(alone)
    found.is_so("migrations", "warn", "nothing is in it yet")
    assert "ladders" not in found.states


def test_a_database_that_is_newer_than_this_version(service: Shell):
    at = text("UPDATE alembic_version SET version_num = :number")
    write(service, lambda connection: connection.execute(at, {"number": "9999"}))
    try:
        report(service).is_so("migrations", "fail", "newer")
    finally:
        write(service, lambda connection: connection.execute(at, {"number": migrations()[-1].revision}))


def test_another_master_key(service: Shell):
    other = KEY.replace("A", "B", 1)
    service.configure(OPENED, (KEY, other))
    report(service).is_so("key", "fail", "does not open")


def test_a_configuration_that_is_not_in_the_database_yet(shell: Shell):
    found = report(shell)
    found.is_so("applied", "warn", "team leith", "ewan, morag")
    assert "ladders" not in found.states


def test_a_flow_that_is_not_fit_to_run(alone: Shell):
    (alone.folder / "mine").mkdir()
    (alone.folder / "mine/sleep.toml").write_text('id = "sleep"\n')
    alone.configure(("[telegram]", '[flows]\nfolder = "mine"\n[telegram]'))
    report(alone).is_so("flows", "fail", "sleep.toml")


def test_a_clock_that_is_wrong(service: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "clock").write_text((now() + timedelta(seconds=30)).isoformat())
    monkeypatch.setenv("BLETHER_FAULTS", "1")
    monkeypatch.setenv("BLETHER_CLOCK_FILE", str(tmp_path / "clock"))
    report(service).is_so("clock", "fail", "ahead of the database's")


def test_crisis_contacts_that_nobody_rang_for_long(alone: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "clock").write_text("2031-01-01T12:00:00+00:00")
    monkeypatch.setenv("BLETHER_FAULTS", "1")
    monkeypatch.setenv("BLETHER_CLOCK_FILE", str(tmp_path / "clock"))
    report(alone).is_so("crisis-contacts", "warn", "GB-SCT", "days ago")


NO_TWILIO = (
    f'{TWILIO}from_number = "+447700900100"\nalerts_from_number = "+447700900101"\n',
    "",
)
NO_SMS = (('["telegram", "sms"]', '["telegram"]'), ('channels = ["sms"]', 'channels = ["telegram"]'))


def with_telegram(shell: Shell, url: str, token: str, *more: tuple[str, str]) -> None:
    shell.configure(NO_TWILIO, *NO_SMS, ("http://127.0.0.1:9", url), ("987654321:abc", token), *more)


async def asked(shell: Shell) -> Report:
    (shell.folder / "config.toml").chmod(0o600)
    return Report(await to_thread(run, shell.folder))


async def test_telegram_answers(alone: Shell, telegram_server: TelegramServer):
    with_telegram(alone, telegram_server.url, telegram_server.token)
    (await asked(alone)).is_so("telegram", "ok", "answers; polling")


async def test_telegram_does_not_know_the_token(alone: Shell, telegram_server: TelegramServer):
    with_telegram(alone, telegram_server.url, "987654321:canary")
    found = await asked(alone)
    found.is_so("telegram", "fail", "does not know this token", "BotFather")
    assert "canary" not in found.output


async def test_telegram_is_away(alone: Shell):
    with_telegram(alone, f"http://127.0.0.1:{free_port()}", "987654321:abc")
    (await asked(alone)).is_so("telegram", "fail", "no answer", "The token was not tried")


async def test_telegram_is_not_well(alone: Shell, telegram_server: TelegramServer):
    await telegram_server.fail("server_error", method="getMe", times=None)
    with_telegram(alone, telegram_server.url, telegram_server.token)
    (await asked(alone)).is_so("telegram", "fail", "neither yes nor no")


async def sets_webhook(server: TelegramServer, url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{server.url}/bot{server.token}/setWebhook", data={"url": url})
        answer.raise_for_status()


async def test_a_webhook_that_is_left_over(alone: Shell, telegram_server: TelegramServer):
    await sets_webhook(telegram_server, "https://blether.example.org/telegram/main")
    with_telegram(alone, telegram_server.url, telegram_server.token)
    (await asked(alone)).is_so("telegram", "warn", "webhook, not to who asks")


@pytest.mark.parametrize(("account", "state"), [("main", "ok"), ("other", "warn")])
async def test_a_webhook_that_is_wanted(alone: Shell, telegram_server: TelegramServer, account, state):
    await sets_webhook(telegram_server, f"https://blether.example.org/telegram/{account}")
    mode = ("[telegram]", '[telegram]\nmode = "webhook"\nwebhook_secret = "canary"')
    with_telegram(alone, telegram_server.url, telegram_server.token, mode)
    (await asked(alone)).is_so("telegram", state)


def with_twilio(shell: Shell, server: TwilioServer, *, url: str = "", token: str = "") -> None:
    shell.configure(
        ('[telegram]\ntoken = "987654321:abc"\napi_url = "http://127.0.0.1:9"\n', ""),
        OPENED,
        ("AC00000000000000000000000000000000", server.account_sid),
        ("canary", f'{token or server.auth_token}"\napi_url = "{url or server.url}'),
    )


async def test_twilio_answers(alone: Shell, twilio_server: TwilioServer):
    with_twilio(alone, twilio_server)
    (await asked(alone)).is_so("twilio", "ok", "active")


async def test_twilio_does_not_know_the_token(alone: Shell, twilio_server: TwilioServer):
    with_twilio(alone, twilio_server, token="canary")
    found = await asked(alone)
    found.is_so("twilio", "fail", "does not know this token")
    assert "canary" not in found.output


async def test_twilio_is_away(alone: Shell, twilio_server: TwilioServer):
    with_twilio(alone, twilio_server, url=f"http://127.0.0.1:{free_port()}")
    (await asked(alone)).is_so("twilio", "fail", "no answer")


async def test_twilio_suspended_the_account(alone: Shell, twilio_server: TwilioServer):
    await twilio_server.account(status="suspended")
    with_twilio(alone, twilio_server)
    (await asked(alone)).is_so("twilio", "fail")


def test_nobody_is_left_to_be_told(service: Shell):
    change(service, people, people.c.source == "file", stopped_at=now())
    found = report(service)
    found.is_so("ladders", "fail", "in team leith", "crisis", "concern", "wellness for 1 peer worker")
    found.is_so("staff", "warn", "ewan, morag said STOP")


def test_one_who_can_be_told_is_enough(service: Shell):
    change(service, people, people.c.key == "ewan", stopped_at=now())
    report(service).is_so("ladders", "ok", "each of 7")


def test_a_peer_worker_whose_supporters_are_gone(service: Shell):
    change(service, supervisions, supervisions.c.kind.in_(("wellness", "deputy")), ended_at=now())
    found = report(service)
    found.is_so("ladders", "fail", "nobody would be told by wellness for 1 peer worker")
    assert "wellness-crisis" not in found.said["ladders"]  # on-call is left
    found.is_so("supporters", "warn", "no wellness supporter: PW-1", "no deputy: PW-1")


def test_a_peer_worker_without_a_deputy(service: Shell):
    change(service, supervisions, supervisions.c.kind == "deputy", ended_at=now())
    found = report(service)
    found.is_so("supporters", "warn", "no deputy: PW-1")
    assert "supporter:" not in found.said["supporters"]


def test_an_invitation_for_telegram_that_nobody_opened(shell: Shell):
    shell.import_(ISLA, NIALL)
    report(shell).is_so("invitations", "warn", "morag", "blether people invite")
    write(shell, opens_telegram)
    report(shell).is_so("invitations", "ok")


def opens_telegram(connection: Connection) -> None:
    morag = connection.execute(select(people.c.id).where(people.c.key == "morag")).scalar_one()
    chat = Address(new_id(now()), "main", "telegram", "1", morag, 0)
    give_addresses(connection, Keys(Keyring.from_secret(KEY), connection), System("a test"), [chat], now())


def test_nobody_is_listed_yet(service: Shell):
    change(service, people, people.c.source == "command", ended_at=now())
    report(service).is_so("consent", "warn", "nobody is in a list", "people import")


def test_somebody_has_not_said_yes(shell: Shell):
    shell.configure(OPENED)
    shell.import_(ISLA, NIALL, RORY)
    report(shell).is_so("consent", "warn", "1 of 3", "SU-2", "without an invitation: SU-2")
    shell.run("people", "invite", "SU-2")
    found = report(shell)
    found.is_so("consent", "warn", "1 of 3", "they are invited")
    change(shell, invitations, expires_at=now() - timedelta(days=1))
    report(shell).is_so("consent", "warn", "without an invitation: SU-2")


def test_an_account_that_is_paused(service: Shell):
    change(service, channel_accounts, channel_accounts.c.key == "main", paused_at=now(), paused_code="401")
    report(service).is_so("accounts", "fail", "main (code 401)")


def test_something_is_set_aside(service: Shell):
    row = {"kind": "inbound", "subject_id": new_id(now()), "reason": "ValueError", "times": 1, "at": now()}
    add(service, quarantine, id=new_id(now()), **row)
    report(service).is_so("quarantine", "warn", "1 set aside", "1 inbound", "1 of them are not tried again")
    change(service, quarantine, released_at=now())
    report(service).is_so("quarantine", "ok")


def test_messages_that_did_not_get_through(service: Shell):
    address = select(addresses.c.id).limit(1).scalar_subquery()
    row = {"class": "reply", "priority": 2, "purpose": "reply", "body_sealed": b"", "due_at": now()}
    for position, (state, age) in enumerate((("failed", 1), ("unknown", 2), ("failed", 30)), 1):
        created = now() - timedelta(hours=age)
        values = {**row, "position": position, "state": state, "created_at": created}
        add(service, outbox, id=new_id(now()), address_id=address, **values)
    report(service).is_so("messages", "warn", "1 failed, of 1 nobody knows")


def seal(shell: Shell, *, behind: timedelta = timedelta(0)) -> Head:
    """What `blether run` does every two seconds."""
    database, sealed = shell.database(), []
    try:
        while not sealed or sealed[-1].more:
            sealed.append(database.run_sync(seal_some, Keyring.from_secret(KEY), behind=behind))
    finally:
        database.close_sync()
    return sealed[-1].head


def test_entries_that_nobody_seals(service: Shell):
    change(service, audit, written_at=now() - timedelta(minutes=12))
    report(service).is_so("audit", "warn", "not sealed", "12 minutes", "blether run")
    seal(service)
    report(service).is_so("audit", "ok")


def test_an_audit_whose_end_is_kept_in_the_database_only(service: Shell, database_url: str):
    service.configure(OPENED)
    if database_url.startswith("sqlite"):
        report(service).is_so("audit-head", "ok")
    else:
        report(service).is_so("audit-head", "warn", "in the database only", "audit_head_file")


def test_the_end_of_the_audit_outside(service: Shell):
    head, file = seal(service), service.folder / "audit-head"
    report(service).is_so("audit-head", "warn", "not there")
    write_outside(file, head)
    report(service).is_so("audit-head", "ok")
    write_outside(file, replace(head, number=head.number + 1))
    report(service).is_so("audit-head", "fail", "does not fit")
    file.write_text("nothing")
    report(service).is_so("audit-head", "fail", "does not fit")
    file.unlink()
    file.mkdir()
    report(service).is_so("audit-head", "warn", "cannot be read")


def test_somebody_would_wait_for_ever(service: Shell):
    change(service, addresses, next_send_at=None, next_priority=None)
    person, place = select(people.c.id).limit(1).scalar_subquery(), select(addresses.c.id).limit(1).scalar_subquery()
    waits = {"position": 99, "body_sealed": b"-", "state": "queued", "due_at": now(), "created_at": now()}
    kind = {"class": "reply", "priority": 2, "purpose": "reply"}
    add(service, outbox, id=new_id(now()), address_id=place, person_id=person, **waits, **kind)
    report(service).is_so("due", "warn", "1 claim_untold")
