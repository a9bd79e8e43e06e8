"""`blether escalations`: looking, taking and resolving at the command line."""

import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.escalation.shipped import shipped_policies
from storage.audit import save_audit
from storage.escalations import save_alerts, save_escalations
from storage.ids import new_id
from storage.keys import Keys
from storage.people import people_by_key
from storage.records import Alert, AuditEntry, Escalation, Reason
from storage.tables import addresses, memberships, outbox
from tests.bot.cli.office import Shell
from tests.bot.people.office import NOW

REASON = "asked for contact after a hard night"


@pytest.fixture
def busy(shell: Shell, keyring) -> tuple[Shell, list[UUID]]:
    """Isla needs somebody, of which Morag was told; Niall has a wellness matter, an hour later."""
    assert shell.import_().exit_code == 0
    database = shell.database()

    def write(connection):
        keys = Keys(keyring, connection)
        listed = connection.execute(
            select(memberships.c.person_id, memberships.c.team_id, memberships.c.role).order_by(
                memberships.c.role.desc()
            )
        ).all()
        found = {row.role: row for row in listed}
        morag = people_by_key(connection, ["morag"])["morag"]
        at = connection.execute(select(addresses.c.id).where(addresses.c.person_id == morag)).scalars().first()
        made = [
            escalation(found["service_user"], "service", "concern", NOW),
            escalation(found["peer_worker"], "wellness", "wellness", NOW + timedelta(hours=1)),
        ]
        save_escalations(connection, keys, made, {})
        alert = Alert(new_id(NOW), made[0].id, morag, at, "K7", 0, 0, NOW)
        save_alerts(connection, [alert], [])
        isla = made[0].person_id
        detail = {"escalation": str(made[0].id)}
        before, long_before = NOW - timedelta(hours=1), NOW - timedelta(days=2)
        entries = [
            AuditEntry(new_id(NOW), long_before, "checkin.begun", isla, None, {}),
            AuditEntry(new_id(NOW), before, "checkin.begun", isla, None, {}),
            AuditEntry(new_id(NOW), NOW, "escalation.opened", isla, None, detail),
            AuditEntry(
                new_id(NOW), NOW, "alert.queued", isla, None, {**detail, "responder": str(morag), "channel": "sms"}
            ),
        ]
        save_audit(connection, keys, entries)
        return [one.id for one in made]

    made = database.run_sync(write)
    database.close_sync()
    return shell, made


def escalation(member, line: str, policy: str, opened_at: datetime) -> Escalation:
    return Escalation(
        id=new_id(opened_at),
        person_id=member.person_id,
        team_id=member.team_id,
        line=line,
        severity="concern",
        policy=policy,
        policy_copy=shipped_policies()[policy].as_json(),
        reasons=[Reason(opened_at, REASON, {"sleep": 2})],
        state="open",
        level=0,
        tellings=1,
        round=1,
        next_at=opened_at + timedelta(minutes=15),
        opened_at=opened_at,
    )


def listed(shell: Shell, *more: str) -> list[dict[str, object]]:
    done = shell.run("escalations", "list", "--json", *more)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_the_list_is_one_array_with_times_and_their_offset(busy):
    shell, (first, second) = busy
    one, other = listed(shell)
    assert one == {
        "id": str(first),
        "initials": "I.M.",
        "line": "service",
        "severity": "concern",
        "state": "open",
        "policy": "concern",
        "opened_at": "2026-03-30T12:00:00+01:00",
        "level": 0,
        "next_at": "2026-03-30T12:15:00+01:00",
        "taken_by": None,
    }
    assert other["id"] == str(second)


def test_the_list_for_reading_has_a_line_each(busy):
    shell, (first, second) = busy
    lines = shell.run("escalations", "list").stdout.splitlines()
    assert [line.split("  ")[0] for line in lines] == [str(first), str(second)]


def test_an_empty_list_is_an_empty_array(shell: Shell):
    shell.import_()
    assert listed(shell) == []


def test_show_tells_why_who_was_told_and_every_step_in_order(busy):
    shell, (first, _) = busy
    done = shell.run("escalations", "show", str(first), "--json")
    assert done.exit_code == 0, done.stderr
    (shown,) = json.loads(done.stdout)
    assert shown["reasons"] == [{"at": "2026-03-30T12:00:00+01:00", "reason": REASON, "shared": {"sleep": 2}}]
    assert [(one["who"], one["code"]) for one in shown["told"]] == [("morag", "K7")]
    assert [(one["at"], one["kind"], one["to"]) for one in shown["steps"]] == [
        ("2026-03-30T11:00:00+01:00", "checkin.begun", None),
        ("2026-03-30T12:00:00+01:00", "escalation.opened", None),
        ("2026-03-30T12:00:00+01:00", "alert.queued", "morag"),
    ]


def test_show_for_reading_names_the_state_and_the_reason(busy):
    shell, (first, _) = busy
    done = shell.run("escalations", "show", str(first))
    assert done.exit_code == 0, done.stderr
    assert "state: open" in done.stdout
    assert REASON in done.stdout
    assert "alert.queued" in done.stdout
    assert "Moffat" not in done.stdout


def test_the_end_of_an_id_is_enough(busy):
    shell, (_, second) = busy
    (shown,) = json.loads(shell.run("escalations", "show", str(second)[-6:], "--json").stdout)
    assert shown["id"] == str(second)


def test_a_part_of_several_ids_names_them(busy):
    shell, both = busy
    done = shell.run("escalations", "show", str(both[0])[:4])
    assert (done.exit_code, done.stdout) == (2, "")
    assert all(str(one) in done.stderr for one in both)


@pytest.mark.parametrize("unknown", ["zzzz", "00000000-0000-0000-0000-000000000000", "-", ""])
def test_an_unknown_id_exits_2(busy, unknown):
    shell, _ = busy
    done = (
        shell.run("escalations", "show", "--", unknown) if unknown == "-" else shell.run("escalations", "show", unknown)
    )
    assert (done.exit_code, done.stdout) == (2, "")


def test_taking_gives_it_to_the_supervisor_and_tells_those_told_before(busy):
    shell, (first, _) = busy
    done = shell.run("escalations", "take", str(first), "--by", "ewan")
    assert (done.exit_code, done.stdout) == (0, f"{first} taken by ewan\n")
    one = listed(shell)[0]
    assert (one["state"], one["taken_by"]) == ("taken", "ewan")
    database = shell.database()
    notices = database.read_sync(lambda connection: connection.execute(select(outbox)).all())
    morag = database.read_sync(people_by_key, ["morag"])["morag"]
    database.close_sync()
    assert [(row.purpose, row.person_id) for row in notices] == [("notice", morag)]


def test_resolving_keeps_the_words_sealed_and_ends_it(busy):
    shell, (first, second) = busy
    done = shell.run("escalations", "resolve", str(first), "--by", "morag", "spoke", "on the phone,", "safe")
    assert (done.exit_code, done.stdout) == (0, f"{first} resolved by morag\n")
    assert [one["id"] for one in listed(shell)] == [str(second)]
    (one, _) = listed(shell, "--all")
    assert (one["state"], one["next_at"]) == ("resolved", None)
    (shown,) = json.loads(shell.run("escalations", "show", str(first), "--json").stdout)
    assert (shown["outcome"], shown["resolved_by"]) == ("spoke on the phone, safe", "morag")
    assert [step["kind"] for step in shown["steps"]][-2:] == ["escalation.taken", "escalation.resolved"]


@pytest.mark.parametrize("command", [["take"], ["resolve", "spoke"]])
def test_what_is_resolved_stays_so(busy, command):
    shell, (first, _) = busy
    shell.run("escalations", "resolve", str(first), "--by", "morag", "safe")
    name, *words = command
    done = shell.run("escalations", name, str(first), "--by", "ewan", *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "is resolved already" in done.stderr


def test_an_unknown_supervisor_exits_2_and_changes_nothing(busy):
    shell, (first, _) = busy
    done = shell.run("escalations", "take", str(first), "--by", "nobody")
    assert (done.exit_code, done.stdout) == (2, "")
    assert listed(shell)[0]["state"] == "open"


def test_resolving_needs_words(busy):
    shell, (first, _) = busy
    assert shell.run("escalations", "resolve", str(first), "--by", "morag").exit_code == 2
    assert shell.run("escalations", "resolve", str(first), "--by", "morag", " ").exit_code == 2
    assert listed(shell)[0]["state"] == "open"
