"""`BLETHER__SECTION__KEY` wins, and the switches of fault tests are guarded."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import Faults, faults
from tests.bot.settings.conftest import GOOD


def test_a_variable_wins_over_the_file(read):
    settings = read(environ={"BLETHER__WEB__PORT": "9000", "BLETHER__SERVICE__NAME": "Gorgie Peers"})
    assert (settings.web.port, settings.service.name) == (9000, "Gorgie Peers")


def test_a_secret_variable_replaces_the_file_of_the_configuration(read):
    settings = read(environ={"BLETHER__TELEGRAM__TOKEN": "5:variable"})
    assert settings.telegram.token.get_secret_value() == "5:variable"


def test_a_file_variable_replaces_a_secret_of_the_configuration(read, home):
    (home / "other").write_text("6:other")
    settings = read(
        ('token_file = "secrets/telegram"', 'token = "1:here"'),
        environ={"BLETHER__TELEGRAM__TOKEN_FILE": "other"},
    )
    assert settings.telegram.token.get_secret_value() == "6:other"


def test_a_section_may_come_from_variables_alone(read):
    start, end = GOOD.index("[telegram]"), GOOD.index("[twilio]")
    settings = read((GOOD[start:end], ""), environ={"BLETHER__TELEGRAM__TOKEN": "5:variable"})
    assert settings.telegram.account == "main"


def test_a_list_has_commas(read):
    settings = read(environ={"BLETHER__TWILIO__NUMBERS": "+447700900110, +447700900111"})
    assert settings.twilio.numbers == ("+447700900110", "+447700900111")


def test_a_wrong_value_is_named_by_its_variable(wrong):
    (problem,) = wrong(environ={"BLETHER__WEB__PORT": "canary"})
    assert problem.startswith("BLETHER__WEB__PORT: web.port: not a whole number; ")
    assert "canary" not in problem


def test_a_secret_file_that_is_missing_is_named_by_its_variable(wrong):
    (problem,) = wrong(environ={"BLETHER__TWILIO__AUTH_TOKEN_FILE": "nowhere"})
    assert problem.startswith("BLETHER__TWILIO__AUTH_TOKEN_FILE: twilio.auth_token_file: ")


def test_both_forms_of_a_secret_in_variables_are_refused(wrong):
    environ = {"BLETHER__TELEGRAM__TOKEN": "5:variable", "BLETHER__TELEGRAM__TOKEN_FILE": "secrets/telegram"}
    (problem,) = wrong(environ=environ)
    assert problem.startswith("BLETHER__TELEGRAM__TOKEN_FILE: telegram.token_file: token is given too")


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("BLETHER__WEB__PRT", "'port'"),
        ("BLETHER__TWILO__NUMBERS", "'twilio'"),
        ("BLETHER__TEAMS__KEY", "set in the file"),
        ("BLETHER__WEB__PORT__X", "'port'"),
    ],
)
def test_an_unknown_variable_is_named_with_the_nearest(wrong, variable, nearest):
    (problem,) = wrong(environ={variable: "1"})
    assert problem.startswith(f"{variable}: ")
    assert nearest in problem


def test_other_variables_are_left_alone(read):
    assert read(environ={"BLETHER_TEST_POSTGRES": "x", "HOME": "/"}).web.port == 8000


def test_no_faults_are_asked_for_in_service():
    assert faults({}) == Faults(None, None)


def test_faults_are_read_under_the_guard():
    given = {"BLETHER_FAULTS": "1", "BLETHER_STOP_AT": "outbox-claimed", "BLETHER_CLOCK_FILE": "clock/now"}
    assert faults(given) == Faults("outbox-claimed", Path("clock/now"))


@pytest.mark.parametrize("guard", [{}, {"BLETHER_FAULTS": "0"}, {"BLETHER_FAULTS": "true"}])
def test_faults_without_the_guard_are_refused_at_once(guard):
    with pytest.raises(ConfigurationError) as caught:
        faults({"BLETHER_STOP_AT": "outbox-claimed", "BLETHER_CLOCK_FILE": "clock", **guard})
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["BLETHER_STOP_AT", "BLETHER_CLOCK_FILE"]


def test_an_unknown_stopping_point_is_refused_with_the_nearest():
    with pytest.raises(ConfigurationError, match="did you mean 'outbox-claimed'"):
        faults({"BLETHER_FAULTS": "1", "BLETHER_STOP_AT": "outbox-claimd"})
