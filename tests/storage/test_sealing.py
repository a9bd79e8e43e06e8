"""What is sealed opens only where it was sealed, and nothing of it shows."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import MasterKeyError, SealingError
from storage.ids import new_id
from storage.normalising import normalise_name, normalise_number
from storage.sealing import DataKey, Keyring, new_data_key, personal_mac

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROW, OTHER_ROW = new_id(NOW), new_id(NOW)
PERSON, OTHER_PERSON = new_id(NOW), new_id(NOW)
KEY = DataKey(bytes(range(32)))
RING = Keyring(bytes(range(32)))


@given(st.text())
def test_any_text_opens_as_it_was(words: str):
    assert KEY.open("inbound", "raw", ROW, KEY.seal("inbound", "raw", ROW, words)) == words


@given(st.binary())
def test_any_bytes_open_as_they_were(raw: bytes):
    assert KEY.open_bytes("inbound", "raw", ROW, KEY.seal("inbound", "raw", ROW, raw)) == raw


def test_nothing_of_the_words_is_in_what_is_stored():
    sealed = KEY.seal("answers", "value", ROW, "I feel rotten, Morag")
    assert b"Morag" not in sealed
    assert sealed[0] == 1


def test_the_same_words_never_look_the_same():
    assert len({KEY.seal("answers", "value", ROW, "7") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        ("answers", "value", OTHER_ROW),
        ("answers", "note", ROW),
        ("notes", "value", ROW),
        ("answersv", "alue", ROW),
        ("answer", "svalue", ROW),
    ],
)
def test_moved_to_another_place_it_does_not_open(table: str, column: str, row: UUID):
    sealed = KEY.seal("answers", "value", ROW, "7")
    with pytest.raises(SealingError):
        KEY.open(table, column, row, sealed)


def test_under_another_key_it_does_not_open():
    with pytest.raises(SealingError):
        DataKey(new_data_key()).open("answers", "value", ROW, KEY.seal("answers", "value", ROW, "7"))


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_noticed(place: int, change: int):
    sealed = bytearray(KEY.seal("answers", "value", ROW, "seven"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(SealingError):
        KEY.open("answers", "value", ROW, bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 12, 28])
def test_a_value_cut_short_is_noticed(length: int):
    sealed = KEY.seal("answers", "value", ROW, "")[:length]
    with pytest.raises(SealingError):
        KEY.open("answers", "value", ROW, sealed)


def test_bytes_that_are_no_text_are_an_error_without_them():
    sealed = KEY.seal("answers", "value", ROW, b"\xff\xfe")
    with pytest.raises(SealingError) as caught:
        KEY.open("answers", "value", ROW, sealed)
    assert "xff" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_persons_key_opens_only_for_that_person():
    wrapped = RING.wrap(PERSON, new_data_key())
    with pytest.raises(SealingError):
        RING.unwrap(OTHER_PERSON, wrapped)


def test_a_persons_key_is_the_same_in_another_process():
    raw = new_data_key()
    sealed = DataKey(raw).seal("people", "first_name", ROW, "Isla")
    again = Keyring.from_secret(RING.secret())
    assert again.unwrap(PERSON, RING.wrap(PERSON, raw)).open("people", "first_name", ROW, sealed) == "Isla"


def test_a_persons_key_does_not_open_under_another_master_key():
    with pytest.raises(SealingError):
        Keyring.generate().unwrap(PERSON, RING.wrap(PERSON, new_data_key()))


def test_an_unwrapped_key_is_remembered_until_it_is_to_be_forgotten():
    wrapped = RING.wrap(PERSON, new_data_key())
    first = RING.unwrap(PERSON, wrapped)
    assert RING.unwrap(PERSON, wrapped) is first
    RING.forget()
    assert RING.unwrap(PERSON, wrapped) is not first


def test_each_table_has_a_key_of_its_own():
    sealed = RING.table_key("teams").seal("teams", "contact", ROW, "Ailsa Example")
    assert RING.table_key("teams").open("teams", "contact", ROW, sealed) == "Ailsa Example"
    with pytest.raises(SealingError):
        RING.table_key("addresses").open("teams", "contact", ROW, sealed)


def test_the_key_file_may_end_with_a_new_line():
    secret = base64.b64encode(bytes(range(32))).decode() + "\n"
    assert Keyring.from_secret(secret).secret() == secret.strip()


def test_the_key_file_may_use_the_alphabet_for_addresses():
    master = b"\xfb\xff" * 16
    assert Keyring.from_secret(base64.urlsafe_b64encode(master)).secret() == base64.b64encode(master).decode()


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        ("", "holds 0 bytes"),
        ("c2hvcnQ=", "holds 5 bytes"),
        (base64.b64encode(bytes(33)).decode(), "holds 33 bytes"),
        ("not base64 at all!", "not base64"),
        ("é" * 44, "not base64"),
    ],
)
def test_a_key_file_that_is_no_key_is_refused_without_showing_it(secret: str, says: str):
    with pytest.raises(MasterKeyError, match=says) as caught:
        Keyring.from_secret(secret)
    assert not secret or secret not in str(caught.value)


def test_keys_show_nothing_when_printed():
    raw = bytes(range(32))
    shown = f"{DataKey(raw)!r} {Keyring(raw)!r} {Keyring(raw)}"
    assert shown == "DataKey(…) Keyring(…) Keyring(…)"


def test_a_number_is_found_however_it_is_written():
    hashes = {RING.lookup_hash("number", one) for one in ("+44 7700 900123", "07700 900123", "0044 7700-900123")}
    assert len(hashes) == 1
    assert len(hashes.pop()) == 32


def test_a_look_up_hash_depends_on_the_kind_the_value_and_the_master_key():
    hashes = {
        RING.lookup_hash("reference", "A1"),
        RING.lookup_hash("reference", "A2"),
        RING.lookup_hash("code", "A1"),
        Keyring(bytes(32)).lookup_hash("reference", "A1"),
    }
    assert len(hashes) == 4


def test_blanks_round_a_value_do_not_matter():
    assert RING.lookup_hash("reference", " A1 ") == RING.lookup_hash("reference", "A1")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Isla", "isla"),
        ("  Mary-Anne   O'Neill ", "mary anne oneill"),
        ("Ó\N{RIGHT SINGLE QUOTATION MARK}Néill", "oneill"),
        ("Strauß", "strauss"),
        ("Dr. Ewan", "dr ewan"),
        ("", ""),
    ],
)
def test_names_are_found_without_accents_marks_and_capitals(written: str, plain: str):
    assert normalise_name(written) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("07700 900123", "+447700900123"),
        ("+447700900123", "+447700900123"),
        ("85258", "85258"),
        ("Leith Team", "leithteam"),
        ("", ""),
    ],
)
def test_numbers_become_e164_and_what_is_none_is_kept(written: str, plain: str):
    assert normalise_number(written) == plain


@given(st.text())
def test_a_normalised_name_is_its_own_normal_form(written: str):
    assert normalise_name(normalise_name(written)) == normalise_name(written)


@given(st.text(), st.text("+0123456789 ()-", max_size=20))
def test_no_number_from_the_network_is_an_error(written: str, like_a_number: str):
    assert isinstance(normalise_number(written), str)
    assert normalise_number(normalise_number(like_a_number)) == normalise_number(like_a_number)


def test_a_name_is_found_by_its_beginnings_of_three_letters_and_more():
    hashes = RING.name_hashes("Morag")
    assert hashes == {RING.lookup_hash("name", one) for one in ("mor", "mora", "MORAG")}


def test_a_beginning_never_ends_in_a_blank():
    assert RING.lookup_hash("name", "Mary A") in RING.name_hashes("Mary Anne")
    assert RING.name_hashes("Mary Anne") == {
        RING.lookup_hash("name", one) for one in ("mar", "mary", "mary a", "mary an", "mary ann", "mary anne")
    }


def test_a_name_of_two_letters_is_found_as_a_whole():
    assert RING.name_hashes("Bo") == {RING.lookup_hash("name", "bo")}


def test_the_audits_code_depends_on_the_payload_and_the_master_key():
    codes = {RING.audit_mac(b"one"), RING.audit_mac(b"two"), Keyring(bytes(32)).audit_mac(b"one")}
    assert len(codes) == 3
    assert RING.audit_mac(b"one") == Keyring.from_secret(RING.secret()).audit_mac(b"one")


def test_the_code_of_a_personal_part_depends_on_the_person():
    assert personal_mac(KEY, "spoke, safe") == personal_mac(DataKey(bytes(range(32))), "spoke, safe")
    assert personal_mac(KEY, "spoke, safe") != personal_mac(DataKey(new_data_key()), "spoke, safe")
