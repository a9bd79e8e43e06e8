"""`python -m benchmarks`: names, and results that may be compared. What is measured is not tested: machines differ."""

import json
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.comparing import NotComparableError, beside, earlier
from benchmarks.figure import Figure
from benchmarks.peak import percentile

MACHINE = {"processor": "x86_64", "cores": 2, "python": "3.11.7", "sqlite": "3.40.1", "hash_mb_per_s": 900.0}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    file = tmp_path / "results.json"
    rows = [{"name": "claim", "value": 50.0, "unit": "ms", "floor": 40.0, "ratio": 1.25}]
    file.write_text(json.dumps({"machine": MACHINE, "results": rows}))
    return file


def test_a_benchmark_that_there_is_not_is_refused_with_the_nearest(capsys):
    assert command.main(["claim"]) == 2
    said = capsys.readouterr().err
    assert "no benchmark 'claim'; did you mean 'claims'?" in said
    assert "replies, claims, peak, rate, idle, jobs" in said


@pytest.mark.parametrize("arguments", [["profile"], ["profile", "tack"]])
def test_a_profile_that_there_is_not_is_refused(arguments, capsys):
    assert command.main(arguments) == 2
    assert "There are: inbound, claim, send, tick, start" in capsys.readouterr().err


def test_results_of_this_machine_are_set_beside(results):
    before = earlier(results, {**MACHINE, "hash_mb_per_s": 700.0})
    figures = [Figure("claim", 25.0, "ms"), Figure("new", 1.0, "s")]
    assert beside(figures, before) == [("claim", 0.5), ("new", None)]


@pytest.mark.parametrize(
    ("name", "value"), [("cores", 8), ("processor", "arm64"), ("python", "3.12.1"), ("sqlite", "3.45")]
)
def test_results_of_another_machine_are_refused_before_anything_is_measured(results, capsys, monkeypatch, name, value):
    monkeypatch.setattr(command, "calibration", lambda: {**MACHINE, name: value})
    assert command.main(["claims", "--against", str(results)]) == 2
    assert f"{name} {MACHINE[name]} there, {value} here" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"machine": {}, "results": [{}]}'])
def test_a_file_that_is_no_results_is_refused(tmp_path, text):
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(NotComparableError, match="is no file of results"):
        earlier(file, MACHINE)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotComparableError, match="No such file"):
        earlier(tmp_path / "none.json", MACHINE)


def test_percentiles_are_in_milliseconds():
    times = [place / 1000 for place in range(101)]
    assert percentile(times, 50) == pytest.approx(50)
    assert percentile(times, 99) == pytest.approx(99)
