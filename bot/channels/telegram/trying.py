"""Tries a bot's token: getMe, and where Telegram brings its updates. Nothing is changed by it."""

import asyncio
from typing import Final

import httpx
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.request import bot_url, pool
from bot.channels.trial import Away, Right, Trial, Unwell, Wrong

PATIENCE: Final = 10.0  # seconds, for all of it


async def try_telegram(token: str, api_url: str, patience: float = PATIENCE) -> Trial:
    """What Telegram says to `token`, within `patience` seconds. Raises nothing for what Telegram or a network may do."""
    request = pool(2, patience)
    try:
        async with asyncio.timeout(patience):
            bot = Bot(token, base_url=lambda given: bot_url(api_url, given), request=request)
            me = await bot.get_me()
            hook = await bot.get_webhook_info()
    except InvalidToken:  # 401, and 404 for what does not look like a token at all
        return Wrong()
    except TelegramError as fault:
        return _trouble(fault)
    except TimeoutError:
        return Away("TimeoutError")
    finally:
        await request.shutdown()
    last = hook.last_error_date
    return Right(
        me.username or "",
        webhook=hook.url,
        waiting=hook.pending_update_count,
        last_fault=None if last is None else int(last.timestamp()),
    )


def _trouble(fault: TelegramError) -> Trial:
    """The network's faults have a cause of the HTTP client; others come from an answer."""
    cause = fault.__cause__
    return Away(type(cause).__name__) if isinstance(cause, httpx.TransportError) else Unwell(type(fault).__name__)
