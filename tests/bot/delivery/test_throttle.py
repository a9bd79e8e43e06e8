"""What a message weighs, and the wait for its turn."""

from datetime import UTC, datetime

import pytest

from bot.clock import elapsed
from bot.delivery.throttle import PACES, Throttle
from storage.ids import new_id
from storage.rates import AHEAD, BORROWED
from storage.records import Body, Choice, Message

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def message(text: str, *options: str) -> Message:
    """A message with these words."""
    choices = tuple(Choice(str(place), option) for place, option in enumerate(options))
    body = Body(text, choices, "choice" if options else "plain")
    return Message(
        id=new_id(NOW),
        address_id=new_id(NOW),
        person_id=None,
        send_class="reply",
        purpose="reply",
        body=body,
        due_at=NOW,
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        (message("short"), 1),
        (message("x" * 160), 1),
        (message("x" * 161), 2),
        (message("x" * 150, "A walk", "A nap"), 2),
        (message("ŵ" * 71), 2),
    ],
)
def test_on_sms_a_message_weighs_its_parts_options_included(written: Message, parts: int):
    assert Throttle(PACES["sms"], style="sms").weigh(written) == parts


def test_on_telegram_a_message_is_a_message():
    assert Throttle(PACES["telegram"]).weigh(message("x" * 4_000)) == 1


def test_an_account_of_several_numbers_sends_as_fast_as_they_do_together():
    assert Throttle(PACES["sms"], senders=3).pace.overall == 30.0
    assert Throttle(PACES["sms"], senders=3).pace.each == PACES["sms"].each


def test_telegrams_limit_is_kept_and_used():
    assert 0.95 * 30 <= PACES["telegram"].overall < 30


def test_pressing_messages_borrow_less_than_a_provider_takes_at_once():
    for pace in PACES.values():
        if pace.limited:
            assert BORROWED * pace.overall < pace.overall
            assert AHEAD < BORROWED


async def test_a_turn_that_has_come_is_not_waited_for():
    waited: list[float] = []
    throttle = Throttle(PACES["telegram"])
    before = elapsed()
    await throttle.turn(before - 100, 0.5)
    waited.append(elapsed() - before)
    await throttle.turn(elapsed(), 0.05)
    waited.append(elapsed() - before)
    assert waited[0] < waited[1]
    assert waited[1] >= 0.05
