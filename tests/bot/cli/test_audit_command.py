"""`blether audit verify`, on both databases."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from storage.outside_head import write_outside
from storage.sealed_log import Head, seal_some
from storage.sealing import Keyring
from storage.tables import audit
from tests.bot.cli.office import Shell
from tests.bot.people.office import KEY


def seal(shell: Shell) -> Head:
    """What `blether run` does every two seconds."""
    database = shell.database()
    try:
        sealed = database.run_sync(seal_some, Keyring.from_secret(KEY), behind=timedelta(0))
    finally:
        database.close_sync()
    return sealed.head


def change(shell: Shell, statement) -> None:
    database = shell.database()
    try:
        database.run_sync(lambda connection: connection.execute(statement) and None)
    finally:
        database.close_sync()


@pytest.fixture
def service(shell: Shell) -> Shell:
    shell.configure(("[telegram]", 'audit_head_file = "audit-head"\n[telegram]'))
    assert shell.import_().exit_code == 0
    return shell


def test_a_whole_audit(service: Shell):
    result = service.run("audit", "verify")
    assert result.exit_code == 0
    count = int(result.stdout.split(" ")[1])
    assert count > 3
    assert result.stdout == f"ok {count} entries\n"
    head = seal(service)
    assert head.number == count
    write_outside(service.folder / "audit-head", head)
    assert service.run("audit", "verify").stdout == f"ok {count} entries\n"


def test_an_audit_that_somebody_changed(service: Shell):
    seal(service)
    change(service, update(audit).where(audit.c.number == 2).values(kind="person.stopped"))
    result = service.run("audit", "verify")
    assert (result.exit_code, result.stdout) == (1, "broken at 2: changed\n")


def test_an_audit_from_which_somebody_took(service: Shell):
    seal(service)
    change(service, delete(audit).where(audit.c.number == 3))
    result = service.run("audit", "verify")
    assert (result.exit_code, result.stdout) == (1, "broken at 3: removed\n")


def test_an_entry_of_somebody_elses(service: Shell):
    number = seal(service).number
    service.import_()
    assert service.run("people", "invite", "SU-1").exit_code == 0
    change(service, update(audit).where(audit.c.number.is_(None)).values(mac=bytes(32)))
    result = service.run("audit", "verify")
    assert (result.exit_code, result.stdout) == (1, f"broken at {number + 1}: inserted\n")


def test_the_head_outside_counts(service: Shell):
    head = seal(service)
    write_outside(service.folder / "audit-head", replace(head, number=head.number + 2))
    result = service.run("audit", "verify")
    assert (result.exit_code, result.stdout) == (1, f"broken at {head.number + 1}: removed\n")
    (service.folder / "audit-head").write_text("nothing")
    result = service.run("audit", "verify")
    assert result.exit_code == 1
    assert result.stdout == "broken at 0: changed\n"
    assert "does not hold one" in result.stderr


def test_beside_an_sqlite_file_it_is_kept_without_being_asked(shell: Shell, database_url: str):
    shell.import_()
    head = seal(shell)
    file = database_url.removeprefix("sqlite:///") + ".audit-head"
    if not database_url.startswith("sqlite"):
        assert shell.run("audit", "verify").exit_code == 0
        return
    write_outside(Path(file), replace(head, number=head.number + 1))
    assert shell.run("audit", "verify").exit_code == 1
