"""`blether quarantine list` and `release`, on both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from storage.aside import SetAside
from storage.ids import new_id
from storage.quarantine import OVERTAKEN, put
from storage.tables import audit, people, quarantine, schedules, teams
from tests.bot.cli.office import Shell
from tests.bot.people.office import CANARIES

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SUBJECTS = {"inbound": new_id(AT), "occurrence": new_id(AT), "status": new_id(AT)}


def on(shell: Shell, work):
    database = shell.database()
    try:
        return database.run_sync(work)
    finally:
        database.close_sync()


def _set_aside(connection: Connection) -> None:
    person = connection.execute(select(people.c.id).order_by(people.c.id)).scalars().first()
    team = connection.execute(select(teams.c.id)).scalars().first()
    due = AT + timedelta(minutes=5)
    values = {"key": "evening", "flow": "daily-check-in", "rule": "daily at 09:30", "spread": 0, "grace": 7200}
    moments = {"next_date": AT.date(), "next_slot": "", "next_nominal_at": AT, "due_at": due, "began_at": AT}
    more = {"person_id": person, "team_id": team, "missed": [], "source": "command"}
    connection.execute(insert(schedules).values(id=SUBJECTS["occurrence"], **values, **moments, **more))
    rows = [
        SetAside(new_id(AT), "inbound", SUBJECTS["inbound"], person, "ValueError", AT, None),
        SetAside(new_id(AT), "occurrence", SUBJECTS["occurrence"], person, "KeyError", AT + timedelta(minutes=1), due),
        SetAside(
            new_id(AT), "status", SUBJECTS["status"], None, "TypeError", AT + timedelta(minutes=2), None, OVERTAKEN
        ),
    ]
    put(connection, rows)


@pytest.fixture
def service(shell: Shell) -> Shell:
    assert shell.import_().exit_code == 0
    on(shell, _set_aside)
    return shell


def listed(shell: Shell) -> list[dict]:
    result = shell.run("quarantine", "list", "--json")
    assert result.exit_code == 0
    return json.loads(result.stdout)


def test_the_list_has_a_line_each(service: Shell):
    lines = service.run("quarantine", "list").stdout.splitlines()
    assert [line.split("  ")[1:4] for line in lines] == [
        ["inbound", "ValueError", "1"],
        ["occurrence", "KeyError", "1"],
        ["status", "overtaken", "1"],
    ]
    assert [word for word in CANARIES if word in "".join(lines)] == []


def test_the_list_as_json(service: Shell):
    first, second, _ = listed(service)
    assert set(first) == {"id", "kind", "reason", "times", "at", "next_at", "subject"}
    assert (first["at"], first["next_at"]) == ("2026-11-23T09:30:00+00:00", None)
    assert second["next_at"] == "2026-11-23T09:35:00+00:00"
    assert second["subject"] == str(SUBJECTS["occurrence"])


def test_nothing_set_aside(shell: Shell):
    assert listed(shell) == []
    result = shell.run("quarantine", "release", "--all")
    assert result.exit_code == 1
    assert "nothing is set aside" in result.stderr


def test_releasing_one_has_it_tried_now(service: Shell):
    wanted = listed(service)[0]["id"]
    result = service.run("quarantine", "release", wanted[-8:])
    assert result.exit_code == 0
    assert result.stdout == f"{wanted}  tried again within half a minute\n"
    assert listed(service)[0]["next_at"] is not None
    kinds = on(service, lambda connection: list(connection.execute(select(audit.c.kind)).scalars()))
    assert kinds.count("quarantine.released") == 1


def test_releasing_a_schedule_moves_its_due_time_with_it(service: Shell):
    service.run("quarantine", "release", listed(service)[1]["id"])
    due = on(
        service,
        lambda connection: connection.execute(
            select(schedules.c.due_at).where(schedules.c.id == SUBJECTS["occurrence"])
        ).scalar_one(),
    )
    mine = select(quarantine.c.next_at).where(quarantine.c.kind == "occurrence")
    assert due == on(service, lambda connection: connection.execute(mine).scalar_one()) != AT + timedelta(minutes=5)


def test_what_was_overtaken_is_closed(service: Shell):
    result = service.run("quarantine", "release", listed(service)[2]["id"])
    assert "closed" in result.stdout
    assert [one["kind"] for one in listed(service)] == ["inbound", "occurrence"]


def test_releasing_all(service: Shell):
    assert len(service.run("quarantine", "release", "--all").stdout.splitlines()) == 3


@pytest.mark.parametrize("arguments", [[], ["--all", "0123"], ["0123"], ["x" * 40]])
def test_what_cannot_be_meant_is_refused(service: Shell, arguments: list[str]):
    assert service.run("quarantine", "release", *arguments).exit_code == 2
    assert len(listed(service)) == 3


def test_ids_that_could_be_two_are_refused(service: Shell):
    same = str(listed(service)[0]["id"])[:4]
    result = service.run("quarantine", "release", same)
    assert result.exit_code == 2
    assert "quarantine list" in result.stderr


def test_a_closed_one_is_not_listed(service: Shell):
    on(service, lambda connection: connection.execute(update(quarantine).values(released_at=AT)) and None)
    assert listed(service) == []
