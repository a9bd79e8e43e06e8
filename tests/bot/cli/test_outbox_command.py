"""`blether outbox`: looking at what waits, holding it back, letting it go, dropping it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from storage.audit import audit_of
from storage.ids import new_id
from storage.keys import Keys
from storage.outbox import put
from storage.records import Body, Message
from storage.tables import addresses, outbox, people
from tests.bot.cli.office import Shell
from tests.bot.people.office import CANARIES, NOW

WORDS = "a hard night"
CLASSES = ("crisis", "escalation", "reply", "check-in", "bulk")
LATER = NOW + timedelta(hours=1)


def message(address, send_class: str, **more) -> Message:
    purpose = {"crisis": "crisis", "escalation": "notice"}.get(send_class, "reply")
    made = Message(
        id=new_id(NOW),
        address_id=address.id,
        person_id=address.person_id,
        send_class=send_class,
        purpose=purpose,
        body=Body(WORDS),
        due_at=NOW,
        created_at=NOW,
        not_after=LATER,
    )
    return replace(made, **more)


@pytest.fixture
def full(shell: Shell, keyring) -> tuple[Shell, dict[str, UUID]]:
    """One message of each class waits for Isla."""
    assert shell.import_().exit_code == 0

    def write(connection: Connection):
        rows = connection.execute(
            select(addresses.c.id, addresses.c.person_id)
            .join(people, people.c.id == addresses.c.person_id)
            .where(people.c.key.is_(None), addresses.c.account == "sms")
            .order_by(people.c.began_at)
        ).all()
        made = {one: message(rows[0], one) for one in CLASSES}
        put(connection, Keys(keyring, connection), list(made.values()))
        return {one: made[one].id for one in CLASSES}

    database = shell.database()
    made = database.run_sync(write)
    database.close_sync()
    return shell, made


def listed(shell: Shell, *more: str) -> list[dict]:
    done = shell.run("outbox", "list", "--json", *more)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def held(shell: Shell) -> set[str]:
    return {one["class"] for one in listed(shell) if one["held_at"]}


def audited(shell: Shell, kind: str) -> list:
    database = shell.database()
    found = [one for one in database.read_sync(audit_of) if one.kind == kind]
    database.close_sync()
    return found


def state_of(shell: Shell, message_id: UUID) -> str:
    database = shell.database()
    try:
        return database.read_sync(
            lambda connection: connection.execute(select(outbox.c.state).where(outbox.c.id == message_id)).scalar_one()
        )
    finally:
        database.close_sync()


def next_send(shell: Shell) -> tuple[datetime | None, int | None]:
    """When the claim comes back to Isla's address, and for what."""
    database = shell.database()
    try:
        row = database.read_sync(
            lambda connection: connection.execute(
                select(addresses.c.next_send_at, addresses.c.next_priority).where(addresses.c.last_position > 0)
            ).one()
        )
        return row.next_send_at, row.next_priority
    finally:
        database.close_sync()


def test_the_list_is_one_array_the_gravest_first_with_times_and_their_offset(full):
    shell, made = full
    found = listed(shell)
    assert [one["class"] for one in found] == list(CLASSES)
    assert found[2] == {
        "id": str(made["reply"]),
        "class": "reply",
        "purpose": "reply",
        "state": "queued",
        "initials": found[2]["initials"],
        "account": "sms",
        "due_at": "2026-03-30T12:00:00+01:00",
        "not_after": "2026-03-30T13:00:00+01:00",
        "created_at": "2026-03-30T12:00:00+01:00",
        "attempts": 0,
        "again": False,
        "looked": 0,
        "held": None,
        "held_at": None,
    }
    assert found[2]["initials"] in ("I.M.", "N.E.")


def test_the_list_for_reading_has_a_line_each_and_shows_no_words_names_or_numbers(full):
    shell, made = full
    shell.run("outbox", "hold", str(made["bulk"]))
    done = shell.run("outbox", "list")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [str(made[one]) for one in CLASSES]
    assert "held_at" in lines[-1]
    for canary in (*CANARIES, WORDS):
        assert canary not in done.stdout


def test_the_list_can_be_narrowed(full):
    shell, _ = full
    assert [one["class"] for one in listed(shell, "--class", "bulk")] == ["bulk"]
    assert len(listed(shell, "--account", "sms")) == 5
    assert listed(shell, "--account", "alerts") == []


def test_one_is_held_and_released_by_as_much_of_its_id_as_is_unmistakable(full):
    shell, made = full
    done = shell.run("outbox", "hold", made["reply"].hex[-10:], "--by", "morag")
    assert (done.exit_code, done.stdout) == (0, "1 message held\n")
    assert held(shell) == {"reply"}
    [entry] = audited(shell, "outbox.held")
    assert entry.actor_id is not None
    assert entry.person_id is not None
    assert entry.detail["messages"] == [str(made["reply"])]
    assert shell.run("outbox", "release", str(made["reply"])).stdout == "1 message released\n"
    assert held(shell) == set()
    assert len(audited(shell, "outbox.released")) == 1


def test_everything_is_held_but_what_is_pressing(full):
    shell, _ = full
    done = shell.run("outbox", "hold", "--all")
    assert done.stdout == "3 messages held; 2 crisis texts, alerts and notices left as they are (--even-alerts)\n"
    assert held(shell) == {"reply", "check-in", "bulk"}
    assert next_send(shell) == (NOW, 0)


def test_what_is_pressing_is_held_when_it_is_said_and_that_is_audited(full):
    shell, made = full
    done = shell.run("outbox", "hold", "--all", "--even-alerts")
    assert done.stdout == "5 messages held\n"
    assert next_send(shell) == (None, None)
    [entry] = audited(shell, "outbox.held")
    assert entry.detail["even_alerts"] is True
    assert set(entry.detail["messages"]) == {str(made["crisis"]), str(made["escalation"])}
    assert shell.run("outbox", "release", "--all").stdout == "5 messages released\n"
    assert next_send(shell) == (NOW, 0)


@pytest.mark.parametrize("what", ["hold", "expire"])
def test_an_alert_is_not_touched_by_its_id_alone(full, what):
    shell, made = full
    done = shell.run("outbox", what, str(made["reply"]), str(made["escalation"]))
    assert done.exit_code == 1
    assert "--even-alerts" in done.stderr
    assert held(shell) == set()
    assert state_of(shell, made["reply"]) == "queued"
    assert shell.run("outbox", what, str(made["escalation"]), "--even-alerts").exit_code == 0


def test_a_class_is_dropped(full):
    shell, made = full
    assert shell.run("outbox", "expire", "--class", "check-in").stdout == "1 message dropped\n"
    assert state_of(shell, made["check-in"]) == "expired"
    assert [one["class"] for one in listed(shell)] == ["crisis", "escalation", "reply", "bulk"]
    [entry] = audited(shell, "outbox.expired")
    assert (entry.detail["class"], entry.detail["count"]) == ("check-in", 1)


def test_an_account_is_held(full):
    shell, _ = full
    assert shell.run("outbox", "hold", "--account", "main").stdout.startswith("0 messages held")
    assert shell.run("outbox", "hold", "--account", "sms").stdout.startswith("3 messages held")


def test_what_is_dropped_cannot_be_released(full):
    shell, made = full
    shell.run("outbox", "expire", str(made["bulk"]))
    done = shell.run("outbox", "release", str(made["bulk"]))
    assert done.exit_code == 2
    assert "nothing that waits" in done.stderr


def test_more_than_one_transaction_of_them_are_held_and_released(full, keyring):
    shell, _ = full
    database = shell.database()

    def write(connection: Connection):
        [address] = connection.execute(select(addresses).where(addresses.c.last_position > 0)).all()
        put(connection, Keys(keyring, connection), [message(address, "bulk") for _ in range(1020)])

    database.run_sync(write)
    database.close_sync()
    assert shell.run("outbox", "hold", "--class", "bulk").stdout == "1021 messages held\n"
    assert [one.detail["count"] for one in audited(shell, "outbox.held")] == [500, 500, 21]
    assert shell.run("outbox", "release", "--class", "bulk").stdout == "1021 messages released\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["hold"], "say which"),
        (["hold", "--all", "--class", "bulk"], "say which"),
        (["hold", "--class", "urgent"], "one of crisis"),
        (["hold", "--class", "crisis"], "--even-alerts"),
        (["hold", "--account", "signal"], "one of alerts, main, sms"),
        (["expire", "--class", "escalation"], "--even-alerts"),
        (["hold", "ffffffff"], "nothing that waits"),
        (["hold", "--all", "--by", "nobody"], "no supervisor"),
        (["release"], "say which"),
        (["list", "--class", "urgent"], "one of crisis"),
    ],
)
def test_what_is_misused_is_told(full, arguments, told):
    shell, _ = full
    done = shell.run("outbox", *arguments)
    assert done.exit_code == 2
    assert told in done.stderr
    assert held(shell) == set()
