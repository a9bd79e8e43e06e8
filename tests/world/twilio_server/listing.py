"""GET Messages: filters and pages."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from tests.world.twilio_server.account import API_VERSION, Account, TwilioMessage
from tests.world.twilio_server.errors import RestError

_KNOWN = {"To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"}
_PAGE_SIZE = 50
_LARGEST_PAGE = 1000
Json = dict[str, Any]


def page(account: Account, query: dict[str, str]) -> Json:
    """One page of messages, newest first, with the addresses of its neighbours.

    DateSent filters by the UTC date alone, whatever time is given, and leaves out what has no date_sent yet.
    """
    unknown = sorted(query.keys() - _KNOWN)
    if unknown:
        account.journal.problem(f"list: parameters that Twilio does not know: {', '.join(unknown)}")
    size = min(_whole(query.get("PageSize"), _PAGE_SIZE), _LARGEST_PAGE)
    number = _whole(query.get("Page"), 0, least=0)
    found = [one for one in reversed(account.messages.values()) if _fits(one, query)]
    start = _start(found, number, query.get("PageToken"))
    shown = found[start : start + size]
    filters = {key: query[key] for key in query if key not in {"Page", "PageToken", "PageSize"}}
    more = start + size < len(found)

    def address(to_page: int, token: str | None) -> str:
        parts: Json = {**filters, "PageSize": size, "Page": to_page}
        if token:
            parts["PageToken"] = token
        return f"/{API_VERSION}/Accounts/{account.sid}/Messages.json?{urlencode(parts)}"

    before = found[start - size - 1].sid if start - size > 0 else None
    return {
        "end": start + len(shown) - 1 if shown else 0,
        "first_page_uri": address(0, None),
        "messages": [account.resource(one) for one in shown],
        "next_page_uri": address(number + 1, "PA" + shown[-1].sid) if more else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": address(number - 1, "PA" + before if before else None) if number else None,
        "start": start,
        "uri": address(number, query.get("PageToken")),
    }


def _start(found: list[TwilioMessage], number: int, token: str | None) -> int:
    """Where the page begins: after the message that the token names (pages are reached by token only)."""
    if token is None:
        if number:
            raise RestError(20006, fault=True)
        return 0
    for index, message in enumerate(found):
        if "PA" + message.sid == token:
            return index + 1
    raise RestError(20006, fault=True)


def _whole(value: str | None, default: int, least: int = 1) -> int:
    if value is None or value == "":
        return default
    if not value.isdigit() or int(value) < least:
        raise RestError(20006, f"Invalid page parameter {value!r}", fault=True)
    return int(value)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise RestError(20001, "Invalid DateSent", fault=True) from None


def _fits(message: TwilioMessage, query: dict[str, str]) -> bool:
    if query.get("To") and message.to != query["To"]:
        return False
    if query.get("From") and message.sender != query["From"]:
        return False
    wanted = [(sign, _day(query[key])) for sign, key in _DATES if query.get(key)]
    if not wanted:
        return True
    if message.sent is None:
        return False
    day = message.sent.date()
    return all(_compare(sign, day, other) for sign, other in wanted)


_DATES = (("=", "DateSent"), ("<", "DateSent<"), (">", "DateSent>"))


def _compare(sign: str, day: date, other: date) -> bool:
    """`DateSent<` and `DateSent>` include the day itself (they mean <= and >= in the API)."""
    if sign == "<":
        return day <= other
    return day >= other if sign == ">" else day == other
