"""A list of people becomes people, or nothing at all."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.errors import PeopleError
from bot.people.importing import Imported, check_people, import_people
from storage.claims import insert_new
from storage.database import Database
from storage.ids import new_id
from storage.keys import Keys
from storage.people import address_row, load_support
from storage.records import Address
from storage.tables import (
    addresses,
    assignments,
    consents,
    metadata,
    migrations_run,
    name_keys,
    people,
    schedules,
    teams,
)
from tests.bot.people.office import CANARIES, EWAN, ISLA, ISLA_PHONE, NIALL, NOW, RORY, Office, as_csv

LATER = NOW + timedelta(hours=1)


async def count_of_all(database: Database) -> dict[str, int]:
    def count(connection):
        tables = [one for one in metadata.sorted_tables if one is not migrations_run]
        return {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}

    return await database.read(count)


async def test_people_have_their_names_roles_zone_and_phone(office: Office):
    await office.import_(ISLA, NIALL)
    isla, niall = await office.person("Isla"), await office.person("Niall")
    assert (isla.last_name, isla.zone, isla.language, isla.key) == ("Moffat", "Europe/London", "en-GB", None)
    assert (niall.zone, niall.language) == ("Europe/Dublin", "en-IE")
    assert [role.role for role in isla.roles + niall.roles] == ["service_user", "peer_worker"]
    assert [(one.account, one.value) for one in isla.addresses] == [("sms", ISLA_PHONE)]


async def test_it_counts_what_it_wrote(office: Office):
    done = await office.database.run(import_people, office.keyring, office.settings, as_csv(ISLA, NIALL, RORY), NOW)
    assert done == Imported(service_users=2, peer_workers=1, consented=2, schedules=1)


async def test_they_are_found_by_reference_and_by_name(office: Office):
    await office.import_(ISLA, NIALL)
    isla = await office.person("Isla")
    (row,) = [one for one in await office.rows(people) if one.id == isla.id]
    assert row.reference_hash == office.keyring.lookup_hash("reference", "SU-1")
    hashes = {one.hash for one in await office.rows(name_keys) if one.person_id == isla.id}
    assert {office.keyring.lookup_hash("name", name) for name in ("isla", "ISL", "Moffat", "mof")} <= hashes


async def test_who_stands_behind_them_is_written(office: Office):
    await office.import_(ISLA, NIALL)
    isla, niall, morag, ewan = [await office.person(name) for name in ("Isla", "Niall", "morag", "ewan")]
    support = await office.database.read(load_support, [isla.id, niall.id])
    assert support[isla.id].peer_worker == niall.id
    assert (support[niall.id].wellness, support[niall.id].deputy, support[niall.id].line) == (
        morag.id,
        ewan.id,
        ewan.id,
    )


async def test_a_peer_worker_imported_before_is_found(office: Office):
    await office.import_(NIALL)
    await office.import_(ISLA, now=LATER)
    (row,) = await office.rows(assignments)
    assert row.peer_worker_id == (await office.person("Niall")).id


async def test_consent_is_that_of_the_day_on_paper(office: Office):
    await office.import_(ISLA, NIALL, RORY)
    isla = await office.person("Isla")
    (row,) = [one for one in await office.rows(consents) if one.person_id == isla.id]
    assert (row.given, row.source, row.account, row.seq) == (True, "import", None, 1)
    assert row.at == datetime(2026, 3, 28, 0, 0, tzinfo=UTC)
    assert isla.consented is True
    assert (await office.person("Rory")).consented is None


async def test_schedules_begin_for_those_who_consented(office: Office):
    await office.import_(ISLA, NIALL, RORY)
    assert [row.person_id for row in await office.rows(schedules)] == [(await office.person("Isla")).id]


async def test_each_person_is_audited_without_names_or_references(office: Office):
    await office.import_(ISLA, NIALL, RORY)
    entries = [entry for entry in await office.audit() if entry.kind == "person.imported"]
    assert len({entry.person_id for entry in entries}) == 3
    assert len({entry.detail["of_import"] for entry in entries}) == 1
    assert not [canary for canary in (*CANARIES, "SU-1", "PW-1") if canary in str(entries)]


async def test_a_list_with_one_problem_writes_nothing(office: Office):
    before = await count_of_all(office.database)
    with pytest.raises(PeopleError) as caught:
        await office.import_(ISLA, NIALL, RORY.replace("leith", "lieth"))
    assert caught.value.problems == ["row 4, team: no team has this key; did you mean 'leith'?"]
    assert await count_of_all(office.database) == before


async def test_checking_only_writes_nothing_and_needs_nothing_written(database, keyring, tmp_path):
    office = Office(database, keyring, tmp_path)
    content = as_csv(ISLA, NIALL, RORY)
    done = await database.read(check_people, keyring, office.settings, content, NOW)
    assert done == Imported(service_users=2, peer_workers=1, consented=2, schedules=0)
    assert set((await count_of_all(database)).values()) == {0}


async def test_checking_only_names_the_problems_too(office: Office):
    await office.import_(ISLA, NIALL)
    with pytest.raises(PeopleError) as caught:
        await office.database.read(check_people, office.keyring, office.settings, as_csv(ISLA, RORY), NOW)
    assert [one.split(":")[0] for one in caught.value.problems] == ["row 2, reference", "row 2, phone"]


async def test_the_configuration_is_applied_on_the_way(database, keyring, tmp_path):
    office = Office(database, keyring, tmp_path)
    await office.import_(ISLA, NIALL)
    assert [row.key for row in await office.rows(teams)] == ["leith"]
    assert (await office.person("morag")).roles


async def test_the_same_list_twice_is_refused(office: Office):
    await office.import_(ISLA, NIALL)
    before = await count_of_all(office.database)
    with pytest.raises(PeopleError):
        await office.import_(ISLA, NIALL, now=LATER)
    assert await count_of_all(office.database) == before


async def test_two_imports_of_one_list_at_once_write_it_once(database_url, office: Office):
    second = Database.open(database_url)
    try:
        content = as_csv(ISLA, NIALL)
        both = [
            one.run(import_people, office.keyring, office.settings, content, NOW) for one in (office.database, second)
        ]
        done = await asyncio.gather(*both, return_exceptions=True)
    finally:
        await second.close()
    assert sorted(type(one).__name__ for one in done) == ["Imported", "PeopleError"]
    assert len(await office.rows(people)) == 4


async def test_a_number_that_wrote_as_a_stranger_becomes_the_persons(office: Office):
    row_id = new_id(NOW)

    def wrote(connection):
        keys = Keys(office.keyring, connection)
        insert_new(connection, addresses, [address_row(keys, Address(row_id, "sms", "", ISLA_PHONE, None, 0), NOW)])

    await office.write(wrote)
    await office.import_(ISLA, NIALL)
    assert [(one.id, one.value) for one in (await office.person("Isla")).addresses] == [(row_id, ISLA_PHONE)]


async def test_the_number_of_a_supervisor_who_left_may_be_a_persons(office: Office):
    await office.apply((EWAN, ""))
    await office.import_(RORY.replace("service_user,", "service_user,+447700900124"))
    assert [one.value for one in (await office.person("Rory")).addresses] == ["+447700900124"]
    assert {one.account for one in (await office.person("ewan")).addresses} == {"alerts"}


async def test_the_number_of_somebody_who_stopped_is_still_theirs(office: Office):
    await office.import_(ISLA, NIALL)
    await office.write(lambda connection: connection.execute(update(people).values(stopped_at=NOW)))
    with pytest.raises(PeopleError, match="row 2, phone: somebody has this phone already"):
        await office.import_(RORY.replace("service_user,", "service_user,07700900111"))


async def test_more_rows_than_one_statement_takes_are_one_list(office: Office, monkeypatch):
    monkeypatch.setattr("bot.people.importing._AT_A_TIME", 3)
    rows = [
        f"SU-{number},Isla,Moffat,leith,service_user,+447700900{200 + number},,,PW-1,,,,2026-03-28"
        for number in range(10)
    ]
    await office.import_(*rows, NIALL)
    assert len(await office.rows(assignments)) == len(await office.rows(schedules)) == 10


async def test_nothing_personal_stands_in_the_database_in_the_clear(office: Office):
    await office.import_(ISLA, NIALL, RORY)
    everything = [str(row) for table in metadata.sorted_tables for row in await office.rows(table)]
    # Keys of staff are what the configuration calls them; the rest is sealed.
    text = " ".join(everything).replace("morag", "").replace("ewan", "")
    assert not [canary for canary in (*CANARIES, "SU-1", "PW-1", "Ailsa") if canary in text]
