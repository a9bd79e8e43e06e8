"""`blether people import` and `invite`, as the contract has them."""

import re
from asyncio import to_thread

import pytest
from sqlalchemy import select

from storage.tables import invitations, people
from tests.bot.cli.office import Shell
from tests.bot.people.office import CANARIES, ISLA, NIALL, RORY, as_csv
from tests.world.servers import TelegramServer


def count(shell: Shell, table=people) -> int:
    database = shell.database()
    try:
        return len(database.read_sync(lambda connection: connection.execute(select(table)).all()))
    finally:
        database.close_sync()


def test_a_list_is_imported_and_counted(shell: Shell):
    done = shell.import_(ISLA, NIALL, RORY)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "added service users: 2, peer workers: 1; consented: 2; schedules begun: 1\n"
    assert count(shell) == 5


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(shell: Shell):
    (shell.folder / "people.csv").write_bytes(as_csv(ISLA, NIALL))
    done = shell.run("people", "import", str(shell.folder / "people.csv"), "--dry-run")
    assert done.exit_code == 0
    assert done.stdout == "would add service users: 1, peer workers: 1; consented: 2; nothing was written\n"
    assert count(shell) == 0


def test_problems_are_listed_by_row_and_column_with_exit_1_and_no_values(shell: Shell):
    done = shell.import_(ISLA.replace("leith", "lieth"), NIALL.replace("2026-03-30", "30.3.2026"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["row 2, team", "row 3, consent_on"]
    assert not [canary for canary in CANARIES if canary in done.stderr]
    assert count(shell) == 0


def test_a_file_that_is_not_there_exits_2(shell: Shell):
    done = shell.run("people", "import", "nothing.csv")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nothing.csv" in done.stderr


def test_partial_is_not_offered_yet(shell: Shell):
    assert shell.run("people", "import", "people.csv", "--partial").exit_code == 2


def test_a_configuration_with_problems_exits_2_with_all_of_them(shell: Shell):
    shell.configure(("Europe/London", "Europe/Leith"), ("mon-fri", "man-fri"))
    done = shell.import_()
    assert (done.exit_code, done.stdout) == (2, "")
    assert "service.zone" in done.stderr
    assert "teams.staffed" in done.stderr
    assert "Traceback" not in done.stderr


async def test_an_invitation_is_a_link_and_a_code_for_texts(shell: Shell):
    async with TelegramServer() as telegram:
        shell.configure(("http://127.0.0.1:9", telegram.url), ("987654321:abc", telegram.token))
        shell.import_()
        done = await to_thread(shell.run, "people", "invite", "SU-1")
        assert done.exit_code == 0, done.stderr
        link, sms, until = done.stdout.splitlines()
        found = re.fullmatch(r"Telegram: https://t\.me/(\w+)\?start=([A-HJKMNP-Z2-9]{8})", link)
        assert found is not None
        assert sms == f"SMS: text START {found[2]} to +447700900100"
        assert re.fullmatch(r"Good once, until \d{4}-\d\d-\d\dT\d\d:\d\d\+0[01]:00", until)


def test_without_telegram_now_the_code_is_given_and_the_link_is_explained(shell: Shell):
    shell.import_()
    done = shell.run("people", "invite", "SU-1")
    assert done.exit_code == 0
    assert re.search(r"^Telegram: send the bot /start [A-HJKMNP-Z2-9]{8}$", done.stdout, re.MULTILINE)
    assert re.search(r"^SMS: text START [A-HJKMNP-Z2-9]{8} to \+447700900100$", done.stdout, re.MULTILINE)
    assert "the link could not be made" in done.stderr
    assert "987654321" not in done.stderr


def test_where_telegram_is_off_only_the_code_for_texts_is_printed(shell: Shell):
    shell.configure(
        ('[telegram]\ntoken = "987654321:abc"\napi_url = "http://127.0.0.1:9"\n', ""),
        ('channels = ["telegram", "sms"]', 'channels = ["sms"]'),
    )
    shell.import_()
    done = shell.run("people", "invite", "SU-1")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [line.split(":")[0] for line in done.stdout.splitlines()][:1] == ["SMS"]
    assert "t.me" not in done.stdout


def test_somebody_of_the_file_is_invited_by_key(shell: Shell):
    done = shell.run("people", "invite", "morag")
    assert done.exit_code == 0
    assert "only from the phone in the configuration" in done.stdout


def test_an_unknown_reference_exits_2_and_makes_no_code(shell: Shell):
    shell.import_()
    done = shell.run("people", "invite", "SU-9")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "SU-9" not in done.stderr
    assert count(shell, invitations) == 0


@pytest.mark.parametrize("group", ["people", "escalations"])
def test_a_database_that_was_never_migrated_is_told(tmp_path, group):
    shell = Shell(tmp_path, f"sqlite:///{tmp_path / 'new.db'}")
    done = shell.run(group, *(["invite", "SU-1"] if group == "people" else ["list"]))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "blether db upgrade" in done.stderr
