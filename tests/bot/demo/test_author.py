"""A flow that somebody writes: it begins at once, again when it is saved, and what is wrong is said."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.demo.pictures import page_state
from bot.demo.theatre import BLANK, Theatre, theatre
from tests.bot.demo.conftest import MONDAY

FLOW = """\
id = "sleep-check"
version = 1
title = "How did you sleep"
audience = "AUDIENCE"
language = "en-GB"

[reply]
within = "6h"

[[steps]]
id = "sleep"
ask = "Morning {{ person.first_name }}. WORDS"
answer = { type = "scale", min = 0, max = 10, save = "sleep" }
end = true
"""
LIMIT = 20  # real seconds; generous for a busy machine


def written(words: str, audience: str = "service_user") -> str:
    return FLOW.replace("WORDS", words).replace("AUDIENCE", audience)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sleep.toml"
    path.write_text(written("How did you sleep?"))
    return path


@pytest.fixture
async def playing(tmp_path: Path, migrated_file: Path, file: Path) -> AsyncIterator[Theatre]:
    folder = tmp_path / "demo"
    folder.mkdir()
    shutil.copy(migrated_file, folder / BLANK)
    async with theatre(folder, MONDAY, file) as house:
        yield house


async def until(house: Theatre, holds: Callable[[], bool]) -> None:
    """Woken by the demo's news; one that ends with its scene has news too."""
    async with asyncio.timeout(LIMIT):
        while not holds():
            await house.demo.news.wait()


def asked(house: Theatre, name: str) -> list[str]:
    return [one.text for one in house.demo.phones[name].lines if one.by == "bot"]


async def test_it_opens_on_the_flow_which_has_just_begun(playing):
    assert playing.scene.id == "own-flow"
    assert asked(playing, "Isla") == ["Morning Isla. How did you sleep?"]
    assert page_state(playing)["flow"]["fit"]


async def test_saving_the_file_begins_it_anew(playing, file):
    file.write_text(written("Did you sleep well?"))
    await until(playing, lambda: asked(playing, "Isla") == ["Morning Isla. Did you sleep well?"])


async def test_what_is_wrong_is_said_whole_and_what_runs_goes_on(playing, file):
    run = playing.run
    await playing.demo.type_on(playing.demo.phones["Isla"], "seven or so")
    file.write_text(written("How did {{ nobody }} sleep?").replace("end = true", 'next = "nowhere"'))
    await until(playing, lambda: not page_state(playing)["flow"]["fit"])
    shown = page_state(playing)["flow"]
    assert {one["code"] for one in shown["problems"]} == {"F009", "F016"}
    assert all(one["line"] > 1 and one["words"] for one in shown["problems"])
    assert shown["running"] == "How did you sleep, version 1"
    assert playing.run == run
    assert len(asked(playing, "Isla")) == 2
    file.write_text(written("Better?"))
    await until(playing, lambda: page_state(playing)["flow"]["fit"])
    assert asked(playing, "Isla") == ["Morning Isla. Better?"]


async def test_a_flow_for_peer_workers_begins_with_rhona(playing, file):
    file.write_text(written("How did you sleep?", "peer_worker"))
    await until(playing, lambda: asked(playing, "Rhona") != [])
    assert asked(playing, "Rhona") == ["Morning Rhona. How did you sleep?"]


async def test_a_flow_for_supervisors_is_refused_in_words(playing, file):
    file.write_text(written("How did you sleep?", "supervisor"))
    await until(playing, lambda: not page_state(playing)["flow"]["fit"])
    assert "supervisors" in page_state(playing)["flow"]["problems"][0]["words"]


async def test_what_is_no_toml_at_all_is_said(playing, file):
    file.write_bytes(b"\xff\xfe not toml")
    await until(playing, lambda: not page_state(playing)["flow"]["fit"])
    assert [one["code"] for one in page_state(playing)["flow"]["problems"]] == ["F001"]


async def test_a_file_that_is_wrong_from_the_start_opens_on_an_ordinary_week(tmp_path, migrated_file):
    file = tmp_path / "wrong.toml"
    file.write_text("id = ")
    folder = tmp_path / "demo"
    folder.mkdir()
    shutil.copy(migrated_file, folder / BLANK)
    async with theatre(folder, MONDAY, file) as house:
        assert house.scene.id == "ordinary-week"
        shown = page_state(house)["flow"]
        assert (shown["running"], shown["fit"]) == (None, False)
        assert [one["code"] for one in shown["problems"]] == ["F002"]


async def test_a_file_that_is_gone_for_a_moment_changes_nothing(playing, file):
    run, content = playing.run, file.read_text()
    file.unlink()
    assert playing.file.news() is None
    file.write_text(content)
    assert playing.file.news() is None, "the same words are no news"
    assert playing.run == run


async def test_other_scenes_can_be_played_and_the_flow_again(playing):
    await playing.play("stop")
    assert asked(playing, "Isla") == ["Hi Isla. How is today, from 0 (hard) to 10 (good)? Just text a number."]
    await playing.play("own-flow")
    assert asked(playing, "Isla") == ["Morning Isla. How did you sleep?"]


def test_a_file_that_is_not_there_is_misuse(tmp_path):
    result = CliRunner().invoke(app, ["demo", "--port", "0", "--flow", str(tmp_path / "none.toml")])
    assert result.exit_code == 2
