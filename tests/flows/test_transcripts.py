"""Transcripts: what they find, and what is no transcript."""

import pytest

from flows.transcripts import TranscriptError, read, run
from tests.flows.samples import sample

GOOD = """
[[transcripts]]
name = "low"
context = { team = { name = "Our team" } }
lines = [
    { bot = "Hi Isla. How is today, 0 to 10?" },
    { wait = "1h" },
    { bot = "Just checking in. …" },
    { wait = "30m" },
    { person = "about a 2" },
    { bot = "I've put 2." },
    { does = "escalate", with = { policy = "concern" }, shared = { mood = 2 } },
    { bot = "I am telling Our team." },
    { bot = "Take ..." },
    { ends = "done" },
]
"""


def mismatches(transcripts: str) -> list[tuple[int, str, str]]:
    """Line, expected and actual of each mismatch of the first transcript."""
    found = run(sample(), read(transcripts)[0])
    return [(one.line, one.expected, one.actual) for one in found]


def test_a_conversation_that_goes_as_written_has_no_mismatch() -> None:
    assert mismatches(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "actual"),
    [
        ("How is today, 0 to 10?", "How are you?", 1, "bot: Hi Isla. How is today, 0 to 10?"),
        ('"1h"', '"59m"', 3, "nothing"),
        ('"30m"', '"5h"', 5, "bot: Just checking in. Hi Isla. How is today, 0 to 10?"),
        ("about a 2", "7", 6, "bot: Take care."),
        ('"escalate"', '"record"', 7, "does: escalate"),
        ('policy = "concern"', 'policy = "urgent"', 7, "does: escalate"),
        ("mood = 2", "mood = 3", 7, "does: escalate"),
        ('{ bot = "I am telling Our team." },', "", 8, "bot: I am telling Our team."),
        ('ends = "done"', 'ends = "missed"', 10, "ends: done"),
        ('{ ends = "done" },', "", 10, "ends: done"),
    ],
)
def test_a_conversation_that_goes_another_way_says_where(old: str, new: str, line: int, actual: str) -> None:
    assert old in GOOD
    ((found, _, happened),) = mismatches(GOOD.replace(old, new))
    assert found == line
    assert happened.startswith(actual)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            "x",
            "[[transcripts]]",
            '[[transcripts]]\nname = "x"\nlines = []',
            '[[transcripts]]\nname = "x"\nlines = [{}]',
        ],
        GOOD.replace('{ wait = "1h" }', '{ wait = "1h", person = "2" }'),
        GOOD.replace('{ wait = "1h" }', '{ wait = "soon" }'),
        GOOD.replace('{ wait = "1h" }', '{ event = "earthquake" }'),
        GOOD.replace('{ wait = "1h" }', '{ person = "2", shared = { mood = 2 } }'),
        GOOD.replace('{ wait = "1h" }', '{ says = "2" }'),
    ],
)
def test_what_is_no_transcript_is_told(text: str) -> None:
    with pytest.raises(TranscriptError):
        read(text)


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ('{ bot = "…" }, { event = "stop" }', "stopped"),
        ('{ bot = "…" }, { event = "danger" }', "interrupted"),
        ('{ bot = "…" }, { event = "replaced" }', "replaced"),
        ('{ bot = "…" }, { event = "silence" }, { bot = "…" }, { bot = "…" }', "missed"),
        ('{ bot = "…" }, { wait = "6h" }, { bot = "…" }, { bot = "…" }', "missed"),
        ('{ bot = "…" }, { press = "9" }, { bot = "Take care." }', "done"),
        (
            '{ bot = "…" }, { event = "silence" }, { bot = "…" }, { bot = "…" }, { ends = "missed" }, '
            '{ person = "9" }, { bot = "Take care." }',
            "done",
        ),
        (
            '{ bot = "…" }, { event = "late" }, { bot = "…" }, { bot = "…" }, { ends = "missed" }, '
            '{ person = "9" }, { bot = "Take care." }',
            "done",
        ),
    ],
)
def test_every_thing_that_can_happen_can_be_written(lines: str, outcome: str) -> None:
    whole = f'[[transcripts]]\nname = "x"\nlines = [{lines}, {{ ends = "{outcome}" }}]\n'
    assert mismatches(whole) == []


def test_the_words_of_a_transcript_are_no_pattern() -> None:
    whole = '[[transcripts]]\nname = "x"\nlines = [{ bot = "Hi Isla. How is today, 0 to 10.*" }]\n'
    assert len(mismatches(whole)) == 1
