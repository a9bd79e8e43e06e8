"""A flow with a slip in it is refused as it is loaded; what was in use goes on."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.flowfiles import bring_flows
from storage.sessions import current_flows
from storage.tables import flow_versions
from tests.bot.people.office import NOW, Office

OWN = (Path(__file__).parents[3] / "flows" / "library" / "daily-check-in.toml").read_text()
BROKEN = OWN.replace("within", "wthin", 1)


def lay(folder: Path, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "daily-check-in.toml").write_text(text)


async def bring(office: Office, folder: Path, text: str):
    lay(folder, text)
    settings = office.read(("[telegram]", '[flows]\nfolder = "flows"\n[telegram]'))
    await bring_flows(office.database, office.keyring, settings, NOW)


async def test_with_nothing_from_before_a_broken_flow_stops_the_start(office: Office, tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"daily-check-in\.toml:\d+: F\d+"):
        await bring(office, tmp_path / "flows", BROKEN)
    assert await office.rows(flow_versions) == []


async def test_a_broken_flow_leaves_all_as_it_was(office: Office, tmp_path: Path):
    await bring(office, tmp_path / "flows", OWN)
    before = await office.database.read(current_flows)
    (tmp_path / "flows" / "good.toml").write_text(OWN.replace('id = "daily-check-in"', 'id = "good"'))
    await bring(office, tmp_path / "flows", BROKEN)
    assert await office.database.read(current_flows) == before


async def test_other_content_under_the_same_version_leaves_all_as_it_was(office: Office, tmp_path: Path):
    await bring(office, tmp_path / "flows", OWN)
    before = await office.database.read(current_flows)
    await bring(office, tmp_path / "flows", OWN.replace('title = "', 'title = "Another '))
    assert await office.database.read(current_flows) == before
