"""What people do reaches the bot as Telegram would send it, by polling and by webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import telegram
from telegram import Bot, TelegramObject, Update
from telegram.request import HTTPXRequest

from tests.world.listener import listening
from tests.world.provider.addresses import NO_CERTIFICATES
from tests.world.servers import PUBLIC_URL, ControlError, NotInTime, TelegramServer

HOOK = f"{PUBLIC_URL}/telegram/main"


def client_of(server: TelegramServer, token: str | None = None) -> Bot:
    """python-telegram-bot's client, as it comes but for the certificates that a loopback needs not."""

    def request() -> HTTPXRequest:
        return HTTPXRequest(connection_pool_size=4, httpx_kwargs={"verify": NO_CERTIFICATES, "trust_env": False})

    return Bot(token or server.token, base_url=f"{server.url}/bot", request=request(), get_updates_request=request())


@pytest.fixture
async def bot(telegram_server: TelegramServer) -> AsyncIterator[Bot]:
    async with client_of(telegram_server) as client:
        yield client


def unknown_fields(parsed: Any) -> list[str]:
    """Fields that python-telegram-bot does not know, anywhere inside."""
    if isinstance(parsed, (list, tuple)):
        return [name for one in parsed for name in unknown_fields(one)]
    if not isinstance(parsed, TelegramObject):
        return []
    slots = {name for cls in type(parsed).__mro__ for name in getattr(cls, "__slots__", ())}
    inside = [getattr(parsed, name, None) for name in slots if not name.startswith("_")]
    return [*parsed.api_kwargs, *(name for one in inside for name in unknown_fields(one))]


async def updates(bot: Bot, offset: int | None = None) -> list[Update]:
    found = await bot.get_updates(offset=offset, timeout=0, allowed_updates=Update.ALL_TYPES)
    assert unknown_fields(found) == []
    return list(found)


async def test_start_with_a_code_arrives_as_a_command(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user("Isla")
    await telegram_server.start(isla, "AB-12_x")
    (update,) = await updates(bot)
    assert update.message is not None
    assert update.message.text == "/start AB-12_x"
    assert update.message.entities[0].type == "bot_command"
    assert update.message.from_user is not None
    assert (update.message.chat.id, update.message.from_user.first_name) == (isla, "Isla")


async def test_nobody_writes_before_start(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user("Isla")
    with pytest.raises(ControlError, match="press start first"):
        await telegram_server.say(isla, "hello")
    assert await updates(bot) == []


async def test_a_text_over_4096_units_comes_in_several(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.say(isla, "😀" * 2050)
    assert [len(one.message.text or "") for one in await updates(bot) if one.message] == [2048, 2]


@pytest.mark.parametrize("kind", ["voice", "photo", "sticker", "location", "video_note", "document", "contact"])
async def test_media_parse(telegram_server: TelegramServer, bot: Bot, kind: str) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.send_media(isla, kind)
    (update,) = await updates(bot)
    assert update.message is not None
    assert update.message.text is None
    assert getattr(update.message, kind)


async def test_a_caption_comes_with_its_photo(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.send_media(isla, "photo", caption="my dog")
    (update,) = await updates(bot)
    assert update.message is not None
    assert update.message.caption == "my dog"


async def test_an_edit_comes_as_edited_message(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.say(isla, "7")
    await telegram_server.edit(isla, "2")
    _, edited = await updates(bot)
    assert edited.edited_message is not None
    assert (edited.edited_message.text, edited.message) == ("2", None)
    assert edited.edited_message.edit_date is not None


async def test_block_and_unblock_are_told(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.block(isla)
    await telegram_server.unblock(isla)
    told = [one.my_chat_member for one in await updates(bot)]
    assert [one and one.new_chat_member.status for one in told] == ["kicked", "member"]


async def test_a_group_adds_the_bot_and_the_bot_leaves(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    group = await telegram_server.group("Leith walkers")
    await telegram_server.place_bot(group, sender=isla)
    await telegram_server.say(group, "hello all", sender=isla)
    added, said = await updates(bot)
    assert added.my_chat_member is not None
    assert added.my_chat_member.chat.title == "Leith walkers"
    assert said.message is not None
    assert said.message.from_user is not None
    assert (said.message.chat.type, said.message.from_user.id) == ("group", isla)
    assert await bot.leave_chat(group)
    assert await telegram_server.membership(group) == "left"
    with pytest.raises(telegram.error.Forbidden, match="not a member of the group chat"):
        await bot.send_message(group, "hello")


async def test_a_press_carries_the_message_and_its_data(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    keyboard = telegram.InlineKeyboardMarkup.from_row(
        [telegram.InlineKeyboardButton(word, callback_data=word.lower()) for word in ("Yes", "No")]
    )
    sent = await bot.send_message(isla, "Sure?", reply_markup=keyboard)
    await telegram_server.press(isla, "No")
    await telegram_server.press(isla, 0, inaccessible=True)
    first, second = [one.callback_query for one in await updates(bot)]
    assert first is not None
    assert second is not None
    assert (first.data, second.data) == ("no", "yes")
    assert first.message is not None
    assert (first.message.message_id, first.message.is_accessible) == (sent.message_id, True)
    assert second.message is not None
    assert not second.message.is_accessible
    with pytest.raises(ControlError, match="no such button"):
        await telegram_server.press(isla, "Maybe")


async def test_unconfirmed_updates_come_again_and_the_offset_confirms(
    telegram_server: TelegramServer, bot: Bot
) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.say(isla, "one")
    await telegram_server.say(isla, "two")
    first, second = await updates(bot)
    assert [one.update_id for one in await updates(bot)] == [first.update_id, second.update_id]
    assert [one.update_id for one in await updates(bot, first.update_id + 1)] == [second.update_id]
    assert await updates(bot, second.update_id + 1) == []
    assert await updates(bot) == []
    await telegram_server.wait_confirmed()


async def test_a_long_poll_returns_as_soon_as_something_comes(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram_server.wait_polling()
    await telegram_server.say(isla, "hello")
    (update,) = await asyncio.wait_for(poll, 5)
    assert update.message is not None
    assert update.message.text == "hello"


async def test_a_second_poller_ends_the_first_with_a_conflict(telegram_server: TelegramServer, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram_server.wait_polling()
    assert await bot.get_updates(timeout=0) == ()
    with pytest.raises(telegram.error.Conflict, match="terminated by other getUpdates"):
        await first


async def test_a_poller_that_went_away_leaves_its_updates(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram_server.wait_polling()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await telegram_server.say(isla, "still there")
    assert len(await updates(bot)) == 1


async def test_polling_conflicts_with_a_webhook(telegram_server: TelegramServer, bot: Bot) -> None:
    await bot.set_webhook(HOOK)
    with pytest.raises(telegram.error.Conflict, match="webhook is active"):
        await bot.get_updates(timeout=0)
    await bot.delete_webhook()
    assert await updates(bot) == []


async def test_only_allowed_kinds_are_queued(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await bot.get_updates(timeout=0, allowed_updates=["my_chat_member"])
    await telegram_server.say(isla, "hello")
    await telegram_server.block(isla)
    (update,) = await bot.get_updates(timeout=0)
    assert update.my_chat_member is not None


async def test_a_malformed_update_is_delivered_as_it_is(telegram_server: TelegramServer, bot: Bot) -> None:
    await telegram_server.raw_update({"message": {"text": 5}})
    with pytest.raises(KeyError, match="date"):
        await bot.get_updates(timeout=0)


async def test_the_webhook_gets_the_secret_and_the_updates_in_order(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    async with listening() as listener:
        await telegram_server.route(listener.url)
        listener.statuses = [500, 403]
        await bot.set_webhook(HOOK, secret_token="Leith_7")
        for word in ("one", "two"):
            await telegram_server.say(isla, word)
        heard = await listener.wait(4)
        await telegram_server.wait_confirmed()
    parsed = [Update.de_json(json.loads(one.body), bot) for one in heard]
    assert [one.message.text for one in parsed if one.message] == ["one", "one", "one", "two"]
    assert {one.path for one in heard} == {"/telegram/main"}
    assert {one.headers["x-telegram-bot-api-secret-token"] for one in heard} == {"Leith_7"}
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (HOOK, 0)
    assert info.last_error_message == "Wrong response from the webhook: 403 Forbidden"
    assert [one["attempt"] for one in await telegram_server.posts()] == [1, 2, 3, 1]


async def test_several_addresses_share_the_posts_in_parallel(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    async with listening() as one, listening() as two:
        await telegram_server.route([one.url, two.url], at_once=4)
        await bot.set_webhook(HOOK)
        for number in range(8):
            await telegram_server.say(isla, str(number))
        await telegram_server.wait_confirmed()
    told = [json.loads(heard.body)["message"]["text"] for heard in one.heard + two.heard]
    assert sorted(told) == [str(number) for number in range(8)]
    assert (len(one.heard), len(two.heard)) == (4, 4)


async def test_a_poll_can_fail_and_loses_nothing(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.say(isla, "hello")
    await telegram_server.fail("drop_after", method="getUpdates")
    with pytest.raises(telegram.error.NetworkError):
        await bot.get_updates(timeout=0)
    assert len(await updates(bot)) == 1


async def test_a_confirmed_update_can_be_posted_once_more(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    async with listening() as listener:
        await telegram_server.route(listener.url)
        await bot.set_webhook(HOOK)
        await telegram_server.say(isla, "one")
        (first,) = await listener.wait(1)
        await telegram_server.wait_confirmed()
        await telegram_server.deliver_again(json.loads(first.body)["update_id"])
        _, second = await listener.wait(2)
    assert first.body == second.body


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://blether.example.org/x", "an https url must be provided"),
        ("https://blether.example.org:8000/x", "only on ports 80, 88, 443 or 8443"),
    ],
)
async def test_webhook_addresses_that_telegram_refuses(
    telegram_server: TelegramServer, bot: Bot, url: str, words: str
) -> None:
    with pytest.raises(telegram.error.BadRequest, match=words):
        await bot.set_webhook(url)
    assert len(await telegram_server.problems()) == 1


async def test_a_webhook_that_leads_elsewhere_is_a_problem(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await bot.set_webhook("https://elsewhere.example.org/x")
    await telegram_server.say(isla, "one")
    await telegram_server.wait_problem()
    assert len(await telegram_server.pending()) == 1


async def test_waiting_in_vain_says_what_there_is(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await bot.send_message(isla, "good morning")
    with pytest.raises(NotInTime, match="good morning"):
        await telegram_server.wait_for(isla, contains="good night", within=0.05)
