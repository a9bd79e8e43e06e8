"""What happens next and who is told, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.demo.outlook import CLOSES, NUDGE, Coming, Ladder, Outlook, Told, Unsent
from bot.demo.words import comings, heading, rung, standing
from bot.escalation.policy import Level
from bot.escalation.shipped import shipped_policies

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)
CONCERN = Ladder(
    id=UUID(int=1),
    about="Isla",
    policy="concern",
    severity="concern",
    state="open",
    level=0,
    tellings=1,
    next_at=LATER,
    told=(Told("Morag", NOW, 0),),
    taken_by="",
    reminded=False,
    rungs=shipped_policies()["concern"].levels,
)


def test_people_for_whom_the_same_is_due_stand_together():
    check_in = Coming("daily-check-in", "daily-check-in", "Callum", NOW)
    outlook = Outlook(schedule=(check_in, replace(check_in, who="Isla")))
    assert comings(outlook) == [(NOW, "Daily check-in to Callum and Isla")]


def test_a_nudge_and_the_end_of_waiting_say_that_an_answer_changes_them():
    nudge = Coming(NUDGE, "peer-wellness", "Rhona", LATER)
    assert comings(Outlook(schedule=(nudge, replace(nudge, what=CLOSES, due_at=NOW)))) == [
        (NOW, "If there is no answer: the weekly wellness nudge of Rhona counts as missed"),
        (LATER, "If there is no answer: one gentle nudge to Rhona"),
    ]


@pytest.mark.parametrize(
    ("level", "tellings", "words"),
    [
        (0, 1, "the next supervisor is told"),
        (0, 2, "everybody on call and the coordinator are told"),
        (1, 1, "everybody on call and the coordinator are told again"),
        (1, 9, "everybody on call and the coordinator are told again"),
    ],
)
def test_who_is_told_next_follows_the_ladder(level, tellings, words):
    ladder = replace(CONCERN, level=level, tellings=tellings)
    assert comings(Outlook(ladders=(ladder,))) == [(LATER, f"If nobody takes the alert about Isla: {words}")]


def test_whoever_has_it_is_reminded_and_then_it_goes_on():
    taken = replace(CONCERN, state="taken", taken_by="Ewan")
    (reminder,) = comings(Outlook(ladders=(taken,)))
    (lapse,) = comings(Outlook(ladders=(replace(taken, reminded=True),)))
    assert reminder[1] == "If not closed by then: Ewan is reminded about Isla"
    assert lapse[1] == "If Ewan does not answer: the alert about Isla goes on to others"


def test_a_text_that_waits_is_named_without_its_words():
    assert comings(Outlook(outbox=(Unsent("Isla", "reply", "queued", NOW),))) == [
        (NOW, "A text to Isla waits to leave")
    ]


def test_a_ladder_says_what_it_is_about_and_how_it_stands():
    assert heading(CONCERN) == "Isla: needs a person"
    assert standing(CONCERN) == "Level 1 of 2. Nobody has it yet."
    assert standing(replace(CONCERN, state="taken", taken_by="Ewan")) == "Ewan has it."


def test_a_rung_says_who_how_often_and_how_long():
    assert rung(CONCERN.rungs[0]) == "a named supervisor, 2 times, 15 min each"
    assert rung(Level(("person:morag",), timedelta(hours=2))) == "Morag, once, 2 h"


def test_everybody_who_was_told_is_named_once():
    told = (Told("Morag", NOW, 0), Told("Ewan", LATER, 0), Told("Morag", LATER, 1))
    assert replace(CONCERN, told=told).phones == ("Morag", "Ewan")
