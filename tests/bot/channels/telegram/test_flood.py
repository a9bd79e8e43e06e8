"""Whose limit a 429 is."""

from bot.channels.telegram.flood import Flood


def test_a_second_text_within_the_second_is_the_chats_own_limit() -> None:
    flood = Flood()
    flood.sent("isla", 10.0)
    assert not flood.is_whole_account("isla", 10.2, 3)


def test_a_chat_that_got_nothing_lately_cannot_be_over_its_own_limit() -> None:
    flood = Flood()
    flood.sent("isla", 10.0)
    assert flood.is_whole_account("morag", 10.2, 3)


def test_two_chats_asked_to_wait_at_once_mean_the_whole_bot() -> None:
    flood = Flood()
    flood.sent("isla", 10.0)
    flood.sent("morag", 10.0)
    assert not flood.is_whole_account("isla", 10.2, 3)
    assert flood.is_whole_account("morag", 10.3, 3)


def test_a_wait_that_is_over_counts_no_more() -> None:
    flood = Flood()
    flood.sent("isla", 10.0)
    flood.is_whole_account("isla", 10.2, 3)
    flood.sent("morag", 13.0)
    assert not flood.is_whole_account("morag", 13.3, 3)


def test_25_texts_within_a_second_mean_the_whole_bot() -> None:
    flood = Flood()
    for place in range(25):
        flood.sent(f"chat-{place}", 10.0)
    assert flood.is_whole_account("chat-0", 10.5, 3)
