"""People who text the account's numbers."""

from __future__ import annotations

import re
from typing import Any

from tests.world.provider.journal import stamp
from tests.world.twilio_server.account import API_VERSION, Account, TwilioMessage
from tests.world.twilio_server.posting import post_signed
from tests.world.twilio_server.segments import segments

STOP_WORDS = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
START_WORDS = frozenset(["START", "YES", "UNSTOP"])
HELP_WORDS = frozenset(["HELP", "INFO"])
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
Json = dict[str, Any]


def opt_out_type(body: str) -> str | None:
    """What the carrier word of a text means: STOP, START, HELP; None for any other text."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return "STOP"
    if word in START_WORDS:
        return "START"
    return "HELP" if word in HELP_WORDS else None


async def text(account: Account, arguments: Json) -> Json:
    """A person texts a number of the account; posted to the bot at once.

    `opt_out` False: the account leaves the carrier's words alone. `lost`: the webhook is never called, only the list of
    Messages has it. `forged`: signed with another token, and Twilio knows nothing of it. `wait` False: answer at once.
    """
    sender, to, body = arguments["from"], arguments["to"], arguments["body"]
    if not _PHONE.fullmatch(sender):
        raise ValueError("from must be a phone number")
    if to not in account.numbers:
        raise ValueError(f"to must be a number of the account: {sorted(account.numbers)}")
    if not account.numbers[to].sms_url and not arguments.get("lost"):
        raise ValueError("nobody listens at this number: call route first")
    media = int(arguments.get("num_media", 0))
    message = _received(account, sender, to, body, media)
    meaning = opt_out_type(body) if arguments.get("opt_out", True) else None
    forged = bool(arguments.get("forged"))
    if not forged:
        account.add(message)
        _apply(account, sender, to, meaning)
    form = _form(account, message, meaning, arguments.get("media_type", "image/jpeg"))
    if arguments.get("lost"):
        return {"sid": message.sid, "posts": []}
    work = _post(account, message, form, "not-the-token" if forged else None)
    if arguments.get("wait", True):
        return {"sid": message.sid, "posts": await work}

    async def beside() -> None:
        await work

    account.later(beside())
    return {"sid": message.sid, "posts": []}


async def again(account: Account, arguments: Json) -> Json:
    """Post an inbound text once more, with the same MessageSid."""
    message = account.messages[arguments["sid"]]
    form = _form(account, message, opt_out_type(message.body), "image/jpeg")
    return {"sid": message.sid, "posts": await _post(account, message, form, None)}


def _received(account: Account, sender: str, to: str, body: str, media: int) -> TwilioMessage:
    now = account.now()
    return TwilioMessage(
        sid=account.new_sid("MM" if media else "SM"),
        sender=sender,
        to=to,
        body=body,
        direction="inbound",
        status="received",
        created=now,
        updated=now,
        sent=now,
        num_media=media,
    )


def _apply(account: Account, sender: str, to: str, meaning: str | None) -> None:
    pairs = {(sender, one) for one in account.group_of(to)}
    if meaning == "STOP":
        account.opted_out |= pairs
    elif meaning == "START":
        account.opted_out -= pairs


def _form(account: Account, message: TwilioMessage, meaning: str | None, media_type: str) -> dict[str, str]:
    form = {
        "AccountSid": account.sid,
        "ApiVersion": API_VERSION,
        "Body": message.body,
        "From": message.sender or "",
        "FromCountry": "GB",
        "MessageSid": message.sid,
        "NumMedia": str(message.num_media),
        "NumSegments": str(segments(message.body)),
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "To": message.to,
        "ToCountry": "GB",
    }
    for index in range(message.num_media):
        form[f"MediaContentType{index}"] = media_type
        form[f"MediaUrl{index}"] = f"https://api.twilio.com/{API_VERSION}/Accounts/{account.sid}/Media/ME{index:032x}"
    service = next((sid for sid, numbers in account.services.items() if message.to in numbers), None)
    if service:
        form["MessagingServiceSid"] = service
    if meaning:
        form["OptOutType"] = meaning
    return form


async def _post(account: Account, message: TwilioMessage, form: dict[str, str], token: str | None) -> list[Json]:
    url = account.numbers[message.to].sms_url
    note: Json = {"sid": message.sid, "from": message.sender, "to": message.to, "at": stamp(), "posts": []}
    account.inbound_posts.append(note)
    note["posts"] = await post_signed(account, url, form, token=token)
    account.journal.changed()
    return note["posts"]
