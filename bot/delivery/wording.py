"""★ What coordinators are told of the bot itself: that it was away, and what may be lost. GSM-7 letters."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_CLASSES = {
    "crisis": ("crisis text", "crisis texts"),
    "escalation": ("alert or notice", "alerts and notices"),
    "reply": ("reply", "replies"),
    "check-in": ("check-in", "check-ins"),
    "bulk": ("other text", "other texts"),
}
_NAMED = 8  # people named by their initials; more are counted


def away(since: datetime, until: datetime, zone: ZoneInfo, waiting: Mapping[str, int], dropped: int) -> str:
    """The bot was away and is back. `waiting`: messages of each class that now leave; `dropped`: those that came too late.

    Example: "I was off from Mon 09:00 to Mon 11:30 (2 h 30 min). I now send what waited: 2 alerts and notices, 1 reply. 3
    texts were too late, so I dropped them."
    """
    said = f"I was off from {_moment(since, zone)} to {_moment(until, zone)} ({duration(until - since)})."
    sending = [_counted(count, *_CLASSES[name]) for name, count in waiting.items() if count]
    said += f" I now send what waited: {', '.join(sending)}." if sending else " Nothing waited to be sent."
    if dropped:
        said += (
            f" {_counted(dropped, 'text was', 'texts were')} too late, so I dropped {'it' if dropped == 1 else 'them'}."
        )
    return said


def reading_now() -> str:
    """Added while what people wrote meanwhile is still coming in."""
    return "What people texted meanwhile I am reading now."


def wrote_meanwhile(initials: Sequence[str], others: int, *, all_read: bool) -> str:
    """Who wrote while the bot was away: the initials of those whom the reader looks after, and how many more there were.
    `all_read`: nothing is still on its way, as far as anyone can tell.
    """
    shown, more = list(initials[:_NAMED]), others + max(0, len(initials) - _NAMED)
    if not shown and not more:
        return "I found no texts from that time." if all_read else reading_now()
    who = [
        *shown,
        *([_counted(more, "other", "others") if shown else _counted(more, "person", "people")] if more else []),
    ]
    listed = who[0] if len(who) == 1 else f"{', '.join(who[:-1])} and {who[-1]}"
    return f"Texts from {listed} reached me only now. They may have waited for an answer."


def telegram_lost(until: datetime, zone: ZoneInfo) -> str:
    """Telegram keeps texts for a day: older ones never came. `until`: when it was heard again."""
    before = _moment(until - timedelta(days=1), zone)
    return f"Texts by Telegram from before {before} may be lost. Please ask people if they wrote."


def telegram_gap(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """Telegram was out of reach for a day or longer."""
    said = f"I could not hear Telegram from {_moment(since, zone)} to {_moment(until, zone)}."
    return f"{said} {telegram_lost(until, zone)}"


def duration(length: timedelta) -> str:
    """In whole minutes: "75 min" is "1 h 15 min", "3 days 4 h"."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{_counted(days, 'day', 'days')}{f' {hours} h' if hours else ''}"
    if hours:
        return f"{hours} h{f' {minutes} min' if minutes else ''}"
    return f"{minutes} min"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %H:%M}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
