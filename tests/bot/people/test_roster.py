"""Lists of people: every problem at once by row and column, and never a value."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.people import roster
from bot.people.cells import COLUMNS, Place
from bot.people.roster import Roster

PLACE = Place(
    teams={"leith": ("Europe/London", "en-GB"), "portobello": ("Europe/Dublin", "en-IE")},
    staff={"morag": frozenset({"supervisor"}), "ewan": frozenset({"coordinator"}), "eva": frozenset({"evaluator"})},
    own_numbers=frozenset({"+447700900100"}),
    staff_numbers=frozenset({"+447700900123"}),
    texts=True,
    now=datetime(2026, 3, 30, 11, 0, tzinfo=UTC),
)
GOOD = {"reference": "SU-1", "first_name": "Isla", "last_name": "Moffat", "team": "leith", "role": "service_user"}
WORKER = {**GOOD, "reference": "PW-1", "role": "peer_worker"}


def csv_of(*people: dict[str, str], columns=COLUMNS) -> bytes:
    rows = [",".join(person.get(name, "") for name in columns) for person in people]
    return "\n".join((",".join(columns), *rows, "")).encode()


def read(content: bytes, place: Place = PLACE, known=None, taken=()) -> Roster:
    listed = Roster(place)
    listed.read(content)
    listed.check_known(known or {}, taken)
    return listed


def wrong(*people: dict[str, str], **more) -> list[str]:
    return read(csv_of(*people), **more).problems()


def entry(**cells: str):
    listed = read(csv_of({**GOOD, **cells}))
    assert listed.problems() == []
    return next(iter(listed.entries()))


def test_a_good_row_has_the_zone_and_language_of_its_team():
    isla = entry(team="portobello")
    assert (isla.row, isla.zone, isla.language, isla.consented_at) == (2, "Europe/Dublin", "en-IE", None)


def test_a_persons_own_zone_and_language_count_first():
    isla = entry(zone="America/Havana", language="gd")
    assert (isla.zone, isla.language) == ("America/Havana", "gd")


@pytest.mark.parametrize(
    "typed", ["07700 900111", "+44 7700 900111", "0044 7700-900111", "7700900111", "(07700) 900 111"]
)
def test_a_phone_is_read_however_it_is_written(typed):
    assert entry(phone=typed).phone == "+447700900111"


def test_consent_is_from_the_beginning_of_the_day_where_the_person_is():
    assert entry(consent_on="2026-03-30").consented_at == datetime(2026, 3, 29, 23, 0, tzinfo=UTC)


def test_today_is_the_day_where_the_person_is():
    late = replace(PLACE, now=datetime(2026, 3, 30, 23, 30, tzinfo=UTC))
    assert wrong({**GOOD, "consent_on": "2026-03-31"}, place=late) == []
    assert wrong({**GOOD, "consent_on": "2026-03-31", "zone": "UTC"}, place=late) != []


def test_columns_may_stand_in_any_order_and_capitals():
    listed = read(csv_of(GOOD, columns=tuple(reversed(COLUMNS))).replace(b"reference", b" Reference "))
    assert listed.problems() == []


def test_a_byte_order_mark_carriage_returns_and_empty_rows_are_no_problem():
    content = b"\xef\xbb\xbf" + csv_of(GOOD, {}, WORKER).replace(b"\n", b"\r\n")
    listed = read(content)
    assert listed.problems() == []
    assert [one.row for one in listed.entries()] == [2, 4]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"reference": ""}, "row 2, reference: empty; every person has one"),
        ({"first_name": " "}, "row 2, first_name: empty; every person has one"),
        ({"team": "leeth"}, "row 2, team: no team has this key; did you mean 'leith'?"),
        ({"role": "supervisor"}, "row 2, role: not a role of people in lists; service_user or peer_worker"),
        ({"role": "peer-worker"}, "row 2, role: not a role of people in lists; service_user or peer_worker"),
        ({"phone": "0770090011"}, "row 2, phone: not a possible phone number;"),
        ({"phone": "4.4770E+11"}, "row 2, phone: not a phone number; a number like"),
        ({"phone": "none"}, "row 2, phone: not a phone number; a number like"),
        ({"phone": "12345"}, "row 2, phone: not a possible phone number;"),
        ({"phone": "+447700900100"}, "row 2, phone: a number that blether sends from; the person's own number"),
        ({"phone": "07700 900123"}, "row 2, phone: the phone of a supervisor of the configuration;"),
        ({"zone": "Europe/Leith"}, "row 2, zone: unknown time zone;"),
        ({"language": "english"}, "row 2, language: not a language;"),
        ({"consent_on": "28/03/2026"}, "row 2, consent_on: not a day; a day like 2026-03-30"),
        ({"consent_on": "20260328"}, "row 2, consent_on: not a day; a day like 2026-03-30"),
        ({"consent_on": "2026-02-30"}, "row 2, consent_on: not a day; a day like 2026-03-30"),
        ({"consent_on": "2026-03-31"}, "row 2, consent_on: in the future; a day like 2026-03-30"),
        ({"consent_on": "0206-03-28"}, "row 2, consent_on: long before"),
        ({"reference": "Morag"}, "row 2, reference: the key of a supervisor;"),
        ({"reference": "S" * 41}, "row 2, reference: too long; 40 letters at most"),
        ({"last_name": "S" * 61}, "row 2, last_name: too long; 60 letters at most"),
        ({"first_name": "S" * 2000}, "row 2, first_name: far too long;"),
        ({"first_name": "07700"}, "row 2, first_name: not a name; letters"),
        ({"peer_worker": "SU-1"}, "row 2, peer_worker: the person themselves;"),
        ({"peer_worker": "PW-9"}, "row 2, peer_worker: nobody has this reference;"),
        ({"wellness_supporter": "morag"}, "row 2, wellness_supporter: only peer workers have one; leave it empty"),
        ({"wellness_deputy": "morag"}, "row 2, wellness_deputy: only peer workers have one; leave it empty"),
        ({"line_supervisor": "morag"}, "row 2, line_supervisor: only peer workers have one; leave it empty"),
    ],
)
def test_a_wrong_cell_is_named_with_what_would_be_right(cells, problem):
    (said,) = wrong({**GOOD, **cells})
    assert said.startswith(problem)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"peer_worker": "PW-2"}, "row 2, peer_worker: only service users have a peer worker; leave it empty"),
        (
            {"wellness_supporter": "mora"},
            "row 2, wellness_supporter: no supervisor has this key; did you mean 'morag'?",
        ),
        ({"line_supervisor": "eva"}, "row 2, line_supervisor: no supervisor has this key;"),
        (
            {"wellness_supporter": "morag", "wellness_deputy": "morag"},
            "row 2, wellness_deputy: the same as wellness_supporter;",
        ),
    ],
)
def test_what_peer_workers_may_not_have_is_named(cells, problem):
    (said,) = wrong({**WORKER, **cells})
    assert said.startswith(problem)


@pytest.mark.parametrize("column", ["reference", "first_name", "team", "zone", "peer_worker", "consent_on", "phone"])
@pytest.mark.parametrize("sign", ["=", "-", "@", "+", "＝"])
def test_a_cell_like_a_formula_is_refused_in_every_column(column, sign):
    if (column, sign) == ("phone", "+"):
        assert "formula" not in " ".join(wrong({**GOOD, column: "+cmd"}))
        return
    assert any(
        f"row 2, {column}: looks like a spreadsheet formula" in one for one in wrong({**GOOD, column: sign + "1"})
    )


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\u202e", "\x85", '"\n"', "\u2028"])
def test_control_characters_are_refused(sign):
    name = f'"Is{sign.strip(chr(34))}la"' if "\n" in sign else f"Is{sign}la"
    assert wrong({**GOOD, "first_name": name}) == [
        "row 2, first_name: has a line break or another control character in it; one line of plain letters"
    ]


@pytest.mark.parametrize("name", ["Ó'Neill-Smith", "Zoë", "李", "محمد", "می\u200cخواهم", "Mary Anne"])
def test_names_of_all_languages_are_names(name):
    assert entry(first_name=name).first_name == name


def test_the_same_reference_twice_is_named_with_both_rows():
    assert wrong(GOOD, WORKER, GOOD) == ["row 4, reference: the same as in row 2; each reference once"]


def test_the_same_phone_twice_is_found_however_it_is_written():
    rows = ({**GOOD, "phone": "07700 900111"}, {**WORKER, "phone": "+447700900111"})
    assert wrong(*rows) == ["row 3, phone: the same as in row 2; each phone once"]


def test_what_is_stored_already_is_named():
    row = {**GOOD, "phone": "07700 900111"}
    assert wrong(row, known={"SU-1": {"service_user"}}, taken={"+447700900111"}) == [
        "row 2, reference: there already; leave out people who were imported before",
        "row 2, phone: somebody has this phone already; one phone is one person's",
    ]


def test_a_peer_worker_may_stand_later_in_the_list_or_be_stored():
    assert wrong({**GOOD, "peer_worker": "PW-1"}, WORKER) == []
    assert wrong({**GOOD, "peer_worker": "PW-7"}, known={"PW-7": {"peer_worker"}}) == []


def test_somebody_who_is_no_peer_worker_cannot_be_one():
    other = {**GOOD, "reference": "SU-2"}
    assert wrong({**GOOD, "peer_worker": "SU-2"}, other)[0].startswith(
        "row 2, peer_worker: somebody who is no peer worker;"
    )
    assert wrong({**GOOD, "peer_worker": "SU-9"}, known={"SU-9": {"service_user"}}) != []


def test_everything_wrong_is_named_at_once_in_order():
    said = wrong({**GOOD, "team": "x", "consent_on": "soon"}, {**WORKER, "role": "boss", "first_name": ""})
    assert [one.split(":")[0] for one in said] == [
        "row 2, team",
        "row 2, consent_on",
        "row 3, first_name",
        "row 3, role",
    ]


def test_a_phone_is_refused_where_texts_are_off():
    off = replace(PLACE, texts=False)
    (said,) = wrong({**GOOD, "phone": "07700 900111"}, place=off)
    assert said.startswith("row 2, phone: texts are off;")


@pytest.mark.parametrize("cells", [12, 14])
def test_a_row_with_too_few_or_too_many_cells_is_named(cells):
    content = csv_of(GOOD) + ("Canary" + "," * (cells - 1) + "\n").encode()
    assert read(content).problems() == [f"row 3: {cells} cells; 13, a comma between them, empty where nothing applies"]


def test_latin_1_is_told_by_its_row():
    content = csv_of(GOOD, WORKER).replace(b"Moffat", "Mérida".encode("latin-1"))
    assert read(content).problems() == ['row 2: not UTF-8 text; save it as "CSV UTF-8"']


def test_utf_16_is_told():
    assert read(csv_of(GOOD).decode().encode("utf-16")).problems() == ['row 1: not UTF-8 text; save it as "CSV UTF-8"']


@pytest.mark.parametrize("content", [b"", b"\n\n", b"Isla,Moffat,leith\n"])
def test_a_list_without_the_column_names_says_which(content):
    said = read(content).problems()
    assert said
    assert all(one.startswith("row 1") for one in said)
    assert "reference,first_name,last_name,team" in said[0]


def test_a_column_too_many_twice_or_missing_is_named():
    said = read(csv_of(GOOD).replace(b"last_name,", b"surname,", 1).replace(b",zone", b",team", 1)).problems()
    assert [one.split(";")[0] for one in said] == [
        "row 1: column 3 has a name that is not known",
        "row 1, last_name: this column is missing",
        "row 1, team: given twice",
        "row 1, zone: this column is missing",
    ]


def test_an_empty_list_is_told():
    assert read(csv_of()).problems() == ["row 2: nobody in the list; a row for each person"]


def test_quotation_marks_that_do_not_fit_are_told():
    said = read(csv_of(GOOD) + b'"SU-2,Rory\n').problems()
    assert said == ["row 3: quotation marks that do not fit; save it as CSV again"]


def test_a_list_that_is_too_long_is_told(monkeypatch):
    monkeypatch.setattr(roster, "LONGEST", 2)
    rows = [{**GOOD, "reference": f"SU-{number}"} for number in range(4)]
    assert wrong(*rows) == ["row 4: too many rows; 2 people at most; split the list"]


def test_no_problem_repeats_a_value():
    canary = {name: f"Canary-{name}" for name in COLUMNS}
    said = " ".join(wrong(canary, {**canary, "phone": "+4477005551999"}, canary))
    assert said
    assert "anary" not in said
    assert "5551" not in said


@settings(deadline=None)
@given(
    st.binary(max_size=200) | st.lists(st.lists(st.text(max_size=20), max_size=15), max_size=4).map(str).map(str.encode)
)
def test_no_content_at_all_raises(content):
    assert read(content).problems()


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {name: st.text(st.characters(exclude_characters=',"\r\n', codec="utf-8")) for name in COLUMNS}
    )
)
def test_whatever_stands_in_the_cells_is_a_problem_or_a_person(cells):
    listed = read(csv_of(cells))
    assert listed.problems() or [one.team for one in listed.entries()] == ["leith"]
