"""Each line of the table: an ordinary day is green, and the one thing that went wrong is red in its own line only."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.faults.comparing.matching import match
from tests.faults.crowd import Act
from tests.faults.evidence import Answered, Climb, Evidence, Got, Heard, Row, Silence, Timetable
from tests.faults.reconcile import reconcile

T = datetime(2026, 6, 22, 9, 30, tzinfo=UTC)
ISLA, SCHEDULE, SESSION, LADDER = (UUID(int=number) for number in (1, 2, 3, 4))
QUESTION, REPLY, ALERT, TELEGRAM = (UUID(int=number) for number in (11, 12, 13, 14))
PHONE, MORAG, CHAT = "+447700900200", "+447700900720", "5000001"
POLICY = {"id": "concern", "levels": [{"tell": ["named_supervisor"]}, {"tell": ["on_call", "coordinator"]}]}


def at(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def row(row_id: UUID, send_class: str, text: str, **values) -> Row:
    facts = {
        "person": ISLA,
        "account": "sms",
        "to": PHONE,
        "purpose": "reply",
        "state": "delivered",
        "session": SESSION,
        "escalation": None,
        "due_at": T,
        "despite_stop": False,
        "unknown": 0,
        "accepted_ids": frozenset(),
    }
    return Row(row_id, send_class=send_class, text=text, **{**facts, **values})


def day() -> Evidence:
    """Isla was asked, said 2 and was answered; Morag was told; a notice went by Telegram."""
    return Evidence(
        acts=[Act("sms", "SM1", "p-0000", "answer", "2", at(5), 0, question="SM10")],
        got=[
            Got("sms", "SM10", PHONE, "How is today", at(1), QUESTION),
            Got("sms", "SM11", PHONE, "Thanks", at(7), REPLY),
            Got("alerts", "SM12", MORAG, "K7: I.E. needs a person", at(7), ALERT),
            Got("main", "77", CHAT, "Morag has K7 now", at(9)),
        ],
        heard=[Heard("sms", "SM1", ISLA, 1, "AnswerQuestion", "none", at(6))],
        rows=[
            row(QUESTION, "check-in", "How is today", purpose="question", accepted_ids=frozenset(["SM10"])),
            row(REPLY, "reply", "Thanks", accepted_ids=frozenset(["SM11"]), position=2),
            row(ALERT, "escalation", "{code}: I.E. needs a person", account="alerts", to=MORAG, person=UUID(int=9),
                purpose="alert", escalation=LADDER, session=None, accepted_ids=frozenset(["SM12"])),
            row(TELEGRAM, "escalation", "Morag has K7 now", account="main", to=CHAT, person=UUID(int=8),
                session=None, accepted_ids=frozenset(["77"])),
        ],
        answers=[Answered(ISLA, SESSION, 2)],
        climbs=[
            Climb(LADDER, ISLA, "open", POLICY, 1, at(900), ("low answer to the daily check-in",), ((0, 0, ALERT),))
        ],
        timetables=[
            Timetable(SCHEDULE, ISLA, date(2026, 6, 22), None, date(2026, 6, 23), (date(2026, 6, 22),),
                      ((SESSION, date(2026, 6, 22)),))
        ],
        mornings={0: at(-300)},
        now=at(60),
        last_day=date(2026, 6, 22),
    )  # fmt: skip


def red(evidence: Evidence) -> set[str]:
    return {line.name for line in reconcile(evidence) if not line.holds}


def test_an_ordinary_day_is_green():
    assert red(day()) == set()


def test_a_text_without_a_row_is_lost():
    evidence = day()
    evidence.acts.append(Act("main", "900", "p-0001", "words", "aye", at(8), 0))
    assert red(evidence) == {"inbound lost"}


def test_an_answer_that_was_taken_and_not_kept_is_lost():
    evidence = day()
    evidence.answers, evidence.climbs = [], []
    evidence.rows = [one for one in evidence.rows if one.id != ALERT]
    evidence.got = [one for one in evidence.got if one.row != ALERT]
    assert red(evidence) == {"answers lost"}


def test_a_first_answer_that_was_taken_for_something_else_is_lost():
    evidence = day()
    evidence.heard = [replace(evidence.heard[0], meant="NothingOpen")]
    evidence.answers = []
    assert red(evidence) == {"answers lost"}


def test_an_answer_that_came_in_after_the_next_question_may_be_anything():
    evidence = day()
    evidence.heard = [replace(evidence.heard[0], meant="NothingOpen", written_at=at(90_000))]
    evidence.mornings[1] = at(86_000)
    evidence.answers = []
    assert red(evidence) == set()


def test_a_second_answer_to_the_same_question_may_be_anything():
    evidence = day()
    evidence.acts.append(Act("sms", "SM2", "p-0000", "answer", "9", at(20), 1, question="SM10"))
    evidence.heard.append(Heard("sms", "SM2", ISLA, 2, "NothingOpen", "none", at(21)))
    assert red(evidence) == set()


def test_an_answer_kept_twice_is_doubled():
    evidence = day()
    evidence.answers.append(Answered(ISLA, SESSION, 2.0))
    assert red(evidence) == {"answers doubled", "escalations lost"}


@pytest.mark.parametrize(
    ("text", "meant", "danger"),
    [("TALK", "GlobalWord", "none"), ("URGENT", "GlobalWord", "none"), ("I want to die", "NothingOpen", "risk")],
)
def test_a_call_for_a_person_without_an_escalation_is_lost(text, meant, danger):
    evidence = day()
    evidence.acts.append(Act("sms", "SM2", "p-0000", "word", text, at(20), 0))
    evidence.heard.append(Heard("sms", "SM2", ISLA, 2, meant, danger, at(21)))
    assert red(evidence) == {"escalations lost"}


def test_an_escalation_that_no_provider_saw_is_lost():
    evidence = day()
    evidence.got = [one for one in evidence.got if one.row != ALERT]
    evidence.rows = [replace(one, accepted_ids=frozenset()) if one.id == ALERT else one for one in evidence.rows]
    assert red(evidence) == {"escalations lost"}


@pytest.mark.parametrize("next_at", [None, at(-1)])
def test_an_open_escalation_without_a_next_step_is_stuck(next_at):
    evidence = day()
    evidence.climbs = [replace(evidence.climbs[0], next_at=next_at)]
    assert red(evidence) == {"escalations stuck"}


@pytest.mark.parametrize(
    ("rounds", "tellings"),
    [(1, ((0, 1, ALERT),)), (2, ((0, 0, ALERT),)), (2, ((1, 1, ALERT),))],
)
def test_a_level_or_telling_that_is_missing_is_skipped(rounds, tellings):
    evidence = day()
    evidence.climbs = [replace(evidence.climbs[0], round=rounds, tellings=tellings)]
    assert red(evidence) == {"levels skipped"}


def test_a_level_with_nobody_to_tell_and_a_rise_are_no_skips():
    evidence = day()
    quiet = {"id": "gone-quiet", "levels": [{"tell": ["assigned_peer_worker"]}, {"tell": ["named_supervisor"]}]}
    evidence.climbs = [replace(evidence.climbs[0], policy=quiet, tellings=((0, 1, ALERT),))]
    assert red(evidence) == set()
    evidence.climbs = [
        replace(evidence.climbs[0], policy=POLICY, round=2, tellings=((0, 1, ALERT), (1, 0, ALERT)), rose_at=1)
    ]
    assert red(evidence) == set()


def test_two_sessions_of_one_date_are_an_occurrence_doubled():
    evidence = day()
    one = evidence.timetables[0]
    evidence.timetables = [replace(one, sessions=(*one.sessions, (UUID(int=5), date(2026, 6, 22))))]
    assert red(evidence) == {"occurrences doubled"}


def test_a_date_without_a_row_is_an_occurrence_lost():
    evidence = day()
    evidence.last_day = date(2026, 6, 24)
    evidence.timetables = [replace(evidence.timetables[0], dates=(date(2026, 6, 22), date(2026, 6, 24)))]
    assert red(evidence) == {"occurrences lost"}


def test_nothing_is_owed_from_the_day_on_which_somebody_said_stop():
    evidence = day()
    evidence.last_day = date(2026, 6, 26)
    evidence.acts.append(Act("sms", "SM3", "p-0000", "stop", "STOP", at(90_000), 1))
    evidence.heard.append(Heard("sms", "SM3", ISLA, 2, "Stopped", "none", at(180_000)))
    evidence.timetables = [replace(evidence.timetables[0], ended_on=date(2026, 6, 25))]
    assert red(evidence) == set()
    evidence.timetables = [replace(evidence.timetables[0], dates=(date(2026, 6, 20),), sessions=())]
    assert red(evidence) == {"occurrences lost"}


def test_nothing_is_owed_after_a_schedule_ended():
    evidence = day()
    evidence.last_day = date(2026, 6, 24)
    evidence.timetables = [replace(evidence.timetables[0], ended_on=date(2026, 6, 23))]
    assert red(evidence) == set()


def test_a_question_asked_again_with_a_hint_has_a_nudge_of_its_own():
    evidence = day()
    evidence.rows.append(row(UUID(int=20), "reply", "Please text a number", purpose="question", position=20))
    for place in (21, 22):
        nudge = row(UUID(int=place), "check-in", "Just checking in. How is today", purpose="question", position=place)
        evidence.rows.append(nudge)
    assert red(evidence) == set()


def test_one_question_asked_twice_in_a_session_is_doubled():
    evidence = day()
    for place in (21, 22):
        nudge = row(UUID(int=place), "check-in", "Just checking in. How is today", purpose="question", position=place)
        evidence.rows.append(nudge)
    assert red(evidence) == {"questions doubled"}


@pytest.mark.parametrize(("row_id", "line"), [(QUESTION, "SMS doubled: check-in"), (REPLY, "SMS doubled: reply")])
def test_one_row_twice_at_the_provider_is_an_sms_doubled(row_id, line):
    evidence = day()
    evidence.got.append(Got("sms", "SM99", PHONE, "How is today", at(30), row_id))
    assert red(evidence) == {line}


def test_what_the_carrier_lost_may_be_sent_anew():
    evidence = day()
    evidence.got = [replace(one, failed=True) if one.row == REPLY else one for one in evidence.got]
    evidence.got.append(Got("sms", "SM99", PHONE, "Thanks", at(30), REPLY))
    assert red(evidence) == set()


def test_a_telegram_text_may_come_twice_for_a_kill_and_not_without():
    evidence = day()
    evidence.rows = [replace(one, unknown=1) if one.id == TELEGRAM else one for one in evidence.rows]
    evidence.got.append(Got("main", "78", CHAT, "(again) Morag has K7 now", at(30)))
    assert red(evidence) == {"Telegram doubled"}
    evidence.kills = 1
    assert red(evidence) == set()


def test_more_than_one_again_for_one_unknown_outcome_is_too_many():
    evidence = day()
    evidence.kills = 5
    evidence.rows = [replace(one, unknown=1) if one.id == TELEGRAM else one for one in evidence.rows]
    for place in (78, 79):
        evidence.got.append(Got("main", str(place), CHAT, "(again) Morag has K7 now", at(place)))
    assert red(evidence) == {'"(again)" beyond unknown outcomes'}


def test_an_alert_twice_without_again_is_too_many():
    evidence = day()
    evidence.got.append(Got("alerts", "SM98", MORAG, "K7: I.E. needs a person", at(30), ALERT))
    assert red(evidence) == {'"(again)" beyond unknown outcomes'}


def test_a_text_that_no_row_explains_was_sent_before_it_was_saved():
    evidence = day()
    evidence.got.append(Got("sms", "SM99", PHONE, "Thanks", at(30), UUID(int=99)))
    evidence.got.append(Got("main", "79", CHAT, "something else", at(30)))
    assert red(evidence) == {"sent without a row"}


def test_a_row_that_says_sent_and_was_not_is_found():
    evidence = day()
    evidence.got = [one for one in evidence.got if one.row != REPLY]
    assert red(evidence) == {"said sent, not at the provider"}


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_a_message_that_is_due_and_does_not_leave_is_stuck(state):
    evidence = day()
    evidence.rows.append(row(UUID(int=31), "reply", "hello", state=state, position=9))
    assert red(evidence) == {"messages stuck"}


def test_texts_counted_in_another_order_than_they_were_committed_break_the_order():
    evidence = day()
    evidence.acts.append(Act("sms", "SM2", "p-0000", "words", "hello", at(20), 0))
    evidence.heard = [
        replace(evidence.heard[0], seq=2),
        Heard("sms", "SM2", ISLA, 1, "NothingOpen", "none", at(21)),
    ]
    assert red(evidence) == {"order per person broken"}


def test_texts_that_were_under_way_together_may_come_in_either_order():
    evidence = day()
    evidence.acts.append(Act("sms", "SM2", "p-0000", "words", "hello", at(5.5), 0))
    evidence.heard = [
        replace(evidence.heard[0], seq=2),
        Heard("sms", "SM2", ISLA, 1, "NothingOpen", "none", at(5.8)),
    ]
    assert red(evidence) == set()


def test_replies_that_overtake_each_other_are_out_of_order():
    evidence = day()
    late = UUID(int=41)
    evidence.rows.append(row(late, "reply", "Earlier words", position=1, accepted_ids=frozenset(["SM41"])))
    evidence.got.append(Got("sms", "SM41", PHONE, "Earlier words", at(40), late))
    assert red(evidence) == {"answers to a person out of order"}


def test_a_text_after_stop_is_found_unless_it_was_on_its_way_or_is_allowed():
    evidence = day()
    evidence.silences = [Silence(ISLA, at(2), at(1000))]
    assert red(evidence) == {"STOP not honoured"}
    evidence.silences = [Silence(ISLA, at(5), at(1000))]
    assert red(evidence) == set()
    evidence.silences = [Silence(ISLA, at(2), None)]
    evidence.rows = [replace(one, despite_stop=True) if one.id == REPLY else one for one in evidence.rows]
    assert red(evidence) == set()


def test_a_process_that_stood_still_may_let_go_what_it_had_in_hand():
    evidence = day()
    evidence.silences = [Silence(ISLA, at(2), None)]
    evidence.frozen = [(at(0), at(6))]
    assert red(evidence) == set()


def test_what_ended_by_itself_and_what_was_not_drained_are_lines_too():
    evidence = day()
    evidence.unasked_exits, evidence.provider_problems, evidence.drained = ["process 0 ended with 1"], ["odd"], False
    assert red(evidence) == {"processes that ended by themselves", "what a client never does", "not drained"}


def test_a_code_stands_in_the_place_that_the_row_keeps_for_it():
    evidence = day()
    evidence.rows = [
        replace(one, account="main", to=CHAT, accepted_ids=frozenset(), unknown=1) if one.id == ALERT else one
        for one in evidence.rows
    ]
    evidence.got = [one for one in evidence.got if one.row != ALERT]
    evidence.got.append(Got("main", "80", CHAT, "(again) K7: I.E. needs a person", at(50)))
    assert match(evidence).orphans == []
