"""Bad configurations: what is wrong is named with its line and what would be right, all of it at once."""

import contextlib
import re
from collections.abc import Iterator

import pytest

from bot.errors import ConfigurationError
from bot.settings import load
from tests.bot.settings.conftest import GOOD


def line_of(text: str, within: str = GOOD) -> int:
    """The line of the first place where `text` stands."""
    return within[: within.index(text)].count("\n") + 1


MORAG_ROLES = 'roles = ["supervisor", "coordinator"]'

# what is replaced, by what, the key that is named, a word that must stand in the problem
ONE_FAULT = [
    ('zone = "Europe/London"', 'zone = "Europe/Londn"', "service.zone", "did you mean 'Europe/London'?"),
    ('zone = "Europe/London"', 'zone = "../etc"', "service.zone", "unknown time zone"),
    ('region = "GB-SCT"', 'region = "FR"', "service.region", "one of: GB-SCT"),
    ('language = "en-GB"', 'language = "xx-Nowhere"', "service.language", '"en-GB"'),
    ('name = "Leith Peer Support"', 'name = " "', "service.name", "empty"),
    ('name = "Leith Peer Support"', f'name = "{"x" * 61}"', "service.name", "too long"),
    ('name = "Leith Peer Support"', r'name = "Leith\nPeers"', "service.name", "control character"),
    ('name = "Leith Peer Support"', "name = 7", "service.name", "double quotes"),
    ("port = 8000", 'port = "8000"', "web.port", "whole number"),
    ("port = 8000", "port = 70000", "web.port", "65535"),
    ("port = 8000", "port = true", "web.port", "whole number"),
    ("https://blether.example.org", "http://blether.example.org", "web.public_url", "https"),
    ("https://blether.example.org", "https://u:p@blether.example.org", "web.public_url", "plain web address"),
    ("https://blether.example.org", "blether.example.org", "web.public_url", "web address"),
    ("https://api.telegram.org", "http://api.telegram.org", "telegram.api_url", "https"),
    ("sqlite:///blether.db", "mysql://db/blether", "database.url", "sqlite:///"),
    ("sqlite:///blether.db", "sqlite://", "database.url", "nothing would be kept"),
    ("sqlite:///blether.db", "sqlite:///:memory:", "database.url", "nothing would be kept"),
    ('folder = "flows"', 'folder = "floes"', "flows.folder", "no such folder"),
    ('mode = "polling"', 'mode = "poling"', "telegram.mode", "did you mean 'polling'?"),
    ('token_file = "secrets/telegram"', 'token = "a b"', "telegram.token", "space"),
    ('token_file = "secrets/telegram"', 'token = ""', "telegram.token", "empty"),
    ('token_file = "secrets/telegram"', 'token_file = "secrets/none"', "telegram.token_file", "cannot be read"),
    ('token_file = "secrets/telegram"', 'token_file = "secrets"', "telegram.token_file", "cannot be read"),
    ('token_file = "secrets/telegram"', 'token_file = ""', "telegram.token_file", "not the name of a file"),
    ('webhook_secret_file = "secrets/hook"', 'webhook_secret = "a/b"', "telegram.webhook_secret", "1 to 256"),
    ('key_file = "secrets/key"', 'key = "short"', "security.key", "openssl rand"),
    ('account_sid = "AC0', 'account_sid = "AX0', "twilio.account_sid", "AC and 32"),
    ('from_number = "+447700900100"', 'from_number = "LeithPeers"', "twilio.from_number", "nobody can reply"),
    ('from_number = "+447700900100"', 'from_number = "07700900100"', "twilio.from_number", "with its country"),
    ('from_number = "+447700900100"', 'from_number = "+4477"', "twilio.from_number", "with its country"),
    (
        'alerts_from_number = "+447700900101"',
        'alerts_from_number = "+447700900100"',
        "twilio.alerts_from_number",
        "same",
    ),
    ('messaging_service_sid = ""', 'messaging_service_sid = "MG1"', "twilio.messaging_service_sid", "MG and 32"),
    ('staffed = "mon-fri 09:00-17:00"', 'staffed = "mon-fry 09:00-17:00"', "teams.staffed", "mon tue wed"),
    ('staffed = "mon-fri 09:00-17:00"', 'staffed = "9 to 5"', "teams.staffed", "mon-fri 09:00-17:00"),
    ('quiet = "21:00-09:00"', 'quiet = "21-9"', "teams.quiet", "21:00-09:00"),
    ('quiet = "21:00-09:00"', 'quiet = "21:00-21:00"', "teams.quiet", "nothing could ever be sent"),
    ('phone = "+447700900102"', 'phone = "the office"', "teams.contact.phone", "not a phone number"),
    (
        'contact = { name = "Ailsa Example", phone',
        'contact = { nam = "Ailsa Example", phone',
        "teams.contact.nam",
        "'name'",
    ),
    ('key = "leith"', 'key = "Leith Team"', "teams.key", "small letters"),
    ('phone = "+447700900123"', 'phone = "+44 7700 90012"', "supervisors.phone", "not a possible"),
    ('phone = "+447700900123"', 'phone = "+447700900100"', "supervisors.phone", "blether sends from"),
    ("channels = [", 'channels = ["pigeon", ', "supervisors.channels", "item 1"),
    ('channels = ["telegram", "sms"]', 'channels = "sms"', "supervisors.channels", "not a list"),
    ('teams = ["leith"]', 'teams = ["leith", "leith"]', "supervisors.teams", "twice"),
    ('teams = ["leith"]', 'teams = ["leith", "gorgie"]', "supervisors.teams", "no team has this key"),
    (MORAG_ROLES, 'roles = ["supervisor", "service_user"]', "supervisors.roles", "item 2"),
    ('severity = "concern"', 'severity = "concerning"', "policies.severity", "did you mean 'concern'?"),
    ('line = "service"', 'line = "servce"', "policies.line", "did you mean 'service'?"),
    ('resolve_within = "4h"', 'resolve_within = "4 hours"', "policies.resolve_within", '"15m"'),
    ('resolve_within = "4h"', 'resolve_within = "0m"', "policies.resolve_within", "1s to 30d"),
    ('tell = ["named_supervisor"]', 'tell = ["named_superviser"]', "policies.levels.tell", "'named_supervisor'"),
    ('tell = ["named_supervisor"]', 'tell = ["person:nobody"]', "policies.levels.tell", "no supervisor has this key"),
    ('tell = ["named_supervisor"]', "tell = []", "policies.levels.tell", "at least one"),
    ("repeat = 1", "repeat = -1", "policies.levels.repeat", "0 to 100"),
    ("repeat = 1", "repaet = 1", "policies.levels.repaet", "'repeat'"),
    ('team = "leith"\nwho', 'team = "lieth"\nwho', "schedules.team", "did you mean 'leith'?"),
    ('who = "service_user"', 'who = "service user"', "schedules.who", "'service_user'"),
    ('flow = "a-check-in"', 'flow = "a-chekin"', "schedules.flow", "did you mean 'a-check-in'?"),
    ('flow = "a-check-in"', 'flow = "a-nudge"', "schedules.flow", "audience is service_user"),
    ('rule = "daily at 09:30"', 'rule = "daily at 25:30"', "schedules.rule", "weekly on mon,thu"),
    ('spread = "20m"', 'spread = "20"', "schedules.spread", '"15m"'),
    ('spread = "20m"', "spread = 20", "schedules.spread", '"15m"'),
    ('grace = "2h"', 'grace = "8d"', "schedules.grace", "7d"),
    ("in_a_row = 2", "in_a_row = 0", "schedules.missed.in_a_row", "1 to 100"),
    ('policy = "gone-quiet"', 'policy = "gone-quite"', "schedules.missed.policy", "did you mean 'gone-quiet'?"),
    ('policy = "gone-quiet"', 'policy = "wellness"', "schedules.missed.policy", "service line"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "word"), ONE_FAULT, ids=[f"{row[2]}-{n}" for n, row in enumerate(ONE_FAULT)]
)
def test_a_fault_is_named_with_line_key_and_what_is_right(wrong, old, new, key, word):
    problems = wrong((old, new))
    (problem,) = [line for line in problems if f": {key}: " in line]
    line, _, rest = problem.partition(": ")
    named = key.rpartition(".")[2]
    assert line == str(line_of(old) + old.partition(named)[0].count("\n"))
    assert rest.startswith(f"{key}: ")
    assert ";" in rest
    assert word in rest


def test_everything_wrong_is_named_at_once_in_the_order_of_the_file(wrong):
    problems = wrong(
        ('zone = "Europe/London"', 'zone = "Europe/Londn"'),
        ("port = 8000", 'port = "8000"'),
        ('mode = "polling"', 'mode = "poling"'),
        ('rule = "daily at 09:30"', 'rule = "daily"'),
        environ={"BLETHER__WEB__HSOT": "x"},
    )
    assert [line.split(": ")[1] for line in problems] == [
        "service.zone",
        "web.port",
        "telegram.mode",
        "schedules.rule",
        "web.hsot",
    ]
    assert [int(line.split(":")[0]) for line in problems[:4]] == sorted(
        int(line.split(":")[0]) for line in problems[:4]
    )


def test_an_unknown_section_is_named_with_the_nearest(wrong):
    problems = wrong(("[telegram]", "[telegrm]"))
    assert f"{line_of('[telegram]')}: telegrm: unknown section; did you mean 'telegram'?" in problems


def test_a_missing_key_is_named_at_its_tables_header(wrong):
    (problem,) = wrong(('region = "GB-SCT"\n', ""))
    assert problem.startswith("1: service.region: missing; ")


def test_a_missing_key_of_a_level_is_named_at_that_levels_header(wrong):
    second = 'tell = ["on_call", "coordinator", "person:morag"]\n'
    (problem,) = wrong((second, ""))
    assert problem.startswith(f"{line_of(second) - 1}: policies.levels.tell: missing; ")


def test_a_missing_secret_is_named_in_both_forms(wrong):
    (problem,) = wrong(('key_file = "secrets/key"\n', ""))
    assert problem.startswith(f"{line_of('[security]')}: security.key: missing; give key or key_file")


def test_a_missing_section_is_named(wrong):
    (problem,) = wrong(('[security]\nkey_file = "secrets/key"\n', ""))
    assert problem == "1: security: missing; add the section [security]"


def test_an_empty_secret_file_is_refused(wrong, home):
    (home / "secrets" / "twilio").write_text("  \n")
    (problem,) = wrong()
    assert problem.startswith(f"{line_of('auth_token_file')}: twilio.auth_token_file: the secret's file is empty; ")


def test_a_secret_file_that_is_no_text_is_refused(wrong, home):
    (home / "secrets" / "twilio").write_bytes(b"\xff\xfe\x00")
    (problem,) = wrong()
    assert "twilio.auth_token_file: the secret's file is not text; " in problem


def test_a_secret_given_both_ways_is_refused(wrong):
    (problem,) = wrong(('token_file = "secrets/telegram"', 'token = "1:x"\ntoken_file = "secrets/telegram"'))
    assert "telegram.token_file: token is given too; keep one" in problem


def test_a_wrong_secret_from_a_file_is_named_at_the_files_key(wrong, home):
    (home / "secrets" / "key").write_text("canary")
    (problem,) = wrong()
    assert problem.startswith(f"{line_of('key_file')}: security.key_file: not 32 bytes in base64")
    assert "canary" not in problem


@pytest.mark.parametrize(
    ("old", "new", "key", "word"), ONE_FAULT, ids=[f"{row[2]}-{n}" for n, row in enumerate(ONE_FAULT)]
)
def test_no_problem_repeats_a_name_a_number_or_a_secret(wrong, old, new, key, word):
    told = "\n".join(wrong((old, new)))
    for canary in ("Morag", "Ailsa", "7700 90012", "07700900100", "LeithPeers", "canary", "the office", "u:p@"):
        assert canary not in told


def test_a_webhook_without_its_secret_is_refused(wrong):
    problems = wrong(('"polling"', '"webhook"'), ('webhook_secret_file = "secrets/hook"\n', ""))
    assert problems[0].startswith(f"{line_of('[telegram]')}: telegram.webhook_secret: missing; ")


def test_a_webhook_without_a_public_address_is_refused(wrong):
    problems = wrong(('"polling"', '"webhook"'), ('public_url = "https://blether.example.org"\n', ""))
    told = [line for line in problems if "web.public_url: missing" in line]
    assert any("Telegram" in line for line in told)
    assert all(line.startswith(f"{line_of('[web]')}: ") for line in told)


def test_twilio_without_a_public_address_is_refused(wrong):
    (problem,) = wrong(('public_url = "https://blether.example.org"\n', ""))
    assert "web.public_url: missing; Twilio" in problem


def test_a_messaging_service_needs_its_numbers(wrong):
    (problem,) = wrong(('messaging_service_sid = ""', f'messaging_service_sid = "MG{"0" * 32}"'))
    assert problem.startswith(f"{line_of('[twilio]')}: twilio.numbers: missing; ")


def test_no_channel_at_all_is_refused(wrong):
    channels = GOOD[GOOD.index("[telegram]") : GOOD.index("[[teams]]")]
    (problem,) = wrong((channels, ""))
    assert "no channel is on, so nobody can be reached" in problem


def test_no_team_is_refused(wrong):
    team = GOOD[GOOD.index("[[teams]]") : GOOD.index("[[supervisors]]")]
    assert "1: teams: no team; add [[teams]]" in wrong((team, ""))


def test_one_table_where_a_list_is_meant_is_named(wrong):
    problems = wrong(("[[teams]]", "[teams]"))
    assert any(
        line.startswith(f"{line_of('[[teams]]')}: teams: not a list of tables; write it as [[teams]]")
        for line in problems
    )


def test_a_value_where_a_section_is_meant_is_named(wrong):
    section = '[flows]\nfolder = "flows"\n'
    problems = wrong((section, ""), ("[service]", 'flows = "flows"\n[service]'))
    assert "1: flows: not a table; write [flows]" in problems


@pytest.mark.parametrize(
    ("old", "key"),
    [("[[supervisors]]", "teams.key"), ("[[policies]]", "supervisors.key"), ("[[schedules]]", "policies.id")],
)
def test_a_key_given_twice_in_a_list_is_named_at_the_second(wrong, old, key):
    start = GOOD.index(f"[[{key.partition('.')[0]}]]")
    again = GOOD[start : GOOD.index(old, start)]
    problems = wrong((again, again + again))
    second = line_of(again) + again.count("\n") + 1
    assert f"{second}: {key}: given twice; each {key.partition('.')[2]} once" in problems


def test_two_people_with_one_phone_are_refused(wrong):
    start = GOOD.index("[[supervisors]]")
    again = GOOD[start : GOOD.index("[[policies]]", start)].replace('"morag"', '"ailsa"')
    (problem,) = wrong(("[[policies]]", again + "[[policies]]"))
    assert "supervisors.phone: given twice" in problem


def test_the_same_number_in_a_row_twice_is_refused(wrong):
    row = '{ in_a_row = 2, policy = "gone-quiet" }'
    (problem,) = wrong((row, f"{row}, {row}"))
    assert "schedules.missed.in_a_row: the same number twice" in problem


def test_a_syntax_error_is_the_only_problem(wrong):
    (problem,) = wrong(("port = 8000", "port = "), ("daily at 09:30", "never"))
    assert problem.startswith(f"{line_of('port = 8000')}: not TOML: ")


def test_a_file_that_stops_in_the_middle_is_named_at_its_end(wrong):
    (problem,) = wrong(('missed = [{ in_a_row = 2, policy = "gone-quiet" }]\n', "missed = ["))
    assert problem.startswith(f"{GOOD.count(chr(10))}: not TOML: ")


def test_brackets_without_end_are_refused(wrong):
    (problem,) = wrong(("port = 8000", f"port = {'[' * 5000}"))
    assert "brackets in brackets" in problem or "not TOML" in problem


def test_a_webhooks_secret_that_cannot_be_read_is_named(wrong, home):
    (home / "secrets" / "hook").unlink()
    (problem,) = wrong(('"polling"', '"webhook"'))
    assert "telegram.webhook_secret_file: the secret's file cannot be read" in problem


def test_a_key_given_twice_is_named(wrong):
    (problem,) = wrong(("port = 8000", "port = 8000\nport = 8001"))
    assert problem == f"{line_of('port = 8000') + 1}: web.port: given twice; keep one"


def test_a_section_given_twice_is_named(wrong):
    (problem,) = wrong(("[security]", '[web]\nhost = "x"\n[security]'))
    assert problem == f"{line_of('[security]')}: web: given twice; keep one"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path / "none.toml", {})


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load(tmp_path / "config.toml", {})


def test_an_empty_file_names_what_is_needed(tmp_path):
    (tmp_path / "config.toml").write_text("")
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "config.toml", {})
    named = [line.split(": ")[1] for line in caught.value.problems]
    assert named == ["service", "database", "security", "teams", "telegram"]


ODD = ["7", "-0.5", "true", '""', r'"\u0000"', r'"a\nb"', "[]", "[[]]", "[{}]", "{}", "{ a.b = 1 }", "07:32:00"]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_value_anywhere_is_named_and_raises_nothing_else(home, odd):
    """Whatever stands in the place of a value, the answer is settings or problems with their lines."""
    path = home / "config.toml"
    told: list[list[str]] = []
    for number, line in enumerate(GOOD.splitlines()):
        lines = GOOD.splitlines()
        lines[number] = f"{line.partition('=')[0]}= {odd}" if "=" in line else line
        path.write_text("\n".join(lines))
        with contextlib.suppress(ConfigurationError), _problems_kept(told):
            load(path, {})
    assert len(told) > 20
    assert all(re.match(rf"{re.escape(str(path))}:\d+: [a-z_.]+: .+; .+", line) for lines in told for line in lines)


@contextlib.contextmanager
def _problems_kept(told: list[list[str]]) -> Iterator[None]:
    try:
        yield
    except ConfigurationError as fault:
        told.append(fault.problems)
        raise
