"""Flows as they are loaded: a version stays what it was."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.people.applying import FlowVersionError, apply_flows
from flows import read_library
from storage.sessions import current_flows
from storage.tables import flow_versions
from tests.bot.people.office import NOW, Office

FLOWS = read_library()
FLOW = FLOWS["daily-check-in"]


async def load(office: Office, *flows):
    await office.database.run(apply_flows, office.keyring, {one.id: one for one in flows}, NOW + timedelta(hours=1))


async def test_the_shipped_flows_are_loaded_and_current(office: Office):
    await load(office, *FLOWS.values())
    stored = await office.database.read(current_flows)
    assert {one.flow: one.source for one in stored.values()} == {one.id: one.source for one in FLOWS.values()}
    assert (await office.kinds()).count("flow.loaded") == len(FLOWS)


async def test_loading_the_same_again_changes_nothing(office: Office):
    await load(office, FLOW)
    before = await office.rows(flow_versions)
    await load(office, FLOW)
    assert await office.rows(flow_versions) == before
    assert (await office.kinds()).count("flow.loaded") == 1


async def test_a_new_version_becomes_the_current_one_beside_the_old(office: Office):
    await load(office, FLOW)
    await load(office, replace(FLOW, version=FLOW.version + 1, digest="b" * 64))
    rows = {row.version: row.current for row in await office.rows(flow_versions)}
    assert rows == {FLOW.version: False, FLOW.version + 1: True}


async def test_other_content_under_a_known_version_is_refused_with_the_version_to_raise_to(office: Office):
    await load(office, FLOW)
    await load(office, replace(FLOW, version=FLOW.version + 4, digest="b" * 64))
    before = await office.rows(flow_versions)
    with pytest.raises(FlowVersionError, match=f"raise version to {FLOW.version + 5}"):
        await load(office, replace(FLOW, digest="c" * 64))
    assert await office.rows(flow_versions) == before


async def test_an_earlier_version_may_be_chosen_again(office: Office):
    await load(office, FLOW)
    await load(office, replace(FLOW, version=FLOW.version + 1, digest="b" * 64))
    await load(office, FLOW)
    stored = await office.database.read(current_flows)
    assert stored[FLOW.id].version == FLOW.version
    assert (await office.kinds())[-1] == "flow.chosen"


async def test_a_flow_gone_from_the_files_begins_no_more_and_stays_for_its_sessions(office: Office):
    await load(office, *FLOWS.values())
    await load(office, FLOWS["welcome"])
    assert set(await office.database.read(current_flows)) == {"welcome"}
    assert len(await office.rows(flow_versions)) == len(FLOWS)
    assert (await office.kinds()).count("flow.withdrawn") == len(FLOWS) - 1
