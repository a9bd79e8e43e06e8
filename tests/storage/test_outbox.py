"""The outbox by itself: positions, what may be claimed, what is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select

from storage.errors import NotAllowedError
from storage.ids import new_id
from storage.keys import Keys
from storage.outbox import cancel, messages_by_id, next_due, put, question_states
from storage.people import address_row
from storage.records import PRIORITY, Address, Body, Choice, Message
from storage.sealing import new_data_key
from storage.sending import Settled, send_again, settle, still_ours, unknown_due
from storage.tables import addresses, channel_accounts, outbox, people
from storage.taking import claim
from storage.viewing import System, Themselves

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
VIEWER = System("a test")
LEASE = timedelta(seconds=60)


class Post:
    """One person with two addresses, and what is put in their outbox."""

    def __init__(self, database, keyring) -> None:
        self.database, self.keyring = database, keyring
        self.person_id = new_id(NOW)
        self.places = [new_id(NOW), new_id(NOW)]

    async def open(self) -> "Post":
        """Write the person."""
        await self.database.run(self._move_in)
        return self

    def _move_in(self, connection: Connection) -> None:
        keys, data_key = Keys(self.keyring, connection), new_data_key()
        wrapped = self.keyring.wrap(self.person_id, data_key)
        keys.learn(self.person_id, wrapped)
        key = keys.of(self.person_id, "people")
        connection.execute(insert(channel_accounts), [{"key": "sms", "kind": "sms"}])
        connection.execute(
            insert(people).values(
                id=self.person_id,
                first_name_sealed=key.seal("people", "first_name_sealed", self.person_id, "Isla"),
                last_name_sealed=key.seal("people", "last_name_sealed", self.person_id, "Example"),
                zone="Europe/London",
                language="en-GB",
                data_key=wrapped,
                source="command",
                began_at=NOW,
            )
        )
        for number, place in enumerate(self.places):
            address = Address(place, "sms", "sms", f"+44770090000{number}", self.person_id, number)
            connection.execute(insert(addresses).values(**address_row(keys, address, NOW)))

    def message(self, text: str, send_class="reply", place: int = 0, **more) -> Message:
        """A message that is not written yet."""
        purpose = "crisis" if send_class == "crisis" else "notice" if send_class == "escalation" else "reply"
        values = {
            "id": new_id(NOW),
            "address_id": self.places[place],
            "person_id": self.person_id,
            "send_class": send_class,
            "purpose": purpose,
            "body": Body(text),
            "due_at": NOW,
            "created_at": NOW,
            **more,
        }
        return Message(**values)

    async def put(self, *messages: Message) -> None:
        """Write them in one transaction."""
        await self.database.run(lambda connection: put(connection, Keys(self.keyring, connection), messages))

    async def claim(self, now: datetime = NOW, *, lowest: int = 4, limit: int = 25) -> list[tuple[str, object]]:
        """(text, lease) of what one claim gives."""

        def work(connection: Connection):
            leases = [new_id(NOW) for _ in range(limit)]
            return claim(
                connection,
                Keys(self.keyring, connection),
                VIEWER,
                now,
                lease=LEASE,
                leases=leases,
                limit=limit,
                lowest=lowest,
            )

        return await self.database.run(work)

    async def row(self, message: Message):
        """The message's row."""
        return await self.database.read(
            lambda connection: dict(
                connection.execute(select(outbox).where(outbox.c.id == message.id)).mappings().one()
            )
        )


@pytest.fixture
async def post(database, keyring) -> Post:
    """Somebody's post."""
    return await Post(database, keyring).open()


def texts(claimed) -> list[str]:
    """What was claimed."""
    return [one.message.body.text for one in claimed]


async def test_a_body_is_read_back_as_it_was_put(post):
    body = Body("How are you?\n\x00é😀", (Choice("1", "Fine"), Choice("2", "Not")), "choice", "today")
    message = post.message("", body=body)
    await post.put(message)
    keyring = post.keyring

    def read(connection):
        return messages_by_id(connection, Keys(keyring, connection), VIEWER, [message.id])[message.id].body

    assert await post.database.read(read) == body


async def test_a_body_is_not_for_everybody_to_read(post):
    message = post.message("private")
    await post.put(message)
    other = Themselves(new_id(NOW))
    with pytest.raises(NotAllowedError):
        await post.database.read(
            lambda connection: messages_by_id(connection, Keys(post.keyring, connection), other, [message.id])
        )


async def test_one_claim_gives_one_message_an_address(post):
    await post.put(post.message("a"), post.message("b"), post.message("c", place=1))
    assert sorted(texts(await post.claim())) == ["a", "c"]


async def test_no_second_of_a_class_is_claimed_while_one_is_on_its_way(post):
    await post.put(post.message("a"), post.message("b"))
    await post.claim()
    assert await post.claim() == []


async def test_a_graver_class_is_claimed_while_another_is_on_its_way(post):
    await post.put(post.message("a"))
    await post.claim()
    await post.put(post.message("crisis", "crisis"))
    assert texts(await post.claim()) == ["crisis"]


async def test_only_pressing_classes_are_claimed_when_asked_so(post):
    await post.put(post.message("reply"), post.message("notice", "escalation", place=1))
    assert texts(await post.claim(lowest=PRIORITY["escalation"])) == ["notice"]


async def test_what_is_not_due_is_not_claimed(post):
    await post.put(post.message("later", due_at=NOW + timedelta(minutes=1)))
    assert await post.claim() == []
    assert texts(await post.claim(NOW + timedelta(minutes=1))) == ["later"]


async def test_what_is_due_first_is_known(post):
    assert await post.database.read(next_due) is None
    await post.put(post.message("later", due_at=NOW + timedelta(minutes=5)))
    assert await post.database.read(next_due) == NOW + timedelta(minutes=5)
    await post.put(post.message("sooner", "crisis", due_at=NOW + timedelta(minutes=1)))
    assert await post.database.read(next_due) == NOW + timedelta(minutes=1)


async def test_a_claim_counts_attempts(post):
    message = post.message("a")
    await post.put(message)
    [claimed] = await post.claim()
    assert claimed.message.attempts == 1
    assert (await post.row(message))["attempts"] == 1


async def test_what_was_settled_is_not_ours_any_more(post):
    message = post.message("a")
    await post.put(message)
    [claimed] = await post.claim()
    leases = {message.id: claimed.lease_id}

    def accept(connection):
        return settle(connection, {message.id: Settled(message.id, "accepted")}, leases, NOW)

    assert await post.database.run(accept) == {message.id}
    assert await post.database.run(accept) == set()
    assert await post.database.read(lambda connection: still_ours(connection, leases)) == {}


async def test_another_lease_settles_nothing(post):
    message = post.message("a")
    await post.put(message)
    await post.claim()
    wrong = {message.id: new_id(NOW)}

    def accept(connection):
        return settle(connection, {message.id: Settled(message.id, "accepted")}, wrong, NOW)

    assert await post.database.run(accept) == set()
    assert (await post.row(message))["state"] == "sending"


async def test_the_next_is_claimed_once_the_first_is_settled(post):
    first, second = post.message("a"), post.message("b")
    await post.put(first, second)
    [claimed] = await post.claim()
    await post.database.run(
        lambda connection: settle(
            connection, {first.id: Settled(first.id, "accepted")}, {first.id: claimed.lease_id}, NOW
        )
    )
    assert texts(await post.claim()) == ["b"]


async def test_only_pressing_ones_of_unknown_outcome_are_sent_again(post):
    crisis, reply = post.message("crisis", "crisis"), post.message("reply", place=1)
    await post.put(crisis, reply)
    claimed = {one.message.id: one.lease_id for one in await post.claim()}
    await post.database.run(
        lambda connection: settle(
            connection, {one: Settled(one, "unknown", due_at=NOW) for one in claimed}, claimed, NOW
        )
    )
    due = await post.database.read(lambda connection: unknown_due(connection, NOW, 10))
    assert due == [crisis.id]
    assert await post.database.run(lambda connection: send_again(connection, due, NOW)) == 1
    [again] = await post.claim()
    assert again.message.again
    assert again.message.attempts == 2


async def test_stop_takes_everything_back_but_what_may_leave_after_it(post):
    kept, gone = post.message("kept", "crisis", despite_stop=True), post.message("gone")
    await post.put(kept, gone)
    await post.database.run(lambda connection: cancel(connection, NOW, stopped=[post.person_id]))
    assert (await post.row(gone))["state"] == "cancelled"
    assert texts(await post.claim()) == ["kept"]


async def test_what_is_on_its_way_is_not_taken_back(post):
    message = post.message("a")
    await post.put(message)
    await post.claim()
    await post.database.run(lambda connection: cancel(connection, NOW, stopped=[post.person_id]))
    assert (await post.row(message))["state"] == "sending"


async def test_after_all_is_taken_back_nothing_is_due(post):
    await post.put(post.message("a"))
    await post.database.run(lambda connection: cancel(connection, NOW, stopped=[post.person_id]))
    assert await post.database.read(next_due) is None


async def test_positions_rise_within_an_address(post):
    messages = [post.message(str(number)) for number in range(3)]
    await post.put(*messages[:2])
    await post.put(messages[2])
    assert [(await post.row(one))["position"] for one in messages] == [1, 2, 3]


async def test_nothing_is_known_of_questions_that_were_never_put(post):
    assert await post.database.read(lambda connection: question_states(connection, [new_id(NOW)])) == {}
