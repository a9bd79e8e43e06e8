"""What providers list of what was missed goes through the inbox, once, and is read for danger."""

from datetime import timedelta

import pytest

from bot.channels.base import NoAnswer
from bot.conversation.catching_up import CatchingUp, look_back
from storage.asked import Asked, asked, note_asked
from storage.errors import ConnectionLostError
from storage.tables import inbound
from tests.world.rows import ladder, rows
from tests.world.town import MONDAY, Town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ISLA = "+447700900001"


class Listed:
    """What a provider lists; `NoAnswer` if it cannot be asked."""

    account = "sms"

    def __init__(self, town: Town) -> None:
        self.town, self.items, self.asked_from, self.answers = town, [], [], True

    def lost(self, text: str, **more) -> None:
        """Somebody texted, and the webhook never came."""
        self.items.append(self.town.incoming("sms", ISLA, text, sent_at=self.town.now, **more))

    async def since(self, start):
        self.asked_from.append(start)
        return list(self.items) if self.answers else NoAnswer("502")


def catching_up(town: Town, listed: Listed, take_in=None) -> CatchingUp:
    """A process that has just started."""
    return CatchingUp([listed], town.database, take_in or town.inbox.take_in, lambda: town.now)


async def test_what_was_missed_is_taken_in_once(database, keyring):
    town = await Town.build(database, keyring)
    listed = Listed(town)
    listed.lost("I want to kill myself")
    town.clock.set(town.now + timedelta(hours=5))
    for _ in range(2):  # processes
        await catching_up(town, listed).round()
    await town.settle()
    assert len(await rows(town, inbound)) == 1
    assert (await ladder(town, "Isla")).policy == "crisis"
    assert len(town.phone("Isla").new()) == 1


async def test_what_a_webhook_brought_is_not_handed_over_again(database, keyring):
    town = await Town.build(database, keyring)
    listed, given = Listed(town), []
    listed.lost("hello")
    await town.inbox.take_in(listed.items)

    async def take_in(items):
        given.extend(items)

    await catching_up(town, listed, take_in).round()
    assert given == []


async def test_it_is_noted_when_all_of_it_is_in_and_not_before(database, keyring):
    town = await Town.build(database, keyring)
    listed = Listed(town)
    listed.lost("hello")

    async def fails(_items):
        raise ConnectionLostError("away")

    with pytest.raises(ConnectionLostError):
        await catching_up(town, listed, fails).round()
    assert (await database.read(asked, "sms")).asked_at is None
    one = catching_up(town, listed)
    await one.round()
    assert (await database.read(asked, "sms")).asked_at == town.now
    assert one.all_asked.is_set()


async def test_a_provider_that_cannot_be_asked_is_asked_again_from_the_same_moment(database, keyring):
    town = await Town.build(database, keyring)
    listed = Listed(town)
    await database.run(note_asked, "sms", town.now - DAY)
    listed.answers = False
    one = catching_up(town, listed)
    await one.round()
    assert not one.all_asked.is_set()
    listed.answers = True
    await one.round()
    assert listed.asked_from == [town.now - DAY - 2 * HOUR] * 2


async def test_what_another_process_asked_for_a_moment_ago_is_left_but_at_the_start(database, keyring):
    town = await Town.build(database, keyring)
    listed = Listed(town)
    one, other = catching_up(town, listed), catching_up(town, listed)
    await one.round()
    await other.round()
    await one.round()
    assert len(listed.asked_from) == 2
    town.clock.set(town.now + timedelta(minutes=5))
    await one.round()
    assert len(listed.asked_from) == 3


@pytest.mark.parametrize(
    ("asked_at", "made_at", "start"),
    [
        (None, None, MONDAY - DAY),
        (None, MONDAY - HOUR, MONDAY - HOUR),
        (None, MONDAY - 30 * DAY, MONDAY - DAY),
        (MONDAY - 10 * DAY, MONDAY - 30 * DAY, MONDAY - 10 * DAY - 2 * HOUR),
        (MONDAY - HOUR, MONDAY - 2 * HOUR, MONDAY - 2 * HOUR),
        (MONDAY + 300 * DAY, MONDAY - 30 * DAY, MONDAY - 2 * HOUR),  # by a clock that was wrong
        (MONDAY, MONDAY - timedelta(seconds=1, milliseconds=-300), MONDAY - timedelta(seconds=1)),
    ],
)
def test_it_looks_back_as_far_as_it_must(asked_at, made_at, start):
    assert look_back(Asked(asked_at, made_at), MONDAY) == start
