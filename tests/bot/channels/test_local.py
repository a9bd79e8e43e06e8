"""The demo's phones."""

from datetime import UTC, datetime
from typing import get_args
from uuid import uuid4

import pytest

from bot.channels.base import Accepted, Channel, Fact, Option, Outgoing, Refused, Style, TryLater, Unknown
from bot.channels.local import Delivered, LocalChannel
from bot.clock import SimulatedClock

START = datetime(2025, 3, 31, 8, 29, tzinfo=UTC)
ISLA = "+447700900123"


def choice(to: str = ISLA) -> Outgoing:
    return Outgoing(uuid4(), to, "What helps?", (Option("walk", "A walk"), Option("tea", "Tea")), "choice")


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.mark.parametrize(("style", "shown"), [("sms", "What helps?\n1 A walk\n2 Tea"), ("telegram", "What helps?")])
async def test_a_phone_shows_a_text_as_its_style_does(clock: SimulatedClock, style: Style, shown: str) -> None:
    channel: Channel = LocalChannel("main", style, clock)
    assert isinstance(await channel.send(choice()), Accepted)
    assert isinstance(channel, LocalChannel)
    (there,) = channel.on(ISLA)
    assert (there.text, there.at, [option.id for option in there.options]) == (shown, START, ["walk", "tea"])


async def test_each_phone_has_its_own_texts_in_order(clock: SimulatedClock) -> None:
    channel = LocalChannel("sms", "sms", clock)
    first, other, second = choice(), choice("+447700900124"), choice()
    for message in (first, other, second):
        await channel.send(message)
    assert [there.message for there in channel.on(ISLA)] == [first, second]
    assert channel.on("+447700900199") == ()


async def test_accepted_texts_have_names_of_their_own(clock: SimulatedClock) -> None:
    channel = LocalChannel("sms", "sms", clock)
    assert await channel.send(choice()) != await channel.send(choice())


@pytest.mark.parametrize("fact", get_args(Fact))
async def test_a_refusing_phone_says_what_it_was_told_to(clock: SimulatedClock, fact: Fact) -> None:
    channel = LocalChannel("sms", "sms", clock)
    channel.behave(ISLA, "refusing", fact=fact)
    assert await channel.send(choice()) == Refused(fact, fact)
    assert channel.on(ISLA) == ()


async def test_a_phone_that_is_off_or_silent_gets_nothing_until_it_works_again(clock: SimulatedClock) -> None:
    channel = LocalChannel("sms", "sms", clock)
    channel.behave(ISLA, "off")
    assert await channel.send(choice()) == TryLater("off")
    channel.behave(ISLA, "silent")
    assert await channel.send(choice()) == Unknown("silent")
    channel.behave(ISLA, "working")
    assert isinstance(await channel.send(choice()), Accepted)
    assert len(channel.on(ISLA)) == 1


async def test_listeners_hear_each_text_until_they_end(clock: SimulatedClock) -> None:
    heard: list[Delivered] = []
    channel = LocalChannel("sms", "sms", clock)
    end = channel.listen(heard.append)
    await channel.send(choice())
    end()
    end()
    await channel.send(choice())
    assert heard == [channel.on(ISLA)[0]]
