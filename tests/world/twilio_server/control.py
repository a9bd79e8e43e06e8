"""The control door: what a test may do to the server and ask of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.world.provider.serving import Control, looking, waiting
from tests.world.twilio_server import inbound
from tests.world.twilio_server.account import Account, Behaviour, Number
from tests.world.twilio_server.carrier import HOWS

Json = dict[str, Any]


def doors(account: Account) -> dict[str, Control]:
    """The control calls by name."""

    async def text(arguments: Json) -> Json:
        return await inbound.text(account, arguments)

    async def again(arguments: Json) -> Json:
        return await inbound.again(account, arguments)

    quick = {name: looking(account, work) for name, work in _QUICK.items()}
    slow = {name: waiting(account, account.journal, _enough(look)) for name, look in _WAITING.items()}
    return {**quick, **slow, "text": text, "again": again}


def _enough(look: Callable[[Account, Json], list[Json]]) -> Callable[[Account, Json], list[Json] | None]:
    """What was looked for, once there are `count` of it (default 1)."""

    def found(account: Account, arguments: Json) -> list[Json] | None:
        there = look(account, arguments)
        return there if len(there) >= (arguments.get("count") or 1) else None

    return found


def _route(account: Account, a: Json) -> None:
    """Where the bot is; all numbers get `sms_url` = public_url + sms_path (which may carry #rc=…)."""
    account.addresses.route(a["public_url"], a["deliver_to"])
    for number in account.numbers.values():
        number.sms_url = a["public_url"].rstrip("/") + a.get("sms_path", "/twilio/message")


def _number(account: Account, a: Json) -> None:
    known = account.numbers.setdefault(a["number"], Number(a["number"]))
    known.sms_url = a.get("sms_url", known.sms_url)


def _service(account: Account, a: Json) -> Json:
    sid = a.get("sid") or account.new_sid("MG")
    account.services[sid] = list(a["numbers"])
    for number in a["numbers"]:
        account.numbers.setdefault(number, Number(number))
    return {"sid": sid}


def _phone(account: Account, a: Json) -> None:
    """How messages to a phone fare; a code alone says it: 3xxxx undelivered, others refused at once."""
    code = a.get("code")
    how = a.get("how") or ("delivered" if code is None else "undelivered" if 30000 <= code < 40000 else "refused")
    if how not in HOWS:
        raise ValueError(f"unknown behaviour; known: {', '.join(HOWS)}")
    account.behaviours[a["phone"]] = Behaviour(how, code, float(a.get("delay", 0.01)))


def _account(account: Account, a: Json) -> None:
    account.status = a.get("status", account.status)
    account.token = a.get("token", account.token)
    if "ahead" in a:
        account.ahead = timedelta(seconds=float(a["ahead"]))


def _release(account: Account, a: Json) -> None:
    """Let held messages go on: those of a phone, or one by its sid."""
    for message in account.messages.values():
        if a.get("sid") == message.sid or a.get("phone") == message.to:
            account.released.add(message.sid)
    account.journal.changed()


def _messages(account: Account, a: Json) -> list[Json]:
    """The texts that the account took for a phone, in order, with `contains` in them."""
    wanted: str = a.get("contains") or ""
    return [
        one.seen()
        for one in account.messages.values()
        if one.to == a.get("phone") and one.direction != "inbound" and wanted in one.body
    ]


def _outgoing(account: Account, a: Json) -> Json:
    """What the account took since the last look, which gave `next`: for a look at everybody's phones at once."""
    messages = list(account.messages.values())
    new = [one.seen() for one in messages[a.get("after", 0) :] if one.direction != "inbound"]
    return {"messages": new, "next": len(messages)}


def _callbacks(account: Account, a: Json) -> list[Json]:
    return [
        one
        for one in account.callbacks
        if one["posts"]
        and a.get("phone") in (None, one["to"])
        and a.get("sid") in (None, one["sid"])
        and a.get("status") in (None, one["status"])
    ]


def _requests(account: Account, a: Json) -> list[Json]:
    return [
        one
        for one in account.journal.requests
        if a.get("method") in (None, one["name"])
        and a.get("phone") in (None, one["target"])
        and (one["status"] is not None or one["fault"])
        and a.get("fault") in (None, one["fault"])
    ]


_QUICK: dict[str, Callable[[Account, Json], Any]] = {
    "route": _route,
    "number": _number,
    "service": _service,
    "phone": _phone,
    "account": _account,
    "release": _release,
    "messages": _messages,
    "outgoing": _outgoing,
    "all_messages": lambda account, _: [one.seen() for one in account.messages.values()],
    "callbacks": lambda account, _: account.callbacks,
    "inbound_posts": lambda account, _: account.inbound_posts,
    "opted_out": lambda account, _: sorted(account.opted_out),
    "requests": lambda account, _: account.journal.requests,
    "problems": lambda account, _: account.journal.problems,
    "fail": lambda account, a: account.faults.order(a),
    "heal": lambda account, _: account.faults.heal(),
}
_WAITING: dict[str, Callable[[Account, Json], list[Json]]] = {
    "wait_for": _messages,
    "wait_callbacks": _callbacks,
    "wait_request": _requests,
}
"""Each is looked at until there is enough or the time is up (then: null)."""
