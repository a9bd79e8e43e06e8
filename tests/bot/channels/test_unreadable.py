"""Danger is seen in what could not be read."""

import json

from bot.channels.base import Unreadable
from bot.channels.sms.inbound import read_message
from bot.channels.telegram.updates import read_update
from bot.channels.unreadable import words_in


def test_the_words_of_a_broken_update_are_found() -> None:
    found = read_update("main", {"update_id": 5, "message": {"text": "I want to die", "chat": {"id": 7001}}})
    assert isinstance(found, Unreadable)
    assert words_in(found.raw) == "I want to die"


def test_the_words_of_a_broken_text_message_are_found() -> None:
    found = read_message({}, {"Body": "I want to die"})
    assert isinstance(found, Unreadable)
    assert words_in(found.raw) == "I want to die"


def test_older_words_that_an_update_quotes_are_not_its_own() -> None:
    quoted = {"update_id": 5, "message": {"caption": "aye", "reply_to_message": {"text": "Text 999 if"}}}
    assert words_in(json.dumps(quoted)) == "aye"


def test_what_is_no_json_counts_as_it_stands_up_to_a_length() -> None:
    assert words_in("{ I want to die") == "{ I want to die"
    assert len(words_in("x" * 1_000_000)) == 20_000


def test_a_lone_surrogate_does_no_harm() -> None:
    assert words_in(json.dumps({"text": "a\ud83d"})) == "a?"


def test_an_object_without_words_has_none() -> None:
    assert words_in(json.dumps({"text": 7, "deep": [[[[{"text": "x"}]]]], "none": None})) == ""
