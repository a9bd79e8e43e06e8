"""One-time codes: who they are for, how long, and what is kept of them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.conversation.loading import invitation_hash
from bot.errors import NotFoundError, NotPossibleError
from bot.people.invitations import ALPHABET, invite, new_code
from bot.safety.words import global_word
from storage.keys import Keys
from storage.people import invitations_by_hash
from storage.tables import invitations, people
from tests.bot.people.office import EWAN, ISLA, NIALL, NOW, Office

CODE, OTHER = "ABCD2345", "WXYZ6789"


async def make(office: Office, name: str, code: str = CODE, now=NOW):
    return await office.database.run(invite, office.keyring, office.settings, name, code, now)


async def opened_by(office: Office, typed: str):
    def look(connection):
        wanted = invitation_hash(Keys(office.keyring, connection), typed)
        return invitations_by_hash(connection, [wanted])[wanted]

    return await office.database.read(look)


def test_a_code_has_eight_signs_that_nobody_mixes_up():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch("[A-HJKMNP-Z2-9]{8}", code) for code in codes)
    assert not set(ALPHABET) & set("ILO01")


def test_every_code_is_read_as_one_after_start():
    for code in (new_code() for _ in range(200)):
        word = global_word(f"start {code.lower()}")
        assert word is not None
        assert word.code.upper() == code


async def test_an_invitation_is_good_for_two_weeks(office: Office):
    await office.import_(ISLA, NIALL)
    made = await make(office, "SU-1")
    isla = await office.person("Isla")
    assert (made.person_id, made.of_file, made.until) == (isla.id, False, NOW + timedelta(days=14))


async def test_the_code_is_known_again_in_any_case_and_is_not_kept(office: Office):
    await office.import_(ISLA, NIALL)
    await make(office, "SU-1")
    found = await opened_by(office, CODE.lower())
    assert found.person_id == (await office.person("Isla")).id
    assert CODE not in str(await office.rows(invitations))
    assert CODE not in str(await office.audit())


async def test_a_supervisor_is_invited_by_their_key(office: Office):
    made = await make(office, "morag")
    assert (made.person_id, made.of_file) == ((await office.person("morag")).id, True)


async def test_a_new_invitation_ends_an_earlier_one_that_was_not_used(office: Office):
    await office.import_(ISLA, NIALL)
    await make(office, "SU-1")
    await make(office, "PW-1", "EFGH2345")
    later = NOW + timedelta(days=1)
    await make(office, "SU-1", OTHER, later)
    first, niall, second = [await opened_by(office, code) for code in (CODE, "EFGH2345", OTHER)]
    assert first.expires_at == later
    assert second.expires_at == later + timedelta(days=14)
    assert niall.expires_at == NOW + timedelta(days=14)


async def test_a_used_one_stays_as_it_was(office: Office):
    await office.import_(ISLA, NIALL)
    await make(office, "SU-1")
    await office.write(lambda connection: connection.execute(update(invitations).values(used_at=NOW)))
    await make(office, "SU-1", OTHER, NOW + timedelta(days=1))
    first = await opened_by(office, CODE)
    assert first.expires_at == NOW + timedelta(days=14)


@pytest.mark.parametrize("name", ["SU-9", "", "Isla"])
async def test_nobody_is_called_so(office: Office, name):
    await office.import_(ISLA, NIALL)
    with pytest.raises(NotFoundError):
        await make(office, name)
    assert await office.rows(invitations) == []


async def test_who_left_cannot_be_invited(office: Office):
    await office.apply((EWAN, ""))
    with pytest.raises(NotFoundError):
        await make(office, "ewan")


async def test_a_reference_that_became_the_key_of_another_is_ambiguous(office: Office):
    await office.import_(ISLA.replace("SU-1", "fiona"), NIALL)
    office.read((EWAN, EWAN.replace("ewan", "fiona")))
    with pytest.raises(NotPossibleError):
        await make(office, "fiona")
    assert await office.rows(people)


async def test_it_is_audited(office: Office):
    await office.import_(ISLA, NIALL)
    await make(office, "SU-1")
    entry = (await office.audit())[-1]
    assert (entry.kind, entry.person_id) == ("invitation.made", (await office.person("Isla")).id)
