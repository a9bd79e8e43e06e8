"""Which text at a provider came of which row of the outbox. Pure."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from tests.faults.evidence import Evidence, Got, Row


@dataclass(slots=True)
class Matched:
    """Texts by row, and those that no row explains."""

    by_row: dict[UUID, list[Got]]
    orphans: list[Got]
    rows: dict[UUID, Row]


def match(evidence: Evidence) -> Matched:
    """By the row that a text names; else by the provider's id that was kept; else, where an attempt at a row with the
    same words at the same phone had an unknown outcome, as that attempt.
    """
    rows = {row.id: row for row in evidence.rows}
    by_id = {(row.account, one): row.id for row in evidence.rows for one in row.accepted_ids}
    matched = Matched(defaultdict(list), [], rows)
    left: list[Got] = []
    for one in evidence.got:
        row = one.row or by_id.get((one.account, one.provider_id))
        if row is None:
            left.append(one)
        elif row in rows:
            matched.by_row[row].append(one)
        else:
            matched.orphans.append(one)
    places: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in evidence.rows:
        if row.unknown > 0:
            places[row.account, row.to].append(row)
    for one in left:
        fits = [row for row in places[one.account, one.to] if _same_words(one.text, row.text)]
        free = [row for row in fits if len(matched.by_row[row.id]) < row.unknown + len(row.accepted_ids)]
        if free or fits:
            matched.by_row[(free or fits)[0].id].append(one)
        else:
            matched.orphans.append(one)
    return matched


def _same_words(sent: str, kept: str) -> bool:
    """The words of a row, whatever was put before them: "(again)", "Held up 5 min:"; a code stands in for its place."""
    return sent == kept or sent.endswith(kept) or ("{code}" in kept and sent.endswith(kept.rpartition("{code}")[2]))
