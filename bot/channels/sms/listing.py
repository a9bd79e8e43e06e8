"""Listing what Twilio has: the Messages of an account, page by page, the newest first."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.base.page import Page
from twilio.rest.api.v2010.account.message import MessageInstance, MessageList

PAGE: Final = 500  # messages; Twilio gives at most 1,000
NOT_LISTED: Final = (aiohttp.ClientError, TimeoutError, OSError, TwilioException)
"""What may come instead of a page."""


async def newest_first(messages: MessageList, **wanted: Any) -> AsyncGenerator[MessageInstance]:
    """Messages that fit `wanted` (`to`, `from_`, `date_sent_after`: a day as YYYY-MM-DD), a page asked for when it is
    come to.

    Raises:
        aiohttp.ClientError, TimeoutError, OSError, TwilioException: a page could not be had.
    """
    page: Page | None = await messages.page_async(**{"page_size": PAGE, **wanted})
    while page is not None:
        for message in page:
            yield message
        page = await page.next_page_async()


def moment(value: object) -> datetime | None:
    """A time of Twilio's (RFC 2822, whole seconds, as the library reads it) in UTC; None for what is none."""
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def fault_code(fault: Exception) -> str:
    """A fault as it may be shown: Twilio's own status where it has one, else the error's class."""
    status = getattr(fault, "status", None)
    return str(status) if isinstance(status, int) else type(fault).__name__
