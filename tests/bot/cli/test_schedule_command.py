"""`blether schedule preview`, as the contract has it."""

import pytest
from typer.testing import CliRunner, Result

from bot.cli.schedule import app


def preview(rule: str, zone: str = "Europe/London", start: str = "2024-03-30T00:00+00:00", count: str = "2") -> Result:
    return CliRunner().invoke(app, ["preview", rule, "--zone", zone, "--from", start, "--count", count])


def test_it_prints_one_time_a_line_with_the_offset_of_the_zone() -> None:
    done = preview("daily at 01:30")
    assert done.exit_code == 0
    assert done.stdout == "2024-03-30T01:30:00+00:00\n2024-03-31T02:30:00+01:00\n"


def test_the_first_is_at_from_itself() -> None:
    assert preview("daily at 09:30", start="2024-06-03T08:30Z", count="1").stdout == "2024-06-03T09:30:00+01:00\n"


def test_from_without_an_offset_is_a_time_in_the_zone() -> None:
    done = preview("daily at 09:30", zone="America/Havana", start="2024-06-03T09:31", count="1")
    assert done.stdout == "2024-06-04T09:30:00-04:00\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": "daily at 9"},
        {"rule": "sometimes"},
        {"rule": "daily at 09:30", "zone": "Europe/Leith"},
        {"rule": "daily at 09:30", "zone": "../etc/passwd"},
        {"rule": "daily at 09:30", "start": "tomorrow"},
        {"rule": "daily at 09:30", "start": "0001-01-01T00:00"},
        {"rule": "daily at 09:30", "count": "0"},
        {"rule": "daily at 09:30", "count": "many"},
    ],
)
def test_misuse_exits_2_with_the_reason_on_standard_error(wrong: dict[str, str]) -> None:
    done = preview(**wrong)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.strip()
