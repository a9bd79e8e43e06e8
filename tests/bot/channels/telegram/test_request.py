"""What comes back over HTTP, where the library alone would not tell."""

from datetime import timedelta

import httpx
import pytest
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError

from bot.channels.telegram.request import LONGEST_WAIT, FloodError, TelegramRequest, UnreadableAnswerError, bot_url

URL = "http://127.0.0.1:1/botTOKEN"
MESSAGE = '{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":7,"type":"private"}}}'


async def asked(method: str, status: int, body: str) -> object:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    request = TelegramRequest(httpx_kwargs={"transport": transport})
    try:
        return await request.post(f"{URL}/{method}")
    finally:
        await request.shutdown()


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ('{"ok":false,"parameters":{"retry_after":35}}', timedelta(seconds=35)),
        ('{"ok":false,"parameters":{"retry_after":0}}', timedelta(0)),
        ('{"ok":false,"parameters":{"retry_after":99999999999999999999}}', LONGEST_WAIT),
        ('{"ok":false,"parameters":{"retry_after":-1}}', None),
        ('{"ok":false,"parameters":{"retry_after":true}}', None),
        ('{"ok":false,"parameters":{"retry_after":NaN}}', None),
        ('{"ok":false,"description":"Too Many Requests"}', None),
        ("<html>slow down</html>", None),
        ("[]", None),
    ],
)
async def test_a_429_is_told_as_one_whatever_it_carries(body: str, after: timedelta | None) -> None:
    with pytest.raises(FloodError) as caught:
        await asked("sendMessage", 429, body)
    assert caught.value.after == after


@pytest.mark.parametrize("method", ["sendMessage", "getUpdates", "getMe", "leaveChat"])
@pytest.mark.parametrize("body", ["", "<html>", "null", "[]", "7", "{}", '{"status":"ok"}', '{"ok":true,"resu'])
async def test_a_200_that_is_no_answer_is_an_error_of_telegrams(method: str, body: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        await asked(method, 200, body)


@pytest.mark.parametrize("result", ["true", "[]", "{}", '{"message_id":1}', '{"message_id":"1","date":1,"chat":{}}'])
async def test_a_text_that_was_sent_is_answered_with_a_message(result: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        await asked("sendMessage", 200, f'{{"ok":true,"result":{result}}}')
    assert await asked("sendMessage", 200, MESSAGE)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, InvalidToken), (404, InvalidToken), (400, BadRequest), (500, NetworkError)]
)
async def test_other_answers_stay_the_librarys(status: int, kind: type[TelegramError]) -> None:
    with pytest.raises(kind):
        await asked("sendMessage", status, '{"ok":false,"description":"no"}')


def test_a_slash_at_the_end_of_the_address_does_no_harm() -> None:
    assert bot_url("http://127.0.0.1:1/", "TOKEN") == bot_url("http://127.0.0.1:1", "TOKEN") == URL
