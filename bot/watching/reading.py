"""What a channel makes of a raw form that it gave us before: for what was set aside and is to be decided after all."""

import json

from bot.channels.base import Incoming, Style, Unreadable
from bot.channels.sms.inbound import read_message
from bot.channels.telegram.updates import read_update


def read_again(style: Style, account: str, raw: str) -> Incoming | Unreadable:
    """`raw` as it was kept when it came in at `account`. Never raises."""
    try:
        whole: object = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        return Unreadable(account, "", raw, type(fault).__name__)
    if style == "telegram":
        return read_update(account, whole)
    if not isinstance(whole, dict):
        return Unreadable(account, "", raw, "NoForm")
    form = {str(name): str(value) for name, value in whole.items()}
    return read_message({form.get("To", "").strip(): account}, form)
