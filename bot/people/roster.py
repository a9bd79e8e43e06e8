"""★ A list of people as CSV: its form, and every problem of it at once, named by row and column, never by value.

Rows are counted as a spreadsheet shows them: the column names are row 1. `cells.py` checks the cells one by one; here is
what holds between rows, and between a row and what is known already.
"""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic_core import PydanticCustomError

from bot.people.cells import COLUMNS, Place, check_cell, meant_for
from bot.settings.values import wrong
from storage.normalising import normalise

LONGEST: Final = 5_000
"""Rows of one list: it is written in one transaction, and other writers wait for it."""
_WIDEST_CELL: Final = 1_000
_SUPERVISORS: Final = ("wellness_supporter", "wellness_deputy", "line_supervisor")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a cell, a row (`column` is -1) or the columns themselves (row 1)."""

    row: int
    column: int
    what: str
    right: str

    def line(self) -> str:
        """`row 3, phone: what is wrong; what would be right`."""
        where = f"row {self.row}" if self.column < 0 else f"row {self.row}, {COLUMNS[self.column]}"
        return f"{where}: {self.what}; {self.right}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that has all its cells, blanks round them taken off. `bad` are the columns with a problem."""

    number: int
    cells: Mapping[str, str]
    bad: set[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A person of a list in which nothing is wrong. Empty: none; `consented_at` is the day's beginning where they are."""

    row: int
    reference: str
    first_name: str
    last_name: str
    team: str
    role: str
    phone: str
    zone: str
    language: str
    peer_worker: str
    wellness_supporter: str
    wellness_deputy: str
    line_supervisor: str
    consented_at: datetime | None


class Roster:
    """A list being checked. Fill it with `read`, then ask for `problems`, and for `entries` when there are none."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._rows: list[Row] = []
        self._values: dict[int, dict[str, object]] = {}
        self._found: set[Problem] = set()

    def read(self, content: bytes) -> None:
        """Read the file and check each cell and what must differ between rows. UTF-8, with or without a mark."""
        text = self._decoded(content)
        if text is not None:
            try:
                self._read_rows(csv.reader(io.StringIO(text, newline=""), strict=True))
            except csv.Error:
                self._add(len(self._rows) + 2, "", wrong("quotation marks that do not fit", "save it as CSV again"))
        for row in self._rows:
            self._check_cells(row)
        for column in ("reference", "phone"):
            self._refuse_doubles(column)
        self._refuse_one_for_both()

    def _decoded(self, content: bytes) -> str | None:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            row = content[: fault.start].count(b"\n") + 1
            self._add(row, "", wrong("not UTF-8 text", 'save it as "CSV UTF-8"'))
            return None

    def _read_rows(self, lines: Iterable[list[str]]) -> None:
        counted = enumerate(lines, 1)
        _, names = next(counted, (1, []))
        columns = [name.strip().casefold() for name in names]
        if not self._columns_fit(columns):
            return
        for number, cells in counted:
            if not any(cell.strip() for cell in cells):
                continue
            if number > LONGEST + 1:
                self._add(number, "", wrong("too many rows", f"{LONGEST} people at most; split the list"))
                return
            if len(cells) != len(COLUMNS):
                count = f"{len(cells)} cells"
                self._add(
                    number, "", wrong(count, f"{len(COLUMNS)}, a comma between them, empty where nothing applies")
                )
                continue
            self._rows.append(Row(number, _plain(dict(zip(columns, cells, strict=True))), set()))
        if not self._rows and not self._found:
            self._add(2, "", wrong("nobody in the list", "a row for each person"))

    def _columns_fit(self, columns: list[str]) -> bool:
        counts = Counter(columns)
        right = f"the first row is exactly {','.join(COLUMNS)}"
        for place, name in enumerate(columns, 1):
            if name not in COLUMNS:
                self._add(1, "", wrong(f"column {place} has a name that is not known", right))
        for name in COLUMNS:
            if counts[name] != 1:
                self._add(1, name, wrong("this column is missing" if not counts[name] else "given twice", right))
        return not self._found

    def _check_cells(self, row: Row) -> None:
        values: dict[str, object] = {}
        for column in COLUMNS:
            try:
                if len(row.cells[column]) > _WIDEST_CELL:
                    raise wrong("far too long", "a short value")
                values[column] = check_cell(column, row.cells, self.place)
            except PydanticCustomError as fault:
                self._add_to(row, column, fault)
        self._values[row.number] = values

    def _refuse_doubles(self, column: str) -> None:
        first: dict[str, int] = {}
        for row in self._rows:
            value = self._values[row.number].get(column)
            if not isinstance(value, str) or not value:
                continue
            before = first.setdefault(normalise(column, value), row.number)
            if before != row.number:
                self._add_to(row, column, wrong(f"the same as in row {before}", f"each {column} once"))

    def _refuse_one_for_both(self) -> None:
        for row in self._rows:
            supporter = row.cells["wellness_supporter"]
            if supporter and supporter == row.cells["wellness_deputy"]:
                right = "somebody else, or empty: a deputy stands in when the supporter does not answer"
                self._add_to(row, "wellness_deputy", wrong("the same as wellness_supporter", right))

    def references(self) -> set[str]:
        """Every reference that the list gives or names, for looking up."""
        named = {row.cells[column] for row in self._rows for column in ("reference", "peer_worker")}
        return named - {""}

    def phones(self) -> set[str]:
        """Every phone of the list that could be read, in E.164."""
        found = {values.get("phone") for values in self._values.values()}
        return {phone for phone in found if isinstance(phone, str) and phone}

    def check_known(self, known: Mapping[str, Collection[str]], taken: Collection[str]) -> None:
        """Check against what is stored: `known` are the roles of those with these references, `taken` are phones."""
        listed = {row.cells["reference"]: {row.cells["role"]} for row in self._rows}
        for row in self._rows:
            if row.cells["reference"] in known:
                self._add_to(row, "reference", wrong("there already", "leave out people who were imported before"))
            if self._values[row.number].get("phone") in taken:
                self._add_to(row, "phone", wrong("somebody has this phone already", "one phone is one person's"))
            worker = row.cells["peer_worker"]
            if not worker or "peer_worker" in row.bad:
                continue
            roles = listed.get(worker) or known.get(worker)
            right = "the reference of a peer worker, in this list or imported before"
            if roles is None:
                self._add_to(row, "peer_worker", wrong("nobody has this reference", right))
            elif "peer_worker" not in roles:
                self._add_to(row, "peer_worker", wrong("somebody who is no peer worker", right))

    def _add_to(self, row: Row, column: str, fault: PydanticCustomError) -> None:
        row.bad.add(column)
        self._add(row.number, column, fault)

    def _add(self, row: int, column: str, fault: PydanticCustomError) -> None:
        said = fault.context or {}
        place = COLUMNS.index(column) if column else -1
        self._found.add(Problem(row, place, said.get("what", ""), said.get("right", "")))

    def problems(self) -> list[str]:
        """Everything that is wrong, row by row, a line each."""
        return [problem.line() for problem in sorted(self._found)]

    def entries(self) -> Iterator[Entry]:
        """The people of the list. Only meant when there are no problems."""
        for row in self._rows:
            yield _entry(row, self._values[row.number], self.place)


def _plain(cells: Mapping[str, str]) -> dict[str, str]:
    """Blanks round each cell taken off, references in the one spelling in which they are looked up."""
    return {
        name: normalise("reference", cell) if name in ("reference", "peer_worker") else cell.strip()
        for name, cell in cells.items()
    }


def _entry(row: Row, values: Mapping[str, object], place: Place) -> Entry:
    zone, language = meant_for(row.cells, place)
    consented_at = values["consent_on"]
    words = {name: str(values[name]) for name in COLUMNS if name not in ("zone", "language", "consent_on")}
    return Entry(
        row=row.number,
        zone=zone,
        language=language,
        consented_at=consented_at if isinstance(consented_at, datetime) else None,
        **words,
    )
