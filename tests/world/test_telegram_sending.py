"""What the bot sends is taken or refused as Telegram would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import telegram
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from tests.world.provider.addresses import NO_CERTIFICATES
from tests.world.servers import TelegramServer
from tests.world.test_telegram_updates import client_of, unknown_fields


@pytest.fixture
async def bot(telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else reading RetryAfter.retry_after warns
    async with client_of(telegram_server) as client:
        yield client


def keyboard(data: str = "x") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("One", callback_data=data)]])


async def raw(server: TelegramServer, method: str, **json: Any) -> httpx.Response:
    async with httpx.AsyncClient(verify=NO_CERTIFICATES, trust_env=False) as client:
        return await client.post(f"{server.url}/bot{server.token}/{method}", json=json)


async def test_a_message_is_answered_as_telegram_does(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    sent = await bot.send_message(isla, "  How are you?  ", reply_markup=keyboard())
    assert unknown_fields(sent) == []
    assert (sent.text, sent.chat.id, sent.chat.type) == ("How are you?", isla, "private")
    assert sent.from_user is not None
    assert sent.from_user.is_bot
    assert sent.from_user.id == bot.id
    (seen,) = await telegram_server.wait_for(isla)
    assert (seen.text, [one.text for one in seen.buttons]) == ("How are you?", ["One"])
    assert await telegram_server.problems() == []


async def test_get_me_has_no_unknown_fields(bot: Bot) -> None:
    assert unknown_fields(await bot.get_me()) == []
    assert bot.username == "blether_test_bot"


async def test_a_wrong_token_is_unauthorized(telegram_server: TelegramServer) -> None:
    with pytest.raises(InvalidToken):
        async with client_of(telegram_server, "1:wrong"):
            pass
    assert await telegram_server.problems() == ["getMe: Unauthorized"]


async def test_an_unknown_method_is_not_found(telegram_server: TelegramServer) -> None:
    answer = await raw(telegram_server, "sendTelepathy")
    assert (answer.status_code, answer.json()["error_code"]) == (404, 404)
    assert len(await telegram_server.problems()) == 1


async def test_an_unknown_parameter_is_a_problem(telegram_server: TelegramServer) -> None:
    isla = await telegram_server.user(started=True)
    answer = await raw(telegram_server, "sendMessage", chat_id=isla, text="hi", buttons=[])
    assert answer.json()["ok"]
    assert "buttons" in (await telegram_server.problems())[0]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"chat_id": "", "text": "hi"}, "chat_id is empty"),
        ({"text": "<b>hi", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
        ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag"),
        ({"text": "<b><i>hi</b></i>", "parse_mode": "HTML"}, "can't parse entities: Unmatched end tag"),
        ({"text": "<p>hi</p>", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "p"'),
        ({"text": "hi.", "parse_mode": "MarkdownV2"}, "can't parse entities: Character '.' is reserved"),
        ({"text": "*hi", "parse_mode": "MarkdownV2"}, "can't parse entities: Can't find end of Bold"),
        ({"text": "_hi", "parse_mode": "Markdown"}, "can't parse entities: Can't find end of Italic"),
        ({"text": "hi", "parse_mode": "Wiki"}, "unsupported parse_mode"),
        (
            {"text": "hi", "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "x" * 65}]]}},
            "BUTTON_DATA_INVALID",
        ),
        (
            {"text": "hi", "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": ""}]]}},
            "BUTTON_DATA_INVALID",
        ),
        ({"text": "hi", "reply_markup": {"inline_keyboard": [[{"text": "A"}]]}}, "Text buttons are unallowed"),
        ({"text": "hi", "reply_markup": []}, "object expected as reply markup"),
    ],
)
async def test_what_sendmessage_refuses(
    telegram_server: TelegramServer, parameters: dict[str, Any], words: str
) -> None:
    isla = await telegram_server.user(started=True)
    answer = await raw(telegram_server, "sendMessage", **{"chat_id": isla, **parameters})
    assert answer.status_code == answer.json()["error_code"] == 400
    assert answer.json()["description"].startswith("Bad Request: ")
    assert words in answer.json()["description"]
    assert len(await telegram_server.problems()) == 1
    assert await telegram_server.messages(isla) == []


async def test_the_longest_text_and_the_longest_data_pass(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    sent = await bot.send_message(isla, "😀" * 2048, reply_markup=keyboard("é" * 32))
    assert sent.text == "😀" * 2048


@pytest.mark.parametrize(
    ("text", "mode"),
    [("<b>Hi</b> &lt;you&gt;", "HTML"), ("*Hi* <you\\>", "MarkdownV2"), ("*Hi* <you>", "Markdown")],
)
async def test_formatted_text_arrives_plain_with_entities(
    telegram_server: TelegramServer, bot: Bot, text: str, mode: str
) -> None:
    isla = await telegram_server.user(started=True)
    sent = await bot.send_message(isla, text, parse_mode=mode)
    assert sent.text == "Hi <you>"
    assert [(one.type, one.offset, one.length) for one in sent.entities] == [("bold", 0, 2)]


async def test_refusals_that_are_facts_about_the_chat(telegram_server: TelegramServer, bot: Bot) -> None:
    stranger = await telegram_server.user("Ewan")
    blocker = await telegram_server.user("Isla", started=True)
    gone = await telegram_server.user("Morag", started=True)
    await telegram_server.block(blocker)
    await telegram_server.deactivate(gone)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(404404, "hi")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger, "hi")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(blocker, "hi")
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(gone, "hi")
    assert await telegram_server.problems() == []


async def test_pressing_start_again_unblocks(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.block(isla)
    await telegram_server.start(isla)
    assert (await bot.send_message(isla, "Welcome back")).text == "Welcome back"


async def test_a_chat_takes_a_burst_then_one_a_second(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    ewan = await telegram_server.user("Ewan", started=True)
    await telegram_server.limits(burst=2, per_chat=0.001)
    for _ in range(2):
        await bot.send_message(isla, "hi")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(isla, "hi")
    assert isinstance(caught.value.retry_after, timedelta)
    assert 900 < caught.value.retry_after.total_seconds() <= 1000
    await bot.send_message(ewan, "hi")
    assert len(await telegram_server.messages(isla)) == 2


async def test_sending_again_before_the_wait_is_over_is_noted(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    ewan = await telegram_server.user("Ewan", started=True)
    await telegram_server.fail("rate_limited", target=isla, retry_after=600)
    with pytest.raises(RetryAfter):
        await bot.send_message(isla, "hi")
    await bot.send_message(ewan, "hi")
    await bot.send_message(isla, "hi")
    sent = await telegram_server.wait_request("sendMessage", count=3)
    assert [one["early"] for one in sent] == [False, False, True]


async def test_a_group_takes_twenty_a_minute(telegram_server: TelegramServer, bot: Bot) -> None:
    group = await telegram_server.group(member=True)
    await telegram_server.limits(burst=100, group_per_minute=3.0)
    for _ in range(3):
        await bot.send_message(group, "hi")
    with pytest.raises(RetryAfter):
        await bot.send_message(group, "hi")


async def test_all_chats_together_are_limited(telegram_server: TelegramServer, bot: Bot) -> None:
    chats = [await telegram_server.user(started=True) for _ in range(3)]
    await telegram_server.limits(overall=2.0)
    answers = await asyncio.gather(*(bot.send_message(chat, "hi") for chat in chats), return_exceptions=True)
    assert [type(one) for one in answers].count(RetryAfter) == 1


async def test_limits_can_be_switched_off(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.limits(on=False)
    for _ in range(40):
        await bot.send_message(isla, "hi")
    assert len(await telegram_server.messages(isla)) == 40


async def test_edits(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    sent = await bot.send_message(isla, "Sure?", reply_markup=keyboard())
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("Sure?", isla, sent.message_id, reply_markup=keyboard())
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", isla, 999)
    edited = await bot.edit_message_text("Noted.", isla, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert unknown_fields(edited) == []
    assert (edited.text, edited.reply_markup) == ("Noted.", None)
    (seen,) = await telegram_server.messages(isla)
    assert (seen.text, seen.earlier, seen.buttons) == ("Noted.", ("Sure?",), ())
    await bot.edit_message_reply_markup(isla, sent.message_id, reply_markup=keyboard("y"))
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(isla, sent.message_id, reply_markup=keyboard("y"))
    assert await telegram_server.problems() == []


async def test_the_words_of_a_person_cannot_be_edited(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    (number,) = await telegram_server.say(isla, "hello")
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", isla, number)


async def test_presses_are_answered_once_they_are_known(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await bot.send_message(isla, "Sure?", reply_markup=keyboard())
    query = await telegram_server.press(isla, "One")
    assert await bot.answer_callback_query(query, text="Thanks")
    old = await telegram_server.press(isla, 0)
    await telegram_server.expire_queries()
    for unknown in (old, "12345"):
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(unknown)
    first, second = await telegram_server.presses(isla)
    assert (first["answer"], second["answer"]) == ({"text": "Thanks", "show_alert": False}, None)


async def test_commands_are_checked_and_kept(telegram_server: TelegramServer, bot: Bot) -> None:
    commands = [BotCommand("help", "What I can do"), BotCommand("stop", "Stop all texts")]
    assert await bot.set_my_commands(commands)
    assert list(await bot.get_my_commands()) == commands
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([("Über", "x")])


async def test_chat_actions(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await bot.send_chat_action(isla, "typing")
    with pytest.raises(BadRequest, match="Wrong parameter action"):
        await bot.send_chat_action(isla, "dancing")
    assert await telegram_server.actions(isla) == ["typing"]


async def test_a_private_chat_cannot_be_left(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    with pytest.raises(BadRequest, match="can't be changed in private chats"):
        await bot.leave_chat(isla)


@pytest.mark.parametrize(
    ("kind", "more", "error", "arrives"),
    [
        ("rate_limited", {"retry_after": 7}, RetryAfter, False),
        ("refuse", {"code": 403, "description": "bot was blocked by the user"}, Forbidden, False),
        ("server_error", {}, NetworkError, False),
        ("server_error", {"accepted": True}, NetworkError, True),
        ("bad_gateway", {}, NetworkError, False),
        ("bad_gateway", {"accepted": True}, NetworkError, True),
        ("truncated", {}, telegram.error.TelegramError, True),
        ("cut", {}, NetworkError, True),
        ("slow", {"seconds": 2}, TimedOut, True),
        ("drop_after", {}, NetworkError, True),
        ("drop_before", {}, NetworkError, False),
    ],
)
async def test_ordered_failures(
    telegram_server: TelegramServer,
    bot: Bot,
    kind: str,
    more: dict[str, Any],
    error: type[Exception],
    arrives: bool,
) -> None:
    isla = await telegram_server.user(started=True)
    ewan = await telegram_server.user("Ewan", started=True)
    await telegram_server.fail(kind, method="sendMessage", target=isla, **more)
    await bot.send_message(ewan, "untouched")
    with pytest.raises(error):
        await bot.send_message(isla, "hit", read_timeout=0.5)
    assert len(await telegram_server.messages(isla)) == int(arrives)
    await bot.send_message(isla, "after")
    assert await telegram_server.problems() == []
    hit = [one for one in await telegram_server.requests() if one["fault"]]
    assert [one["fault"] for one in hit] == [kind]


async def test_a_failure_without_end_lasts_until_it_is_healed(telegram_server: TelegramServer, bot: Bot) -> None:
    isla = await telegram_server.user(started=True)
    await telegram_server.fail("server_error", times=None)
    for _ in range(3):
        with pytest.raises(NetworkError):
            await bot.send_message(isla, "hi")
    await telegram_server.heal()
    await bot.send_message(isla, "hi")
    assert [one["status"] for one in await telegram_server.wait_request("sendMessage", count=4)] == [500] * 3 + [200]
