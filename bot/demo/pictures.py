"""The demo's state as JSON: the form of the contract for whoever asks, and a fuller one for the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.demo import words
from bot.demo.cast import ZONE
from bot.demo.driver import Demo
from bot.demo.outlook import Ladder
from bot.demo.phones import Line, Phone

SHOWN: Final = 200
"""Bubbles that the page is given of one phone, the newest."""


def local(moment: datetime) -> str:
    """A moment as London's clocks show it: ISO 8601 to the second, with the offset."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def state(demo: Demo) -> dict[str, Any]:
    """`GET /demo/state`, as the contract has it."""
    outlook = demo.outlook
    return {
        "now": local(demo.clock.now()),
        "phones": {name: [_line(one) for one in phone.lines] for name, phone in demo.phones.items()},
        "schedule": [{"what": one.what, "who": one.who, "due_at": local(one.due_at)} for one in outlook.schedule],
        "outbox": [
            {"phone": one.phone, "class": one.send_class, "state": one.state, "due_at": local(one.due_at)}
            for one in outlook.outbox
        ],
        "ladder": [_ladder(one) for one in outlook.ladders],
    }


def page_state(demo: Demo, run: str) -> dict[str, Any]:
    """What the page draws. `run` tells a page that the server was started anew."""
    return {
        "run": run,
        "clock": clock_state(demo),
        "phones": {name: _phone(phone) for name, phone in demo.phones.items()},
        "next": [{"at": local(moment), "words": sentence} for moment, sentence in words.comings(demo.outlook)],
        "ladders": [_drawn(one) for one in demo.outlook.ladders],
    }


def clock_state(demo: Demo) -> dict[str, Any]:
    """The time, and how fast it goes."""
    return {"now": local(demo.clock.now()), "rate": demo.rate}


def _line(line: Line) -> dict[str, Any]:
    options: Sequence[Mapping[str, str]] = [{"id": one.id, "text": one.text} for one in line.options]
    return {"at": local(line.at), "from": line.by, "text": line.text, "options": options}


def _phone(phone: Phone) -> dict[str, Any]:
    lines = phone.lines[-SHOWN:]
    return {
        "first": len(phone.lines) - len(lines),
        "way": phone.way,
        "lines": [{**_line(one), "way": one.way} for one in lines],
    }


def _ladder(ladder: Ladder) -> dict[str, Any]:
    return {
        "id": str(ladder.id),
        "policy": ladder.policy,
        "state": ladder.state,
        "level": ladder.level,
        "told": list(ladder.phones),
        "next_at": None if ladder.next_at is None else local(ladder.next_at),
    }


def _drawn(ladder: Ladder) -> dict[str, Any]:
    return {
        "heading": words.heading(ladder),
        "standing": words.standing(ladder),
        "state": ladder.state,
        "rungs": [
            {
                "words": words.rung(rung),
                "here": place == ladder.level,
                "told": list(
                    dict.fromkeys(f"{one.phone} {words.clock_of(one.at)}" for one in ladder.told if one.level == place)
                ),
            }
            for place, rung in enumerate(ladder.rungs)
        ],
    }
