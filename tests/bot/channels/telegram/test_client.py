"""Telegram's way out, against a Bot API server in a process of its own: every outcome is provoked there."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.channels.base import Accepted, Incoming, IncomingKind, Option, Outgoing, Refused, TryLater, Unknown
from bot.channels.telegram.client import TelegramChannel, TelegramFaultError
from bot.channels.telegram.presses import press_data
from tests.world.servers import PUBLIC_URL, TelegramServer

NUMBERS = tuple(Option(str(n), str(n)) for n in range(11))


def text(to: int | str, words: str = "How are you today?", options: tuple[Option, ...] = ()) -> Outgoing:
    return Outgoing(uuid4(), str(to), words, options, "scale" if options else "plain")


async def test_a_text_arrives_and_is_accepted_under_its_number_there(
    telegram: TelegramServer, channel: TelegramChannel
) -> None:
    isla = await telegram.user(started=True)
    outcome = await channel.send(text(isla, "Morning Isla 🙂"))
    (there,) = await telegram.wait_for(isla)
    assert there.text == "Morning Isla 🙂"
    assert outcome == Accepted(str(there.message_id))


async def test_buttons_carry_the_outbox_row_and_the_options_place(
    telegram: TelegramServer, channel: TelegramChannel
) -> None:
    isla = await telegram.user(started=True)
    message = text(isla, options=NUMBERS)
    await channel.send(message)
    (there,) = await telegram.wait_for(isla)
    assert [len(row) for row in there.options] == [4, 4, 3]
    assert [button.data for button in there.buttons] == [press_data(message.message_id, n) for n in range(11)]


async def test_links_in_a_text_show_no_preview(telegram: TelegramServer, channel: TelegramChannel) -> None:
    isla = await telegram.user(started=True)
    await channel.send(text(isla, "See https://example.org"))
    (request,) = await telegram.wait_request("sendMessage")
    assert json.loads(request["parameters"]["link_preview_options"]) == {"is_disabled": True}


async def test_a_person_who_blocked_the_bot_is_a_fact(telegram: TelegramServer, channel: TelegramChannel) -> None:
    isla = await telegram.user(started=True)
    await telegram.block(isla)
    assert await channel.send(text(isla)) == Refused("blocked", "blocked")


async def test_an_account_that_is_gone_is_a_fact(telegram: TelegramServer, channel: TelegramChannel) -> None:
    isla = await telegram.user(started=True)
    await telegram.deactivate(isla)
    assert await channel.send(text(isla)) == Refused("deactivated", "invalid")


async def test_a_person_who_never_wrote_cannot_be_written_to(
    telegram: TelegramServer, channel: TelegramChannel
) -> None:
    isla = await telegram.user(started=False)
    outcome = await channel.send(text(isla))
    assert isinstance(outcome, Refused)
    assert outcome.fact in {"blocked", "invalid"}


async def test_an_unknown_chat_is_a_fact(channel: TelegramChannel) -> None:
    assert await channel.send(text(999_999_999)) == Refused("chat-not-found", "invalid")


async def test_an_unknown_403_does_not_block_the_address(telegram: TelegramServer, channel: TelegramChannel) -> None:
    isla = await telegram.user(started=True)
    await telegram.fail("refuse", code=403, description="Forbidden: something new")
    assert await channel.send(text(isla)) == Refused("403", "unreachable")


async def test_a_wrong_token_is_the_accounts_fault() -> None:
    async with TelegramServer() as server:
        stranger = TelegramChannel("main", "100:WRONG-wrong-wrong-wrong-wrong-wrong-w", server.url, timeout=1.0)
        assert await stranger.send(text(7)) == Refused("401", "account")
        await stranger.close()


async def test_a_429_is_tried_later_and_never_sooner_than_asked(
    telegram: TelegramServer, channel: TelegramChannel
) -> None:
    isla = await telegram.user(started=True)
    await telegram.fail("rate_limited", retry_after=17)
    assert await channel.send(text(isla)) == TryLater("429", timedelta(seconds=17), whole_account=True)


async def test_a_429_right_after_a_text_to_the_same_chat_is_that_chats(
    telegram: TelegramServer, channel: TelegramChannel
) -> None:
    isla = await telegram.user(started=True)
    await channel.send(text(isla))
    await telegram.fail("rate_limited", retry_after=2)
    assert await channel.send(text(isla)) == TryLater("429", timedelta(seconds=2), whole_account=False)


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway", "truncated", "cut", "drop_after", "drop_before"])
async def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(
    telegram: TelegramServer, channel: TelegramChannel, kind: str
) -> None:
    isla = await telegram.user(started=True)
    await telegram.fail(kind)
    assert isinstance(await channel.send(text(isla)), Unknown)


async def test_an_answer_that_comes_too_late_leaves_the_outcome_unknown(telegram: TelegramServer) -> None:
    isla = await telegram.user(started=True)
    hasty = TelegramChannel("main", telegram.token, telegram.url, timeout=0.2)
    await telegram.fail("slow", seconds=1.0)
    outcome = await hasty.send(text(isla))
    await hasty.close()
    assert outcome == Unknown("ReadTimeout")
    assert len(await telegram.messages(isla)) == 1


async def test_a_refused_connection_was_certainly_not_sent(nobody: str) -> None:
    alone = TelegramChannel("main", "100:AAAA", nobody, timeout=1.0)
    assert await alone.send(text(7)) == TryLater("ConnectError")
    await alone.close()


async def test_after_a_failure_the_next_text_arrives(telegram: TelegramServer, channel: TelegramChannel) -> None:
    isla = await telegram.user(started=True)
    await telegram.fail("drop_before")
    await channel.send(text(isla, "first"))
    assert isinstance(await channel.send(text(isla, "second")), Accepted)
    assert [there.text for there in await telegram.messages(isla)] == ["second"]


async def test_the_bot_knows_its_own_name(channel: TelegramChannel) -> None:
    me = await channel.get_me()
    assert me.username
    assert me.id > 0


async def test_a_name_that_cannot_be_asked_for_says_so_without_the_token(nobody: str) -> None:
    alone = TelegramChannel("main", "100:SECRETSECRET", nobody, timeout=1.0)
    with pytest.raises(TelegramFaultError) as caught:
        await alone.get_me()
    await alone.close()
    assert "SECRET" not in str(caught.value)
    assert caught.value.code == "NetworkError"


async def test_commands_are_set(telegram: TelegramServer, channel: TelegramChannel) -> None:
    await channel.set_commands([("help", "What I can do"), ("stop", "Stop all messages")])
    commands = str(await telegram.commands())
    assert "What I can do" in commands
    assert "stop" in commands


async def test_a_webhook_is_set_with_its_secret_and_taken_away(
    telegram: TelegramServer, channel: TelegramChannel
) -> None:
    await channel.set_webhook(f"{PUBLIC_URL}/telegram/main", "a-secret")
    await channel.delete_webhook()
    (request,) = await telegram.wait_request("setWebhook", status=200)
    assert request["parameters"]["secret_token"] == "a-secret"
    await telegram.wait_request("deleteWebhook", status=200)


def incoming(kind: IncomingKind, sender: int, callback_id: str = "") -> Incoming:
    return Incoming("main", "5", str(sender), kind, callback_id=callback_id)


async def test_groups_are_left_after_the_commit(telegram: TelegramServer, channel: TelegramChannel) -> None:
    group = await telegram.group(member=True)
    channel.after_commit([incoming("group", group)])
    await telegram.wait_request("leaveChat", status=200)
    assert await telegram.membership(group) == "left"


async def test_presses_are_answered_after_the_commit(telegram: TelegramServer, channel: TelegramChannel) -> None:
    isla = await telegram.user(started=True)
    message = text(isla, options=NUMBERS)
    await channel.send(message)
    query = await telegram.press(isla, "7")
    channel.after_commit([incoming("press", isla, query)])
    await telegram.wait_request("answerCallbackQuery", status=200)
    assert [press["answer"] is not None for press in await telegram.presses(isla)] == [True]


async def test_a_courtesy_that_fails_harms_nothing(telegram: TelegramServer) -> None:
    made = TelegramChannel("main", telegram.token, telegram.url, timeout=1.0)
    isla = await telegram.user(started=True)
    await made.send(text(isla, options=NUMBERS))
    query = await telegram.press(isla, "7")
    await telegram.expire_queries()
    made.after_commit([incoming("press", isla, query)])
    await made.close()
    await telegram.wait_request("answerCallbackQuery", status=400)
