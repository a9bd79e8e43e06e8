"""Turns: an account's rate is used up and never exceeded, whoever claims; what is pressing takes turns that were to come."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from storage import rates
from storage.claims import database_now
from storage.ids import new_id
from storage.keys import Keys
from storage.outbox import put
from storage.people import address_row
from storage.rates import AHEAD, BORROWED, IN_HAND, UNLIMITED, Pace, Room
from storage.records import Address, Body, Message, SendClass
from storage.tables import addresses, channel_accounts, outbox
from storage.taking import claim, outlook, waiting_for_their_turn
from storage.viewing import System

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TELEGRAM = Pace(29.0, 1.0)
PACES = {"main": TELEGRAM, "sms": Pace(10.0, 1.0, 3)}
VIEWER = System("a test")
LEASE = timedelta(seconds=60)
FREE = float("-inf")


def moments(room: Room, count: int, *, pressing: bool = False, weight: int = 1) -> list[float]:
    """When so many messages to so many addresses may leave, as far as they get a turn."""
    turns = [room.take(FREE, pressing=pressing, weight=weight) for _ in range(count)]
    return [turn.after for turn in turns if turn is not None]


def test_the_first_leaves_at_once_and_the_others_at_the_rate_as_far_as_a_claim_reaches():
    given = moments(Room(TELEGRAM), 100)
    assert given[0] == 0
    assert [round(b - a, 9) for a, b in itertools.pairwise(given)] == [round(1 / 29, 9)] * (len(given) - 1)
    assert len(given) == int(AHEAD * 29) + 1


def test_three_that_claim_in_turn_use_the_rate_and_no_more():
    """Each knows only what the last one wrote down: when the account is free."""
    free, left = FREE, []
    for tick in range(400):  # a claim every 50 ms, by whichever process
        now = tick * 0.05
        room = Room(TELEGRAM, free - now)
        while len(left) < 1_000_000 and (turn := room.take(FREE, pressing=False, weight=1)) is not None:
            left.append(now + turn.after)
        free = room.free + now
    assert left == sorted(left)
    second = [sum(1 for one in left if start <= one < start + 1) for start in range(1, 19)]
    assert set(second) <= {28, 29, 30}
    assert sum(second) >= 0.95 * 30 * len(second)


def test_what_is_pressing_leaves_at_once_and_puts_back_what_is_not():
    room = Room(TELEGRAM)
    moments(room, 100)
    before = room.free
    assert moments(room, 5, pressing=True) == [0.0] * 5
    assert room.free == pytest.approx(before + 5 / 29)
    assert moments(room, 1) == []


def test_very_many_that_are_pressing_go_at_the_rate_too():
    given = moments(Room(TELEGRAM), 200, pressing=True)
    at_once = given.count(0.0)
    assert at_once <= 29
    assert len(given) - at_once <= AHEAD * 29 + 1
    assert max(given) <= AHEAD


def test_with_what_was_claimed_before_a_second_never_sees_more_than_the_provider_takes_at_once():
    room = Room(TELEGRAM)
    all_of_them = moments(room, 100) + moments(room, 200, pressing=True)
    assert sum(1 for one in all_of_them if one < 1) <= 30 + 30  # its room for a second's worth, and what it gains


@pytest.mark.parametrize("pressing", [False, True])
def test_nothing_is_claimed_while_the_provider_wants_rest(pressing):
    room = Room(TELEGRAM, resting=30.0)
    assert room.opens(pressing=pressing) == pytest.approx(30 - AHEAD)
    assert room.count(25, pressing=pressing) == 0
    assert room.take(FREE, pressing=pressing, weight=1) is None


def test_the_end_of_a_rest_is_no_stampede():
    room = Room(TELEGRAM, resting=0.5)
    given = moments(room, 100)
    assert given[0] == 0.5
    assert given[1] - given[0] == pytest.approx(1 / 29)


@pytest.mark.parametrize(
    ("pressing", "leaves"), [(True, [0.0, 0.0, 0.0, 1.0, 2.0, 3.0]), (False, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])]
)
def test_a_chat_gets_one_a_second_and_of_what_is_pressing_a_short_burst_first(pressing: bool, leaves: list[float]):
    free, given = FREE, []
    for _ in range(6):
        turn = Room(TELEGRAM).take(free, pressing=pressing, weight=1)
        assert turn is not None
        given.append(turn.after)
        free = turn.free
    assert given == leaves


def test_an_address_that_is_far_off_takes_no_turn():
    room = Room(TELEGRAM)
    turn = room.take(IN_HAND + 10, pressing=False, weight=1)
    assert turn is not None
    assert turn.after > IN_HAND
    assert not room.taken


def test_a_text_of_three_parts_takes_three_turns():
    room = Room(PACES["sms"])
    assert moments(room, 3, weight=3) == pytest.approx([0.0, 0.3, 0.6])


def test_a_room_without_limit_takes_all():
    assert not UNLIMITED.limited
    assert Room(UNLIMITED).count(25, pressing=False) == 25


@pytest.mark.parametrize(("free", "pressing", "count"), [(FREE, False, 21), (0.35, False, 11), (0.71, False, 0)])
def test_how_many_may_be_claimed(free, pressing, count):
    assert Room(TELEGRAM, free).count(25, pressing=pressing) == count
    assert Room(TELEGRAM, free + BORROWED).count(25, pressing=True) >= count


class Post:
    """Addresses of both accounts, and what is put in the outbox for them."""

    def __init__(self, database, keyring) -> None:
        self.database, self.keyring, self.paces = database, keyring, PACES
        self.places: list[Address] = []

    async def open(self, count: int) -> "Post":
        """So many addresses at each account."""
        await self.database.run(self._open, count)
        return self

    def _open(self, connection, count: int) -> None:
        keys = Keys(self.keyring, connection)
        connection.execute(
            insert(channel_accounts), [{"key": "main", "kind": "telegram"}, {"key": "sms", "kind": "sms"}]
        )
        self.places = [
            Address(new_id(NOW), account, account, str(number), None, 0)
            for account in ("main", "sms")
            for number in range(count)
        ]
        connection.execute(insert(addresses), [address_row(keys, one, NOW) for one in self.places])

    async def put(
        self, account: str, send_class: SendClass = "bulk", *, only: int | None = None, text: str = "text"
    ) -> None:
        """A message to each address of an account, or to the first few."""
        places = [one for one in self.places if one.account == account][:only]
        messages = [
            Message(
                id=new_id(NOW),
                address_id=one.id,
                person_id=None,
                send_class=send_class,
                purpose="crisis" if send_class == "crisis" else "reply",
                body=Body(text),
                due_at=NOW,
                created_at=NOW,
            )
            for one in places
        ]
        await self.database.run(lambda connection: put(connection, Keys(self.keyring, connection), messages))

    async def claim(self, limit: int = 100, weight: int = 1):
        """What a claim gives."""

        def work(connection):
            return claim(
                connection,
                Keys(self.keyring, connection),
                VIEWER,
                NOW,
                lease=LEASE,
                leases=[new_id(NOW) for _ in range(limit)],
                limit=limit,
                lowest=4,
                paces=self.paces,
                weigh=lambda _account, _message: weight,
            )

        return await self.database.run(work)

    async def outlook(self):
        """What a claim would find."""
        return await self.database.read(outlook, NOW, 4, self.paces)

    async def account(self, key: str):
        """An account's row."""
        query = select(channel_accounts).where(channel_accounts.c.key == key)
        return await self.database.read(lambda connection: connection.execute(query).mappings().one())


@pytest.fixture
async def post(database, keyring) -> Post:
    """Forty addresses at each account."""
    return await Post(database, keyring).open(40)


@pytest.fixture
def slow(post: Post) -> Post:
    """The same, with Telegram at one message a minute, so that the test's own time does not count."""
    post.paces = {**PACES, "main": Pace(1 / 60, 1.0, 3)}
    return post


def of(claimed, account: str):
    """Those of one account."""
    return [one for one in claimed if one.address.account == account]


async def test_a_claim_takes_what_has_a_turn_of_each_account_and_leaves_the_rest(post):
    await post.put("main")
    await post.put("sms")
    claimed = await post.claim()
    assert len(of(claimed, "main")) == 21
    assert len(of(claimed, "sms")) == 8
    waits = sorted(one.leaves_in for one in of(claimed, "sms"))
    assert waits == pytest.approx([place / 10 for place in range(8)])


async def test_the_next_claim_of_whichever_process_finds_the_account_full(slow):
    await slow.put("main")
    assert len(await slow.claim()) == 1
    left = await slow.outlook()
    assert not left
    assert 50 < left.opens_in < 60
    assert await slow.claim() == []


async def test_a_full_account_holds_up_no_other(slow):
    await slow.put("main")
    await slow.claim()
    await slow.put("sms", only=3)
    assert {head.account for head in (await slow.outlook()).heads} == {"sms"}
    assert len(of(await slow.claim(), "sms")) == 3


async def test_crisis_texts_are_claimed_from_a_full_account_and_leave_at_once(post):
    await post.put("main")
    await post.claim()
    await post.put("main", "crisis", only=3)
    claimed = [one for one in await post.claim() if one.message.send_class == "crisis"]
    assert [one.leaves_in for one in claimed] == [0.0] * 3


async def test_who_asks_is_told_which_account_is_held_and_until_when(slow):
    post = slow
    await post.put("main")
    assert await post.database.read(waiting_for_their_turn, NOW, post.paces) == {}
    await post.claim()
    held = await post.database.read(waiting_for_their_turn, NOW, post.paces)
    assert list(held) == ["main"]


async def test_a_rest_holds_the_whole_account_for_everybody(post):
    await post.put("main")
    await post.put("main", "crisis", only=2)
    await post.database.run(rates.rest, "main", 30.0)
    await post.database.run(rates.rest, "main", 5.0)  # a shorter one does not shorten it
    assert await post.claim() == []
    assert 28 < (await post.outlook()).opens_in < 30
    resting = (await post.account("main"))["resting_until"]
    assert resting > await post.database.read(database_now) + timedelta(seconds=25)


async def test_an_address_that_the_provider_wants_left_alone_waits_and_says_why(post):
    await post.put("main", only=2)
    alone, other = post.places[:2]
    await post.database.run(rates.rest_address, alone.id, TELEGRAM, 60.0)
    assert [one.address.id for one in await post.claim()] == [other.id]
    rows = await post.database.read(
        lambda connection: connection.execute(
            select(outbox.c.held, addresses.c.next_send_at).join(addresses).where(addresses.c.id == alone.id)
        ).one()
    )
    assert rows.held == "rate"
    assert NOW + timedelta(seconds=55) < rows.next_send_at <= NOW + timedelta(seconds=60)
    assert not await post.outlook()


async def test_long_texts_take_as_many_turns_as_they_have_parts(post):
    await post.put("sms")
    claimed = await post.claim(weight=4)
    assert [one.leaves_in for one in claimed] == pytest.approx([0.0, 0.4])


async def test_what_has_no_turn_says_so_once_it_was_looked_at(post):
    await post.put("sms")
    await post.claim(weight=4)
    held = await post.database.read(lambda connection: connection.execute(select(outbox.c.state, outbox.c.held)).all())
    assert {row.held for row in held if row.state == "queued"} == {"rate", None}
    await post.database.run(lambda connection: connection.execute(update(channel_accounts).values(free_at=None)))
    again = await post.claim(weight=4)
    assert len(again) == 2
