"""A phone shows what came and hands over what is done on it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.channels.base import Option, Outgoing, Press
from bot.channels.local import Delivered
from bot.demo.cast import CAST
from bot.demo.phones import Phone, phone_at
from bot.errors import NotFoundError

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CHOICES = (Option("1", "I'll take it"), Option("2", "I can't"))
FIRST, SECOND = UUID(int=1), UUID(int=2)


def phone_of(name: str) -> Phone:
    return Phone(next(actor for actor in CAST if actor.name == name))


def arriving(message_id: UUID = FIRST, *, minutes: int = 0, options: tuple[Option, ...] = CHOICES) -> Delivered:
    return Delivered(NOW + timedelta(minutes=minutes), "x", Outgoing(message_id, "x", "Hello", options), "Hello")


def test_buttons_of_two_messages_are_told_apart():
    phone = phone_of("Morag")
    phone.arrives("main", arriving(FIRST))
    phone.arrives("main", arriving(SECOND))
    ids = [option.id for line in phone.lines for option in line.options]
    assert len(set(ids)) == 4


def test_a_press_names_the_message_and_the_place_of_its_button():
    phone = phone_of("Morag")
    phone.arrives("main", arriving(SECOND))
    incoming = phone.presses(phone.lines[0].options[1].id, 7, NOW)
    assert (incoming.kind, incoming.press, incoming.provider_id) == ("press", Press(SECOND, 1), "demo-7")
    assert (phone.lines[-1].by, phone.lines[-1].text) == ("person", "I can't")


def test_a_text_message_has_no_buttons():
    phone = phone_of("Ewan")
    phone.arrives("sms", arriving())
    assert phone.lines[0].options == ()


def test_a_button_that_was_never_there_cannot_be_pressed():
    phone = phone_of("Morag")
    with pytest.raises(NotFoundError):
        phone.presses(f"{FIRST.hex}:0", 1, NOW)
    assert phone.lines == []


def test_what_is_typed_goes_back_the_way_the_newest_message_came():
    phone = phone_of("Morag")
    phone.arrives("main", arriving())
    phone.arrives("sms", arriving(SECOND, minutes=5))
    incoming = phone.types("1", 1, NOW)
    assert (incoming.account, incoming.sender) == ("sms", phone.actor.number)


@pytest.mark.parametrize("order", [("main", "sms"), ("sms", "main")])
def test_of_two_that_came_at_once_the_way_that_they_like_best_counts(order):
    phone = phone_of("Morag")
    for account in order:
        phone.arrives(account, arriving())
    assert phone.types("1", 1, NOW).account == "main"


def test_before_anything_came_a_phone_writes_the_way_it_likes_best():
    assert phone_of("Morag").types("hello", 1, NOW).account == "main"


def test_stop_by_text_message_is_taken_by_the_carrier_as_in_real_life():
    assert phone_of("Isla").types("STOP", 1, NOW).carrier_word == "STOP"
    assert phone_of("Callum").types("STOP", 1, NOW).carrier_word is None


def test_a_phone_is_found_by_any_of_its_numbers():
    phones = [Phone(actor) for actor in CAST]
    morag = phones[3]
    assert [phone_at(phones, account, value) for account, value in morag.actor.places] == [morag, morag]
    assert phone_at(phones, "sms", "+447700900999") is None
