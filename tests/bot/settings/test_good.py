"""A configuration that starts, and what it becomes."""

from datetime import timedelta

from bot.escalation.policy import SHIPPED_IDS
from bot.settings import load
from tests.bot.settings.conftest import AUTH, GOOD, HOOK, KEY, TOKEN


def test_every_section_is_read(read):
    settings = read()
    assert settings.service.name == "Leith Peer Support"
    assert settings.web.public_url == "https://blether.example.org"
    assert settings.telegram.mode == "polling"
    assert settings.twilio.all_numbers == ("+447700900100", "+447700900101")
    assert [team.key for team in settings.teams] == ["leith"]
    assert settings.teams[0].contact.phone == "+447700900102"
    assert settings.supervisors[0].channels == ("telegram", "sms")
    assert settings.schedules[0].spread == timedelta(minutes=20)
    assert settings.schedules[0].missed[0].policy == "gone-quiet"


def test_secrets_come_from_their_files_without_the_line_end(read):
    settings = read(('"polling"', '"webhook"'))
    assert settings.security.key.get_secret_value() == KEY
    assert settings.telegram.token.get_secret_value() == TOKEN
    assert settings.telegram.webhook_secret.get_secret_value() == HOOK
    assert settings.twilio.auth_token.get_secret_value() == AUTH


def test_the_webhooks_secret_is_not_read_without_a_webhook(read, home):
    (home / "secrets" / "hook").unlink()
    assert read().telegram.webhook_secret is None


def test_a_secret_may_stand_in_the_file_itself(read):
    settings = read(('token_file = "secrets/telegram"', 'token = "1:here"'))
    assert settings.telegram.token.get_secret_value() == "1:here"


def test_nothing_secret_or_personal_is_in_the_repr(read):
    shown = repr(read()) + str(read().telegram) + str(read().supervisors)
    for canary in (KEY, TOKEN, HOOK, AUTH, "Morag", "Ailsa", "77009001"):
        assert canary not in shown


def test_a_password_of_the_database_is_not_in_the_repr(read):
    settings = read(("sqlite:///blether.db", "postgresql://blether:canary@db.example.org/blether"))
    assert "canary" not in repr(settings)
    assert settings.database.url.get_secret_value() == "postgresql://blether:canary@db.example.org/blether"


def test_relative_paths_are_relative_to_the_file(read, home):
    settings = read()
    assert settings.database.url.get_secret_value() == f"sqlite:///{home}/blether.db"
    assert settings.flows.folder == home / "flows"


def test_an_absolute_database_path_stays(read):
    settings = read(("sqlite:///blether.db", "sqlite:////srv/blether.db?timeout=5"))
    assert settings.database.url.get_secret_value() == "sqlite:////srv/blether.db?timeout=5"


def test_a_team_without_zone_or_language_has_the_services(read):
    team = read(('zone = "Europe/London"\nstaffed', "staffed")).teams[0]
    assert (team.zone, team.language) == ("Europe/London", "en-GB")


def test_a_teams_zone_overrides_the_services(read):
    settings = read(('zone = "Europe/London"\nstaffed', 'zone = "Atlantic/Canary"\nlanguage = "gd"\nstaffed'))
    assert (settings.teams[0].zone, settings.teams[0].language) == ("Atlantic/Canary", "gd")
    assert settings.service.zone == "Europe/London"


def test_shipped_policies_are_there_with_the_files_own(read):
    assert set(read().policies) == {*SHIPPED_IDS, "slow"}


def test_a_policy_with_a_shipped_id_replaces_it(read):
    policy = read(('id = "slow"', 'id = "concern"')).policies["concern"]
    assert policy.levels[1].tell == ("on_call", "coordinator", "person:morag")


def test_supervisors_keep_the_order_of_the_file(read):
    another = """\
[[supervisors]]
key = "ailsa"
name = "Ailsa Example"
teams = ["leith"]
roles = ["supervisor"]
phone = "+44 7700 900124"
channels = ["sms"]
[[policies]]
id"""
    settings = read(("[[policies]]\nid", another))
    assert [person.key for person in settings.supervisors_of("leith")] == ["morag", "ailsa"]
    assert [person.key for person in settings.supervisors_of("leith", "coordinator")] == ["morag"]
    assert settings.supervisors[1].phone == "+447700900124"


def test_a_schedule_has_its_defaults(read):
    tail = 'spread = "20m"\ngrace = "2h"\nmissed = [{ in_a_row = 2, policy = "gone-quiet" }]\n'
    schedule = read((tail, "")).schedules[0]
    assert (schedule.spread, schedule.grace, schedule.missed) == (timedelta(0), timedelta(hours=2), ())


def test_a_channel_without_its_section_is_off(read):
    start, end = GOOD.index("[telegram]"), GOOD.index("[twilio]")
    assert read((GOOD[start:end], "")).telegram is None


def test_http_to_this_machine_is_allowed(read):
    settings = read(
        ("https://blether.example.org", "http://127.0.0.1:8000/"),
        ("https://api.twilio.com", "http://localhost:9001"),
        ('"polling"', '"webhook"'),
    )
    assert settings.web.public_url == "http://127.0.0.1:8000"


def test_a_file_with_a_byte_order_mark_is_read(read, home):
    read()
    path = home / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(path, {}).service.region == "GB-SCT"


def test_the_process_environment_is_the_default(read, home, monkeypatch):
    read()
    monkeypatch.setenv("BLETHER__WEB__PORT", "8123")
    assert load(home / "config.toml").web.port == 8123
