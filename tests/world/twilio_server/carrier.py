"""A message on its way: its statuses, one after another, and the callbacks that tell of them."""

from __future__ import annotations

import asyncio

from tests.world.provider.journal import stamp
from tests.world.twilio_server.account import API_VERSION, Account, Behaviour, TwilioMessage
from tests.world.twilio_server.posting import post_signed

HOWS: dict[str, list[str]] = {
    "delivered": ["queued", "sent", "delivered"],
    "undelivered": ["queued", "sent", "undelivered"],
    "failed": ["queued", "failed"],
    "late": ["queued", "sent", "HOLD", "delivered"],
    "late_undelivered": ["queued", "sent", "HOLD", "undelivered"],
    "stays_queued": ["queued", "HOLD", "sent", "delivered"],
    "twice": ["queued", "queued", "sent", "sent", "delivered", "delivered"],
    "out_of_order": ["delivered", "sent", "queued"],
    "no_callbacks": ["queued", "sent", "delivered"],
    "never": ["queued", "sent"],
    "refused": [],
}
"""How a phone may behave: the callbacks in order. HOLD: until the test releases it. `no_callbacks`: the statuses
happen but nothing is posted; `never`: nothing is posted and the status stays sent; `refused`: 400 with the code."""
_SILENT = {"no_callbacks", "never"}
_BAD_ENDS = {"undelivered", "failed"}
_ORDER = ["accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed"]


async def carry(account: Account, message: TwilioMessage, behaviour: Behaviour, sender: str) -> None:
    """Take a message through its statuses, `delay_s` apart."""
    for status in HOWS[behaviour.how]:
        if status == "HOLD":
            await account.journal.until(lambda: True if message.sid in account.released else None, None)
            continue
        await asyncio.sleep(behaviour.delay_s)
        message.sender = message.sender or sender
        code = (behaviour.code or 30003) if status in _BAD_ENDS else None
        if _ORDER.index(status) >= _ORDER.index(message.status):
            message.move(status, account.now(), code)
            account.journal.changed()
        if behaviour.how not in _SILENT:
            await _call_back(account, message, status, code)


async def _call_back(account: Account, message: TwilioMessage, status: str, code: int | None) -> None:
    if message.callback is None:
        return
    form = {
        "AccountSid": account.sid,
        "ApiVersion": API_VERSION,
        "From": message.sender or "",
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
    }
    if message.service_sid:
        form["MessagingServiceSid"] = message.service_sid
    if code is not None:
        form["ErrorCode"] = str(code)
    note = {"sid": message.sid, "to": message.to, "status": status, "error_code": code, "at": stamp(), "posts": []}
    account.callbacks.append(note)
    note["posts"] = await post_signed(account, message.callback, form)
    account.journal.changed()
