"""`blether risk`, as the contract has it."""

import json

from typer.testing import CliRunner

from bot.cli.risk import app


def test_jsonl_answers_each_line_with_id_level_and_reasons() -> None:
    lines = '{"id": "a", "text": "I want to die"}\n\n{"id": "b", "text": "dead good"}\n'
    done = CliRunner().invoke(app, ["--jsonl"], input=lines)
    assert done.exit_code == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": "a", "level": "risk", "reasons": ["self, wish to die, 10: want to die"]},
        {"id": "b", "level": "none", "reasons": []},
    ]


def test_a_bad_line_is_named_by_its_number_and_the_others_are_answered() -> None:
    done = CliRunner().invoke(
        app, ["--jsonl"], input='secret words\n[1]\n{"id": "b", "text": 3}\n{"id": "c", "text": "7"}\n'
    )
    assert done.exit_code == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["c"]
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["line 1", "line 2", "line 3"]
    assert "secret" not in done.stderr


def test_explain_names_level_kind_and_reasons() -> None:
    done = CliRunner().invoke(app, ["explain", "I want to die. no plans to hurt myself"])
    assert done.stdout.splitlines()[:4] == [
        "risk (self)",
        "  self, wish to die, 10: want to die",
        "sentence 1: i want to die",
        "  10 of 10  self, wish to die, 10: want to die",
    ]
    assert "denied by 'no'" in done.stdout
    assert CliRunner().invoke(app, ["explain", "grand"]).stdout == "none\nsentence 1: grand\n  nothing found\n"


def test_alone_it_is_misused() -> None:
    assert CliRunner().invoke(app, []).exit_code == 2
