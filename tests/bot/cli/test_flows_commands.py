"""`blether flows check` and `blether flows simulate`, as somebody at a terminal runs them."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli.flows import app
from tests.flows.samples import MOOD, TOP

BROKEN = Path(__file__).parents[2] / "flows" / "broken"
OPTIONS = [{"id": str(number), "text": str(number)} for number in range(11)]
QUESTION = {"say": "Hi Isla. How is today, 0 to 10?", "options": OPTIONS}


@pytest.fixture
def flow_file(tmp_path: Path) -> Path:
    path = tmp_path / "sample.toml"
    path.write_text(TOP + MOOD, encoding="utf-8")
    return path


def run(*arguments: object, lines: str = "") -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], input=lines)


def simulate(path: Path, *events: dict[str, Any]) -> list[dict[str, Any]]:
    result = run("simulate", path, "--jsonl", lines="".join(json.dumps(event) + "\n" for event in events))
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_shipped_flows_are_checked_when_no_path_is_given() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "flows/library/daily-check-in.toml" in result.stdout
    assert "F023" in result.stdout
    assert "5 checked: good" in result.stdout


def test_a_good_file_passes(flow_file: Path) -> None:
    result = run("check", flow_file)
    assert (result.exit_code, result.stdout) == (0, "1 checked: good\n")


def test_a_broken_file_fails_with_its_place() -> None:
    path = BROKEN / "missing-step.toml"
    result = run("check", path)
    assert result.exit_code == 1
    assert f"{path}:14: F009 step 'mood', key 'next': leads to 'by', which does not exist" in result.stdout
    assert "did you mean 'bye'?" in result.stdout


def test_a_folder_is_every_flow_file_in_it() -> None:
    result = run("check", BROKEN, "--json")
    files = {problem["file"] for problem in json.loads(result.stdout)["problems"]}
    assert result.exit_code == 1
    assert files == {str(path) for path in BROKEN.glob("*.toml")}


def test_json_has_every_field_of_every_problem() -> None:
    result = run("check", "--json", BROKEN / "no-within.toml")
    told = json.loads(result.stdout)
    assert told["ok"] is False
    (problem,) = told["problems"]
    assert list(problem) == ["code", "severity", "file", "line", "step", "key", "message", "mend"]
    assert (problem["code"], problem["severity"], problem["line"], problem["step"]) == ("F013", "error", 7, "mood")


def test_json_of_good_flows_is_ok_with_their_warnings() -> None:
    told = json.loads(run("check", "--json").stdout)
    assert told["ok"] is True
    assert {problem["severity"] for problem in told["problems"]} == {"warning"}


def test_the_shipped_policies_count_and_others_do_not(flow_file: Path) -> None:
    for policy in ("info", "gone-quiet", "concern", "urgent", "crisis", "wellness", "wellness-crisis"):
        flow_file.write_text(TOP + MOOD.replace('"concern"', f'"{policy}"'), encoding="utf-8")
        assert run("check", flow_file).exit_code == 0
    flow_file.write_text(TOP + MOOD.replace('"concern"', '"our-own"'), encoding="utf-8")
    assert run("check", flow_file).exit_code == 1


CONFIGURATION = """
[service]
name = "Leith Peer Support"
region = "GB-SCT"
zone = "Europe/London"
language = "en-GB"
[database]
url = "sqlite:///blether.db"
[web]
public_url = "https://blether.example.org"
[security]
key_file = "key"
[flows]
folder = "own"
[telegram]
token_file = "token"
[[teams]]
key = "leith"
name = "Leith team"
staffed = "mon-fri 09:00-17:00"
contact = { name = "Ailsa Example", phone = "+447700900102" }
[[supervisors]]
key = "morag"
name = "Morag Example"
teams = ["leith"]
roles = ["supervisor", "coordinator"]
phone = "+447700900123"
channels = ["telegram"]
[[policies]]
id = "our-own"
severity = "concern"
line = "service"
resolve_within = "4h"
[[policies.levels]]
tell = ["named_supervisor"]
wait = "15m"
repeat = 1
"""


def test_with_a_configuration_its_policies_count_and_its_folder_is_checked(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    flow = tmp_path / "own" / "sample.toml"
    flow.write_text(TOP + MOOD.replace('"concern"', '"our-own"'), encoding="utf-8")
    for name, secret in (("key", base64.b64encode(bytes(32)).decode()), ("token", "123456:invented")):
        (tmp_path / name).write_text(secret, encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    config = tmp_path / "config.toml"
    config.write_text(CONFIGURATION, encoding="utf-8")
    result = run("check", "--config", config)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "6 checked: good"), result.output
    flow.write_text(TOP + MOOD.replace('"concern"', '"nobodys"'), encoding="utf-8")
    result = run("check", "--config", config)
    assert result.exit_code == 1
    assert f"{flow}:" in result.stdout


def test_a_configuration_that_is_not_there_is_misuse() -> None:
    assert run("check", "--config", "nowhere.toml").exit_code == 2


def test_a_path_that_is_not_there_is_misuse() -> None:
    assert run("check", "nowhere.toml").exit_code == 2
    assert run("simulate", "nowhere.toml", "--jsonl").exit_code == 2


def test_a_file_of_any_bytes_is_told_without_a_traceback(flow_file: Path) -> None:
    flow_file.write_bytes(b"\xff\x00\x80")
    result = run("check", flow_file)
    assert result.exit_code == 1
    assert "F001" in result.stdout


def test_simulate_begins_before_the_first_line(flow_file: Path) -> None:
    assert simulate(flow_file) == [QUESTION, {"wait": "mood"}]


def test_a_reply_gives_words_and_actions_then_one_end(flow_file: Path) -> None:
    assert simulate(flow_file, {"reply": "2"})[2:] == [
        {"do": "escalate", "arguments": {"policy": "concern", "reason": "low answer", "share": ["mood"]}},
        {"say": "I am telling Leith team.", "options": []},
        {"say": "Take care.", "options": []},
        {"end": "done"},
    ]


def test_context_comes_before_begin(flow_file: Path) -> None:
    lines = simulate(
        flow_file, {"context": {"person": {"first_name": "Morag"}, "team.name": "Our team"}}, {"reply": "0"}
    )
    assert lines[0]["say"] == "Hi Morag. How is today, 0 to 10?"
    assert {"say": "I am telling Our team.", "options": []} in lines


def test_context_may_take_a_value_away_and_give_earlier_answers(flow_file: Path) -> None:
    text = "{{ worker.first_name | default('we') }} {{ last('mood') | default('-') }}"
    flow_file.write_text(TOP + MOOD.replace("Take care.", text), encoding="utf-8")
    assert simulate(flow_file, {"reply": "9"})[2]["say"] == "Ewan -"
    taken = {"context": {"worker": {"first_name": None}, "history": {"mood": [3, 5]}}}
    assert simulate(flow_file, taken, {"reply": "9"})[2]["say"] == "we 5"


def test_silence_runs_out_the_whole_wait(flow_file: Path) -> None:
    nudge = {"say": "Just checking in. Hi Isla. How is today, 0 to 10?", "options": OPTIONS}
    for event in ({"silence": True}, {"event": "silence"}):
        assert simulate(flow_file, event)[2:] == [nudge, nudge, {"end": "missed"}]


def test_a_nudge_leaves_the_question_open(flow_file: Path) -> None:
    lines = simulate(flow_file, {"event": "nudge"}, {"event": "nudge"}, {"event": "nudge"})[2:]
    assert [next(iter(line)) for line in lines] == ["say", "wait", "say", "wait", "wait"]


def test_a_late_2_still_escalates(flow_file: Path) -> None:
    for events in ([{"silence": True}], [{"event": "late"}], [{"silence": True}, {"event": "late"}]):
        lines = simulate(flow_file, *events, {"reply": "2"})
        assert any(line.get("do") == "escalate" for line in lines)
        assert lines[-1] == {"end": "done"}


def test_late_opens_the_question_again_without_words(flow_file: Path) -> None:
    assert simulate(flow_file, {"silence": True}, {"event": "late"})[-2:] == [{"end": "missed"}, {"wait": "mood"}]


def test_after_the_last_attempt_chatter_changes_nothing_and_a_2_still_counts(flow_file: Path) -> None:
    lines = simulate(flow_file, {"reply": "eh"}, {"reply": "what"}, {"reply": "why"}, {"reply": "2"})
    assert lines[5:7] == [{"end": "unclear"}, {"end": "unclear"}]
    assert lines[7]["do"] == "escalate"


@pytest.mark.parametrize(("event", "outcome"), [("stop", "stopped"), ("danger", "interrupted")])
def test_stop_and_danger_end_it_for_good(flow_file: Path, event: str, outcome: str) -> None:
    assert simulate(flow_file, {"event": event}, {"reply": "2"})[2:] == [{"end": outcome}, {"end": outcome}]


def test_a_button_can_be_pressed(flow_file: Path) -> None:
    assert simulate(flow_file, {"press": "9"})[-1] == {"end": "done"}


@pytest.mark.parametrize(
    "line",
    [
        *[
            "nonsense",
            "[]",
            "{}",
            "7",
            '{"reply": 7}',
            '{"silence": false}',
            '{"event": "earthquake"}',
            '{"event": "menu"}',
        ],
        *['{"reply": "2", "silence": true}', '{"context": []}', '{"reply": "2"}\n{"context": {}}', "[" * 100_000],
    ],
)
def test_a_line_that_is_no_event_is_misuse(flow_file: Path, line: str) -> None:
    result = run("simulate", flow_file, "--jsonl", lines=line + "\n")
    assert result.exit_code == 2
    assert "line " in result.stderr


def test_a_broken_flow_is_not_simulated() -> None:
    result = run("simulate", BROKEN / "missing-step.toml", "--jsonl", lines='{"reply": "2"}\n')
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "F009" in result.stderr


def test_simulate_without_jsonl_is_misuse(flow_file: Path) -> None:
    assert run("simulate", flow_file).exit_code == 2
