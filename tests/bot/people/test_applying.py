"""The configuration becomes rows: accounts, teams and staff, once, and again when it changes."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from bot.errors import ConfigurationError
from bot.people.applying import apply_settings
from storage.claims import insert_new
from storage.database import Database
from storage.ids import new_id
from storage.keys import Keys
from storage.people import address_row, load_support
from storage.records import Address
from storage.tables import addresses, audit, channel_accounts, memberships, name_keys, people, supervisions, teams
from storage.tables import schedules as schedules_table
from tests.bot.people.office import (
    BOTH_TEAMS,
    CANARIES,
    EWAN,
    EWAN_PHONE,
    ISLA,
    MORAG_PHONE,
    NIALL,
    NOW,
    Office,
)

LATER = NOW + timedelta(days=1)
EWANS = 'phone = "+447700900124"'
MORAGS = 'phone = "+447700900123"'


def places(person):
    return sorted((one.account, one.value, one.preference) for one in person.addresses)


async def test_accounts_are_those_of_the_channels_that_are_on(office: Office):
    kinds = {row.key: row.kind for row in await office.rows(channel_accounts)}
    assert kinds == {"main": "telegram", "sms": "sms", "alerts": "sms"}


async def test_a_separate_sender_for_alerts_is_only_there_when_it_is_configured(database, keyring, tmp_path):
    office = Office(database, keyring, tmp_path)
    await office.apply(('alerts_from_number = "+447700900101"\n', ""))
    assert {row.key for row in await office.rows(channel_accounts)} == {"main", "sms"}
    assert places(await office.person("ewan")) == [("sms", EWAN_PHONE, 1)]


async def test_an_account_stored_as_another_kind_stops_the_start(database, keyring, tmp_path):
    office = Office(database, keyring, tmp_path)
    await office.write(
        lambda connection: connection.execute(insert(channel_accounts), [{"key": "sms", "kind": "local"}])
    )
    with pytest.raises(ConfigurationError, match="'sms' is stored as one of another kind"):
        await office.apply()
    assert await office.rows(teams) == []


async def test_staff_have_the_roles_and_the_order_of_the_file(office: Office):
    morag, ewan = await office.person("morag"), await office.person("ewan")
    assert (morag.first_name, morag.last_name, morag.file_order) == ("Morag", "Example", 1)
    assert (ewan.file_order, ewan.channels, ewan.zone, ewan.language) == (2, ("sms",), "Europe/London", "en-GB")
    assert sorted(role.role for role in morag.roles) == ["coordinator", "supervisor"]


async def test_a_phone_is_an_address_at_each_sender_the_alerts_one_first(office: Office):
    assert places(await office.person("morag")) == [("alerts", MORAG_PHONE, 2), ("sms", MORAG_PHONE, 3)]
    assert places(await office.person("ewan")) == [("alerts", EWAN_PHONE, 0), ("sms", EWAN_PHONE, 1)]


async def test_a_phone_without_sms_among_the_channels_is_no_address(office: Office):
    await office.apply(('channels = ["telegram", "sms"]', 'channels = ["telegram"]'))
    assert places(await office.person("morag")) == []


async def test_the_same_file_again_changes_nothing(office: Office):
    before = [await office.rows(table) for table in (teams, people, memberships, addresses, schedules_table, audit)]
    await office.apply(now=LATER)
    after = [await office.rows(table) for table in (teams, people, memberships, addresses, schedules_table, audit)]
    assert after == before


async def test_every_change_is_audited_without_names_or_numbers(office: Office):
    kinds = await office.kinds()
    assert {"account.applied", "team.applied", "supervisor.applied", "membership.begun", "address.given"} <= set(kinds)
    details = " ".join(str(entry.detail) for entry in await office.audit())
    assert not [canary for canary in (*CANARIES, "morag", "ewan") if canary in details]


async def test_processes_that_start_together_take_turns(database_url, database, keyring, tmp_path):
    office = Office(database, keyring, tmp_path)
    others = [Database.open(database_url) for _ in range(3)]
    try:
        starts = [one.run(apply_settings, keyring, office.settings, NOW) for one in (database, *others)]
        await asyncio.gather(*starts)
    finally:
        for one in others:
            await one.close()
    assert len(await office.rows(teams)) == 1
    assert len(await office.rows(people)) == 2
    assert (await office.kinds()).count("team.applied") == 1


async def test_a_changed_team_is_written_and_audited(office: Office):
    await office.apply(("mon-fri 09:00-17:00", "always"), ("Ailsa Example", "Fergus Example"), now=LATER)
    (team,) = await office.rows(teams)
    assert team.staffed == "always"
    assert (await office.kinds()).count("team.applied") == 2


async def test_a_team_gone_from_the_file_ends_and_its_members_stay(office: Office):
    await office.apply(*BOTH_TEAMS)
    await office.import_(ISLA.replace("leith", "portobello").replace("PW-1", ""))
    await office.apply(now=LATER)
    ended = {row.key: row.ended_at for row in await office.rows(teams)}
    assert ended == {"leith": None, "portobello": LATER}
    assert [role.role for role in (await office.person("Isla")).roles] == ["service_user"]
    assert "team.ended" in await office.kinds()


async def test_a_team_that_comes_back_goes_on(office: Office):
    await office.apply(*BOTH_TEAMS)
    await office.apply()
    await office.apply(*BOTH_TEAMS, now=LATER)
    assert [row.ended_at for row in await office.rows(teams)] == [None, None]


async def test_a_supervisor_gone_from_the_file_has_left_and_supervises_nobody(office: Office):
    await office.import_(NIALL)
    await office.apply((EWAN, ""), now=LATER)
    ewan = await office.person("ewan")
    niall = await office.person("Niall")
    assert ewan.roles == ()
    assert [row.ended_at for row in await office.rows(people) if row.id == ewan.id] == [LATER]
    support = await office.database.read(load_support, [niall.id])
    assert (support[niall.id].deputy, support[niall.id].line) == (None, None)
    assert support[niall.id].wellness == (await office.person("morag")).id
    assert (await office.kinds()).count("supervisor.ended") == 1


async def test_a_supervisor_who_comes_back_is_the_same_person_with_the_same_supervisions(office: Office):
    await office.import_(NIALL)
    before = await office.person("ewan")
    await office.apply((EWAN, ""), now=LATER)
    await office.apply(now=LATER + timedelta(days=1))
    after = await office.person("ewan")
    assert (after.id, [role.role for role in after.roles]) == (before.id, ["supervisor"])
    assert [row.ended_at for row in await office.rows(people)] == [None] * 3
    assert [row.ended_at for row in await office.rows(supervisions)] == [None] * 3


async def test_a_supervision_that_another_has_by_now_is_not_taken_back(office: Office):
    await office.import_(NIALL)
    await office.apply((EWAN, ""), now=LATER)
    niall, morag, ewan = [await office.person(name) for name in ("Niall", "morag", "ewan")]
    await office.write(
        lambda connection: connection.execute(
            update(supervisions).where(supervisions.c.supervisor_id == morag.id).values(kind="deputy")
        )
    )
    await office.apply(now=LATER + timedelta(days=1))
    support = await office.database.read(load_support, [niall.id])
    assert (support[niall.id].deputy, support[niall.id].line) == (morag.id, ewan.id)


async def test_a_changed_name_is_found_by_its_new_form_only(office: Office):
    await office.apply(("Ewan Example", "Euan van der Example"), now=LATER)
    ewan = await office.person("ewan")
    assert (ewan.first_name, ewan.last_name) == ("Euan", "van der Example")
    hashes = {row.hash for row in await office.rows(name_keys) if row.person_id == ewan.id}
    assert office.keyring.lookup_hash("name", "euan") in hashes
    assert office.keyring.lookup_hash("name", "ewan") not in hashes


async def test_roles_that_the_file_takes_away_end(office: Office):
    await office.apply(('roles = ["supervisor", "coordinator"]', 'roles = ["supervisor"]'), now=LATER)
    assert [role.role for role in (await office.person("morag")).roles] == ["supervisor"]
    assert "membership.ended" in await office.kinds()


async def test_a_changed_phone_takes_the_place_of_the_old_one_which_is_nobodys(office: Office):
    await office.apply((EWANS, 'phone = "+447700900155"'), now=LATER)
    ewan = await office.person("ewan")
    assert places(ewan) == [("alerts", "+447700900155", 0), ("sms", "+447700900155", 1)]
    assert len([row for row in await office.rows(addresses) if row.person_id is None]) == 2
    assert (await office.kinds()).count("address.released") == 2


async def test_two_who_swap_their_phones_have_each_others(office: Office):
    await office.apply((MORAGS, 'phone = "other"'), (EWANS, MORAGS), ('phone = "other"', EWANS), now=LATER)
    assert {value for _, value, _ in places(await office.person("morag"))} == {EWAN_PHONE}
    assert {value for _, value, _ in places(await office.person("ewan"))} == {MORAG_PHONE}


async def test_the_phone_of_somebody_who_left_may_be_given_to_another(office: Office):
    await office.apply((EWAN, EWAN.replace("ewan", "fiona").replace("Ewan", "Fiona")), now=LATER)
    assert {value for _, value, _ in places(await office.person("fiona"))} == {EWAN_PHONE}
    assert places(await office.person("ewan")) == []


async def test_the_phone_of_a_listed_person_stops_the_start_and_changes_nothing(office: Office):
    await office.import_(NIALL)
    before = await office.rows(addresses)
    with pytest.raises(ConfigurationError) as caught:
        await office.apply((EWANS, 'phone = "+447700900112"'))
    assert caught.value.problems == [
        "supervisors.phone of 'ewan': the phone of a person from a list of people; one phone is one person's"
    ]
    assert await office.rows(addresses) == before


async def test_a_strangers_number_becomes_the_supervisors_with_what_is_known_of_it(office: Office):
    row_id = new_id(NOW)

    def wrote(connection):
        keys = Keys(office.keyring, connection)
        stranger = Address(row_id, "sms", "", "+447700900155", None, 0)
        insert_new(connection, addresses, [{**address_row(keys, stranger, NOW), "opted_out_at": NOW}])

    await office.write(wrote)
    await office.apply((EWANS, 'phone = "+447700900155"'), now=LATER)
    sms = next(one for one in (await office.person("ewan")).addresses if one.account == "sms")
    assert (sms.id, sms.value, sms.opted_out_at) == (row_id, "+447700900155", NOW)


async def test_another_order_of_channels_puts_telegram_behind_the_phone(office: Office):
    morag, chat = await office.person("morag"), new_id(NOW)

    def joined(connection):
        keys = Keys(office.keyring, connection)
        insert_new(connection, addresses, [address_row(keys, Address(chat, "main", "", "77", morag.id, 0), NOW)])

    await office.write(joined)
    await office.apply(('channels = ["telegram", "sms"]', 'channels = ["sms", "telegram"]'), now=LATER)
    order = [one.account for one in (await office.person("morag")).addresses]
    assert order == ["alerts", "sms", "main"]


async def test_who_said_stop_stays_stopped(office: Office):
    await office.write(lambda connection: connection.execute(update(people).values(stopped_at=NOW)))
    await office.apply(("Ewan Example", "Euan Example"), now=LATER)
    assert (await office.person("ewan")).stopped_at == NOW
