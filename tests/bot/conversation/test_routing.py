"""Whose text is it, and what does it mean: the order of the contract."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.routing import (
    MOOT_WITH_DANGER,
    AnswerAlert,
    AnswerAmbiguous,
    AnswerQuestion,
    AnswerQuestionThenExplain,
    AnswerUnknownCode,
    EditOnly,
    GlobalWord,
    Heard,
    Media,
    NothingOpen,
    Pressed,
    PressStale,
    ReopenQuestion,
    Route,
    Silent,
    Standing,
    Started,
    Stopped,
    Stranger,
    route,
)
from bot.escalation.replies import Cannot, Done, Later, More, Take, Tried, read_answer
from bot.safety.words import Word, global_word

JOINED = Standing(known=True, consented=True)
WAITING = replace(JOINED, waiting_here=("K7",), codes_here=frozenset({"K7"}))
TWO_WAITING = replace(JOINED, waiting_here=("K7", "M3"), codes_here=frozenset({"K7", "M3"}))
TAKEN = replace(JOINED, taken_here=("K7",), codes_here=frozenset({"K7"}))


def heard(text: str, **other: Any) -> Heard:
    over_carrier = bool(other.get("over_carrier"))
    return Heard("text", text, global_word(text, over_carrier=over_carrier), read_answer(text), **other)


def says(text: str, standing: Standing, **other: Any) -> Route:
    return route(heard(text, **other), standing)


def pressed(kind: Any, option: str, standing: Standing, *, current: bool = True) -> Route:
    return route(Heard("press", pressed=Pressed(kind, option, current, code="K7" if kind == "alert" else "")), standing)


def test_an_edit_changes_nothing() -> None:
    assert route(Heard("edit", "stop", Word("STOP")), WAITING) == EditOnly()


def test_stop_from_anyone_in_any_state_comes_first() -> None:
    for standing in (Standing(), JOINED, replace(WAITING, question_open_here=True), replace(JOINED, stopped=True)):
        assert says("stop please", standing) == Stopped("company")


def test_a_stop_that_the_carrier_took_is_told_apart() -> None:
    assert says("STOP", JOINED, over_carrier=True) == Stopped("carrier")
    assert says("STOP!!", JOINED, over_carrier=True) == Stopped("company")
    assert says("STOP", JOINED) == Stopped("company")
    assert says("arret", JOINED, over_carrier=True, carrier_word="STOP") == Stopped("carrier")


def test_stop_under_a_photo_is_obeyed() -> None:
    assert route(Heard("media", "stop", Word("STOP")), JOINED) == Stopped("company")


def test_start_begins_with_or_without_a_code() -> None:
    assert says("START", Standing()) == Started()
    assert says("START AB12CD", Standing()) == Started("AB12CD")
    assert says("START AB12CD", replace(JOINED, invited=True)) == Started("AB12CD")
    assert says("/start OLDCODE", replace(JOINED, question_open_here=True)) == Started("OLDCODE")


def test_start_walking_is_an_answer_from_who_has_joined() -> None:
    assert says("start walking", replace(JOINED, question_open_here=True)) == AnswerQuestion()
    assert says("start walking", JOINED) == NothingOpen()


def test_yes_is_start_only_from_who_stopped_and_only_where_the_carrier_took_it() -> None:
    asked = replace(JOINED, question_open_here=True)
    assert says("YES", asked, carrier_word="START", over_carrier=True) == AnswerQuestion()
    assert says("YES", replace(JOINED, stopped=True), carrier_word="START", over_carrier=True) == Started()
    assert says("YES", replace(JOINED, stopped=True)) == Silent(None)


def test_a_coded_answer_takes_its_alert_though_a_question_is_open() -> None:
    assert says("1 K7", replace(TWO_WAITING, question_open_here=True)) == AnswerAlert(Take("K7"), "K7")
    assert says("done K7 spoke, safe", TAKEN) == AnswerAlert(Done("K7", "spoke, safe"), "K7")


def test_a_code_whose_alert_someone_else_has_still_reaches_it() -> None:
    assert says("1 K7", replace(JOINED, codes_here=frozenset({"K7"}))) == AnswerAlert(Take("K7"), "K7")


def test_a_code_that_was_not_given_is_asked_about_while_alerts_wait() -> None:
    assert says("1 K8", replace(WAITING, question_open_here=True)) == AnswerUnknownCode(Take("K8"), ("K7",))


def test_a_code_from_who_has_no_alerts_is_an_ordinary_text() -> None:
    assert says("1 K8", replace(JOINED, question_open_here=True)) == AnswerQuestion()
    assert says("1 K8", JOINED) == NothingOpen()
    assert says("1 K8", Standing()) == Stranger()


def test_global_words_come_before_the_open_question() -> None:
    for word in ("HELP", "INFO", "TALK", "URGENT"):
        found = says(word, replace(WAITING, question_open_here=True))
        assert isinstance(found, GlobalWord)
        assert found.word.name == word
    assert says("aide", JOINED, carrier_word="HELP") == GlobalWord(Word("HELP"))


@pytest.mark.parametrize("text", ["1", "yes", "2", "3", "none"])
def test_an_open_question_gets_a_bare_answer_and_the_bot_explains(text: str) -> None:
    assert says(text, replace(WAITING, question_open_here=True)) == AnswerQuestionThenExplain(("K7",))


def test_an_open_question_gets_everything_else_without_a_word_on_alerts() -> None:
    assert says("7", replace(WAITING, question_open_here=True)) == AnswerQuestion()
    assert says("1", replace(TAKEN, question_open_here=True)) == AnswerQuestion()


def test_a_bare_one_takes_the_only_alert_that_waits() -> None:
    assert says("1", WAITING) == AnswerAlert(Take(), "K7")
    assert says("yes", WAITING) == AnswerAlert(Take(), "K7")
    assert says("2", WAITING) == AnswerAlert(Cannot(), "K7")
    assert says("3", WAITING) == AnswerAlert(More(), "K7")


def test_a_bare_one_while_several_wait_is_asked_about() -> None:
    assert says("1", TWO_WAITING) == AnswerAmbiguous(Take(), ("K7", "M3"))


def test_a_bare_one_when_nothing_waits_takes_nothing() -> None:
    assert says("1", TAKEN) == NothingOpen()
    assert says("1", JOINED) == NothingOpen()


def test_bare_done_none_and_later_mean_the_alert_they_have() -> None:
    both = replace(TWO_WAITING, waiting_here=("M3",), taken_here=("K7",))
    assert says("done spoke", both) == AnswerAlert(Done(None, "spoke"), "K7")
    assert says("none", both) == AnswerAlert(Tried(), "K7")
    assert says("later 1h", WAITING) == AnswerAlert(Later(None, Later().delay * 2), "K7")
    assert says("done", replace(JOINED, taken_here=("K7", "M3"))) == AnswerAmbiguous(Done(), ("K7", "M3"))


def test_a_bare_two_hands_back_what_they_have_when_nothing_waits() -> None:
    assert says("2", TAKEN) == AnswerAlert(Cannot(), "K7")


def test_the_same_alert_at_both_its_tellings_is_one() -> None:
    assert says("1", replace(WAITING, waiting_here=("K7", "K7"))) == AnswerAlert(Take(), "K7")


def test_a_late_answer_reopens_the_question() -> None:
    assert says("2", replace(JOINED, expired_question=True)) == ReopenQuestion()


def test_a_question_open_at_another_address_is_answered_from_here() -> None:
    elsewhere = replace(JOINED, question_open_elsewhere=True)
    assert says("7", elsewhere) == AnswerQuestion()
    assert says("1", replace(WAITING, question_open_elsewhere=True)) == AnswerAlert(Take(), "K7")


def test_a_person_with_nothing_open_and_a_stranger() -> None:
    assert says("hello", JOINED) == NothingOpen()
    assert says("hello", Standing()) == Stranger()
    assert says("", Standing()) == Stranger()


def test_media_is_kept_for_a_person_and_from_a_stranger_reveals_nothing() -> None:
    assert route(Heard("media"), replace(JOINED, question_open_here=True)) == Media()
    assert route(Heard("media"), Standing()) == Stranger()
    assert route(Heard("media"), replace(JOINED, stopped=True)) == Silent(None)


def test_presses_go_to_what_they_hung_on() -> None:
    assert pressed("question", "walk", JOINED) == AnswerQuestion("walk")
    assert pressed("alert", "1", replace(TWO_WAITING, question_open_here=True)) == AnswerAlert(Take(), "K7")
    assert pressed("alert", "2", WAITING) == AnswerAlert(Cannot(), "K7")


def test_a_press_on_something_no_longer_current_changes_nothing() -> None:
    assert isinstance(pressed("question", "walk", JOINED, current=False), PressStale)
    assert isinstance(pressed("alert", "1", WAITING, current=False), PressStale)


def test_who_stopped_is_heard_and_answered_nothing() -> None:
    stopped = replace(WAITING, stopped=True)
    assert says("hello", stopped) == Silent(None)
    assert says("URGENT", stopped) == Silent(Word("URGENT"))
    assert says("HELP", stopped) == Silent(None)
    assert says("1 K7", stopped) == AnswerAlert(Take("K7"), "K7")
    assert says("START", stopped) == Started()
    assert pressed("question", "walk", stopped, current=False) == Silent(None)


def test_with_danger_the_routes_that_act_stay() -> None:
    assert not {Stopped, Started, AnswerAlert, GlobalWord} & set(MOOT_WITH_DANGER)
    assert {AnswerQuestion, AnswerQuestionThenExplain, ReopenQuestion} <= set(MOOT_WITH_DANGER)


CODES = st.lists(st.sampled_from(("K7", "M3", "A2")), max_size=3, unique=True).map(tuple)
STANDINGS = st.builds(
    Standing,
    **{name: st.booleans() for name in ("known", "consented", "stopped", "invited")},
    **{name: st.booleans() for name in ("question_open_here", "question_open_elsewhere", "expired_question")},
    waiting_here=CODES,
    taken_here=CODES,
    codes_here=CODES.map(frozenset),
)
BARE = st.sampled_from(
    ("1", "yes", "take", "2", "can't", "3", "more", "none", "done", "done spoke", "later", "later 2h")
)
TEXTS = st.one_of(
    BARE,
    st.text(max_size=20),
    st.sampled_from(
        (
            "1 K7",
            "2 m3",
            "done a2 ok",
            "stop",
            "stop please",
            "end",
            "start",
            "START AB12CD",
            "HELP",
            "TALK",
            "urgent",
            "7",
            "hello",
        )
    ),
)


@settings(max_examples=500)
@given(BARE, STANDINGS)
def test_a_bare_answer_never_reaches_an_alert_while_a_question_is_open_there(text: str, standing: Standing) -> None:
    found = says(text, replace(standing, question_open_here=True))
    assert not isinstance(found, AnswerAlert | AnswerAmbiguous | AnswerUnknownCode)
    if not standing.stopped:
        expected = AnswerQuestionThenExplain(standing.waiting_here) if standing.waiting_here else AnswerQuestion()
        assert found == expected


@settings(max_examples=500)
@given(st.sampled_from(("1", "yes", "take")), STANDINGS)
def test_a_bare_take_takes_an_alert_only_if_exactly_one_waits_and_no_question_is_open(
    text: str, standing: Standing
) -> None:
    takes = isinstance(says(text, standing), AnswerAlert)
    assert takes == (len(standing.waiting_here) == 1 and not standing.question_open_here)


@settings(max_examples=500)
@given(TEXTS, STANDINGS, st.booleans(), st.sampled_from((None, "STOP", "START", "HELP")))
def test_every_text_has_one_meaning_and_stop_is_always_obeyed(
    text: str, standing: Standing, over_carrier: bool, carrier_word: Any
) -> None:
    given_text = heard(text, over_carrier=over_carrier, carrier_word=carrier_word)
    found = route(given_text, standing)
    stop = carrier_word == "STOP" or (given_text.word is not None and given_text.word.name == "STOP")
    assert isinstance(found, Stopped) == stop
    if standing.stopped:
        assert isinstance(found, Stopped | Started | AnswerAlert | AnswerAmbiguous | AnswerUnknownCode | Silent)
    if isinstance(found, AnswerAlert):
        assert found.code in {*standing.waiting_here, *standing.taken_here, *standing.codes_here}
    if isinstance(found, AnswerQuestion):
        assert standing.question_open_here or standing.question_open_elsewhere


@settings(max_examples=300)
@given(st.sampled_from(("question", "alert")), st.sampled_from(("1", "2", "3", "walk")), STANDINGS)
def test_a_press_on_what_is_over_never_acts(kind: str, option: str, standing: Standing) -> None:
    found = pressed(kind, option, standing, current=False)
    assert found == Silent(None) if standing.stopped else isinstance(found, PressStale)
