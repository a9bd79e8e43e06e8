"""Looking for a text whose outcome is unknown among those that Twilio took.

Listed by To and From (by To alone where a messaging service chooses the number), never by DateSent, which is empty while a
text waits there; until `date_created` is older than the attempt. No message says which row of ours it was, so it is known
by its words: the same, or the same behind a mark like "(again)" or "Held up 45 min:". Which of several is ours is for whoever
knows the sids of the others.
"""

from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

from twilio.rest.api.v2010.account.message import MessageInstance, MessageList

from bot.channels.base import Found, LookedUp, NotFound, Outgoing, StatusReport
from bot.channels.sms.inbound import status_of
from bot.channels.sms.listing import moment, newest_first
from bot.channels.sms.writing import as_text_message

SKEW: Final = timedelta(minutes=2)
"""How far Twilio's clock may be behind ours, `date_created` being in whole seconds."""
LONGEST_MARK: Final = 40  # characters put before the words of a text that is late or sent again
FEW: Final = 20  # messages a page: what we look for was made a moment ago
MOST: Final = 500  # messages looked at


async def find(messages: MessageList, message: Outgoing, since: datetime, *, account: str, sender: str) -> LookedUp:
    """Look for a text. `sender`: the number it came from, "" where a messaging service chose it.

    Raises:
        aiohttp.ClientError, TimeoutError, OSError, TwilioException: Twilio could not be asked.
    """
    words = as_text_message(message).strip()
    wanted = {"to": message.to, "page_size": FEW} | ({"from_": sender} if sender else {})
    found: list[StatusReport] = []
    seen = 0
    async with aclosing(newest_first(messages, **wanted)) as listed:
        async for one in listed:
            seen += 1
            made = moment(one.date_created)
            if seen > MOST or (made is not None and made < since - SKEW):
                break
            report = _report(one, account, message)
            if report is not None and _same(str(one.body or "").strip(), words):
                found.append(report)
    return Found(tuple(reversed(found))) if found else NotFound()


def _same(body: str, words: str) -> bool:
    return body.endswith(words) and len(body) - len(words) <= LONGEST_MARK


def _report(one: MessageInstance, account: str, message: Outgoing) -> StatusReport | None:
    if str(one.direction).startswith("inbound"):
        return None
    code = str(one.error_code or "")
    return status_of(account, str(one.sid or ""), str(one.status or ""), code, message.message_id)
