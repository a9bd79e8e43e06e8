"""What cannot be done is refused with words, and exit 2."""

import json

import pytest

from tests.faults.__main__ import main
from tests.faults.orders import FAULTS, Orders, Refused, read_orders
from tests.faults.results import read_results
from tests.world import postgres

MACHINE = {
    "processor": "x86_64",
    "cores": 2,
    "python": "3.11.9",
    "sqlite": "3.45.0",
    "hash_mb_per_s": 1500.0,
    "commits_per_s": 4000,
}


def test_defaults_are_the_sizes_of_the_promise():
    orders = read_orders([])
    assert (orders.kills, orders.people, orders.kinds, orders.faults) == (200, 200, ("sqlite", "postgresql"), FAULTS)


def test_a_seed_is_drawn_when_none_is_given():
    assert 0 <= read_orders([]).seed < 1_000_000


def test_what_is_asked_for_is_read():
    asked = ["--seed", "7", "--kills", "0", "--people", "1000", "--database", "sqlite", "--faults", "locked, kill"]
    orders = read_orders([*asked, "--minutes", "3"])
    assert orders == Orders(7, kills=0, people=1000, kinds=("sqlite",), faults=("kill", "locked"), minutes=3.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "-1"], "--seed -1: give a whole number from 0"),
        (["--seed", "x"], "--seed x: give a whole number"),
        (["--seed", "٣"], "give a whole number"),
        (["--seed", str(2**63)], "--seed"),
        (["--kills", "-3"], "--kills -3"),
        (["--kills", "1.5"], "--kills 1.5"),
        (["--people", "1"], "--people 1: give a whole number from 2 to 1000"),
        (["--people", "1001"], "--people 1001"),
        (["--minutes", "0"], "--minutes 0"),
        (["--database", "mysql"], "--database mysql: give sqlite, postgresql or both"),
        (["--faults", "kill,earthquake"], "--faults earthquake: no such fault; there are kill, stopping-points"),
        (["--faults", ","], "no such fault"),
        (["--fault", "kill", "--what"], "unrecognized"),
    ],
)
def test_bad_orders_are_refused_with_what_would_be_right(arguments, words, capsys):
    with pytest.raises(Refused, match=words.replace("(", r"\(")):
        read_orders(arguments)
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_without_postgresql_it_says_so_and_ends_with_2(monkeypatch, capsys):
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)
    monkeypatch.setattr(postgres, "SYSTEM", postgres.Path("/nowhere"))
    assert main(["--database", "postgresql", "--seed", "1"]) == 2
    assert "no PostgreSQL" in capsys.readouterr().err


def test_results_of_this_machine_are_read(tmp_path):
    kept = {"machine": {**MACHINE, "hash_mb_per_s": 1200.0}, "results": []}
    (tmp_path / "r.json").write_text(json.dumps(kept))
    assert read_results(str(tmp_path / "r.json"), MACHINE) == kept


@pytest.mark.parametrize(
    "other", [{"cores": 64}, {"processor": "arm64"}, {"hash_mb_per_s": 400.0}, {"commits_per_s": None}]
)
def test_results_of_another_machine_are_refused(tmp_path, other):
    (tmp_path / "r.json").write_text(json.dumps({"machine": {**MACHINE, **other}, "results": []}))
    with pytest.raises(Refused, match=f"another machine \\({next(iter(other))} differ"):
        read_results(str(tmp_path / "r.json"), MACHINE)


@pytest.mark.parametrize("text", ["", "[]", '{"machine": {}}', "nonsense"])
def test_what_is_no_results_file_is_refused(tmp_path, text):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(Refused, match="no results of make faults"):
        read_results(str(tmp_path / "r.json"), MACHINE)


def test_a_results_file_that_is_not_there_is_refused_before_anything_runs(tmp_path, capsys):
    assert main(["--compare", str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err
