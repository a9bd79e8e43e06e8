"""The labelled replies: the seen two thirds stay at the level reached; the unseen third is only ever counted by hand."""

import pytest

from tests.replies.scoring import Count, interval, misses, score, table, unseen

TYPES = ("choice", "date", "duration", "many", "number", "phone", "scale", "text", "time", "yes_no")


@pytest.fixture(scope="module")
def counts() -> dict[str, Count]:
    return score(hidden=False)


@pytest.mark.parametrize("name", [*TYPES, "all"])
def test_the_seen_replies_of_each_type_are_understood(counts: dict[str, Count], name: str) -> None:
    count = counts[name]
    shown = "\n".join(f"{row.id} {row.text!r} wants {row.want!r}, got {got!r}" for row, got in misses())
    assert count.right >= 0.99 * count.all, shown
    assert count.wrong == 0, shown
    assert count.exact_wrong == 0, shown


def test_every_type_has_replies_and_two_thirds_of_them_are_seen(counts: dict[str, Count]) -> None:
    assert set(counts) == {*TYPES, "all"}
    assert 700 < counts["all"].all < 850
    assert unseen("scale-001") != unseen("scale-003") or unseen("scale-001") != unseen("scale-002")


def test_the_table_names_every_type_and_ends_with_all(counts: dict[str, Count]) -> None:
    lines = table(counts).splitlines()
    assert [line.split()[0] for line in lines[1:]] == [*TYPES, "all"]


def test_an_interval_holds_its_share_and_narrows_with_more_replies() -> None:
    low, high = interval(95, 100)
    assert low < 0.95 < high
    assert interval(950, 1_000)[0] > low
    assert interval(0, 0) == (0.0, 1.0)
